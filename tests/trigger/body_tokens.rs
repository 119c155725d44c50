//! Hooks whose providers send a JSON Web Token as the whole body.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use harness::{Call, Hash, Hook, alone_among, hmac_of};
use serde_json::json;

use super::all_are_refused;
use super::providers::{of, queues, unix_seconds};
use super::published_keys::{Signer, key_set, unsigned, with};

const KINDE: &str = "acme.kinde.com/.well-known/jwks.json";

fn body_of<'s>(hook: &Hook<'s>, token: String) -> Call<'s> {
    hook.unsigned(token).with("content-type", "application/jwt")
}

#[test]
fn a_body_that_is_a_token_is_verified_with_the_keys_of_its_owners_subdomain_and_read_as_what_it_says() {
    alone_among(async |stack, providers| {
        let (author, stranger) = (Signer::new(), Signer::new());
        providers.publish(KINDE, key_set(&[author.jwk("1")]));
        providers.publish("evil.kinde.com/.well-known/jwks.json", key_set(&[stranger.jwk("1")]));
        let ann = stack.user().await;
        let variable = json!({ "name": "user", "path": "data.user.id", "type": "string", "required": true });
        let more = json!({ "provider_options": { "subdomain": "acme" }, "settings": { "variables": [variable] } });
        let hook = ann.create_hook(&of("kinde", &more)).await;
        let said = json!({ "type": "user.created", "event_id": "event_1", "data": { "user": { "id": "kp_1" } } });
        let rs256 = json!({ "alg": "RS256", "kid": "1" });
        let token = author.token(&rs256, &said);

        queues(&ann, &hook, body_of(&hook, token.clone()), "verified").await;

        let job = &ann.jobs().await[0].body;
        let origin = &job["triggered_from"];
        assert_eq!((&origin["event"], &origin["delivery_id"]), (&"user.created".into(), &"event_1".into()));
        assert_eq!(job["variables"]["user"], "kp_1");
        assert_eq!(providers.asked(), ["acme.kinde.com:443", KINDE]);
        let (header, signature) = (token.split('.').next().unwrap(), token.rsplit('.').next().unwrap());
        let other = unsigned(&rs256, &with(&said, "type", json!("user.deleted")));
        let modulus = author.jwk("1")["n"].as_str().unwrap().to_owned();
        let hs256 = unsigned(&json!({ "alg": "HS256", "kid": "1" }), &said);
        let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac_of(Hash::Sha256, modulus.as_bytes(), hs256.as_bytes()));
        let issuer = with(&said, "iss", json!("https://evil.kinde.com"));
        let forged = [
            stranger.token(&rs256, &said),
            stranger.token(&rs256, &issuer),
            stranger.token(&json!({ "alg": "RS256", "kid": "1", "jku": "https://evil.kinde.com/" }), &said),
            author.token(&json!({ "alg": "RS256", "kid": "2" }), &said),
            author.token(&json!({ "alg": "RS256" }), &said),
            author.token(&rs256, &with(&said, "exp", (unix_seconds() - 60).into())),
            format!("{other}.{signature}"),
            format!("{header}..{signature}"),
            format!("{}.", unsigned(&json!({ "alg": "none", "kid": "1" }), &said)),
            format!("{hs256}.{mac}"),
            said.to_string(),
            String::new(),
        ];
        all_are_refused(&ann, forged.into_iter().map(|token| body_of(&hook, token)).collect()).await;
        assert!(providers.asked().iter().all(|asked| asked.starts_with("acme.kinde.com")));
    });
}

#[test]
fn a_token_of_wixs_is_verified_with_the_key_of_the_app_and_its_signature_is_kept_nowhere() {
    alone_among(async |stack, _| {
        let (author, stranger) = (Signer::new(), Signer::new());
        let ann = stack.user().await;
        let der: PublicKeyX509Der<'_> = author.0.public_key().as_der().unwrap();
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", BASE64_STANDARD.encode(der.as_ref()));
        let hook = ann.create_hook(&of("wix", &json!({ "provider_options": { "public_key": pem } }))).await;
        let now = unix_seconds();
        let data = r#"{"data":"{\"id\":\"1\"}","instanceId":"i-1","eventType":"wix.ecom.v1.order_created"}"#;
        let said = json!({ "data": data, "iat": now, "exp": now + 600 });
        let rs256 = json!({ "alg": "RS256", "kid": "any" });
        let token = author.token(&rs256, &said);

        let call = body_of(&hook, token.clone());
        let answer = call.send().await;
        answer.accepted();

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "wix.ecom.v1.order_created");
        let kept = ann.log_of(&answer).await.to_string();
        assert!(!kept.contains(token.rsplit('.').next().unwrap()), "{kept}");
        let mac = |secret: &[u8]| {
            let signed = unsigned(&json!({ "alg": "HS256" }), &said);
            let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac_of(Hash::Sha256, secret, signed.as_bytes()));
            format!("{signed}.{mac}")
        };
        let forged = [
            stranger.token(&rs256, &said),
            author.token(&rs256, &with(&said, "exp", (now - 60).into())),
            author.token(&rs256, &json!({ "data": data })),
            format!("{}.", unsigned(&json!({ "alg": "none" }), &said)),
            mac(pem.as_bytes()),
            mac(der.as_ref()),
            data.to_owned(),
            String::new(),
        ];
        all_are_refused(&ann, forged.into_iter().map(|token| body_of(&hook, token)).collect()).await;
    });
}
