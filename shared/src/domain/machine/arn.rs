//! The ARN of a state machine.

use std::fmt;
use std::str::FromStr;

use crate::domain::Invalid;

/// The ARN of a state machine, without a version or an alias:
/// `arn:aws:states:eu-west-1:123456789012:stateMachine:deploy`. A version or an alias is refused, because executions are
/// told apart by the name of the machine alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MachineArn(String);

impl MachineArn {
    /// The ARN as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The machine's name.
    pub fn name(&self) -> &str {
        self.0.rsplit(':').next().unwrap_or_default()
    }
}

impl FromStr for MachineArn {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_one = split(text).is_some_and(|(_, name)| is_name(name, |_| false));
        is_one.then(|| Self(text.to_owned())).ok_or_else(|| {
            Invalid::new(
                "must be the ARN of a state machine, without a version or an alias: \
                 arn:aws:states:<region>:<account>:stateMachine:<name>",
            )
        })
    }
}

impl fmt::Display for MachineArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands before the name of the machine, and the name: each part but the name is checked.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let (before, name) = text.rsplit_once(':')?;
    let parts: Vec<&str> = before.split(':').collect();
    let ["arn", partition, "states", region, account, "stateMachine"] = parts[..] else { return None };
    let is_word = |text: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=32).contains(&text.len()) && text.bytes().all(allowed)
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (is_word(partition) && is_word(region) && is_account).then_some((before, name))
}

/// Whether this is a machine's name, which may also have what is `wild`. Of what AWS allows, these are the characters
/// that its documentation advises.
pub(super) fn is_name(name: &str, wild: impl Fn(u8) -> bool) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || wild(byte);
    (1..=80).contains(&name.len()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_arn_of_a_machine_is_taken() {
        let machine: MachineArn = "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:Deploy_it-2".parse().unwrap();
        assert_eq!(machine.name(), "Deploy_it-2");
        for text in [
            "",
            "deploy",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy:3",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy:live",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy*",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:de ploy",
            "arn:aws:states:eu-west-1:12345678901:stateMachine:deploy",
            "arn:aws:states::123456789012:stateMachine:deploy",
            "arn:aws:states:*:123456789012:stateMachine:deploy",
            "arn:aws:states:eu-west-1:123456789012:execution:deploy:1",
            "arn:aws:states:eu-west-1:123456789012:activity:deploy",
            "arn:aws:lambda:eu-west-1:123456789012:function:deploy",
            " arn:aws:states:eu-west-1:123456789012:stateMachine:deploy",
            "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy\n",
        ] {
            assert!(text.parse::<MachineArn>().is_err(), "{text:?}");
        }
        let longest = format!("arn:aws:states:eu-west-1:123456789012:stateMachine:{}", "x".repeat(80));
        assert!(longest.parse::<MachineArn>().is_ok());
        assert!(format!("{longest}x").parse::<MachineArn>().is_err());
    }
}
