//! Which calls of a hook are authentic.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, Hook, github_hook, hmac, shared, signed_hook};
use serde_json::json;

use super::all_are_refused;

const BODY: &str = r#"{"ref": "refs/heads/main"}"#;
const FORM: &str = "application/x-www-form-urlencoded";

/// What is no JSON, under a signature of something else.
fn garbled<'s>(hook: &Hook<'s>, kind: &str) -> Call<'s> {
    hook.signed("{}").body("no JSON").with("content-type", kind)
}

/// The forms in which a plain signature may come.
fn forms(hook: &Hook<'_>, hash: Hash) -> Vec<String> {
    let mac = hook.mac(hash, BODY.as_bytes());
    let encoded = [hex::encode(&mac), hex::encode_upper(&mac), BASE64_STANDARD.encode(&mac)];
    let prefixes = [String::new(), format!("{}=", hash.name()), "v1=".to_owned()];
    prefixes.iter().flat_map(|prefix| encoded.iter().map(move |text| format!("{prefix}{text}"))).collect()
}

#[test]
fn a_plain_signature_may_be_hex_or_base64_with_a_prefix_or_without_under_every_algorithm() {
    shared(async |stack| {
        for hash in Hash::ALL {
            let ann = stack.user().await;
            let hook = ann.create_hook(&signed_hook("x-signature", hash)).await;
            let forms = forms(&hook, hash);

            for form in &forms {
                hook.unsigned(BODY).header("X-Signature", form).send().await.accepted();
            }

            assert_eq!(ann.jobs().await.len(), forms.len());
        }
    });
}

#[test]
fn a_plain_signature_under_another_algorithm_or_prefix_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&signed_hook("x-signature", Hash::Sha256)).await;
        let mac = hex::encode(hook.mac(Hash::Sha256, BODY.as_bytes()));
        let mut signatures =
            vec![format!("sha512={mac}"), format!("sha1={mac}"), format!("v0={mac}"), format!("={mac}")];
        signatures.extend(forms(&hook, Hash::Sha1));
        signatures.extend(forms(&hook, Hash::Sha512));

        let calls = signatures.iter().map(|signature| hook.unsigned(BODY).header("x-signature", signature));

        all_are_refused(&ann, calls.collect()).await;
    });
}

#[test]
fn a_signature_that_is_missing_empty_wrong_doubled_or_cut_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let good = hook.signed(BODY).header_value("x-hub-signature-256").unwrap().to_owned();
        let digits = good.strip_prefix("sha256=").unwrap();
        let last = if good.ends_with('0') { '1' } else { '0' };
        let signatures = [
            String::new(),
            "sha256=".into(),
            digits.into(),
            format!("sha1={digits}"),
            format!("SHA256={digits}"),
            good[..good.len() - 1].to_owned(),
            good[..good.len() - 2].to_owned(),
            format!("{good}00"),
            format!("{}{last}", &good[..good.len() - 1]),
            format!("{good},{good}"),
            format!("{good} {good}"),
            format!("sha256={}", "0".repeat(64)),
            format!("sha256={}", "z".repeat(64)),
            format!("sha256=sha256={digits}"),
            hook.secret.clone(),
            format!("sha256={}", hook.secret),
            "sha256=\u{e9}".into(),
        ];

        let mut calls = vec![hook.unsigned(BODY), hook.unsigned(BODY).header("x-hub-signature", &good)];
        calls.push(hook.signed(BODY).header("x-hub-signature-256", &good));
        calls.push(hook.signed(BODY).header("x-hub-signature-256", "sha256="));
        calls.extend(signatures.iter().map(|signature| hook.unsigned(BODY).header("x-hub-signature-256", signature)));
        all_are_refused(&ann, calls).await;

        hook.unsigned(BODY).header("X-Hub-Signature-256", &good).send().await.accepted();
    });
}

#[test]
fn a_signature_counts_for_its_bytes_only() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let signed = hook.signed(BODY);
        let bodies = [
            "",
            "{}",
            r#"{"ref":"refs/heads/main"}"#,
            r#"{"ref": "refs/heads/main"} "#,
            r#"{"ref": "refs/heads/main"}"#,
        ];

        let changed = bodies.iter().filter(|body| **body != BODY).map(|body| signed.clone().body(*body));

        all_are_refused(&ann, changed.collect()).await;
        signed.send().await.accepted();
    });
}

#[test]
fn a_signature_counts_for_its_hook_only() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (hook, other) = (ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await);
        assert_ne!(hook.secret, other.secret);
        let signature = other.signed(BODY).header_value("x-hub-signature-256").unwrap().to_owned();

        all_are_refused(&ann, vec![hook.unsigned(BODY).header("x-hub-signature-256", signature)]).await;
    });
}

#[test]
fn gitea_forgejo_and_gogs_sign_the_json_whether_it_comes_in_a_form_or_not() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (json, form) = (r#"{"ref": "next & main"}"#, "payload=%7B%22ref%22%3A+%22next+%26+main%22%7D");
        for header in ["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"] {
            let hook = ann.create_hook(&signed_hook(header, Hash::Sha256)).await;
            let mac = |text: &str| hex::encode(hook.mac(Hash::Sha256, text.as_bytes()));

            let call = hook.unsigned(form).with("content-type", FORM);
            let calls = [call.clone().header(header, mac(form)), call.clone().header(header, mac("{}")), call.clone()];
            all_are_refused(&ann, calls.to_vec()).await;

            call.header(header, mac(json)).send().await.accepted();
            hook.unsigned(json).header(header, mac(json)).send().await.accepted();
            for job in ann.jobs().await {
                assert_eq!(job.body["variables"], json!({ "branch": "next & main" }), "{header}");
            }
        }
        assert_eq!(ann.jobs().await.len(), 6);
    });
}

#[test]
fn signed_json_in_a_form_counts_only_when_nothing_else_stands_there() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&signed_hook("x-gitea-signature", Hash::Sha256)).await;
        let signed = |text: &str, body: String| {
            let mac = hex::encode(hook.mac(Hash::Sha256, text.as_bytes()));
            hook.unsigned(body).with("content-type", FORM).header("x-gitea-signature", mac)
        };
        let (genuine, other) = ("payload=%7B%22ref%22%3A%22main%22%7D", "payload=%7B%22ref%22%3A%22evil%22%7D");
        let bodies = [
            format!("{other}&{genuine}"),
            format!("{genuine}&{other}"),
            format!("{genuine}&{genuine}"),
            format!("ref=evil&{genuine}"),
            format!("{genuine}&ref=evil"),
            format!("{genuine}&ref"),
            format!("x{genuine}"),
            other.to_owned(),
            genuine.replace("main", "mai%6E2"),
            format!("{genuine}%20"),
            "ref=evil".to_owned(),
            "payload".to_owned(),
        ];
        let calls: Vec<_> = bodies.map(|body| signed(r#"{"ref":"main"}"#, body)).into();
        all_are_refused(&ann, calls).await;

        // JSON that somebody else may have had a hand in, sent once more as what it is not: it is still JSON.
        let json = r#"{"ref":"next","message":"&payload=%7B%22ref%22%3A%22evil%22%7D&"}"#;
        for kind in [FORM.to_owned(), format!("{FORM}; charset=utf-8"), format!("{FORM}; \u{e9}")] {
            signed(json, json.to_owned()).with("content-type", kind).send().await.accepted();
        }
        signed(r#"{"ref":"next"}"#, genuine.replace("main", "next")).send().await.accepted();
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 4);
        assert!(jobs.iter().all(|job| job.body["variables"] == json!({ "branch": "next" })));
    });
}

#[test]
fn a_body_that_is_not_utf_8_is_refused_without_its_signature_and_nothing_is_said_of_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (github, gitea) = (github_hook(), signed_hook("x-gitea-signature", Hash::Sha256));
        let (github, gitea) = (ann.create_hook(&github).await, ann.create_hook(&gitea).await);
        let body = b"{\"ref\": \"\xff\xfe\"}".as_slice();
        let wrong = "0".repeat(64);

        let mut calls = vec![
            github.signed("{}").body(body),
            github.unsigned(body).header("x-hub-signature-256", format!("sha256={wrong}")),
            gitea.unsigned(body).header("x-gitea-signature", &wrong),
            gitea.unsigned("payload=%ff%FE").with("content-type", FORM).header("x-gitea-signature", &wrong),
            gitea.unsigned(b"payload=\xff".as_slice()).with("content-type", FORM).header("x-gitea-signature", &wrong),
        ];
        let without_type = calls.iter().map(|call| call.clone().without("content-type")).collect::<Vec<_>>();
        calls.extend(without_type);
        all_are_refused(&ann, calls).await;

        github.signed(body).send().await.refused(400);
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn a_secret_that_the_provider_issued_is_the_one_that_counts() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = signed_hook("x-signature", Hash::Sha256);
        hook["secret"] = "It's a Secret to Everybody".into();
        let hook = ann.create_hook(&hook).await;
        // GitHub's published example.
        let signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(hex::encode(hmac(Hash::Sha256, &hook.secret, b"Hello, World!")), signature);

        let answer = hook.unsigned("Hello, World!").header("x-signature", signature).send().await;

        answer.refused(400);
        let other = hex::encode(hmac(Hash::Sha256, "It's a secret to everybody", b"Hello, World!"));
        all_are_refused(&ann, vec![hook.unsigned("Hello, World!").header("x-signature", other)]).await;
    });
}

#[test]
fn nothing_is_said_of_a_call_before_it_is_proven_authentic() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut inactive = github_hook();
        inactive["active"] = false.into();
        let (hook, inactive) = (ann.create_hook(&github_hook()).await, ann.create_hook(&inactive).await);
        let challenge = json!({ "type": "url_verification", "challenge": "c" }).to_string();

        all_are_refused(
            &ann,
            vec![
                garbled(&hook, "application/json"),
                garbled(&hook, "text/plain"),
                garbled(&inactive, "application/json"),
                garbled(&hook, "application/json").header("x-github-event", "ping"),
                hook.unsigned(challenge),
            ],
        )
        .await;
    });
}
