//! Hooks whose providers send a JSON Web Token, from the call to the job.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use harness::{Call, Hash, Hook, User, alone, hmac, shared};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::all_are_refused;
use super::providers::{of, queues, unix_seconds};

const BODY: &str = r#"{"event": {"type": "create_item", "triggerUuid": "e-1"}, "id": "EV_1"}"#;
const SECRET: &str = "a secret of a provider";

/// A token as RFC 7515 section 3.3 makes it.
fn token(algorithm: &str, claims: &Json) -> String {
    let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", part(&json!({ "alg": algorithm, "typ": "JWT" })), part(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(hmac(Hash::Sha256, SECRET, signed.as_bytes()));
    format!("{signed}.{signature}")
}

async fn hook<'s>(user: &User<'s>, provider: &str) -> Hook<'s> {
    user.create_hook(&of(provider, &json!({ "secret": SECRET }))).await
}

fn with_token<'s>(hook: &Hook<'s>, algorithm: &str, claims: &Json) -> Call<'s> {
    hook.unsigned(BODY).header("authorization", token(algorithm, claims))
}

#[test]
fn a_token_with_the_hash_of_the_body_proves_the_body() {
    shared(async |stack| {
        let ann = stack.user().await;
        let livekit = hook(&ann, "livekit").await;
        let hash = BASE64_STANDARD.encode(Sha256::digest(BODY));
        let claims = |exp: u64| json!({ "iss": "an API key", "exp": exp, "sha256": hash });
        let (soon, past) = (unix_seconds() + 60, unix_seconds() - 60);

        queues(&ann, &livekit, with_token(&livekit, "HS256", &claims(soon)), "verified").await;

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["delivery_id"], "EV_1");
        let genuine = with_token(&livekit, "HS256", &claims(soon));
        let bearer =
            livekit.unsigned(BODY).header("authorization", format!("Bearer {}", token("HS256", &claims(soon))));
        let forged = vec![
            genuine.clone().body("{}"),
            with_token(&livekit, "HS256", &claims(past)),
            with_token(&livekit, "HS256", &json!({ "exp": soon })),
            with_token(&livekit, "none", &claims(soon)),
            with_token(&livekit, "RS256", &claims(soon)),
            with_token(&livekit, "HS512", &claims(soon)),
            livekit.unsigned(BODY),
            livekit.unsigned(BODY).header("authorization", SECRET),
            bearer,
        ];
        all_are_refused(&ann, forged).await;
    });
}

#[test]
fn a_token_for_an_address_authenticates_its_sender_at_that_address_alone() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (monday, other) = (hook(&ann, "monday").await, hook(&ann, "monday").await);
        let exp = unix_seconds() + 60;
        let claims = |hook: &Hook<'_>| json!({ "aud": hook.json["url"], "exp": exp });
        assert_eq!(monday.json["provider_options"]["url"], monday.json["url"]);

        queues(&ann, &monday, with_token(&monday, "HS256", &claims(&monday)), "authenticated").await;

        let origin = &ann.jobs().await[0].body["triggered_from"];
        assert_eq!((&origin["event"], &origin["delivery_id"]), (&"create_item".into(), &"e-1".into()));
        let forged = vec![
            with_token(&monday, "HS256", &claims(&other)),
            with_token(&monday, "HS256", &json!({ "exp": exp })),
            with_token(&monday, "HS256", &json!({ "aud": monday.json["url"] })),
            with_token(&monday, "none", &claims(&monday)),
        ];
        all_are_refused(&ann, forged).await;
    });
}

#[test]
fn the_owner_learns_which_claim_of_a_token_is_wrong_and_the_token_is_kept_nowhere() {
    alone(async |stack| {
        let ann = stack.user().await;
        let monday = hook(&ann, "monday").await;
        let claims = json!({ "aud": "https://example.com", "exp": unix_seconds() + 60 });
        let call = with_token(&monday, "HS256", &claims);

        let answer = call.send().await;
        answer.refused(401);

        let kept = ann.log_of(&answer).await;
        let expected = "The token in the header `authorization` is signed as it must be, but its claim `aud` is not the \
                        hook's `provider_options.url`.";
        assert_eq!(kept["message"], expected);
        let kept = kept.to_string();
        assert!(kept.contains("authorization") && !kept.contains(&token("HS256", &claims)), "{kept}");
    });
}
