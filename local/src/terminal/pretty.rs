//! JSON made readable, in the order in which the sender has written it: parsing it into a map would lose that.

use serde::de::IgnoredAny;

/// Indented when it is JSON, else as it is.
pub(super) fn pretty(text: &str) -> String {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return text.to_owned();
    }
    let mut pretty = Pretty::default();
    text.chars().for_each(|char| pretty.push(char));
    pretty.text
}

#[derive(Default)]
struct Pretty {
    text: String,
    depth: usize,
    /// Nothing follows the last bracket yet: an empty list stays on its line.
    is_fresh: bool,
    in_string: bool,
    is_escaped: bool,
}

impl Pretty {
    fn push(&mut self, char: char) {
        if self.in_string {
            self.in_string = char != '"' || self.is_escaped;
            self.is_escaped = char == '\\' && !self.is_escaped;
            self.text.push(char);
        } else if !char.is_whitespace() {
            self.push_outside(char);
        }
    }

    fn push_outside(&mut self, char: char) {
        let closes = matches!(char, '}' | ']');
        self.depth -= usize::from(closes);
        if closes != self.is_fresh {
            self.new_line();
        }
        self.is_fresh = matches!(char, '{' | '[');
        self.depth += usize::from(self.is_fresh);
        self.text.push(char);
        match char {
            '"' => self.in_string = true,
            ':' => self.text.push(' '),
            ',' => self.new_line(),
            _ => {}
        }
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(self.depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stay_in_order_and_strings_as_they_are() {
        let text = r#"{"version":1,"a":[],"resource":{"type":"a \"{b}\" \\","id":42},"list":[1, 2]}"#;

        let expected = r#"{
  "version": 1,
  "a": [],
  "resource": {
    "type": "a \"{b}\" \\",
    "id": 42
  },
  "list": [
    1,
    2
  ]
}"#;
        assert_eq!(pretty(text), expected);
        assert_eq!(pretty("not {json"), "not {json");
    }
}
