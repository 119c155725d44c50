//! Secrets that a provider hands over with a first call: the hook waits for one, takes one, and shows that it came.

use std::time::{Duration, SystemTime};

use harness::{Call, Hash, Hook, User, alone, hmac, nothing_broke, open_hook, shared, together};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;

const KEY: &str = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
const TOKEN: &str = "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl";
const DELIVERY: &str = r#"{"type":"page.created","ref":"refs/heads/main"}"#;

async fn hook_of<'s>(user: &User<'s>, provider: &str, more: Json) -> Hook<'s> {
    let mut draft = open_hook();
    let fields = draft.as_object_mut().unwrap();
    fields.remove("requires_secret");
    fields.insert("provider".to_owned(), provider.into());
    fields.extend(more.as_object().unwrap().clone());
    user.create_hook(&draft).await
}

/// The call with which Asana hands a secret over.
fn asana_hands_over<'s>(hook: &Hook<'s>, secret: &str) -> Call<'s> {
    hook.unsigned("").header("x-hook-secret", secret)
}

fn notion_hands_over<'s>(hook: &Hook<'s>, secret: &str) -> Call<'s> {
    hook.unsigned(json!({ "verification_token": secret }).to_string())
}

fn signed_by_asana<'s>(hook: &Hook<'s>, secret: &str) -> Call<'s> {
    let signature = hex::encode(hmac(Hash::Sha256, secret, DELIVERY.as_bytes()));
    hook.unsigned(DELIVERY).header("x-hook-signature", signature)
}

async fn shown(user: &User<'_>, hook: &Hook<'_>) -> Json {
    user.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200)
}

async fn rotate(user: &User<'_>, hook: &Hook<'_>, body: Json) -> Json {
    user.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(&body).send().await.is(200)
}

fn instant(at: SystemTime) -> Json {
    json!({ "S": Timestamp::from(at).to_string() })
}

#[test]
fn a_hook_waits_for_its_secret_takes_it_and_accepts_what_is_signed_with_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        for provider in ["asana", "clio"] {
            let hook = hook_of(&ann, provider, json!({})).await;
            assert_eq!(hook.json["secret_since"], Json::Null);
            let waiting = &hook.json["secret_handover"];
            assert_eq!(
                (hook.secret.as_str(), &waiting["received_at"], &waiting["secret"]),
                ("", &Json::Null, &"".into())
            );
            let until: Timestamp = waiting["waits_until"].as_str().unwrap().parse().unwrap();
            let hour = Timestamp::from(SystemTime::now()).plus(Duration::from_hours(1));
            assert!((until.unix_millis() - hour.unix_millis()).abs() < 60_000, "{waiting}");
            signed_by_asana(&hook, KEY).send().await.refused(401);
            signed_by_asana(&hook, "").send().await.refused(401);

            let answer = asana_hands_over(&hook, KEY).send().await;

            assert_eq!((answer.status, answer.header("x-hook-secret"), answer.body.len()), (200, KEY, 0), "{provider}");
            let shown = shown(&ann, &hook).await;
            let handover = &shown["secret_handover"];
            assert!(handover["received_at"].is_string() && handover["waits_until"].is_null(), "{shown}");
            assert_eq!(shown["secret_since"], handover["received_at"]);
            assert_eq!((&handover["secret"], &shown["secret"]), (&"".into(), &"********".into()));
            let jobs = ann.jobs().await.len();
            signed_by_asana(&hook, KEY).send().await.accepted();
            assert_eq!(ann.jobs().await.len(), jobs + 1);
        }
    });
}

#[test]
fn a_stranger_who_calls_later_is_refused_and_changes_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let asana = hook_of(&ann, "asana", json!({})).await;
        let notion = hook_of(&ann, "notion", json!({})).await;
        assert_eq!(asana_hands_over(&asana, KEY).send().await.status, 200);
        assert_eq!(notion_hands_over(&notion, TOKEN).send().await.status, 200);
        let before = (asana.item().await, notion.item().await, ann.footprint().await);

        let other = "a secret of a stranger's choice";
        // The provider's own secret is not taken again either.
        for secret in [other, KEY, ""] {
            asana_hands_over(&asana, secret).send().await.refused(401);
            signed_by_asana(&asana, other).header("x-hook-secret", other).send().await.refused(401);
        }
        for secret in [other, TOKEN] {
            notion_hands_over(&notion, secret).send().await.refused(401);
        }

        assert_eq!((asana.item().await, notion.item().await, ann.footprint().await), before);
        signed_by_asana(&asana, KEY).send().await.accepted();
    });
}

#[test]
fn what_is_no_secret_is_not_taken_and_the_hook_still_waits() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (asana, notion) = (hook_of(&ann, "asana", json!({})).await, hook_of(&ann, "notion", json!({})).await);
        let before = (asana.item().await, notion.item().await);
        let large = json!({ "verification_token": TOKEN, "more": "x".repeat(16 * 1024) }).to_string();
        for call in [
            asana_hands_over(&asana, "too short"),
            asana_hands_over(&asana, &"x".repeat(513)),
            notion_hands_over(&asana, TOKEN),
            asana_hands_over(&notion, KEY),
            notion_hands_over(&notion, "short"),
            notion.unsigned(json!({ "verification_token": [TOKEN] }).to_string()),
            notion.unsigned(json!({ "Verification_token": TOKEN }).to_string()),
            notion.unsigned(format!("{{\"verification_token\": \"{TOKEN}\"")),
            notion.unsigned(large),
        ] {
            call.send().await.refused(401);
        }
        assert_eq!((asana.item().await, notion.item().await), before);
        // Of a hook of another provider, and of one that anyone may call.
        let (github, open) = (ann.create_hook(&harness::github_hook()).await, ann.create_hook(&open_hook()).await);
        asana_hands_over(&github, KEY).send().await.refused(401);
        asana_hands_over(&open, KEY).send().await.accepted();
        assert_eq!(open.item().await.get("secret"), None);
        assert_eq!(asana_hands_over(&asana, KEY).send().await.status, 200);
    });
}

#[test]
fn of_two_secrets_at_once_one_is_taken() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..5 {
            let hook = hook_of(&ann, "asana", json!({})).await;
            let secrets: Vec<_> = (0..8).map(|number| format!("the secret with the number {number}")).collect();
            let calls: Vec<_> = secrets.iter().map(|secret| asana_hands_over(&hook, secret)).collect();

            let answers = together(calls.iter().map(Call::send)).await;

            let won: Vec<_> = answers.iter().zip(&secrets).filter(|(answer, _)| answer.status == 200).collect();
            assert_eq!(won.len(), 1, "{answers:?}");
            assert_eq!(won[0].0.header("x-hook-secret"), won[0].1);
            for (answer, secret) in answers.iter().zip(&secrets) {
                if secret == won[0].1 {
                    signed_by_asana(&hook, secret).send().await.accepted();
                } else {
                    answer.refused(401);
                    signed_by_asana(&hook, secret).send().await.refused(401);
                }
            }
        }
    });
}

#[test]
fn after_an_hour_no_secret_is_taken_until_a_rotation() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "asana", json!({})).await;
        hook.damage("secret_awaited_until", &instant(SystemTime::now() - Duration::from_secs(1))).await;
        asana_hands_over(&hook, KEY).send().await.refused(401);

        let rotated = rotate(&ann, &hook, json!({})).await;

        assert_eq!((&rotated["secret"], rotated["secret_handover"]["waits_until"].is_string()), (&"".into(), true));
        assert_eq!(asana_hands_over(&hook, KEY).send().await.status, 200);
        signed_by_asana(&hook, KEY).send().await.accepted();
    });
}

#[test]
fn while_a_rotation_waits_the_old_secret_stays_valid_for_as_long_as_its_owner_says() {
    shared(async |stack| {
        let ann = stack.user().await;
        let new = "the secret of another webhook";
        for (overlap, old_is_good) in [(json!({}), true), (json!({ "overlap_seconds": 0 }), false)] {
            let hook = hook_of(&ann, "asana", json!({})).await;
            assert_eq!(asana_hands_over(&hook, KEY).send().await.status, 200);
            rotate(&ann, &hook, overlap).await;
            let old = |answer: harness::Answer| assert_eq!(answer.status, if old_is_good { 200 } else { 401 });

            old(signed_by_asana(&hook, KEY).send().await);
            assert_eq!(asana_hands_over(&hook, new).send().await.status, 200);
            old(signed_by_asana(&hook, KEY).send().await);
            signed_by_asana(&hook, new).send().await.accepted();
        }
    });
}

#[test]
fn an_owner_who_has_the_secret_gives_it_and_the_hook_waits_for_none() {
    shared(async |stack| {
        let ann = stack.user().await;
        let given = hook_of(&ann, "asana", json!({ "secret": KEY })).await;
        assert_eq!((given.secret.as_str(), given.json.get("secret_handover")), (KEY, None));
        let waiting = hook_of(&ann, "asana", json!({})).await;
        let rotated = rotate(&ann, &waiting, json!({ "secret": KEY })).await;
        assert_eq!((&rotated["secret"], rotated.get("secret_handover")), (&KEY.into(), None));
        for hook in [&given, &waiting] {
            asana_hands_over(hook, "a secret of a stranger's choice").send().await.refused(401);
            signed_by_asana(hook, KEY).send().await.accepted();
        }
    });
}

#[test]
fn notions_token_is_shown_to_the_owner_for_an_hour_to_paste_it_back() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = hook_of(&ann, "notion", json!({})).await;
        let answer = notion_hands_over(&hook, TOKEN).send().await;
        assert_eq!((answer.status, answer.body.len()), (200, 0));

        let path = format!("/hooks/incoming/{}", hook.id);
        let shown = ann.get(&path).send().await;
        assert_eq!(shown.is(200)["secret_handover"]["secret"], TOKEN);
        assert_eq!((shown.header("cache-control"), &shown.json()["secret"]), ("no-store", &"********".into()));
        bob.get(&path).send().await.refused(404);
        assert!(!ann.get("/applications/42/hooks").send().await.text().contains(TOKEN));
        // What was shown may come back.
        assert_eq!(ann.call("PUT", &path).json(&shown.json()).send().await.status, 204);

        let proof = format!("sha256={}", hex::encode(hmac(Hash::Sha256, TOKEN, DELIVERY.as_bytes())));
        hook.unsigned(DELIVERY).header("x-notion-signature", proof).send().await.accepted();
        hook.damage("secret_received_at", &instant(SystemTime::now() - Duration::from_mins(61))).await;
        let later = ann.get(&path).send().await;
        assert_eq!(later.is(200)["secret_handover"]["secret"], "");
        assert_eq!(later.header("cache-control"), "");
    });
}

#[test]
fn a_secret_that_was_handed_over_is_stored_sealed_and_logged_nowhere() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (asana, notion) = (hook_of(&ann, "asana", json!({})).await, hook_of(&ann, "notion", json!({})).await);
        for call in [asana_hands_over(&asana, KEY), notion_hands_over(&notion, TOKEN)] {
            assert_eq!(call.send().await.status, 200);
            call.send().await.refused(401);
        }
        for table in ["HooksTable", "RequestsTable"] {
            let stored = json!(stack.items(table).await).to_string();
            assert!(!stored.contains(KEY) && !stored.contains(TOKEN), "{table}");
        }
        for (hook, secret) in [(&asana, KEY), (&notion, TOKEN)] {
            let calls = ann.get(&format!("/hooks/incoming/{}/requests", hook.id)).send().await.is(200);
            let [refused] = calls.as_array().unwrap().as_slice() else { panic!("{calls}") };
            assert_eq!(refused["outcome"], "rejected");
            let call = ann.get(&format!("/hook-requests/{}", refused["id"].as_str().unwrap())).send().await;
            assert!(!call.text().contains(secret), "{call:?}");
        }
        assert!(stack.logs().iter().all(|line| !line.text.contains(KEY) && !line.text.contains(TOKEN)));
        assert!(ann.jobs().await.is_empty());
        nothing_broke(stack);
    });
}
