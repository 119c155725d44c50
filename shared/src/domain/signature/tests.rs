//! The published vectors of the providers, and the forgeries that each scheme must refuse.

mod borders;
pub(super) mod families;
mod forms;
mod table;
mod vectors;

use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;

use super::providers::BY_HEADER;
use super::scheme::{Forms, Timing};
use super::*;
use crate::domain::id::RequestId;
use crate::domain::secret::SecretString;
use crate::domain::signing::{Means, Signing};

fn secret(text: &str) -> HookSecret {
    HookSecret::trusted(SecretString::new(text.to_owned()))
}

fn signing(header: &str, algorithm: Algorithm) -> Signing {
    Signing::without_secret(Means::of_header(header.parse().unwrap(), algorithm))
}

/// A call with these headers and this body that arrives at `now`, in Unix seconds.
fn received(headers: &[(&str, &str)], body: &[u8], now: i64) -> Received {
    let received_at = Timestamp::from_unix_seconds(now);
    Received {
        id: RequestId::at(received_at, [0; 10]),
        received_at,
        ip_address: None,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        query: String::new(),
        body: body.to_vec().into(),
        retry_of: None,
        is_test: false,
    }
}

/// Verifies such a call under this secret.
fn verified(signing: &Signing, text: &str, headers: &[(&str, &str)], body: &[u8], now: i64) -> bool {
    let received = received(headers, body, now);
    // Enough JSON for the one scheme that reads its timestamp out of the body.
    let find = |place: &str| {
        let text = std::str::from_utf8(body).ok()?;
        let (_, rest) = text.split_once(&format!("\"{place}\":"))?;
        rest.split([',', '}']).next()
    };
    signing.verify(Some(&secret(text)), &Signed { received: &received, body, values: &() }).is_ok()
        && check_time_in_body(signing.scheme(), find, received.received_at).is_ok()
}

fn hmac_hex(key: &str, message: &str) -> String {
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// One genuine call of every scheme: header and algorithm, secret, headers, body, time.
struct Genuine {
    signing: Signing,
    secret: &'static str,
    headers: Vec<(&'static str, String)>,
    body: &'static str,
    now: i64,
}

impl Genuine {
    fn is_accepted(&self) -> bool {
        self.accepts(self.secret, &self.header_refs(), self.body.as_bytes(), self.now)
    }

    fn accepts(&self, secret: &str, headers: &[(&str, &str)], body: &[u8], now: i64) -> bool {
        verified(&self.signing, secret, headers, body, now)
    }

    fn header_refs(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

fn vector(
    (header, algorithm): (&'static str, Algorithm),
    secret: &'static str,
    value: &str,
    body: &'static str,
) -> Genuine {
    Genuine {
        signing: signing(header, algorithm),
        secret,
        headers: vec![(header, value.to_owned())],
        body,
        now: 1_600_000_000,
    }
}

const STANDARD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const STANDARD_BODY: &str = r#"{"email":"test@example.com","username":"test_user"}"#;
const STANDARD_SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&\
    channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&\
    response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&\
    trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

fn standard(prefix: [&'static str; 3]) -> Genuine {
    let [signature, id, timestamp] = prefix;
    Genuine {
        signing: signing(signature, Algorithm::Sha256),
        secret: STANDARD_SECRET,
        headers: vec![
            (signature, STANDARD_SIGNATURE.to_owned()),
            (id, "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk".to_owned()),
            (timestamp, "1649367553".to_owned()),
        ],
        body: STANDARD_BODY,
        now: 1_649_367_553,
    }
}

/// A call signed here, for schemes that publish no vector: what is signed is spelt out, so that it does not come from
/// the table which it tests.
fn signed(header: &'static str, form: impl Fn(&str) -> String, signed: &str, body: &'static str) -> Genuine {
    let value = form(&hmac_hex("a secret of 24 characters", signed));
    vector((header, Algorithm::Sha256), "a secret of 24 characters", &value, body)
}

#[expect(clippy::too_many_lines, reason = "a table: one entry for each scheme and form")]
fn genuine_calls() -> Vec<Genuine> {
    use Algorithm::{Sha1, Sha256, Sha512};
    let body = r#"{"a": "z"}"#;
    let sha256 = "f417af3a21bd70379b5796d5f013915e7029f62c580fb0f500f59a35a6f04c89";
    let now = "1600000000";
    let base64 = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(hex::decode(sha256).unwrap())
    };
    let mut slack = vector(
        ("x-slack-signature", Sha256),
        SLACK_SECRET,
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        SLACK_BODY,
    );
    slack.headers.push(("x-slack-request-timestamp", "1531420618".to_owned()));
    slack.now = 1_531_420_618;
    let mut zoom = signed("x-zm-signature", |mac| format!("v0={mac}"), &format!("v0:{now}:{body}"), body);
    zoom.headers.push(("x-zm-request-timestamp", now.to_owned()));
    let example = Genuine {
        // `test_sign_function` of the reference library for Python:
        // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        headers: vec![
            ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned()),
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
            ("webhook-timestamp", "1614265330".to_owned()),
        ],
        body: r#"{"test": 2432232314}"#,
        now: 1_614_265_330,
        ..standard(["webhook-signature", "webhook-id", "webhook-timestamp"])
    };
    let linear = r#"{"webhookTimestamp":1600000000000}"#;
    let hex = |header| vector((header, Sha256), "secret", sha256, body);
    vec![
        vector(
            ("x-hub-signature-256", Sha256),
            "It's a Secret to Everybody",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            "Hello, World!",
        ),
        vector(
            ("x-hub-signature-256", Sha256),
            "mysecret",
            "sha256=e3eccac34c43c7dc1cbb905488b1b81347fcc700a7b025697a9d07862256023f",
            "{\n  \"foo\": \"bar\"\n}\n",
        ),
        vector(("x-hub-signature", Sha1), "secret", "sha1=b17e04cbb22afa8ffbff8796fc1894ed27badd9e", body),
        vector(("x-hub-signature", Sha256), "secret", &format!("sha256={sha256}"), body),
        vector(
            ("x-hub-signature", Sha512),
            "key",
            // RFC-style vector of HMAC-SHA512, as in the HMAC article that many implementations test against.
            "sha512=b42af09057bac1e2d41708e48a902e09b5ff7f12ab428a4fe86653c73dd248fb\
             82f948a549f7b791a5b41915ee4d1ec3935357e4e2317250d0372afa2ebeeb3a",
            "The quick brown fox jumps over the lazy dog",
        ),
        vector(("x-gitlab-token", Sha256), "a secret of 24 characters", "a secret of 24 characters", body),
        hex("x-gitea-signature"),
        hex("x-forgejo-signature"),
        hex("x-gogs-signature"),
        hex("sentry-hook-signature"),
        vector(("x-shopify-hmac-sha256", Sha256), "secret", &base64, body),
        vector(("x-pagerduty-signature", Sha256), "secret", &format!("v1={},v1={sha256}", "0".repeat(64)), body),
        vector(("circleci-signature", Sha256), "secret", &format!("v1={sha256},v2={}", "0".repeat(64)), body),
        signed("stripe-signature", |mac| format!("t={now},v1={mac},v0=0"), &format!("{now}.{body}"), body),
        signed("paddle-signature", |mac| format!("ts={now};h1={mac}"), &format!("{now}:{body}"), body),
        signed("linear-signature", str::to_owned, linear, linear),
        slack,
        zoom,
        standard(["webhook-signature", "webhook-id", "webhook-timestamp"]),
        example,
        standard(["svix-signature", "svix-id", "svix-timestamp"]),
        // Plain HMACs under a header that no provider of the table uses, in every form that is taken.
        hex("x-signature"),
        vector(("x-signature", Sha256), "secret", &sha256.to_uppercase(), body),
        vector(("x-signature", Sha256), "secret", &base64, body),
        vector(("x-signature", Sha256), "secret", &format!("sha256={base64}"), body),
        vector(("x-signature", Sha256), "secret", &format!("v1={sha256}"), body),
        vector(("x-signature", Sha1), "secret", "sha1=b17e04cbb22afa8ffbff8796fc1894ed27badd9e", body),
        vector(
            ("x-signature", Sha256),
            "secret",
            "f9e66e179b6747ae54108f82f8ade8b3c25d76fd30afde6c395822c530196169",
            "",
        ),
    ]
}

#[test]
fn a_genuine_call_of_every_scheme_is_accepted() {
    let calls = genuine_calls();
    for call in &calls {
        assert!(call.is_accepted(), "{:?}", call.signing.means.header_name);
    }
    for known in &BY_HEADER {
        let covered = |call: &Genuine| call.signing.means.known == *known;
        assert!(calls.iter().any(covered), "no vector for {} ({})", known.provider.name, known.scheme.header);
    }
}

#[test]
fn a_signature_that_is_missing_empty_cut_or_of_another_form_is_refused() {
    for call in genuine_calls() {
        let header = call.signing.means.header_name.as_ref().unwrap().as_str().to_owned();
        let value = call.headers[0].1.clone();
        let replaced = |value: &str| -> Vec<(String, String)> {
            let rest = call.headers[1..].iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            std::iter::once((header.clone(), value.to_owned())).chain(rest).collect()
        };
        let accepts = |headers: Vec<(String, String)>| {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            call.accepts(call.secret, &headers, call.body.as_bytes(), call.now)
        };
        assert!(accepts(replaced(&value)), "{header}: the genuine one must pass");
        // Of a list, cut the entry that counts.
        let value = value.split(",v2=").next().unwrap_or_default().trim_end_matches(",v0=0");
        let cut = &value[..value.len() - 2];
        let padded = format!("{value}00");
        for forged in
            ["", "sha256=", "v1=", "v0=", "v1,", "t=1600000000,v1=", "not hex", "sha1=00", "md5=00", cut, &padded]
        {
            assert!(!accepts(replaced(forged)), "{header}: {forged}");
        }
        assert!(!accepts(call.headers[1..].iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect()), "{header}");
        assert!(!call.accepts("another secret, not it", &call.header_refs(), call.body.as_bytes(), call.now));
    }
}

#[test]
fn a_right_signature_under_another_algorithms_prefix_is_refused() {
    let mac = hmac_hex("secret", "body");
    for prefix in ["sha1=", "sha512=", "SHA256=", "sha256:", "sha256"] {
        let headers = [("x-hub-signature-256", format!("{prefix}{mac}"))];
        let headers = [(headers[0].0, headers[0].1.as_str())];
        assert!(!verified(&signing("x-hub-signature-256", Algorithm::Sha256), "secret", &headers, b"body", 0));
    }
}

#[test]
fn of_two_signature_headers_one_may_match_where_commas_separate_signatures_and_else_the_call_is_refused() {
    for call in genuine_calls() {
        let (header, genuine) = &call.headers[0];
        // The times have neither of these digits.
        let wrong = genuine.replace('5', "6").replace('a', "b");
        // This is how API Gateway hands over a header that came twice.
        for pair in [[genuine, &wrong], [&wrong, genuine], [genuine, genuine]] {
            let may_match = match *header {
                "x-pagerduty-signature" | "circleci-signature" => true,
                // What comes before the second `h1=` is no signature.
                "paddle-signature" => pair[1] == genuine,
                // Stripe's timestamp is there twice; the others have one signature, or spaces between several.
                _ => false,
            };
            let joined = pair.map(String::as_str).join(",");
            let mut headers = call.header_refs();
            headers[0].1 = &joined;
            let is_accepted = call.accepts(call.secret, &headers, call.body.as_bytes(), call.now);
            assert_eq!(is_accepted, may_match, "{header}: {joined}");
        }
    }
}

#[test]
fn a_right_signature_in_second_place_of_a_list_is_accepted() {
    let (now, wrong) = (1_600_000_000, "0".repeat(64));
    let second = |header: &str, secret: &str, value: String| {
        let signing = signing(header, Algorithm::Sha256);
        verified(&signing, secret, &[(header, &value)], b"{}", now)
    };
    let stripe = hmac_hex("whsec_verbatim_with_prefix", &format!("{now}.{{}}"));
    let stripe = format!("t={now},v1={wrong},v1={stripe}");
    assert!(second("stripe-signature", "whsec_verbatim_with_prefix", stripe));
    let paddle = format!("ts={now};h1={wrong};h1={}", hmac_hex("secret", &format!("{now}:{{}}")));
    assert!(second("paddle-signature", "secret", paddle));
    for names in
        [["webhook-signature", "webhook-id", "webhook-timestamp"], ["svix-signature", "svix-id", "svix-timestamp"]]
    {
        let mut call = standard(names);
        // Of another version, then wrong ones, then the one that counts.
        call.headers[0].1 = format!("v1a,{0} v1,{0} v1,AA== {STANDARD_SIGNATURE}", "A".repeat(43) + "=");
        assert!(call.is_accepted(), "{names:?}");
        call.headers[0].1 = format!("v1a,{0} v1,{0} v1,AA==", "A".repeat(43) + "=");
        assert!(!call.is_accepted(), "{names:?}");
    }
}

#[test]
fn gitea_and_its_relatives_sign_the_json_and_all_others_the_form_around_it() {
    for known in providers::all() {
        let is_gitea = ["gitea", "forgejo", "gogs"].contains(&known.provider.name);
        assert_eq!(known.scheme.forms == Forms::SignedPayload, is_gitea, "{}", known.provider.name);
    }
    let (json, form) = (r#"{"a": "z"}"#, "payload=%7B%22a%22%3A+%22z%22%7D");
    for header in ["x-gitea-signature", "sentry-hook-signature", "x-signature"] {
        // What is verified is what counts, not what arrived.
        let mac = hmac_hex("secret", json);
        let received = received(&[(header, &mac)], form.as_bytes(), 0);
        let proves = |body: &str| {
            let signed = Signed { received: &received, body: body.as_bytes(), values: &() };
            signing(header, Algorithm::Sha256).verify(Some(&secret("secret")), &signed).is_ok()
        };
        assert!(proves(json) && !proves(form), "{header}");
    }
}

#[test]
fn a_flood_of_signatures_is_cut_off() {
    let mac = hmac_hex("secret", "body");
    let value = format!("{}v1={mac}", format!("v1={},", "0".repeat(64)).repeat(MAX_SIGNATURES));
    let headers = [("x-pagerduty-signature", value.as_str())];
    assert!(!verified(&signing("x-pagerduty-signature", Algorithm::Sha256), "secret", &headers, b"body", 0));
}

#[test]
fn a_call_is_stale_beyond_the_tolerance_on_either_side() {
    for call in genuine_calls().into_iter().filter(|call| !matches!(call.signing.scheme().timing, Timing::None)) {
        let at = |offset| call.accepts(call.secret, &call.header_refs(), call.body.as_bytes(), call.now + offset);
        let header = &call.signing.means.header_name;
        assert!(at(300) && at(-300), "{header:?}");
        assert!(!at(301) && !at(-301), "{header:?}");
    }
}

proptest! {
    #[test]
    fn any_one_bit_change_of_the_body_is_refused(index: prop::sample::Index, bit in 0..8) {
        let calls = genuine_calls().into_iter().filter(|call| matches!(call.signing.scheme().proof, Proof::Mac(_)));
        for call in calls.filter(|call| !call.body.is_empty()) {
            let mut body = call.body.as_bytes().to_vec();
            let at = index.index(body.len());
            body[at] ^= 1_u8 << bit;
            prop_assert!(!call.accepts(call.secret, &call.header_refs(), &body, call.now));
        }
    }

    #[test]
    fn any_one_bit_change_of_the_signature_is_refused(index: prop::sample::Index, bit in 0..7) {
        for call in genuine_calls() {
            let value = call.headers[0].1.clone();
            let mut bytes = value.clone().into_bytes();
            let at = index.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            let Ok(forged) = String::from_utf8(bytes) else { continue };
            // Hexadecimal is not case-sensitive, and anything may surround the signature that counts.
            let beside = value.contains(&"0".repeat(64)) || (value.ends_with(",v0=0") && at >= value.len() - 5);
            let same = beside || forged.to_lowercase() == value.to_lowercase();
            let mut headers = call.header_refs();
            headers[0].1 = &forged;
            prop_assert!(same || !call.accepts(call.secret, &headers, call.body.as_bytes(), call.now), "{}", forged);
        }
    }

    #[test]
    fn no_header_and_no_body_panics(value: String, other: String, body: Vec<u8>, now: i64) {
        for scheme in BY_HEADER.iter().map(|known| known.scheme) {
            let signing = signing(scheme.header, scheme.algorithms.all()[0]);
            let names = ["x-slack-request-timestamp", "x-zm-request-timestamp", "webhook-id", "webhook-timestamp"];
            let names = names.into_iter().chain(["svix-id", "svix-timestamp"]);
            let headers: Vec<_> = names.map(|name| (name, other.as_str())).chain([(scheme.header, &*value)]).collect();
            prop_assert!(!verified(&signing, STANDARD_SECRET, &headers, &body, now));
            let _ = check_time_in_body(scheme, |_| Some(&other), Timestamp::from_unix_seconds(now));
        }
    }
}
