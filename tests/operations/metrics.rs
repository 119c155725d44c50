//! What the functions measure: one document of CloudWatch's embedded metric format for each call, whose dimensions no
//! caller can choose.
//!
//! The format:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use harness::{Answer, Hash, Hook, OURS, Pipehook, User, alone, alone_with, github_hook, open_hook, signed_hook};
use local::{Fault, Service};
use serde_json::{Value as Json, json};
use shared::domain::signature::providers::{self, BY_HEADER};
use shared::telemetry::Metric;

/// A line that holds metrics.
#[derive(Debug, Clone)]
struct Document {
    json: Json,
    text: String,
}

/// The lines of all calls so far, checked against the format.
fn documents(stack: &Pipehook) -> Vec<Document> {
    let lines = stack.logs().into_iter().filter(|line| line.text.contains("\"_aws\""));
    let document = |text: String| Document { json: serde_json::from_str(&text).unwrap(), text };
    let documents: Vec<_> = lines.map(|line| document(line.text)).collect();
    for document in &documents {
        document.check();
    }
    documents
}

/// The line of the call that was answered so.
fn document_of(stack: &Pipehook, answer: &Answer) -> Document {
    let mut documents = documents(stack);
    documents.retain(|document| document.json["span"]["request_id"] == answer.request_id());
    assert_eq!(documents.len(), 1, "{documents:?}");
    documents.remove(0)
}

impl Document {
    /// What CloudWatch requires; it drops the metrics of any other line without a word.
    fn check(&self) {
        let metadata = self.json["_aws"].as_object().unwrap();
        assert_eq!(metadata.keys().collect::<Vec<_>>(), ["CloudWatchMetrics", "Timestamp"], "{}", self.text);
        let told = Duration::from_millis(metadata["Timestamp"].as_u64().unwrap());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        assert!(now.checked_sub(told).is_some_and(|age| age < Duration::from_mins(2)), "{}", self.text);
        let directives = metadata["CloudWatchMetrics"].as_array().unwrap();
        assert!(!directives.is_empty(), "{}", self.text);
        for directive in directives {
            let members: Vec<_> = directive.as_object().unwrap().keys().collect();
            assert_eq!(members, ["Dimensions", "Metrics", "Namespace"], "{}", self.text);
            assert_eq!(directive["Namespace"], "Pipehook/pipehook");
            self.check_dimensions(directive["Dimensions"].as_array().unwrap());
            self.check_metrics(directive["Metrics"].as_array().unwrap());
        }
    }

    fn check_dimensions(&self, sets: &[Json]) {
        assert!(!sets.is_empty(), "{}", self.text);
        for set in sets {
            let names = set.as_array().unwrap();
            assert!(names.len() <= 30, "{}", self.text);
            for name in names {
                let value = self.json[name.as_str().unwrap()].as_str().unwrap();
                assert!((1..=1024).contains(&value.len()) && value.is_ascii(), "{}", self.text);
            }
        }
    }

    fn check_metrics(&self, metrics: &[Json]) {
        assert!((1..=100).contains(&metrics.len()), "{}", self.text);
        for metric in metrics {
            assert_eq!(metric.as_object().unwrap().keys().collect::<Vec<_>>(), ["Name", "Unit"], "{}", self.text);
            assert!(["Milliseconds", "Count"].contains(&metric["Unit"].as_str().unwrap()), "{}", self.text);
            let value = self.json[metric["Name"].as_str().unwrap()].as_f64().unwrap();
            assert!((0.0..1e9).contains(&value), "{}", self.text);
        }
    }

    /// The metrics that it tells of, each with its dimensions and their values.
    fn metrics(&self) -> BTreeSet<(String, Vec<(String, String)>)> {
        let mut all = BTreeSet::new();
        for directive in self.json["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            let names = directive["Dimensions"][0].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            let dimensions: Vec<_> =
                names.map(|name| (name.to_owned(), self.json[name].as_str().unwrap().to_owned())).collect();
            for metric in directive["Metrics"].as_array().unwrap() {
                assert!(all.insert((metric["Name"].as_str().unwrap().to_owned(), dimensions.clone())), "{}", self.text);
            }
        }
        all
    }

    /// The names of the metrics that it tells of, in alphabetical order.
    fn names(&self) -> Vec<String> {
        self.metrics().into_iter().map(|(name, _)| name).collect()
    }

    /// How the call was counted.
    fn triggered(&self) -> (&str, &str) {
        assert_eq!(self.json["Triggers"], 1.0, "{}", self.text);
        (self.json["Outcome"].as_str().unwrap(), self.json["Provider"].as_str().unwrap())
    }
}

/// Hooks of a few providers; their names stand in the table of schemes.
async fn hooks<'s>(ann: &User<'s>) -> [(&'static str, Hook<'s>); 3] {
    [
        ("github", ann.create_hook(&github_hook()).await),
        ("generic", ann.create_hook(&signed_hook("x-signature", Hash::Sha512)).await),
        ("unsigned", ann.create_hook(&open_hook()).await),
    ]
}

#[test]
fn each_call_of_each_function_is_one_document() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let queued = hook.push().send().await;
        queued.accepted();
        let retried = ann.retry(queued.request_id()).await;
        let list = ann.get("/applications/42/hooks").send().await;
        let refused = stack.get("/users/me").send().await;
        stack.fault(Service::DynamoDb, Fault::status(500));
        let unavailable = hook.push().send().await;
        stack.fault(Service::DynamoDb, None);

        for (answer, function, status) in [
            (&queued, "hook-trigger", 200),
            (&retried, "request-retry", 201),
            (&list, "hook-list", 200),
            (&refused, "user-me", 401),
            (&unavailable, "hook-trigger", 503),
        ] {
            let document = document_of(stack, answer);
            assert_eq!((&document.json["Function"], &document.json["status"]), (&json!(function), &json!(status)));
            assert!(document.names().contains(&"HandlerTime".to_owned()));
        }
        let of_users: Vec<_> =
            documents(stack).into_iter().filter(|line| line.json["Function"] == "user-put").collect();
        assert_eq!(of_users.len(), 1);
        assert_eq!(of_users[0].json["status"], "OK");
    });
}

#[test]
fn a_webhook_call_is_counted_by_what_became_of_it_and_by_the_scheme_of_its_hook() {
    alone(async |stack| {
        let ann = stack.user().await;
        let body = json!({ "ref": "refs/heads/main" }).to_string();
        for (provider, hook) in hooks(&ann).await {
            let generic = format!("sha512={}", hex::encode(hook.mac(Hash::Sha512, body.as_bytes())));
            let sign = |body: &str| match provider {
                "github" => hook.signed(body.to_owned()),
                "generic" => hook.unsigned(body.to_owned()).header("x-signature", &generic),
                _ => hook.unsigned(body.to_owned()),
            };

            let answer = sign(&body).send().await;
            answer.accepted();
            assert_eq!(document_of(stack, &answer).triggered(), ("queued", provider));

            let answer = sign(&body).header("content-encoding", "gzip").send().await;
            answer.refused(415);
            assert_eq!(document_of(stack, &answer).triggered(), ("failed", provider));

            ann.put_hook(&hook, &json!({ "active": false })).await;
            let answer = sign(&body).send().await;
            answer.is(200);
            assert_eq!(document_of(stack, &answer).triggered(), ("ignored", provider));

            if provider != "unsigned" {
                let answer = sign(&body).body("{}").send().await;
                answer.refused(401);
                assert_eq!(document_of(stack, &answer).triggered(), ("rejected", provider));
            }
        }
    });
}

#[test]
fn a_call_that_comes_to_no_hook_is_counted_too() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let unknown = "/hooks/00000000-0000-4000-8000-000000000000/trigger";

        for (call, status, outcome) in [
            (stack.post(unknown).body("{}"), 404, "unknown"),
            (stack.post("/hooks/x/trigger").body("{}"), 404, "unknown"),
            (stack.get(unknown), 405, "unknown"),
            (stack.get(&format!("/hooks/{}/trigger", hook.id)), 405, "unknown"),
            (hook.unsigned("x".repeat(4 * 1024 * 1024 + 1)), 413, "failed"),
        ] {
            let answer = call.send().await;
            answer.refused(status);
            let document = document_of(stack, &answer);
            assert_eq!(document.triggered(), (outcome, "none"));
            assert!(document.json["span"].get("hook_id").is_none(), "{document:?}");
        }
    });
}

#[test]
fn a_handshake_is_counted_as_ignored_and_its_challenge_is_not_in_the_log() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut draft = github_hook();
        for name in ["requires_secret", "secret_algorithm", "secret_header_name"] {
            draft.as_object_mut().unwrap().remove(name);
        }
        draft["provider"] = "dropbox".into();
        let hook = ann.create_hook(&draft).await;

        let answer = stack.get(&format!("/hooks/{}/trigger?challenge=a-challenge", hook.id)).send().await;

        assert_eq!(answer.text(), "a-challenge");
        let document = document_of(stack, &answer);
        assert_eq!(document.triggered(), ("ignored", "dropbox"));
        assert_eq!(document.json["span"]["hook_id"], hook.id);
        assert_eq!(document.json["span"]["route"], "ANY /hooks/{hook_id}/trigger");
        assert!(stack.logs().iter().all(|line| !line.text.contains("a-challenge")));
    });
}

#[test]
fn a_retry_is_no_webhook_call() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let queued = hook.push().send().await;

        let document = document_of(stack, &ann.retry(queued.request_id()).await);

        assert_eq!(document.json["span"]["outcome"], "queued");
        assert_eq!(document.json["span"]["hook_id"], hook.id);
        assert_eq!(document.json.get("Triggers"), None);
        assert!(document.names().contains(&"QueueTime".to_owned()));
    });
}

#[test]
fn what_is_measured_is_told_where_it_happened_and_nowhere_else() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        let first = document_of(stack, &hook.push().send().await);
        assert_eq!(first.names(), ["HandlerTime", "InitTime", "QueueTime", "Triggers"]);
        let handler_time = first.json["HandlerTime"].as_f64().unwrap();
        let queue_time = first.json["QueueTime"].as_f64().unwrap();
        assert!(queue_time > 0.0 && queue_time <= handler_time, "{first:?}");

        let second = document_of(stack, &hook.push().send().await);
        assert_eq!(second.names(), ["HandlerTime", "QueueTime", "Triggers"], "a process starts once");

        let rejected = document_of(stack, &hook.unsigned("{}").send().await);
        assert_eq!(rejected.names(), ["HandlerTime", "SignatureFailures", "Triggers"]);
        assert_eq!(rejected.json["SignatureFailures"], 1.0);

        stack.fault(Service::DynamoDb, Fault::status(500).on("PutItem"));
        let answer = hook.push().send().await;
        stack.fault(Service::DynamoDb, None);
        answer.accepted();
        let unlogged = document_of(stack, &answer);
        assert_eq!(unlogged.names(), ["HandlerTime", "LogWriteFailures", "QueueTime", "Triggers"]);
        assert_eq!(unlogged.triggered(), ("queued", "github"));

        stack.fault(Service::Sqs, Fault::status(500).on("SendMessage"));
        let answer = hook.push().send().await;
        stack.fault(Service::Sqs, None);
        answer.refused(503);
        let unqueued = document_of(stack, &answer);
        assert_eq!(unqueued.names(), ["HandlerTime", "QueueTime", "Triggers"]);
        assert_eq!(unqueued.triggered(), ("failed", "github"));
    });
}

/// The functions as their directories are called: what the dimension `Function` may be.
fn functions() -> BTreeSet<String> {
    let directory = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../functions")).unwrap();
    directory.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Asserts that a dimension has one of the values that we have chosen.
fn is_ours(dimension: &str, value: &str) {
    let providers = providers::all().map(|known| known.provider.name).chain(["none"]);
    let known: BTreeSet<String> = match dimension {
        "Function" => functions(),
        "Outcome" => ["queued", "ignored", "rejected", "failed", "unknown"].map(str::to_owned).into(),
        "Provider" => providers.map(str::to_owned).collect(),
        _ => BTreeSet::new(),
    };
    assert!(known.contains(value), "{dimension} {value}");
}

#[test]
fn no_caller_can_make_a_metric() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks(&ann).await;
        let metrics = || -> BTreeSet<_> { documents(stack).iter().flat_map(Document::metrics).collect() };
        let flood = async |round: usize| {
            for number in 0..20 {
                let (_, hook) = &hooks[number % hooks.len()];
                let mark = format!("x-{round}-{number}");
                let call = hook.unsigned(format!("{{\"{mark}\": \"{mark}\"}}")).header("x-signature", &mark);
                let call = call.header(&format!("{mark}-signature"), &mark).header("user-agent", &mark);
                let scheme = BY_HEADER[number % BY_HEADER.len()].scheme;
                call.header(scheme.header, &mark).header("x-github-event", &mark).send().await;
                stack.post(&format!("/hooks/{mark}/trigger")).header("x-provider", &mark).send().await;
            }
        };

        flood(0).await;
        let before = metrics();
        for round in 1..5 {
            flood(round).await;
        }

        assert_eq!(metrics(), before);
        for (_, dimensions) in before {
            for (name, value) in dimensions {
                is_ours(&name, &value);
            }
        }
    });
}

#[test]
fn each_metric_has_the_unit_and_the_dimensions_that_are_declared() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        stack.fault(Service::DynamoDb, Fault::status(500).on("PutItem"));
        hook.push().send().await.accepted();
        hook.unsigned("{}").send().await.refused(401);
        stack.fault(Service::DynamoDb, None);
        hook.runs(OURS).await;
        stack.fault(Service::DynamoDb, Fault::status(500).on("PutItem"));
        hook.push().send().await.accepted();
        stack.fault(Service::DynamoDb, None);
        super::action_metrics::let_actions_end(stack, &ann).await;

        let mut seen = BTreeSet::new();
        for document in documents(stack) {
            for directive in document.json["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
                for told in directive["Metrics"].as_array().unwrap() {
                    let metric = Metric::ALL.into_iter().find(|metric| told["Name"] == metric.name()).unwrap();
                    assert_eq!(told["Unit"], metric.unit());
                    assert_eq!(directive["Dimensions"], json!([metric.dimensions()]));
                    seen.insert(metric.name());
                }
            }
        }
        assert_eq!(seen, Metric::ALL.map(Metric::name).into(), "all of them were seen");
    });
}

#[test]
fn the_lines_of_a_call_name_it_and_its_hook_at_every_level_and_its_metrics_are_told() {
    alone_with(&[("LogLevel", "error")], async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.damage("secret", &json!({ "B": "AAAA" })).await;

        let answer = hook.push().send().await;

        answer.refused(500);
        assert_eq!(document_of(stack, &answer).triggered().0, "failed");
        let lines = stack.logs().into_iter().filter(|line| line.text.contains("\"level\":\"ERROR\""));
        let errors: Vec<Json> = lines.map(|line| serde_json::from_str(&line.text).unwrap()).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0]["span"]["request_id"], answer.request_id());
        assert_eq!(errors[0]["span"]["hook_id"], hook.id);
        assert_eq!(errors[0]["span"]["route"], "POST /hooks/{hook_id}/trigger");
    });
}
