//! Providers that sign in several forms, or in one that no other has, and what they have published of it.

use super::families::{BODY, Call, NOW, SECRET, base64_of, hex_of};
use super::*;

#[test]
fn the_published_vector_of_plain_is_accepted() {
    // https://github.com/team-plain/typescript-sdk, src/tests/verify-plain-webhook.test.ts
    let signature = "1bff4699de4fb5202a4b1e6cefd7b5fdfb02d19a67a1eb371dd417a45b0a47df";
    let call = |body: &str| {
        let mut call = Call::new("plain", vec![("plain-request-signature", signature.to_owned())]);
        call.body = body.as_bytes().to_vec();
        call.with_secret("secret").is_accepted()
    };
    assert!(call("hello-world"));
    assert!(!call("hello-world!"));
}

#[test]
fn the_time_in_a_body_of_plain_is_five_minutes_off_at_most() {
    const PLACE: &str = "webhookMetadata.webhookDeliveryAttemptTimestamp";
    let scheme = providers::read("plain").unwrap().main().scheme;
    let arrives_in_time = |sent_at: &'static str| {
        let received_at = Timestamp::from_unix_seconds(NOW);
        check_time_in_body(scheme, |place| (place == PLACE).then_some(sent_at), received_at).is_ok()
    };
    for at in ["2025-11-29T07:55:00.000Z", "2025-11-29T08:00:00Z", "2025-11-29T08:05:00Z"] {
        assert!(arrives_in_time(at), "{at}");
    }
    for at in ["2025-11-29T07:54:59.999Z", "2025-11-29T08:05:00.001Z", "1764403200", ""] {
        assert!(!arrives_in_time(at), "{at}");
    }
    assert!(check_time_in_body(scheme, |_| None, Timestamp::from_unix_seconds(NOW)).is_err());
}

#[test]
fn those_whose_manual_and_calls_differ_may_sign_in_hex_or_base64() {
    let mut sha1 = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    sha1.update(BODY.as_bytes());
    let sha1 = sha1.finalize().into_bytes();
    let genuine = [
        ("shopline", "x-shopline-hmac-sha256", hex_of(BODY), base64_of(BODY)),
        ("mongodb-atlas", "x-mms-signature", hex::encode(sha1), STANDARD.encode(sha1)),
    ];
    for (provider, header, hex, base64) in genuine {
        for signature in [&hex, &base64] {
            assert!(Call::new(provider, vec![(header, signature.clone())]).is_accepted(), "{provider}: {signature}");
        }
        for forged in [&hex[..16], &base64[..8], &hex.replace(&hex[..1], "x")] {
            assert!(!Call::new(provider, vec![(header, forged.to_owned())]).is_accepted(), "{provider}: {forged}");
        }
    }
}

#[test]
fn vapi_signs_with_or_without_a_prefix_or_sends_its_secret() {
    let mut by_secret = Call::new("vapi", vec![("x-vapi-secret", SECRET.to_owned())]);
    by_secret.header_name = Some("x-vapi-secret");
    let signed = |signature| Call::new("vapi", vec![("x-vapi-signature", signature)]);
    for call in [signed(hex_of(BODY)), signed(format!("sha256={}", hex_of(BODY))), by_secret.clone()] {
        assert!(call.is_accepted(), "{:?}", call.header_name);
    }
    for call in [signed(SECRET.to_owned()), by_secret.with_secret("another secret")] {
        assert!(!call.is_accepted(), "{:?}", call.header_name);
    }
}

#[test]
fn sinch_signs_a_nonce_and_a_time_behind_the_body() {
    let call = |body: &str, nonce: &str, time: i64| {
        let signature = base64_of(&format!("{BODY}.one.{NOW}"));
        let headers = vec![
            ("x-sinch-webhook-signature", signature),
            ("x-sinch-webhook-signature-nonce", nonce.to_owned()),
            ("x-sinch-webhook-signature-timestamp", time.to_string()),
        ];
        let mut call = Call::new("sinch", headers);
        call.body = body.as_bytes().to_vec();
        call.is_accepted()
    };
    assert!(call(BODY, "one", NOW));
    assert!(!call(BODY, "two", NOW));
    assert!(!call(BODY, "one", NOW + 1));
    assert!(!call(&format!("{BODY}.one"), "", NOW));
    let (start, end) = BODY.split_at(BODY.len() - 1);
    assert!(!call(start, &format!("{end}.one"), NOW));
}

#[test]
fn the_first_signature_of_outpost_counts_while_it_replaces_a_secret() {
    let header = |first: String, second: String| vec![("x-outpost-signature", format!("v0={first},{second}"))];
    let (genuine, other) = (hex_of(BODY), hmac_hex("the old secret", BODY));
    assert!(Call::new("outpost", header(genuine.clone(), other.clone())).is_accepted());
    assert!(!Call::new("outpost", header(other, genuine)).is_accepted());
}

#[test]
fn the_last_signature_of_persona_counts_while_it_replaces_a_secret() {
    let signed = format!("{NOW}.{BODY}");
    let (genuine, other) = (hex_of(&signed), hmac_hex("the old secret", &signed));
    let is_accepted = |value: String| Call::new("persona", vec![("persona-signature", value)]).is_accepted();
    assert!(is_accepted(format!("t={NOW},v1={genuine}")));
    assert!(is_accepted(format!("t={NOW},v1={other} t={NOW},v1={genuine}")));
    assert!(!is_accepted(format!("t={NOW},v1={genuine} t={NOW},v1={other}")));
    assert!(!is_accepted(format!("t={},v1={genuine}", NOW + 1)));
}
