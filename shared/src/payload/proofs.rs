//! Calls whose proof, or what it signs, is in the body or the query, and the forgeries of each. They are made here as the
//! provider's page or code says, not as the table does.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest as _;

use super::*;
use crate::domain::id::RequestId;
use crate::domain::received::Received;
use crate::domain::secret::{HookSecret, SecretString};
use crate::domain::signature::provider::Worth;
use crate::domain::signature::{Options, Signed, check_time_in_body, providers};
use crate::domain::signing::{Means, Signing};
use crate::domain::timestamp::Timestamp;

const NOW: i64 = 1_764_403_200;
const SECRET: &str = "a secret of a provider";
const OTHER_SECRET: &str = "61206f74686572207365637265742c206e6f74206974";
/// What Adyen shows of `SECRET`.
const HEX_SECRET: &str = "6120736563726574206f6620612070726f7669646572";
const URL: &str = "https://example.com/webhook";
const JSON: &str = "application/json";

/// A call as its provider makes it.
#[derive(Clone)]
struct Call {
    provider: &'static str,
    options: BTreeMap<String, String>,
    secret: &'static str,
    headers: Vec<(&'static str, String)>,
    query: String,
    body: String,
    now: i64,
}

impl Call {
    fn new(provider: &'static str, content_type: &str, body: &str) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        let (options, query) = (BTreeMap::new(), String::new());
        Self { provider, options, secret: SECRET, headers, query, body: body.to_owned(), now: NOW }
    }

    fn with_option(mut self, name: &str, value: &str) -> Self {
        self.options.insert(name.to_owned(), value.to_owned());
        self
    }

    fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn with_query(self, query: &str) -> Self {
        Self { query: query.to_owned(), ..self }
    }

    fn with_body(&self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self.clone() }
    }

    fn signing(&self) -> Signing {
        let provider = providers::read(self.provider).unwrap();
        let options = Options::new(provider.options, &self.options).unwrap();
        let mut means = Means::of_provider(provider, None, None, options).unwrap();
        means.register(URL);
        Signing::without_secret(means)
    }

    fn is_accepted(&self) -> bool {
        self.is_accepted_with(self.body.as_bytes())
    }

    fn is_accepted_with(&self, body: &[u8]) -> bool {
        let received_at = Timestamp::from_unix_seconds(self.now);
        let received = Received {
            id: RequestId::at(received_at, [0; 10]),
            received_at,
            ip_address: None,
            headers: self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            query: self.query.clone(),
            body: body.to_vec().into(),
            retry_of: None,
            is_test: false,
        };
        let signing = self.signing();
        let payload = Payload::new(signing.scheme().forms, received.header("content-type"), &received.body);
        let signed = Signed { received: &received, body: &payload.signed(), values: &payload };
        let secret = HookSecret::trusted(SecretString::new(self.secret.to_owned()));
        let path = |place: &str| place.parse::<Path>().unwrap();
        let places: Vec<Path> = signing.scheme().body_places().map(path).collect();
        let found = payload.select(&places).unwrap_or_default();
        let texts: BTreeMap<String, &str> =
            places.iter().filter_map(|place| Some((place.to_string(), found.at(place)?.as_text()?))).collect();
        signing.verify(Some(&secret), &signed).is_ok()
            && check_time_in_body(signing.scheme(), |place| texts.get(place).copied(), received_at).is_ok()
    }
}

fn sha256(message: &str) -> Vec<u8> {
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sha1(message: &str) -> String {
    let mut mac = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn mailgun(time: i64, token: &str) -> String {
    let signature = hex::encode(sha256(&format!("{time}{token}")));
    format!(
        r#"{{"signature": {{"token": "{token}", "timestamp": "{time}", "signature": "{signature}"}}, "event-data": {{"event": "opened"}}}}"#
    )
}

/// One item of Adyen's, with a colon in the merchant's own reference.
fn adyen_item(psp: &str, reference: &str, value: u32) -> String {
    let signature = STANDARD.encode(sha256(&format!("{psp}::shop:{reference}:{value}:EUR:AUTHORISATION:true")));
    format!(
        r#"{{"NotificationRequestItem": {{"pspReference": "{psp}", "merchantAccountCode": "shop",
            "merchantReference": "{reference}", "amount": {{"value": {value}, "currency": "EUR"}},
            "eventCode": "AUTHORISATION", "success": "true", "additionalData": {{"hmacSignature": "{signature}"}}}}}}"#
    )
}

fn adyen(items: &[String]) -> Call {
    let body = format!(r#"{{"live": "false", "notificationItems": [{}]}}"#, items.join(", "));
    Call { secret: HEX_SECRET, ..Call::new("adyen", JSON, &body) }
}

fn dropbox_sign(time: i64, kind: &str) -> Call {
    let hash = hex::encode(sha256(&format!("{time}{kind}")));
    let json = format!(r#"{{"event": {{"event_time": "{time}", "event_type": "{kind}", "event_hash": "{hash}"}}}}"#);
    let body = format!("--x\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{json}\r\n--x--\r\n");
    Call::new("dropbox-sign", "multipart/form-data; boundary=x", &body)
}

/// One of every kind, each without whatever else the provider sends.
fn calls() -> Vec<Call> {
    let body = r#"[{"event": "document_state_changed"}]"#;
    let pandadoc = format!("signature={}", hex::encode(sha256(body)));
    let trello = r#"{"action": {"id": "1", "type": "updateCard"}}"#;
    let mandrill = r#"[{"event": "open", "msg": {"subject": "a&b=c+d %"}}]"#;
    let favro = r#"{"payloadId": "f1a2", "action": "added"}"#;
    let token = |place: &str| format!(r#"{{"{place}": "{SECRET}", "event": "x"}}"#);
    let kofi = form(&[("data", &token("verification_token"))]);
    vec![
        Call::new("pandadoc", JSON, body).with_query(&pandadoc),
        Call::new("mailgun", JSON, &mailgun(NOW, "e0b5477167110d68991efc6b9f89f0a11066af27834600e123")),
        adyen(&[adyen_item("8515", "order:1", 1130), adyen_item("8516", "", 0)]),
        dropbox_sign(NOW, "signature_request_sent"),
        Call::new("trello", JSON, trello).with_header("x-trello-webhook", sha1(&format!("{trello}{URL}"))),
        Call::new("mandrill", FORM, &form(&[("mandrill_events", mandrill)]))
            .with_header("x-mandrill-signature", sha1(&format!("{URL}mandrill_events{mandrill}"))),
        Call::new("favro", JSON, favro).with_header("x-favro-webhook", sha1(&format!("f1a2{URL}"))),
        Call::new("cisco-meraki", JSON, &token("sharedSecret")),
        Call::new("figma", JSON, &token("passcode")),
        Call::new("ko-fi", FORM, &kofi),
        Call::new("wufoo", FORM, &form(&[("Field1", "x"), ("HandshakeKey", SECRET)])),
        Call::new("mailchimp", FORM, "type=subscribe").with_query(&form(&[("a", "b"), ("secret", SECRET)])),
    ]
}

/// Those with keys, encodings and values of their own, which no other provider has.
fn odd_calls() -> Vec<Call> {
    let body = r#"{"a": "b"}"#;
    let hex_mac = |message: &str| hex::encode(sha256(message));
    let hash = |text: &str| hex::encode(sha2::Sha256::digest(text));
    let key = sha2::Sha256::digest(SECRET);
    let mut connectwise = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    connectwise.update(body.as_bytes());
    let connectwise = STANDARD.encode(connectwise.finalize().into_bytes());
    let mut solidgate = <Hmac<sha2::Sha512> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    solidgate.update(format!("wh_pk_1{body}wh_pk_1").as_bytes());
    let solidgate = STANDARD.encode(hex::encode(solidgate.finalize().into_bytes()));
    let cloudinary = hex::encode(sha1::Sha1::digest(format!("{body}{NOW}{SECRET}")));
    let worldpay = format!("other/SHA256/00,abc/1/SHA256/{}", hex_mac(body));
    let mercado = format!("ts={NOW},v1={}", hex_mac(&format!("id:abc1;request-id:r-1;ts:{NOW};")));
    let call = |provider| Call::new(provider, JSON, body);
    vec![
        call("hubspot-v1").with_header("x-hubspot-signature", hash(&format!("{SECRET}{body}"))),
        call("hubspot-v2").with_header("x-hubspot-signature", hash(&format!("{SECRET}POST{URL}{body}"))),
        call("cloudinary").with_header("x-cld-signature", cloudinary).with_header("x-cld-timestamp", NOW.to_string()),
        call("sellsy").with_header("x-webhook-signature", hex::encode(sha1::Sha1::digest(format!("{SECRET}{body}")))),
        call("worldpay").with_header("event-signature", worldpay),
        call("connectwise").with_header("x-content-signature", connectwise),
        call("solidgate").with_option("merchant", "wh_pk_1").with_header("signature", solidgate),
        call("tiktok-shop")
            .with_option("app_key", "6bkel3q5hs2b0")
            .with_header("authorization", hex_mac(&format!("6bkel3q5hs2b0{body}"))),
        call("mercado-pago")
            .with_query("data.id=ABC1&type=payment")
            .with_header("x-signature", mercado)
            .with_header("x-request-id", "r-1".to_owned()),
        braintree("PG5vdGlmaWNhdGlvbj4=\n"),
    ]
}

fn braintree(payload: &str) -> Call {
    let mut mac = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(&sha1::Sha1::digest(SECRET)).unwrap();
    mac.update(payload.as_bytes());
    let signature = format!("other_key|00&public_key|{}", hex::encode(mac.finalize().into_bytes()));
    Call::new("braintree", FORM, &form(&[("bt_signature", &signature), ("bt_payload", payload)]))
        .with_option("public_key", "public_key")
}

#[test]
fn odd_calls_are_accepted_and_forged_ones_refused() {
    for call in odd_calls() {
        assert!(call.is_accepted(), "{}", call.provider);
        assert!(!Call { secret: OTHER_SECRET, ..call.clone() }.is_accepted(), "{}: another secret", call.provider);
        if call.signing().scheme().worth() == Worth::Verified {
            assert!(!call.with_body(r#"{"a": "c"}"#).is_accepted(), "{}: another body", call.provider);
            assert!(!call.with_body("").is_accepted(), "{}: no body", call.provider);
        }
        // Braintree's public key is for its handshake.
        for (name, value) in call.options.clone().into_iter().filter(|_| call.provider != "braintree") {
            assert!(!call.clone().with_option(&name, &format!("{value}1")).is_accepted(), "{}: {name}", call.provider);
        }
        for at in 1..call.headers.len() {
            let mut other = call.clone();
            other.headers[at].1 = other.headers[at].1.replace('1', "2").replace('0', "3").replace('=', "");
            assert!(other.headers == call.headers || !other.is_accepted(), "{}: another header", call.provider);
        }
        assert!(call.query.is_empty() || !call.clone().with_query("data.id=abc2").is_accepted());
    }
}

/// An attacker who has captured a call can hash it further without the secret, behind the hash's own padding.
#[test]
fn a_captured_body_with_the_padding_of_its_hash_is_refused_under_its_own_hash() {
    for body in [b"{}\x80".as_slice(), b"{}\x80\x00\x00{}", b"\x80"] {
        let hash = hex::encode(sha2::Sha256::digest([SECRET.as_bytes(), body].concat()));
        let call = Call::new("hubspot-v1", JSON, "").with_header("x-hubspot-signature", hash);
        assert!(!call.is_accepted_with(body), "{body:?}");
    }
}

/// Braintree asks whether the URL is there by having a stranger's text signed. None of that has a line's end.
#[test]
fn what_braintrees_check_of_the_url_has_signed_is_no_delivery() {
    for challenge in ["20f9f8ed05f77439fe955c977e4c8a53", "PG5vdGlmaWNhdGlvbj4=", "", "\n x\n"] {
        assert!(!braintree(challenge).is_accepted(), "{challenge:?}");
    }
}

#[test]
fn a_genuine_call_of_each_is_accepted() {
    for call in calls() {
        assert!(call.is_accepted(), "{}", call.provider);
    }
}

#[test]
fn another_secret_and_no_proof_at_all_are_refused() {
    for call in calls() {
        assert!(!Call { secret: OTHER_SECRET, ..call.clone() }.is_accepted(), "{}", call.provider);
        let bare = Call { headers: call.headers[..1].to_vec(), query: String::new(), ..call.clone() };
        for body in ["", "{}", "[]", "null", "x", "{", "a=b", r#"{"notificationItems": []}"#] {
            assert!(!bare.with_body(body).is_accepted(), "{}: {body}", call.provider);
        }
    }
}

#[test]
fn a_changed_body_is_refused_where_the_proof_covers_it() {
    for call in calls().into_iter().filter(|call| call.signing().scheme().worth() == Worth::Verified) {
        let mut body = call.body.clone();
        let last = body.pop().unwrap();
        body.push(if last == 'x' { 'y' } else { 'x' });
        assert!(!call.with_body(&body).is_accepted(), "{}", call.provider);
    }
}

#[test]
fn a_proof_that_is_there_twice_in_the_query_or_of_another_type_in_the_body_is_refused() {
    for call in calls().into_iter().filter(|call| !call.query.is_empty()) {
        let query = call.query.clone();
        for twice in [format!("{query}&{query}"), format!("signature=&secret=&{query}")] {
            assert!(!call.clone().with_query(&twice).is_accepted(), "{}: {twice}", call.provider);
        }
    }
    for proof in ["null", "[\"a secret of a provider\"]", "{}", "true", "\"\"", "\"a secret of a provide\""] {
        let body = format!(r#"{{"passcode": {proof}}}"#);
        assert!(!Call::new("figma", JSON, &body).is_accepted(), "{body}");
    }
    // The last member counts, here and for the variables.
    let first = format!(r#"{{"passcode": "{SECRET}", "passcode": "another"}}"#);
    assert!(!Call::new("figma", JSON, &first).is_accepted());
}

#[test]
fn every_value_that_is_signed_counts() {
    for call in calls() {
        for (from, to) in [
            ("\"timestamp\": \"1764403200\"", "\"timestamp\": \"1764403201\""),
            ("\"token\": \"e0b5", "\"token\": \"e0b6"),
            ("\"pspReference\": \"8516\"", "\"pspReference\": \"8517\""),
            ("\"value\": 1130", "\"value\": 1131"),
            ("\"value\": 0,", "\"value\": null,"),
            ("\"success\": \"true\"", "\"success\": \"false\""),
            ("\"success\": \"true\"", "\"success\": [\"true\"]"),
            ("\"merchantReference\": \"order:1\"", "\"merchantReference\": \"order:2\""),
            ("\"event_type\": \"signature_request_sent\"", "\"event_type\": \"signature_request_all_signed\""),
            ("\"payloadId\": \"f1a2\"", "\"payloadId\": \"f1a3\""),
        ] {
            let changed = call.with_body(&call.body.replace(from, to));
            assert!(changed.body == call.body || !changed.is_accepted(), "{}: {to}", call.provider);
        }
    }
}

#[test]
fn all_items_of_a_batch_must_be_proven() {
    let item = |value| adyen_item("8515", "1", value);
    let forged = item(1).replace("\"value\": 1,", "\"value\": 100,");
    let unsigned = item(1).replace("hmacSignature", "other");
    for items in
        [vec![item(1), forged.clone()], vec![forged, item(1)], vec![item(1), unsigned], vec![item(1), "{}".into()]]
    {
        assert!(!adyen(&items).is_accepted(), "{items:?}");
    }
    assert!(adyen(&vec![item(1); 256]).is_accepted());
    assert!(!adyen(&vec![item(1); 257]).is_accepted(), "who sends it must not choose how long it takes");
    // The last member of a name is what the variables see.
    let two = adyen(&[item(1)]).body.replace("\"live\"", "\"notificationItems\": [], \"live\"");
    assert!(adyen(&[]).with_body(&two).is_accepted());
    let two = adyen(&[item(1)]).body.replace("]}", "], \"notificationItems\": [{}]}");
    assert!(!adyen(&[]).with_body(&two).is_accepted());
}

/// A signature covers the text, and not where one value ends and the next begins.
#[test]
fn a_captured_item_with_its_borders_moved_is_refused() {
    let item = adyen_item("8515", "order:1", 5);
    let moved = item.replace("\"shop\"", "\"shop:order\"").replace("\"order:1\"", "\"1\"");
    assert!(adyen(&[item]).is_accepted() && !adyen(&[moved]).is_accepted());
    let body = mailgun(NOW, "e0b5");
    let moved = body.replace("1764403200", "17644032").replace("e0b5", "00e0b5");
    assert!(Call::new("mailgun", JSON, &body).is_accepted() && !Call::new("mailgun", JSON, &moved).is_accepted());
}

#[test]
fn a_time_in_the_body_that_is_too_old_or_to_come_is_refused() {
    for (call, tolerance) in [(calls().remove(1), 300), (dropbox_sign(NOW, "a"), 48 * 3_600)] {
        for (by, is_accepted) in
            [(tolerance, true), (-tolerance, true), (tolerance + 1, false), (-tolerance - 1, false)]
        {
            assert_eq!(Call { now: NOW + by, ..call.clone() }.is_accepted(), is_accepted, "{} {by}", call.provider);
        }
    }
}

/// The vector of `@adyen/api-library`, in the test of its validator.
#[test]
fn the_published_vector_of_adyen_is_accepted() {
    let body = r#"{"live": "false", "notificationItems": [{"NotificationRequestItem": {"additionalData": {
        "hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="}, "amount": {"value": 1130, "currency": "EUR"},
        "pspReference": "7914073381342284", "eventCode": "AUTHORISATION", "eventDate": "2019-05-06T17:15:34.121+02:00",
        "merchantAccountCode": "TestMerchant", "operations": ["CANCEL", "CAPTURE", "REFUND"],
        "merchantReference": "TestPayment-1407325143704", "paymentMethod": "visa", "success": "true"}}]}"#;
    let call = Call::new("adyen", JSON, body);
    let call = Call { secret: "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", ..call };
    assert!(call.is_accepted());
    assert!(!call.with_body(&body.replace("1130", "1131")).is_accepted());
}
