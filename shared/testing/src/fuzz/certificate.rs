//! What providers publish, and messages of Amazon SNS that name it.

#![expect(clippy::expect_used, reason = "a fuzzer reports what breaks its promise")]

use std::collections::BTreeMap;

use serde_json::{Value, from_slice};
use shared::domain::id::RequestId;
use shared::domain::received::Received;
use shared::domain::signature::{Options, Signed, Wanted, providers};
use shared::domain::signing::{Means, Signing};
use shared::domain::timestamp::Timestamp;

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:deploys";
const CERTIFICATES: &str = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-";

/// A document that a provider publishes, a line `---`, and a message of Amazon SNS, or the address of a certificate of
/// `PayPal`'s. Nothing in them makes the code panic that reads certificates, key sets and messages. Whatever the message says,
/// what is fetched is a certificate on the host of the hook's topic; and a message that is accepted is of that topic, with a
/// signature of RSA. Whatever the address is, what is fetched is a certificate in `PayPal`'s directory.
///
/// # Panics
///
/// When one of this does not hold.
pub fn certificates(input: &[u8]) {
    const BORDER: &[u8] = b"\n---\n";
    let Some(at) = input.windows(BORDER.len()).position(|bytes| bytes == BORDER) else { return };
    let (document, body) = (&input[..=at], &input[at + BORDER.len()..]);
    if let Ok(address) = str::from_utf8(body) {
        address_of_paypal(document, address);
    }
    let signing = signing("amazon-sns", "topic_arn", TOPIC);
    let received_at = Timestamp::from_unix_seconds(1_764_403_200);
    let received = Received {
        id: RequestId::at(received_at, [0; 10]),
        received_at,
        ip_address: None,
        headers: BTreeMap::new(),
        query: String::new(),
        body: body.to_vec().into(),
        retry_of: None,
        is_test: false,
    };
    let signed = Signed { received: &received, body, values: &() };
    let Ok(wanted) = signing.wanted(&signed) else { return };
    let wanted = wanted.expect("SNS publishes its certificates");
    let name = wanted.at.as_str().strip_prefix(CERTIFICATES).and_then(|rest| rest.strip_suffix(".pem"));
    let is_one = name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(is_one, "{} would be fetched", wanted.at);
    let is_readable = wanted.is_in(document);
    Wanted { key_id: Some("1".to_owned()), ..wanted.clone() }.is_in(document);
    Wanted { key_id: Some("1".to_owned()), account: Some("acme".to_owned()), ..wanted }.is_in(document);
    let payload = shared::payload::Payload::new(signing.scheme().forms, None, body);
    let signed = Signed { values: &payload, ..signed };
    if signing.verify_with(document, &signed).is_ok() {
        let message: Value = from_slice(body).expect("a message that is accepted is JSON");
        assert_eq!(message["TopicArn"], TOPIC);
        assert!(is_readable && message["Signature"].as_str().is_some_and(|base64| base64.len() >= 344), "{message}");
    }
}

fn address_of_paypal(document: &[u8], address: &str) {
    let signing = signing("paypal", "webhook_id", "96605875FF6516633");
    let received_at = Timestamp::from_unix_seconds(1_764_403_200);
    let headers = [
        ("paypal-cert-url", address),
        ("paypal-transmission-id", "1"),
        ("paypal-transmission-time", "2025-11-29T08:00:00Z"),
        ("paypal-transmission-sig", "c2lnbmF0dXJl"),
    ];
    let received = Received {
        id: RequestId::at(received_at, [0; 10]),
        received_at,
        ip_address: None,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        query: String::new(),
        body: "{}".into(),
        retry_of: None,
        is_test: false,
    };
    let signed = Signed { received: &received, body: b"{}", values: &() };
    let wanted = signing.wanted(&signed).ok().flatten();
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
    let is_certificate = match address.split('/').collect::<Vec<_>>()[..] {
        ["https:", "", "api.paypal.com" | "api.sandbox.paypal.com", "v1", "notifications", "certs", name] => {
            is_name(name) && name.len() <= 64
        }
        _ => false,
    };
    assert_eq!(wanted.map(|wanted| wanted.at.to_string()), is_certificate.then(|| address.to_owned()));
    assert!(signing.verify_with(document, &signed).is_err(), "it is not signed");
}

fn signing(provider: &str, option: &str, value: &str) -> Signing {
    let provider = providers::named(provider).expect("it is in the table");
    let given = BTreeMap::from([(option.to_owned(), value.to_owned())]);
    let options = Options::new(provider.options, &given).expect("it is one of its kind");
    let means = Means::of_provider(provider, None, None, options).expect("it has one scheme");
    Signing::without_secret(means)
}
