//! The order of jobs, and deliveries that come more than once.

use std::time::Duration;

use harness::{Hook, Job, alone, github_hook, open_hook, shared, together};
use serde_json::{Value as Json, json};

fn branches(jobs: &[Job]) -> Vec<String> {
    jobs.iter().map(|job| job.body["variables"]["branch"].as_str().unwrap().to_owned()).collect()
}

async fn push(hook: &Hook<'_>, branch: &str, delivery: &str) {
    let call = hook.signed(json!({ "ref": branch }).to_string()).header("x-github-delivery", delivery);
    call.send().await.accepted();
}

#[test]
fn a_delivery_that_comes_twice_is_answered_twice_and_queued_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        let first = hook.push().header("x-github-delivery", "d-1").send().await;
        let second = hook.push().header("x-github-delivery", "d-1").send().await;

        assert_eq!(first.accepted(), second.accepted());
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].body["id"], first.request_id());
        assert_eq!(jobs[0].body["triggered_from"]["delivery_id"], "d-1");
    });
}

#[test]
fn twenty_calls_of_one_delivery_at_once_are_queued_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let call = hook.push().header("x-github-delivery", "d-1");

        let answers = together((0..20).map(|_| call.send())).await;

        for answer in answers {
            answer.accepted();
        }
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn one_delivery_to_two_hooks_is_two_jobs() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hooks = [ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await];

        for hook in &hooks {
            push(hook, "main", "d-1").await;
        }

        let jobs = ann.jobs().await;
        let called: Vec<_> = jobs.iter().map(|job| job.body["triggered_from"]["hook_id"].as_str().unwrap()).collect();
        assert_eq!(called, [&hooks[0].id, &hooks[1].id]);
        assert_ne!(jobs[0].deduplication, jobs[1].deduplication);
    });
}

#[test]
fn two_deliveries_of_the_same_bytes_are_two_jobs() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        for delivery in ["d-1", "d-2"] {
            push(&hook, "main", delivery).await;
        }
        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn calls_that_name_no_delivery_are_never_taken_for_each_other() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (github, open) = (ann.create_hook(&github_hook()).await, ann.create_hook(&open_hook()).await);
        for call in [github.push(), open.unsigned("{}")] {
            for answer in together((0..3).map(|_| call.send())).await {
                answer.accepted();
            }
        }

        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 6);
        assert!(jobs.iter().all(|job| job.body["triggered_from"]["delivery_id"] == Json::Null));
    });
}

#[test]
fn a_delivery_is_run_again_when_it_is_sent_again_after_five_minutes() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        push(&hook, "main", "d-1").await;
        stack.advance_sqs(Duration::from_secs(290)).await;
        push(&hook, "main", "d-1").await;
        assert_eq!(ann.jobs().await.len(), 1);
        stack.advance_sqs(Duration::from_secs(20)).await;
        push(&hook, "main", "d-1").await;

        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn the_jobs_of_a_resource_keep_their_order() {
    shared(async |stack| {
        let ann = stack.user().await;
        // Two hooks, one resource.
        let hooks = [ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await];

        for number in 0..6 {
            push(&hooks[number % 2], &number.to_string(), &format!("d-{number}")).await;
        }

        let jobs = ann.jobs().await;
        assert_eq!(branches(&jobs), ["0", "1", "2", "3", "4", "5"]);
        assert!(jobs.iter().all(|job| job.group == jobs[0].group), "{jobs:?}");
    });
}

#[test]
fn different_resources_are_different_groups() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let mut server = open_hook();
        server["resource_type"] = "server".into();
        let mut other_application = open_hook();
        other_application["resource_id"] = 43.into();

        for (user, hook) in [(&ann, open_hook()), (&ann, server), (&ann, other_application), (&bob, open_hook())] {
            user.create_hook(&hook).await.unsigned("{}").send().await.accepted();
        }

        let jobs = [ann.jobs().await, bob.jobs().await].concat();
        let mut groups: Vec<_> = jobs.iter().map(|job| job.group.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        assert_eq!((jobs.len(), groups.len()), (4, 4), "{groups:?}");
    });
}

#[test]
fn each_provider_names_its_deliveries_in_its_own_way() {
    shared(async |stack| {
        for (header, delivery) in [("x-gitea-signature", "x-gitea-delivery"), ("x-gogs-signature", "x-gogs-delivery")] {
            let ann = stack.user().await;
            let hook = ann.create_hook(&harness::signed_hook(header, harness::Hash::Sha256)).await;
            let signature = hex::encode(hook.mac(harness::Hash::Sha256, b"{}"));
            let call = hook.unsigned("{}").header(header, signature);

            for id in ["d-1", "d-1", "d-2"] {
                call.clone().header(delivery, id).send().await.accepted();
            }

            assert_eq!(ann.jobs().await.len(), 2, "{header}");
        }
    });
}
