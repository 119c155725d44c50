//! A pattern of ARNs of state machines.

use std::str::FromStr;

use super::arn::{MachineArn, is_name, split};
use crate::domain::Invalid;

/// The ARN of a state machine in whose name `*` stands for any characters and `?` for one, as in a policy of IAM. Account
/// and region are always one: a machine of another account or region cannot be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachinePattern {
    /// What stands before the name.
    before: String,
    name: String,
}

impl MachinePattern {
    /// Whether the machine is one of those that are meant.
    pub fn matches(&self, machine: &MachineArn) -> bool {
        split(machine.as_str())
            .is_some_and(|(before, name)| before == self.before && is_like(name.as_bytes(), self.name.as_bytes()))
    }
}

impl FromStr for MachinePattern {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parts = split(text).filter(|(_, name)| is_name(name, |byte| byte == b'*' || byte == b'?'));
        let (before, name) = parts.ok_or_else(|| Invalid::new("must be a pattern of ARNs of state machines"))?;
        Ok(Self { before: before.to_owned(), name: name.to_owned() })
    }
}

/// Whether the text is like the pattern. The last `*` takes one character more each time that what follows it does not
/// fit, so this takes no longer than the product of the lengths.
fn is_like(text: &[u8], pattern: &[u8]) -> bool {
    let (mut at, mut wanted) = (0, 0);
    // Where the last `*` is in the pattern, and where what it takes ends in the text.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match (pattern.get(wanted), star) {
            (Some(b'*'), _) => {
                star = Some((wanted, at));
                wanted += 1;
            }
            (Some(byte), _) if *byte == b'?' || *byte == text[at] => {
                at += 1;
                wanted += 1;
            }
            (_, Some((in_pattern, taken_to))) => {
                star = Some((in_pattern, taken_to + 1));
                (wanted, at) = (in_pattern + 1, taken_to + 1);
            }
            (_, None) => return false,
        }
    }
    pattern[wanted..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BEFORE: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:";

    fn matches(pattern: &str, name: &str) -> bool {
        let pattern: MachinePattern = format!("{BEFORE}{pattern}").parse().unwrap();
        pattern.matches(&format!("{BEFORE}{name}").parse().unwrap())
    }

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character_of_the_name_alone() {
        for (pattern, name, expected) in [
            ("deploy", "deploy", true),
            ("deploy", "deploy-shop", false),
            ("deploy", "Deploy", false),
            ("deploy-*", "deploy-", true),
            ("deploy-*", "deploy-shop", true),
            ("deploy-*", "redeploy-shop", false),
            ("*-deploy", "a-deploy-deploy", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("d?", "de", true),
            ("d?", "d", false),
            ("d?", "dep", false),
            ("*", "x", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern}, {name}");
        }
        let pattern: MachinePattern = format!("{BEFORE}*").parse().unwrap();
        for other in ["arn:aws:states:eu-west-2:123456789012", "arn:aws:states:eu-west-1:123456789013"] {
            assert!(!pattern.matches(&format!("{other}:stateMachine:deploy").parse().unwrap()), "{other}");
        }
    }

    #[test]
    fn a_pattern_names_one_account_and_one_region() {
        for text in [
            "",
            "*",
            "arn:aws:states:*:123456789012:stateMachine:x",
            "arn:aws:states:eu-west-1:*:stateMachine:x",
            "arn:aws:states:eu-west-1:123456789012:*:x",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:x:*",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:",
        ] {
            assert!(text.parse::<MachinePattern>().is_err(), "{text}");
        }
    }

    /// The definition, which may take long.
    fn is_like_by_definition(text: &[u8], pattern: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|taken| is_like_by_definition(&text[taken..], rest)),
            Some((byte, rest)) => {
                text.first().is_some_and(|first| *byte == b'?' || byte == first)
                    && is_like_by_definition(&text[1..], rest)
            }
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_what_its_definition_says(text in "[ab]{0,8}", pattern in "[ab*?]{0,8}") {
            let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
            prop_assert_eq!(is_like(text, pattern), is_like_by_definition(text, pattern));
        }
    }
}
