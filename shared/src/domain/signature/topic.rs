//! Topics of Amazon SNS, by their ARNs.

use super::part::is_all;
use crate::domain::Invalid;

/// The host of SNS from which the messages of a topic come, which its ARN names.
pub(super) fn host_of(topic_arn: &str) -> Option<String> {
    let parts: Vec<_> = topic_arn.split(':').collect();
    let ["arn", partition, "sns", region, account, name] = parts.as_slice() else { return None };
    let domain = match *partition {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        _ => return None,
    };
    let is_region = (3..=32).contains(&region.len())
        && is_all(region, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_account = account.len() == 12 && is_all(account, |byte| byte.is_ascii_digit());
    let is_name = name.len() <= 256 && is_all(name, |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (is_region && is_account && is_name).then(|| format!("sns.{region}.{domain}"))
}

/// Refuses what is not the ARN of a topic.
pub(super) fn check(arn: &str) -> Result<(), Invalid> {
    let refused =
        || Invalid::new("must be the ARN of a topic, such as `arn:aws:sns:eu-central-1:123456789012:deploys`");
    host_of(arn).map(drop).ok_or_else(refused)
}
