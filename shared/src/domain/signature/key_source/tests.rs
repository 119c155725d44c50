//! An event that the sandbox of `PayPal` signed in 2017, with its certificate, from the tests of its own SDK:
//! <https://github.com/paypal/PayPal-Java-SDK>, `ValidateCertTest.java`.

use std::collections::BTreeMap;

use super::super::{NotAuthentic, Options, Signed, providers};
use super::*;
use crate::domain::id::RequestId;
use crate::domain::signing::{Means, Signing};
use crate::domain::timestamp::Timestamp;

const CERTIFICATE: &[u8] = include_bytes!("certificate.pem");
const BODY: &str = include_str!("event.json");
const WEBHOOK_ID: &str = "96605875FF6516633";
const URL: &str = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-90621601";
const HEADERS: [(&str, &str); 4] = [
    ("paypal-cert-url", URL),
    ("paypal-transmission-id", "071f7d20-1584-11e7-abf0-6b62a8a99ac4"),
    ("paypal-transmission-time", "2017-03-30T20:04:05Z"),
    (
        "paypal-transmission-sig",
        "aBjgm5/xljRYu3G64Q0axISrP2xcy7WbW1u4UTCKnQvyprOZ1a1BBmqn2Jdr6ce8E76I3Ti/AL9y4VYSHyGSEaoE6dVQcCDebLbOXLH0fjTAbTc1/rmfdWmsk0DPltW84Y8W8jOHe3CLWDOwg5zmozyt+AceG2x5eOiw7mLSycaEoj/5RG+dOIWXnmWcLEArbG3VFshy0wuhZrKuGa9C/bD4Ku+Y9gK7Bv5I5IuGRVnTGpcFnVG0KxOyJxccLGyBVCIUMY5IZS7LkmJszQ3HZZFDTNihvgJHECSLwLhzUaysIye5G6CbbLdtAmeeb6wiDciEAvr2dFf+SplOR4Lrng==",
    ),
];
/// Ten seconds after it was sent.
const NOW: i64 = 1_490_904_255;

struct Case {
    headers: BTreeMap<String, String>,
    webhook_id: &'static str,
    body: String,
    now: i64,
}

impl Case {
    fn genuine() -> Self {
        let headers = HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { headers, webhook_id: WEBHOOK_ID, body: BODY.to_owned(), now: NOW }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// What is wanted, and whether the call is authentic if that is this document.
    fn outcome(&self, document: &[u8]) -> Result<Wanted, NotAuthentic> {
        let provider = providers::named("paypal").unwrap();
        let given = BTreeMap::from([("webhook_id".to_owned(), self.webhook_id.to_owned())]);
        let options = Options::new(provider.options, &given).unwrap();
        let means = Means::of_provider(provider, None, None, options).unwrap();
        let signing = Signing::without_secret(means);
        let received_at = Timestamp::from_unix_seconds(self.now);
        let received = Received {
            id: RequestId::at(received_at, [0; 10]),
            received_at,
            ip_address: None,
            headers: self.headers.clone(),
            query: String::new(),
            body: self.body.clone().into(),
            retry_of: None,
            is_test: false,
        };
        let signed = Signed { received: &received, body: self.body.as_bytes(), values: &() };
        let wanted = signing.wanted(&signed)?.unwrap();
        assert!(signing.verify(None, &signed).is_err(), "without the certificate, nothing is accepted");
        signing.verify_with(document, &signed).map(|()| wanted)
    }

    fn is_refused(&self) -> bool {
        self.outcome(CERTIFICATE).is_err()
    }
}

#[test]
fn an_event_of_paypals_is_accepted_under_the_certificate_that_it_names() {
    let wanted = Case::genuine().outcome(CERTIFICATE).unwrap();
    assert_eq!((wanted.at.as_str(), &wanted.key_id), (URL, &None));
    assert!(wanted.is_in(CERTIFICATE) && !wanted.is_in(b"<html>"));
    // PayPal tries again for three days.
    assert!(Case { now: NOW + 3 * 86_400 - 60, ..Case::genuine() }.outcome(CERTIFICATE).is_ok());
}

#[test]
fn an_event_of_paypals_is_refused_with_anything_else_in_what_is_signed() {
    for refused in [
        Case::genuine().with("paypal-transmission-id", "071f7d20-1584-11e7-abf0-6b62a8a99ac5"),
        Case::genuine().with("paypal-transmission-time", "2017-03-30T20:04:06Z"),
        Case::genuine().with("paypal-transmission-time", "1490904245"),
        Case::genuine().with("paypal-transmission-sig", "c2lnbmF0dXJl"),
        Case::genuine().with("paypal-transmission-sig", ""),
        Case { webhook_id: "96605875FF6516634", ..Case::genuine() },
        Case { webhook_id: "96605875FF6516633|3494065244", ..Case::genuine() },
        Case { body: BODY.replace("CREATED", "DELETED"), ..Case::genuine() },
        Case { body: String::new(), ..Case::genuine() },
        Case { now: NOW + 3 * 86_400, ..Case::genuine() },
        Case { now: NOW - 4 * 86_400, ..Case::genuine() },
    ] {
        assert!(refused.is_refused(), "{:?} {}", refused.headers, refused.webhook_id);
    }
    for (name, _) in HEADERS {
        let mut without = Case::genuine();
        without.headers.remove(name);
        assert!(without.is_refused(), "without {name}");
    }
    let other = include_bytes!("../sns/certificate.pem");
    for document in [&b""[..], b"<html>", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", other] {
        assert!(Case::genuine().outcome(document).is_err());
    }
}

#[test]
fn a_certificate_is_taken_from_paypals_directories_only() {
    let live = "https://api.paypal.com/v1/notifications/certs/CERT-1";
    assert!(Case::genuine().with("paypal-cert-url", live).outcome(CERTIFICATE).is_ok());
    for url in [
        "",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "HTTPS://api.paypal.com/v1/notifications/certs/CERT-1",
        "//api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/v1/notifications/certs",
        "https://api.paypal.com/v1/notifications/other/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../oauth2/token",
        "https://api.paypal.com/v1/notifications/certs/%2e%2e/token",
        "https://api.paypal.com/v1/notifications/certs/CERT-1/more",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?to=evil.example",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#evil.example",
        "https://api.paypal.com/v1/notifications/certs/CERT-1 HTTP/1.1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com./v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/?https://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://www.paypal.com/v1/notifications/certs/CERT-1",
        " https://api.paypal.com/v1/notifications/certs/CERT-1",
        &format!("https://api.paypal.com/v1/notifications/certs/{}", "A".repeat(65)),
    ] {
        let refused = Case::genuine().with("paypal-cert-url", url).outcome(CERTIFICATE);
        assert!(matches!(refused, Err(NotAuthentic::OtherHost { .. })), "{url}: {refused:?}");
    }
}
