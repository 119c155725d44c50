//! What people read of an action: what a worker says of itself and of its run, and a user of why.

use std::str::FromStr;

use crate::domain::Invalid;
use crate::domain::invalid::{check_label, check_line, check_lines};

/// Names a worker, for people: 1 to 100 characters, no control characters, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerName(String);

impl WorkerName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WorkerName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 100)?;
        Ok(Self(text.to_owned()))
    }
}

/// Why an action or a step ended as it did, for people: one line of 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonText(String);

impl ReasonText {
    /// A reason of ours. What is too long or no line is made one.
    pub fn of_ours(text: &str) -> Self {
        let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        Self(line.trim().chars().take(255).collect::<String>().trim_end().to_owned())
    }

    /// The reason as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReasonText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 255)?;
        Ok(Self(text.to_owned()))
    }
}

/// What a user writes about an action that the user starts: at most 255 characters, which may have several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment(String);

impl Comment {
    /// The comment as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Comment {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_lines(text, 0, 255)?;
        Ok(Self(text.to_owned()))
    }
}

/// Where a run can be seen: an `https://` address of at most 2000 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunUrl(String);

impl RunUrl {
    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RunUrl {
    type Err = Invalid;

    /// Only `https://`: the address becomes a link, and one of another scheme could run a script.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() > 2_000 || !text.starts_with("https://") || text.contains([' ', '"', '<', '>', '\\']) {
            return Err(Invalid::new("must be an https:// address of at most 2000 characters"));
        }
        check_line(text)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_that_is_no_https_address_is_refused() {
        for text in
            ["", "http://a.example", "javascript:alert(1)", "https://a b", "https://a\n", "https://\"", "HTTPS://a"]
        {
            assert!(text.parse::<RunUrl>().is_err(), "{text}");
        }
        assert!("https://ci.example.com/runs/7?a=b#c".parse::<RunUrl>().is_ok());
        assert!(format!("https://{}", "x".repeat(1_993)).parse::<RunUrl>().is_err());
    }

    #[test]
    fn a_comment_has_at_most_255_characters_on_any_number_of_lines() {
        for (text, taken) in
            [("", true), ("for the demo\n\tof Tuesday", true), ("\u{1b}[31mred", false), ("a\u{0}", false)]
        {
            assert_eq!(text.parse::<Comment>().is_ok(), taken, "{text:?}");
        }
        assert!("é".repeat(255).parse::<Comment>().is_ok());
        assert!("é".repeat(256).parse::<Comment>().is_err());
    }

    proptest! {
        #[test]
        fn a_reason_of_ours_is_a_line_of_at_most_255_characters(text: String) {
            let reason = ReasonText::of_ours(&text);
            prop_assert!(reason.as_str().is_empty() || reason.as_str().parse::<ReasonText>().is_ok(), "{reason:?}");
        }
    }
}
