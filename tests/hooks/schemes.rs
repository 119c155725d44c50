//! Hooks whose calls are signed in another way from now on, or no longer, or for the first time.

use harness::{Hash, github_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

use super::changes::{changed, items};

#[test]
fn a_hook_that_stops_requiring_a_secret_is_open_and_says_so() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.unsigned("{}").send().await.refused(401);

        let shown = changed(&ann, &hook, &json!({ "requires_secret": false })).await;

        assert_eq!(shown["requires_secret"], false);
        assert_eq!(shown["secret"], "");
        for name in ["secret_algorithm", "secret_header_name", "secret_since"] {
            assert_eq!(shown[name], Json::Null, "{name}");
        }
        let item = items(stack, &ann).await.remove(0);
        for name in ["secret", "secret_since", "previous_secret", "secret_header_name"] {
            assert_eq!(item.get(name), None, "nothing of the secret is kept");
        }
        hook.unsigned("{}").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn a_hook_that_starts_to_require_a_secret_refuses_every_call_until_there_is_one_that_somebody_knows() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = ann.create_hook(&github_hook()).await;
        let old = hook.clone();
        changed(&ann, &hook, &json!({ "requires_secret": false })).await;
        let before = items(stack, &ann).await;
        let missing = ann.put_hook(&hook, &json!({ "requires_secret": true })).await;
        assert_eq!(missing.invalid(), ["secret_algorithm", "secret_header_name"]);
        assert_eq!(items(stack, &ann).await, before);

        let change = json!({
            "requires_secret": true, "secret_algorithm": "sha256", "secret_header_name": "x-hub-signature-256",
        });
        let shown = changed(&ann, &hook, &change).await;

        assert_eq!((&shown["requires_secret"], &shown["secret"]), (&json!(true), &json!("********")));
        assert_eq!(shown["secret_since"], shown["updated_at"]);
        hook.unsigned("{}").send().await.refused(401);
        old.push().send().await.refused(401);
        hook.secret = "********".to_owned();
        hook.push().send().await.refused(401);
        hook.secret = String::new();
        hook.push().send().await.refused(401);
        assert_eq!(ann.jobs().await.len(), 0);

        let rotated = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).send().await.is(200);
        hook.secret = rotated["secret"].as_str().unwrap().to_owned();
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn a_scheme_that_the_secret_does_not_fit_is_refused_and_one_that_it_fits_is_taken() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let before = items(stack, &ann).await;
        for header in ["webhook-signature", "Svix-Signature"] {
            let answer = ann.put_hook(&hook, &json!({ "secret_header_name": header })).await;
            assert_eq!(answer.invalid(), ["secret_header_name"], "{header}");
        }
        assert_eq!(items(stack, &ann).await, before);
        hook.push().send().await.accepted();

        changed(&ann, &hook, &json!({ "secret_header_name": "X-Gitea-Signature" })).await;

        let signature = hex::encode(hook.mac(Hash::Sha256, b"{}"));
        hook.unsigned("{}").header("x-gitea-signature", signature).send().await.accepted();
        hook.push().send().await.refused(401);
        assert_eq!(ann.jobs().await.len(), 2);
        let standard = ann.create_hook(&signed_hook("webhook-signature", Hash::Sha256)).await;
        changed(&ann, &standard, &json!({ "secret_header_name": "svix-signature" })).await;
    });
}
