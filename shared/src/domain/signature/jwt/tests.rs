//! Tokens as their providers make them, and the forgeries that each must refuse.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::super::tests::families::{BODY, Call, NOW, SECRET, URL};
use super::*;

fn signed_with(secret: &str, algorithm: Algorithm, claims: &Value) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn signed(claims: &Value) -> String {
    signed_with(SECRET, Algorithm::HS256, claims)
}

fn hex_hash(of: &str) -> String {
    hex::encode(Sha256::digest(of))
}

/// What each provider says of a call that it makes now.
fn claims_of(provider: &str) -> Value {
    let (exp, base64) = (NOW + 300, STANDARD.encode(Sha256::digest(BODY)));
    match provider {
        "atlassian-connect" => {
            json!({ "iss": "a-client-key", "iat": NOW, "exp": exp, "qsh": hex_hash("POST&/webhook&") })
        }
        "bird" => json!({
            "iss": "MessageBird", "nbf": NOW, "exp": exp, "jti": "1",
            "url_hash": hex_hash(URL), "payload_hash": hex_hash(BODY),
        }),
        "fusionauth" => json!({ "iss": "acme.com", "iat": NOW, "request_body_sha256": base64 }),
        "livekit" => json!({ "iss": "an API key", "nbf": NOW, "exp": exp, "sha256": base64 }),
        "monday" => json!({ "accountId": 1, "aud": URL, "iat": NOW, "exp": exp, "shortLivedToken": "x" }),
        "netlify" => json!({ "iss": "netlify", "sha256": hex_hash(BODY) }),
        "vonage" => json!({ "iss": "Vonage", "iat": NOW, "jti": "1", "payload_hash": hex_hash(BODY) }),
        other => panic!("{other} sends no token"),
    }
}

fn with_token(provider: &'static str, token: &str) -> Call {
    let (header, word, is_addressed) = match provider {
        "atlassian-connect" => ("authorization", "JWT ", true),
        "bird" => ("messagebird-signature-jwt", "", true),
        "fusionauth" => ("x-fusionauth-signature-jwt", "", false),
        "monday" => ("authorization", "", true),
        "netlify" => ("x-webhook-signature", "", false),
        "vonage" => ("authorization", "Bearer ", false),
        _ => ("authorization", "", false),
    };
    let call = Call::new(provider, vec![(header, format!("{word}{token}"))]);
    if is_addressed { call.with_option("url", URL) } else { call }
}

const PROVIDERS: [&str; 7] = ["atlassian-connect", "bird", "fusionauth", "livekit", "monday", "netlify", "vonage"];

fn of(provider: &'static str) -> Call {
    with_token(provider, &signed(&claims_of(provider)))
}

/// A genuine call of each provider that sends tokens.
pub(in super::super) fn calls() -> Vec<Call> {
    PROVIDERS.map(of).to_vec()
}

/// The same call, but for what the token says.
fn saying(provider: &'static str, change: impl Fn(&mut Claims)) -> Call {
    let mut claims = claims_of(provider);
    change(claims.as_object_mut().unwrap());
    with_token(provider, &signed(&claims))
}

fn without(provider: &'static str, claim: &str) -> Call {
    saying(provider, |claims| drop(claims.remove(claim).unwrap()))
}

fn with(provider: &'static str, claim: &str, value: &Value) -> Call {
    saying(provider, |claims| drop(claims.insert(claim.to_owned(), value.clone())))
}

#[test]
fn a_token_under_another_secret_is_refused() {
    for provider in PROVIDERS {
        let token = signed_with("a secret of someone else", Algorithm::HS256, &claims_of(provider));
        assert!(!with_token(provider, &token).is_accepted(), "{provider}");
    }
}

/// The header of a token is the sender's word. It must not choose how the rest is read.
#[test]
fn a_token_chooses_neither_its_algorithm_nor_its_key() {
    for provider in PROVIDERS {
        let genuine = signed(&claims_of(provider));
        let (signed_part, signature) = genuine.rsplit_once('.').unwrap();
        let claims = signed_part.split_once('.').unwrap().1;
        let under = |header: &Value| URL_SAFE_NO_PAD.encode(header.to_string());
        for algorithm in ["none", "None", "nOnE", "", "RS256", "ES256", "PS256", "EdDSA", "HS1", "hs256"] {
            let header = under(&json!({ "alg": algorithm, "typ": "JWT" }));
            for signature in [signature, ""] {
                let forged = format!("{header}.{claims}.{signature}");
                assert!(!with_token(provider, &forged).is_accepted(), "{provider} {algorithm}");
            }
            assert!(!with_token(provider, &format!("{header}.{claims}")).is_accepted(), "{provider} {algorithm}");
        }
        let own = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("a key of the forger") });
        let header = Header {
            jwk: serde_json::from_value(own).unwrap(),
            jku: Some("https://forger.example/keys".to_owned()),
            kid: Some("../../dev/null".to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let key = EncodingKey::from_secret(b"a key of the forger");
        let forged = encode(&header, &claims_of(provider), &key).unwrap();
        assert!(!with_token(provider, &forged).is_accepted(), "{provider}");
    }
}

#[test]
fn only_the_algorithms_of_the_provider_are_taken() {
    for provider in PROVIDERS {
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            let token = signed_with(SECRET, algorithm, &claims_of(provider));
            let expected = ["bird", "fusionauth"].contains(&provider);
            assert_eq!(with_token(provider, &token).is_accepted(), expected, "{provider} {algorithm:?}");
        }
    }
}

#[test]
fn a_token_ends_and_begins_when_it_says_but_for_ten_seconds() {
    for provider in PROVIDERS {
        for (claim, at, is_accepted) in [
            ("exp", NOW - 9, true),
            ("exp", NOW - 10, false),
            ("exp", 0, false),
            ("nbf", NOW + 10, true),
            ("nbf", NOW + 11, false),
        ] {
            let call = with(provider, claim, &json!(at));
            assert_eq!(call.is_accepted(), is_accepted, "{provider} {claim} {at}");
        }
        for claim in ["exp", "nbf"] {
            for value in [json!("soon"), json!(null), json!(-1), json!({}), json!(1e300)] {
                assert!(!with(provider, claim, &value).is_accepted(), "{provider} {claim} {value}");
            }
        }
    }
    for provider in ["atlassian-connect", "bird", "livekit", "monday"] {
        assert!(!without(provider, "exp").is_accepted(), "{provider}");
    }
}

#[test]
fn a_token_without_an_end_counts_for_five_minutes_where_the_provider_dates_it() {
    for (by, is_accepted) in [(300, true), (-300, true), (301, false), (-301, false)] {
        let call = Call { now: NOW + by, ..of("vonage") };
        assert_eq!(call.is_accepted(), is_accepted, "{by}");
    }
    assert!(!without("vonage", "iat").is_accepted());
    assert!(!with("vonage", "iat", &json!("now")).is_accepted());
}

#[test]
fn another_issuer_is_refused_where_the_provider_names_itself() {
    for provider in ["bird", "netlify"] {
        for issuer in [json!("someone"), json!(1), json!(["someone"]), json!("")] {
            assert!(!with(provider, "iss", &issuer).is_accepted(), "{provider} {issuer}");
        }
        assert!(!without(provider, "iss").is_accepted(), "{provider}");
    }
}

#[test]
fn a_token_for_another_address_is_refused() {
    let elsewhere = "https://example.com/webhook2";
    for audience in [json!(elsewhere), json!([elsewhere]), json!([]), json!(null), json!({ "url": URL }), json!(1)] {
        assert!(!with("monday", "aud", &audience).is_accepted(), "{audience}");
    }
    assert!(with("monday", "aud", &json!([elsewhere, URL])).is_accepted());
    assert!(!without("monday", "aud").is_accepted());
    assert!(!with("bird", "url_hash", &json!(hex_hash(elsewhere))).is_accepted());
    assert!(!without("bird", "url_hash").is_accepted());
    for request in ["POST&/webhook2&", "GET&/webhook&", "POST&/webhook&x=1", "POST&/&"] {
        assert!(!with("atlassian-connect", "qsh", &json!(hex_hash(request))).is_accepted(), "{request}");
    }
    // Pages in a browser get tokens with this one.
    assert!(!with("atlassian-connect", "qsh", &json!("context-qsh")).is_accepted());
    assert!(!without("atlassian-connect", "qsh").is_accepted());
}

#[test]
fn a_token_without_the_hash_of_the_body_proves_no_more_than_an_empty_one() {
    for (provider, claim) in [
        ("bird", "payload_hash"),
        ("fusionauth", "request_body_sha256"),
        ("livekit", "sha256"),
        ("netlify", "sha256"),
        ("vonage", "payload_hash"),
    ] {
        assert!(!without(provider, claim).is_accepted(), "{provider}");
        assert!(Call { body: Vec::new(), ..without(provider, claim) }.is_accepted(), "{provider}");
        assert!(!Call { body: Vec::new(), ..of(provider) }.is_accepted(), "{provider}");
        for value in [json!(""), json!(null), json!(1), json!(hex_hash("")), json!([hex_hash(BODY)])] {
            assert!(!with(provider, claim, &value).is_accepted(), "{provider} {value}");
        }
    }
}

#[test]
fn a_token_stands_behind_the_word_of_the_provider_and_alone() {
    for provider in PROVIDERS {
        let genuine = of(provider);
        let (header, value) = genuine.headers[0].clone();
        for value in [
            format!("Basic {value}"),
            format!("{value},{value}"),
            format!("{value} x"),
            format!("{value}."),
            format!(".{value}"),
            value.rsplit_once('.').unwrap().0.to_owned(),
        ] {
            let call = Call { headers: vec![(header, value.clone())], ..genuine.clone() };
            assert!(!call.is_accepted(), "{provider} {value}");
        }
    }
    let bearer = with_token("vonage", "").headers[0].1.to_lowercase() + &signed(&claims_of("vonage"));
    assert!(Call { headers: vec![("authorization", bearer)], ..of("vonage") }.is_accepted(), "words have no case");
}

/// Recomputed with `atlassian-jwt` 2.0.3 for npm.
#[test]
fn a_request_is_written_as_atlassian_hashes_it() {
    for (url, query, expected) in [
        ("https://a.example", "", "POST&/&"),
        ("https://a.example/", "", "POST&/&"),
        ("https://a.example/hooks/1/trigger?x=registered", "x=1", "POST&/hooks/1/trigger&x=1"),
        ("http://a.example:8080/a&b/", "jwt=secret&b=2&a=x+y&a=%C3%A9", "POST&/a%26b&a=x%20y,%C3%A9&b=2"),
        ("https://a.example/t", "a=*!'()~&b", "POST&/t&a=%2A%21%27%28%29~&b="),
    ] {
        assert_eq!(canonical_request(url, query), expected, "{url} {query}");
    }
}

#[test]
fn a_time_may_have_a_fraction_and_is_no_text_and_not_beyond_the_calendar() {
    let at = |json: &str| time(&serde_json::from_str(json).unwrap()).map(Timestamp::unix_millis);
    assert_eq!(at("1764403200"), Some(1_764_403_200_000));
    assert_eq!(at("1764403200.5"), Some(1_764_403_200_500));
    for json in ["\"1764403200\"", "null", "true", "-1", "1e300", "[1]", "{}", "18446744073709551615"] {
        assert_eq!(at(json), None, "{json}");
    }
}
