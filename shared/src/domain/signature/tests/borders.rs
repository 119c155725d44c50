//! Captured calls whose signed bytes are cut into other parts.

use super::*;

#[test]
fn a_captured_call_with_its_borders_moved_is_refused() {
    // A sender whose body begins with a time, as a batch of lines may: one signature, and two calls that it fits.
    let (now, key) = ("1600000000", STANDARD_SECRET.strip_prefix("whsec_").unwrap());
    let mac = |message: &str| {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(&STANDARD.decode(key).unwrap()).unwrap();
        mac.update(message.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    for [name, id, time] in
        [["webhook-signature", "webhook-id", "webhook-timestamp"], ["svix-signature", "svix-id", "svix-timestamp"]]
    {
        let signature = mac(&format!("msg_1.{now}.{now}.{{}}"));
        let accepts = |parts: [&str; 3]| {
            let headers = [(name, signature.as_str()), (id, parts[0]), (time, parts[1])];
            verified(&signing(name, Algorithm::Sha256), STANDARD_SECRET, &headers, parts[2].as_bytes(), 1_600_000_000)
        };
        let (moved, body) = (format!("msg_1.{now}"), format!("{now}.{{}}"));
        assert!(accepts(["msg_1", now, &body]), "{name}");
        assert!(!accepts([&moved, now, "{}"]), "{name}: another id, and a part of the body");
        // An id with a border in it is refused even where it is the sender's own.
        let headers = [(name, mac(&format!("msg.1.{now}.{{}}"))), (id, "msg.1".to_owned()), (time, now.to_owned())];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let received = received(&headers, b"{}", 1_600_000_000);
        let signed = Signed { received: &received, body: b"{}", values: &() };
        let refused = signing(name, Algorithm::Sha256).verify(Some(&secret(STANDARD_SECRET)), &signed).unwrap_err();
        let reason = format!(
            "The signature is right, but the header `{id}` must be visible ASCII characters other than `.`. With anything \
             else, the signature would also fit another call."
        );
        assert_eq!(refused.to_string(), reason);
    }
}

#[test]
fn a_time_that_is_not_all_digits_is_refused_under_its_own_signature() {
    for time in ["+1600000000", " 1600000000", "1600000000.0", "0000001600000000", "1_600_000_000", ""] {
        let mac = hmac_hex("secret", &format!("v0:{time}:{{}}"));
        for (name, header) in
            [("x-slack-signature", "x-slack-request-timestamp"), ("x-zm-signature", "x-zm-request-timestamp")]
        {
            let headers = [(name, format!("v0={mac}")), (header, time.to_owned())];
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert!(!verified(&signing(name, Algorithm::Sha256), "secret", &headers, b"{}", 1_600_000_000), "{time:?}");
        }
        for (name, border, entry) in [("stripe-signature", '.', "t={},v1="), ("paddle-signature", ':', "ts={};h1=")] {
            let mac = hmac_hex("secret", &format!("{time}{border}{{}}"));
            let value = format!("{}{mac}", entry.replace("{}", time));
            let headers = [(name, value.as_str())];
            assert!(!verified(&signing(name, Algorithm::Sha256), "secret", &headers, b"{}", 1_600_000_000), "{time:?}");
        }
        // Of a time in the body, what is signed is the body.
        let linear = providers::find("linear-signature", Algorithm::Sha256).scheme;
        let millis = format!("{time}000");
        assert!(
            check_time_in_body(linear, |_| Some(&millis), Timestamp::from_unix_seconds(1_600_000_000)).is_err(),
            "{time:?}"
        );
    }
}

#[test]
fn two_timestamps_in_one_header_are_refused() {
    let (body, now) = ("{}", 1_600_000_000);
    let mac = hmac_hex("secret", &format!("{now}.{body}"));
    let value = format!("t={now},t=1,v1={mac}");
    let headers = [("stripe-signature", value.as_str())];
    assert!(!verified(&signing("stripe-signature", Algorithm::Sha256), "secret", &headers, body.as_bytes(), now));
}
