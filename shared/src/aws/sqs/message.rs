//! The message of a job.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::value::RawValue;

use crate::domain::id::{ActionId, PipelineId};
use crate::domain::job::{Job, Origin};
use crate::domain::variable::{VariableName, VariableValue};
use crate::ports::{QueueError, Source};

/// The layout of the message body that `docs/job.schema.json` describes. Consumers are other people's code: a change
/// that could break one is a new version.
const VERSION: u32 = 1;

/// The body of the job's message, if it has at most `limit` bytes.
pub(super) fn body(job: &Job, limit: usize) -> Result<String, QueueError> {
    let body = message_body(job).map_err(|error| QueueError::Unavailable(Source::from(error)))?;
    if body.len() > limit {
        return Err(QueueError::TooLarge { bytes: body.len(), limit });
    }
    Ok(body)
}

/// The job as JSON. SQS refuses a body with U+FFFE or U+FFFF, which JSON allows: they are escaped, which JSON reads as
/// the same string. Outside of strings, JSON has none.
fn message_body(job: &Job) -> Result<String, serde_json::Error> {
    let body = serde_json::to_string(&Message::from(job))?;
    if body.contains(['\u{fffe}', '\u{ffff}']) {
        return Ok(body.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff"));
    }
    Ok(body)
}

#[derive(Serialize)]
struct Message<'a> {
    version: u32,
    id: String,
    created_at: String,
    action_type: &'static str,
    resource: MessageResource,
    pipeline_id: Option<i64>,
    action_id: Option<i64>,
    project_id: i64,
    environment_id: i64,
    #[serde(serialize_with = "variables")]
    variables: &'a [(VariableName, VariableValue)],
    triggered_from: TriggeredFrom<'a>,
}

#[derive(Serialize)]
struct MessageResource {
    #[serde(rename = "type")]
    kind: &'static str,
    id: i64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum TriggeredFrom<'a> {
    Call {
        hook_id: String,
        hook_name: &'a str,
        request_id: String,
        delivery_id: Option<&'a str>,
        event: Option<&'a str>,
        ip_address: Option<&'a str>,
        proof: &'static str,
        test: bool,
    },
    User {
        user_id: i64,
        user_name: &'a str,
        ip_address: Option<&'a str>,
    },
}

impl<'a> From<&'a Job> for Message<'a> {
    fn from(job: &'a Job) -> Self {
        Self {
            version: VERSION,
            id: job.id.to_string(),
            created_at: job.created_at.to_string(),
            action_type: job.action_type.as_str(),
            resource: MessageResource { kind: job.resource.kind.as_str(), id: job.resource.id.get() },
            pipeline_id: job.pipeline_id.map(PipelineId::get),
            action_id: job.action_id().map(ActionId::get),
            project_id: job.project_id.get(),
            environment_id: job.environment_id.get(),
            variables: &job.variables,
            triggered_from: TriggeredFrom::new(job),
        }
    }
}

impl<'a> TriggeredFrom<'a> {
    fn new(job: &'a Job) -> Self {
        match &job.origin {
            Origin::Call { hook_id, hook_name, proof, delivery, is_test, retry_of: _, only_latest: _ } => Self::Call {
                hook_id: hook_id.to_string(),
                hook_name: hook_name.as_str(),
                request_id: job.id.to_string(),
                delivery_id: delivery.id.as_deref(),
                event: delivery.event.as_deref(),
                ip_address: delivery.ip_address.as_deref(),
                proof: proof.as_str(),
                test: *is_test,
            },
            // Without the e-mail address: what runs the job has no use for it.
            Origin::User { user_id, name, ip_address, .. } => {
                Self::User { user_id: user_id.get(), user_name: name.as_str(), ip_address: ip_address.as_deref() }
            }
        }
    }
}

fn variables<S: Serializer>(variables: &[(VariableName, VariableValue)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(variables.len()))?;
    for (name, value) in variables {
        match value {
            VariableValue::String(text) => map.serialize_entry(name.as_str(), text)?,
            VariableValue::Integer(integer) => map.serialize_entry(name.as_str(), integer)?,
            VariableValue::Boolean(boolean) => map.serialize_entry(name.as_str(), boolean)?,
            VariableValue::Number(json) | VariableValue::Array(json) | VariableValue::Object(json) => {
                let json: &RawValue = serde_json::from_str(json).map_err(serde::ser::Error::custom)?;
                map.serialize_entry(name.as_str(), json)?;
            }
        }
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::job::{Asked, Delivery};
    use crate::fixtures;

    fn job(variables: &[(&str, VariableValue)]) -> Job {
        let variables = variables.iter().map(|(name, value)| (name.parse().unwrap(), value.clone())).collect();
        let delivery = Delivery { id: Some("d-1".into()), event: Some("push".into()), ip_address: None };
        Job::of_call(&fixtures::hook(), &fixtures::received(), variables, delivery).unwrap()
    }

    #[test]
    fn the_message_is_version_1_of_the_job() {
        let job = job(&[
            ("branch", VariableValue::String("main".into())),
            ("count", VariableValue::Integer(i64::MAX)),
            ("forced", VariableValue::Boolean(false)),
            ("commits", VariableValue::Array("[1.10, 9007199254740993]".into())),
            ("amount", VariableValue::Number("12.30".into())),
            ("owner", VariableValue::Object(r#"{"id": 1.10}"#.into())),
        ]);
        let body = message_body(&job).unwrap();
        assert!(body.contains(r#""commits":[1.10, 9007199254740993]"#), "an array's digits are kept: {body}");
        assert!(body.contains(r#""amount":12.30,"owner":{"id": 1.10}"#), "so are those of others: {body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let id = job.id.to_string();
        let variables = json!({
            "branch": "main", "count": i64::MAX, "forced": false, "commits": [1.10, 9_007_199_254_740_993_u64],
            "amount": 12.3, "owner": {"id": 1.1},
        });
        let expected = json!({
            "version": 1, "id": id, "created_at": "2027-01-15T08:00:00.000Z", "action_type": "deploy",
            "resource": {"type": "application", "id": 42}, "pipeline_id": 7, "action_id": null, "project_id": 1,
            "environment_id": 1, "variables": variables,
            "triggered_from": {
                "hook_id": fixtures::hook().relation.id.to_string(), "hook_name": "deploy the shop", "request_id": id,
                "delivery_id": "d-1", "event": "push", "ip_address": null, "proof": "none", "test": false,
            },
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn the_job_of_a_pipeline_of_ours_names_its_action() {
        let mut job = job(&[]);
        job.pipeline_id = PipelineId::new(1 << 52).ok();
        let body: serde_json::Value = serde_json::from_str(&message_body(&job).unwrap()).unwrap();
        assert_eq!(body["action_id"], ActionId::of_job(job.id, 0).get());
    }

    #[test]
    fn the_job_of_a_user_names_the_user_without_the_address() {
        let (user, pipeline) = (fixtures::user(), fixtures::pipeline().relation);
        let received = fixtures::received();
        let asked =
            Asked { id: received.id, at: received.received_at, user: &user, ip_address: Some("192.0.2.1".into()) };
        let variables = vec![("branch".parse().unwrap(), VariableValue::String("main".into()))];
        let job = Job::of_pipeline(&pipeline, variables, asked, "the demo".parse().ok());
        let body: serde_json::Value = serde_json::from_str(&message_body(&job).unwrap()).unwrap();
        let from = json!({ "user_id": user.id.get(), "user_name": user.name.as_str(), "ip_address": "192.0.2.1" });
        assert_eq!((&body["triggered_from"], &body["variables"]), (&from, &json!({ "branch": "main" })));
        assert!(!body.to_string().contains(user.email.as_str()) && !body.to_string().contains("the demo"), "{body}");
    }

    #[test]
    fn a_job_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
        let job = job(&[("text", VariableValue::String("x".repeat(100)))]);
        let length = message_body(&job).unwrap().len();
        assert_eq!(body(&job, length).unwrap().len(), length);
        let limit = length - 1;
        let refused = body(&job, limit).unwrap_err();
        assert!(matches!(refused, QueueError::TooLarge { bytes, limit: most } if (bytes, most) == (length, limit)));
    }

    /// Reads a text from standard input as strictly as the language can: what is not Unicode fails.
    const READERS: [(&str, &str, &str); 2] = [
        ("python3", "-c", "import json,sys; json.dumps(json.load(sys.stdin), ensure_ascii=False).encode('utf-8')"),
        (
            "node",
            "-e",
            "const walk = (v) => { if (typeof v === 'string' && !v.isWellFormed()) throw v;
            if (v && typeof v === 'object') Object.entries(v).flat().forEach(walk); };
            walk(JSON.parse(require('fs').readFileSync(0, 'utf8')));",
        ),
    ];

    fn reads((program, flag, script): (&str, &str, &str), text: &str) -> bool {
        use std::io::Write as _;
        use std::process::{Command, Stdio};
        let mut reader =
            Command::new(program).args([flag, script]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        reader.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        reader.wait().unwrap().success()
    }

    #[test]
    fn every_job_is_read_by_strict_readers_in_three_languages() {
        use crate::domain::payload::Value;
        use crate::domain::variable::VariableType;
        let texts = [
            r#"["\ud800"]"#,
            r#"["\ud83d\ud83d\ude00"]"#,
            r#"[{"\udc00": []}]"#,
            r#"["\ud83d\ude00", "\u0000", "\\ud800"]"#,
            "[\"\u{fffe}\u{1f600}\u{7f}\", 1.10, 9007199254740993, -0, [[[]]]]",
        ];
        let mut queued = 0;
        for text in texts {
            let Ok(array) = VariableType::Array.read(&Value::Array(text)) else {
                assert!(!reads(READERS[0], text) && !reads(READERS[1], text), "{text}: it was refused in vain");
                continue;
            };
            queued += 1;
            let string = VariableValue::String(text.to_owned());
            let body = message_body(&job(&[("array", array), ("string", string)])).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{body}");
            for reader in READERS {
                assert!(reads(reader, &body), "{}: {body}", reader.0);
            }
        }
        assert_eq!(queued, 2);
    }

    #[test]
    fn characters_that_sqs_refuses_are_escaped() {
        let text = "a\u{fffe}\u{ffff}\u{0}b";
        let body = message_body(&job(&[("text", VariableValue::String(text.into()))])).unwrap();
        assert!(body.chars().all(|char| char >= ' ' && !['\u{fffe}', '\u{ffff}'].contains(&char)), "{body:?}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["variables"]["text"], text);
    }
}
