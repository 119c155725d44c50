//! One object: its names and values, one below the other.

use std::fmt::Write as _;

use super::{Paint, Screen, printable};

/// Names and values in the order in which they are shown.
#[derive(Debug, Default)]
pub(crate) struct Facts(Vec<(&'static str, Paint, String)>);

impl Facts {
    pub(crate) fn add(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.painted(name, Paint::Plain, value)
    }

    pub(crate) fn painted(&mut self, name: &'static str, paint: Paint, value: &str) -> &mut Self {
        self.0.push((name, paint, printable(value)));
        self
    }

    /// Nothing is shown of what is not there.
    pub(crate) fn maybe(&mut self, name: &'static str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.add(name, value);
        }
        self
    }

    pub(crate) fn text(&self, screen: Screen) -> String {
        let width = self.0.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
        let mut text = String::new();
        for (name, paint, value) in &self.0 {
            let name = screen.paint(Paint::Faint, &format!("{name:width$}"));
            let front = " ".repeat(width + 2);
            let is_long = front.len() + value.chars().count() > screen.columns();
            let lines = if is_long { screen.wrap(&front, value) } else { format!("{front}{value}") };
            for (number, line) in lines.lines().enumerate() {
                let front = if number == 0 { format!("{name}  ") } else { front.clone() };
                let _ = writeln!(text, "{front}{}", screen.paint(*paint, line.trim_start()));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_wrapped_below_its_beginning_and_an_address_stays_whole() {
        let screen = Screen { is_json: false, has_colours: false, width: Some(40) };
        let (url, mut facts) = (format!("https://hooks.example.com/{}", "x".repeat(40)), Facts::default());
        facts.add("answered", "401 The signature does not match the body").add("url", &url).add("event", "");

        let text = facts.text(screen);

        let expected = "answered  401 The signature does not\n          match the body\n";
        assert_eq!(text, format!("{expected}url       {url}\nevent     \n"));
    }
}
