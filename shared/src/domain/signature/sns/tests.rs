//! Messages that were signed with `openssl`, and that `sns-validator` 0.3.5 for npm accepts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::domain::signature::topic;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:deploys";
const CERTIFICATE: &[u8] = include_bytes!("certificate.pem");
const CERTIFICATE_URL: &str =
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem";
const GENUINE: [&str; 4] = [
    include_str!("notification-1.json"),
    include_str!("notification-2.json"),
    include_str!("subscription-1.json"),
    include_str!("subscription-2.json"),
];

fn options(topic: &str) -> Options {
    let given = BTreeMap::from([("topic_arn".to_owned(), topic.to_owned())]);
    Options::new(&[OptionKind::TopicArn], &given).unwrap()
}

fn is_accepted(body: &str) -> bool {
    let options = options(TOPIC);
    wanted(&options, body.as_bytes()).is_ok() && proves(&options, CERTIFICATE, body.as_bytes()) == Ok(true)
}

fn changed(message: &str, name: &str, value: &Value) -> String {
    let mut message: Value = serde_json::from_str(message).unwrap();
    message[name] = value.clone();
    message.to_string()
}

#[test]
fn a_genuine_message_of_either_version_is_accepted_under_the_certificate_that_it_names() {
    for message in GENUINE {
        let wanted = wanted(&options(TOPIC), message.as_bytes()).unwrap();
        assert_eq!((wanted.at.as_str(), &wanted.key_id), (CERTIFICATE_URL, &None));
        assert!(wanted.is_in(CERTIFICATE));
        assert!(is_accepted(message), "{message}");
    }
}

#[test]
fn every_signed_member_is_covered() {
    for message in GENUINE {
        let members: BTreeMap<String, Value> = serde_json::from_str(message).unwrap();
        for (name, value) in members.iter().filter(|(name, _)| *name != "UnsubscribeURL") {
            let mut other = value.as_str().unwrap().to_owned();
            other.push('0');
            assert!(!is_accepted(&changed(message, name, &json!(other))), "{name}");
            assert!(!is_accepted(&changed(message, name, &json!(null))), "{name}");
            let twice = message.replacen('{', &format!("{{\"{name}\": {value}, "), 1);
            assert!(!is_accepted(&twice), "{name} twice");
        }
        assert!(!is_accepted(&changed(message, "SignatureVersion", &json!("3"))));
        let other_version = if message.contains(r#""SignatureVersion": "1""#) { "2" } else { "1" };
        assert!(!is_accepted(&changed(message, "SignatureVersion", &json!(other_version))));
    }
    assert!(!is_accepted(&changed(GENUINE[1], "Subject", &json!("added"))));
}

/// The text is lines, and the message may have any.
#[test]
fn what_is_signed_as_one_message_passes_for_no_other() {
    let moved: Value = serde_json::from_str(GENUINE[0]).unwrap();
    let text = |name: &str| moved[name].as_str().unwrap().to_owned();
    let body = json!({
        "Type": text("Type"), "TopicArn": text("TopicArn"), "Timestamp": text("Timestamp"),
        "MessageId": format!("{}\nSubject\n{}", text("MessageId"), text("Subject")), "Message": text("Message"),
        "SignatureVersion": "1", "Signature": text("Signature"), "SigningCertURL": text("SigningCertURL"),
    });
    assert!(!is_accepted(&body.to_string()));
}

#[test]
fn a_certificate_counts_only_on_the_host_of_the_hooks_own_topic() {
    let name = "SimpleNotificationService-f3ecfb7224c7233fe7bb5f59f96de52f.pem";
    for url in [
        format!("http://sns.eu-central-1.amazonaws.com/{name}"),
        format!("https://sns.eu-west-1.amazonaws.com/{name}"),
        format!("https://sns.eu-central-1.amazonaws.com.evil.example/{name}"),
        format!("https://evil.example/sns.eu-central-1.amazonaws.com/{name}"),
        format!("https://sns.eu-central-1.amazonaws.com@evil.example/{name}"),
        format!("https://sns.eu-central-1.amazonaws.com:8443/{name}"),
        format!("https://SNS.eu-central-1.amazonaws.com/{name}"),
        format!("https://sns.eu-central-1.amazonaws.com//{name}"),
        format!("https://sns.eu-central-1.amazonaws.com/x/../{name}"),
        format!("https://sns.eu-central-1.amazonaws.com/{name}?x=.pem"),
        format!("https://sns.eu-central-1.amazonaws.com/{name}#.pem"),
        "https://sns.eu-central-1.amazonaws.com/?Action=Publish&x=.pem".to_owned(),
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-.pem".to_owned(),
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-1.pem".to_owned(),
        "file:///etc/ssl/cert.pem".to_owned(),
        String::new(),
    ] {
        let message = changed(GENUINE[1], "SigningCertURL", &json!(url));
        let refused = wanted(&options(TOPIC), message.as_bytes());
        assert!(matches!(refused, Err(NotAuthentic::OtherHost { .. })), "{url}: {refused:?}");
    }
}

#[test]
fn a_message_of_another_topic_is_refused_before_anything_is_fetched() {
    for topic in [
        "arn:aws:sns:eu-central-1:123456789012:deploys2",
        "arn:aws:sns:eu-central-1:999999999999:deploys",
        "arn:aws:sns:eu-west-1:123456789012:deploys",
    ] {
        for message in GENUINE {
            assert!(wanted(&options(topic), message.as_bytes()).is_err(), "{topic}");
            assert!(proves(&options(topic), CERTIFICATE, message.as_bytes()).is_err(), "{topic}");
        }
    }
    for body in ["", "{}", "[]", "null", "\"x\"", "{\"Type\": \"Notification\"}"] {
        assert!(wanted(&options(TOPIC), body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn what_is_no_topic_is_refused_as_an_option() {
    for arn in [
        "",
        "deploys",
        "arn:aws:sqs:eu-central-1:123456789012:deploys",
        "arn:evil:sns:eu-central-1:123456789012:deploys",
        "arn:aws:sns:eu.central.1:123456789012:deploys",
        "arn:aws:sns:evil.example/:123456789012:deploys",
        "arn:aws:sns:eu-central-1:1234:deploys",
        "arn:aws:sns:eu-central-1:123456789012:",
        "arn:aws:sns:eu-central-1:123456789012:a&b",
        "arn:aws:sns:eu-central-1:123456789012:deploys:1c1d-subscription",
    ] {
        assert!(topic::check(arn).is_err(), "{arn}");
    }
    for (arn, host) in [
        (TOPIC, "sns.eu-central-1.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:a.fifo", "sns.cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:a", "sns.us-gov-west-1.amazonaws.com"),
    ] {
        assert_eq!(host_of(arn).as_deref(), Some(host));
    }
}

#[test]
fn a_subscription_is_confirmed_at_sns_whatever_address_the_message_has() {
    let expected =
        format!("https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f37");
    for (message, is_asked) in GENUINE.into_iter().zip([false, false, true, true]) {
        let elsewhere = changed(message, "SubscribeURL", &json!("https://evil.example/"));
        for message in [message, &elsewhere] {
            let url = confirmation(message.as_bytes()).map(|url| url.to_string());
            assert_eq!(url, is_asked.then(|| expected.clone()));
        }
    }
    for token in ["", "1&Action=Publish", "1 2", "é", "1\n"] {
        assert_eq!(confirmation(changed(GENUINE[2], "Token", &json!(token)).as_bytes()), None, "{token:?}");
    }
}

#[test]
fn what_is_no_certificate_proves_nothing() {
    let pem = std::str::from_utf8(CERTIFICATE).unwrap();
    let cut = pem.replacen("MII", "MIK", 1);
    let key = pem.replace("CERTIFICATE", "PUBLIC KEY");
    for document in ["", "<html></html>", &pem[..pem.len() / 2], &cut, &key] {
        assert_eq!(proves(&options(TOPIC), document.as_bytes(), GENUINE[1].as_bytes()), Ok(false), "{document}");
    }
}
