//! Patterns: a text in which `*` stands for any characters, also for none.

use std::str::FromStr;

use crate::domain::Invalid;

/// A pattern for a whole text. `\*` is an asterisk and `\\` a backslash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    /// What must come first.
    start: String,
    /// What follows the first `*`: what must come later, in this order, and what must come last. `None` without a `*`.
    rest: Option<(Vec<String>, String)>,
}

impl Pattern {
    /// The pattern as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is the pattern of the whole text. Each part is looked for once, behind the one before it, and the
    /// search of `str` takes time in proportion to the text: there is nothing to go back to, because a part that is
    /// found as early as possible leaves most for the others.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(text) = text.strip_prefix(&self.start) else { return false };
        let Some((middle, end)) = &self.rest else { return text.is_empty() };
        let Some(mut text) = text.strip_suffix(end) else { return false };
        middle.iter().all(|part| match text.split_once(part) {
            Some((_, behind)) => {
                text = behind;
                true
            }
            None => false,
        })
    }
}

impl FromStr for Pattern {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut parts = vec![String::new()];
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let literal = match char {
                '*' => {
                    parts.push(String::new());
                    continue;
                }
                '\\' => chars.next().filter(|escaped| ['*', '\\'].contains(escaped)).ok_or_else(|| {
                    Invalid::new(r"must be patterns in which a backslash stands only in `\*` and `\\`")
                })?,
                _ => char,
            };
            if let Some(part) = parts.last_mut() {
                part.push(literal);
            }
        }
        let mut parts = parts.into_iter();
        let start = parts.next().unwrap_or_default();
        let mut middle: Vec<_> = parts.collect();
        let rest = middle.pop().map(|end| {
            middle.retain(|part| !part.is_empty());
            (middle, end)
        });
        Ok(Self { text: text.to_owned(), start, rest })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(text)
    }

    #[test]
    fn a_pattern_is_one_of_the_whole_text() {
        for (pattern, text) in [
            ("refs/tags/v*", "refs/tags/v1.2"),
            ("refs/tags/v*", "refs/tags/v"),
            ("*.md", "docs/a.md"),
            ("docs/*/*.md", "docs/a/b/c.md"),
            ("*", ""),
            ("**", "x"),
            ("a*b*a", "aba"),
            ("*ab*ab*", "xababx"),
            ("main", "main"),
            ("", ""),
            (r"\*\\*", r"*\x"),
            ("é*", "éa"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("refs/tags/v*", "x/refs/tags/v1"),
            ("*.md", "a.mdx"),
            ("a*a", "a"),
            ("ab*ba", "aba"),
            ("*ab*ab*", "xabax"),
            ("main", "mainly"),
            ("main", "Main"),
            ("", "x"),
            (r"\*", "x"),
            ("a*", "\na"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_backslash_that_escapes_nothing_is_refused() {
        for pattern in [r"\", r"a\b", r"*\", r"\\\"] {
            assert!(pattern.parse::<Pattern>().is_err(), "{pattern}");
        }
    }

    #[test]
    fn what_would_make_others_go_back_takes_no_time() {
        let (pattern, text) = ("*a".repeat(300) + "*b", "a".repeat(1_000_000));
        assert!(!matches(&pattern, &text));
        let (pattern, text) = ("*".to_owned() + &"a".repeat(300) + "b*", "a".repeat(1_000_000));
        assert!(!matches(&pattern, &text));
    }

    /// What a pattern means, tried in every way.
    fn by_trial(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['*', rest @ ..] => (0..=text.len()).any(|at| by_trial(rest, &text[at..])),
            [first, rest @ ..] => text.split_first().is_some_and(|(next, text)| next == first && by_trial(rest, text)),
        }
    }

    proptest! {
        #[test]
        fn it_matches_what_trying_every_way_matches(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), by_trial(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn each_text_matches_itself_with_its_stars_escaped(text: String) {
            let escaped = text.replace('\\', r"\\").replace('*', r"\*");
            let (within, around, longer) = (format!("*{escaped}*"), format!("a{text}b"), format!("{text}x"));
            prop_assert!(matches(&escaped, &text));
            prop_assert!(matches(&within, &around));
            prop_assert!(!matches(&escaped, &longer));
        }

        #[test]
        fn no_text_panics(pattern: String, text: String) {
            if let Ok(pattern) = pattern.parse::<Pattern>() {
                let _ = pattern.matches(&text);
            }
        }
    }
}
