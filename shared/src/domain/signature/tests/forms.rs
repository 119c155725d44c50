//! Providers that sign in several forms, or in one that no other has, and what they have published of it.

use super::families::{BODY, Call, NOW, SECRET, URL, base64_of, hex_of};
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
fn the_published_call_of_freshchat_is_accepted_with_its_key_in_one_line_or_several() {
    // https://github.com/nyaruka/courier, handlers/freshchat/handler_test.go
    const KEY: &str = "-----BEGIN RSA PUBLIC KEY----- MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuGJLF4hTTtxWogT6dNkGf3CEgLAR2mGJzlds5cNbrHFoJNFnmVhkRYGzLYxx4EtDiezNCZVHfyMI2AKuNSQW2fEdDatVIG+q3Zr/X9eeDl8kQOGy804J/fgCYDrN8RQu0n5Dh1inv4puca0wb29SCvoAwrWb33ehDBIvv6+rUKBdjtv2xTV65kNiVDo5VRCaYRVeE10osxeONgw55HVY4nczuxnR+dmc2282de6WHe5LXtr0ZBdJ8yttFOLIluZ/sNM5DIWZBkIWQhyT581tbA7bTpsIbrT/IMBlmioIILw8WGtI7zcmNkjU5dnq5HnlVKEDhj/Ug/dLiyno8+Vp7QIDAQAB -----END RSA PUBLIC KEY-----";
    const SIGNATURE: &str = "AhrmypOSWoewHG6LmIRuWjxyokuMDmPklrSU9p0gpUNjdSRCJzvpL6rjuTi5poV/ZLzWRWNM7X9yWjT5m9YFPshYrvigcd1ph4Ot2xmaJGYoUNJHijQccE6oDtDIp6i/8oLRafHgObQnGukZWPbP9OE5EiKz/VcsMP0Wv7hawI/sfIviM0w+6fNOKXWi0jDBH9ap1mj5CqOUOojni7OD5iYmIrjV/h33dyNmbvAta9E+trzcEhYqxfHIN4Z8R2FsatfRHWicoQ4PE5cQ8+UONVya8qr85nQ9w8N7Ql7yNg9fEViYG4/W/JnGEbPPEf8WrYtKzoVyuupDz4mVHdfKWg==";
    const BODY: &str = r#"{"actor":{"actor_type":"user","actor_id":"882f3926-b292-414b-a411-96380db373cd"},"action":"message_create","action_time":"2019-06-21T17:43:20.875Z","data":{"message":{"message_parts":[{"text":{"content":"Test 2"}}],"app_id":"55b190fa-5d3c-45c4-bc49-74ddcfcf53d7","actor_id":"882f3926-b292-414b-a411-96380db373cd","id":"7a454fde-c720-4c97-a61d-0ffe70449eb6","channel_id":"c8fddfaf-622a-4a0e-b060-4f3ccbeab606","conversation_id":"c327498e-f713-481e-8d83-0603e03d2521","message_type":"normal","actor_type":"user","created_time":"2019-06-21T17:43:20.866Z"}}}"#;
    let call = |key: &str, body: &str| {
        let mut call = Call::new("freshchat", vec![("x-freshchat-signature", SIGNATURE.to_owned())]);
        call.body = body.as_bytes().to_vec();
        call.with_option("public_key", key).is_accepted()
    };
    let lines = KEY.replace("----- ", "-----\n").replace(" -----", "\n-----");
    for key in [KEY, &lines] {
        assert!(call(key, BODY), "{key}");
        assert!(!call(key, &BODY.replace("Test 2", "Test 3")), "{key}");
    }
}

#[test]
fn the_published_vector_of_wise_is_accepted() {
    // https://github.com/transferwise/digital-signatures-examples, verify-webhook-signature/verify-signature.js
    let key = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwpb91cEYuyJNQepZAVfPZIlPZfNUefH+n6w9SW3fykqKu938cR7WadQv87oF2VuT+fDt7kqeRziTmPSUhqPUys/V2Q1rlfJuXbE+Gga37t7zwd0egQ+KyOEHQOpcTwKmtZ81ieGHynAQzsn1We3jwt760MsCPJ7GMT141ByQM+yW1Bx+4SG3IGjXWyqOWrcXsxAvIXkpUD/jK/L958CgnZEgz0BSEh0QxYLITnW1lLokSx/dTianWPFEhMC9BgijempgNXHNfcVirg1lPSygz7KqoKUN0oHqWLr2U1A+7kqrl6O2nx3CKs1bj1hToT1+p4kcMoHXA7kA+VBLUpEsVwIDAQAB";
    let signature = "wKcKCYXAzxNgiu7xmoDm943NUni7Rz33QN8JkEA9dWSGebgndonabgSj18Y4C08OrwVmueGsED2s00M7DtJVcYKOS1i3G4TMVx+mgM3aL9djMBkQtiYNBFUd6wrPI7ZUNHv/TrlKSjTMc+6JFvUvJ7owY3z85e3I4jLRLJowMFvO8kvCJ60+1pY9wDwZvtZ//WS93LrwGjk9Dvwzpmu0w+P4J75tETT5qC3Uv0y5G2yO8SEoO3yNP/tg/BOli02niHb53vEOUWUb9bly6thnfMoXoiV/osoGxgF20R58RlvkAmezyyl1Sv542TfS2DpiwVnmjjjkCyXeSUcKookYLQ==";
    let body = r#"{"data":{"resource":{"id":49983981,"profile_id":16055450,"account_id":14124090,"type":"transfer"},"current_state":"incoming_payment_waiting","previous_state":null,"occurred_at":"2021-08-23T10:12:50Z"},"subscription_id":"90aa8e14-4ef1-4a56-861c-f3c9cde097ea","event_type":"transfers#state-change","schema_version":"2.0.0","sent_at":"2021-08-23T10:12:50Z"}"#;
    let call = |body: &str| {
        let mut call = Call::new("wise", vec![("x-signature-sha256", signature.to_owned())]);
        call.body = body.as_bytes().to_vec();
        call.with_option("public_key", key).is_accepted()
    };
    assert!(call(body));
    assert!(!call(&body.replace("49983981", "49983982")));
}

#[test]
fn what_contentfuls_toolkit_signs_is_accepted_with_the_headers_that_it_lists_alone() {
    // `signRequest` of @contentful/node-apps-toolkit 3.16.1
    const SECRET: &str = "q_Z+0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX";
    let call = |(changed, value): (&str, &str), url: &str| {
        let headers = [
            ("x-contentful-signature", "b03bbcc6dd70d6e200ef4830caa0420303ad2cb1f6ec09ae3f4ddf0e75e65ccd"),
            (
                "x-contentful-signed-headers",
                "content-type,x-contentful-signed-headers,x-contentful-timestamp,x-contentful-topic",
            ),
            ("x-contentful-timestamp", "1764403200000"),
            ("x-contentful-topic", " ContentManagement.Entry.publish"),
            ("content-type", "application/vnd.contentful.management.v1+json; charset=utf-8"),
        ];
        let headers = headers.map(|(name, known)| (name, if name == changed { value } else { known }.to_owned()));
        let mut call = Call::new("contentful", headers.into());
        call.body = r#"{"sys":{"id":"é"}}"#.as_bytes().to_vec();
        call.with_secret(SECRET).with_option("url", url).is_accepted()
    };
    let url = "https://hooks.example.com/contentful?space=a%20b&x=1";
    assert!(call(("", ""), url));
    assert!(!call(("", ""), "https://hooks.example.com/contentful?space=a%20b&x=2"));
    for changed in [
        ("x-contentful-topic", "ContentManagement.Entry.delete"),
        ("content-type", "application/json"),
        ("x-contentful-timestamp", "1764403200001"),
        ("x-contentful-signed-headers", "content-type,x-contentful-signed-headers,x-contentful-timestamp"),
        ("x-contentful-signed-headers", ""),
    ] {
        assert!(!call(changed, url), "{changed:?}");
    }
}

#[test]
fn the_signature_of_savvycal_is_accepted_in_capitals() {
    let call = |signature: String| Call::new("savvycal", vec![("x-savvycal-signature", signature)]).is_accepted();
    assert!(call(format!("sha256={}", hex_of(BODY).to_uppercase())));
    assert!(!call(format!("sha256={}", hex_of("{}").to_uppercase())));
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

/// Of any other body, Twilio signs the address with its digest.
#[test]
fn a_body_of_twilio_that_is_no_form_is_proven_by_its_digest_whatever_the_address_says() {
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(BODY.as_bytes()));
    let mut mac = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{URL}?bodySHA256={digest}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let call = Call::new("twilio", Vec::new()).with_option("url", URL);
    let accepts = |query: &str, body: &str| {
        let mut received = received(&[("x-twilio-signature", &signature)], body.as_bytes(), NOW);
        received.query = query.to_owned();
        let signed = Signed { received: &received, body: body.as_bytes(), values: &() };
        call.signing().verify(Some(&secret(SECRET)), &signed).is_ok()
    };
    assert!(accepts(&format!("bodySHA256={digest}"), BODY));
    assert!(accepts("bodySHA256=anything", BODY), "the digest is made here");
    assert!(!accepts(&format!("bodySHA256={digest}"), "{}"));
    assert!(!accepts("", BODY));
    // A form whose one field looks like what was signed.
    assert!(!accepts("", &format!("%3FbodySHA256%3D{digest}=")));
}
