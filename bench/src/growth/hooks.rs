//! Hooks: more variables, more conditions, larger payloads, and more hooks of one resource.

use bytes::Bytes;
use harness::events::Samples;
use sample::{Event, Failure, SECRET, Size, push};
use serde_json::{Value as Json, json};

use super::curve::{Call, Curve};
use super::{Axis, Bench};
use crate::load::{Expect, Kind, Outcome};
use crate::stage::sample_event;

const SIZE: Size = Size(8 * 1024);

/// The documented limit is the last one. `hook-create` refuses more.
const UP_TO_FIFTY: [usize; 7] = [0, 5, 10, 20, 30, 40, 50];

/// The documented limit is the last one: 4 MiB. The trigger refuses more.
const BYTES: [usize; 7] = [1, 8, 64, 256, 1024, 2048, 4096];

/// The documented limit is 100. More were put into the table past `hook-create`, which refuses them.
const HOOKS: [usize; 7] = [1, 10, 50, 100, 250, 500, 1_000];

pub(super) async fn variables(bench: &Bench<'_>, samples: &Samples) -> Result<Curve, Failure> {
    let draft = |leaves: &[(String, Json)]| {
        let variable = |(number, (path, _)): (usize, &(String, Json))| json!({ "name": format!("v{number}"), "type": "string", "path": path });
        json!({ "settings": { "variables": leaves.iter().enumerate().map(variable).collect::<Vec<_>>() } })
    };
    Ok(Curve {
        title: Axis::Variables.title(),
        text: "An accepted call of 8 KB, whose hook takes so many values from the body, each from a place of its own. 50 is \
               the limit: a hook with more cannot be created.",
        of: "variables",
        points: with_drafts(bench, samples, draft).await?,
    })
}

pub(super) async fn conditions(bench: &Bench<'_>, samples: &Samples) -> Result<Curve, Failure> {
    let draft = |leaves: &[(String, Json)]| {
        let condition = |(path, value): &(String, Json)| json!({ "type": "request_body", "path": path, "accepted_values": [value] });
        json!({ "trigger_when": { "conditions": leaves.iter().map(condition).collect::<Vec<_>>() } })
    };
    Ok(Curve {
        title: Axis::Conditions.title(),
        text: "An accepted call of 8 KB, whose hook looks at so many values of the body, each at a place of its own. 50 is \
               the limit: a hook with more cannot be created.",
        of: "conditions",
        points: with_drafts(bench, samples, draft).await?,
    })
}

/// Calls of hooks that ask for 0 to 50 of the texts of a push.
async fn with_drafts(
    bench: &Bench<'_>,
    samples: &Samples,
    draft: impl Fn(&[(String, Json)]) -> Json,
) -> Result<Vec<super::curve::Point>, Failure> {
    let body = push(SIZE, "main")?;
    let mut leaves = Vec::new();
    texts(&serde_json::from_str(&body)?, "", &mut leaves);
    let function = bench.stage.function("hook-trigger")?;
    let mut points = Vec::new();
    for &size in bench.points(&UP_TO_FIFTY, &[0, 10, 50]) {
        let leaves = leaves.get(..size).ok_or("the push has too few texts")?;
        let event = Event::signed(&body)?.to_hook(&create(bench, samples, draft(leaves)).await?);
        let call = Call {
            function: &function,
            event: &|| event.next().into(),
            is_right: &|answer| Expect::Outcome(Outcome::Accepted).is_met(answer),
        };
        points.push(call.measure(bench, size).await?);
    }
    Ok(points)
}

/// Every text of a payload that may be a value of a variable, with its path.
fn texts(value: &Json, path: &str, found: &mut Vec<(String, Json)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Json::Object(members) => members.iter().for_each(|(name, value)| texts(value, &below(name), found)),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| texts(value, &below(&index.to_string()), found));
        }
        Json::String(text) if !text.is_empty() && text.len() < 200 => found.push((path.to_owned(), value.clone())),
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Has `hook-create` make a hook with the secret that the calls are signed with, and returns its id.
async fn create(bench: &Bench<'_>, samples: &Samples, more: Json) -> Result<String, Failure> {
    let mut hook = json!({
        "name": "deploy", "action_type": "deploy", "resource_type": "application", "resource_id": 777,
        "requires_secret": true, "secret_algorithm": "sha256", "secret_header_name": "X-Hub-Signature-256",
        "secret": SECRET,
    });
    if let (Some(hook), Json::Object(more)) = (hook.as_object_mut(), more) {
        hook.extend(more);
    }
    let mut event: Json = serde_json::from_str(&samples.render(&sample_event("hook-create/walk-through")?)?)?;
    event["body"] = hook.to_string().into();
    let answer = bench.stage.stack.invoke("HookCreate", event.to_string()).await?;
    let answer: Json = serde_json::from_slice(&answer.payload)?;
    let created: Json = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
    Ok(created["id"].as_str().ok_or_else(|| format!("no hook was created: {answer}"))?.to_owned())
}

pub(super) async fn bytes(bench: &Bench<'_>) -> Result<Curve, Failure> {
    let function = bench.stage.function("hook-trigger")?;
    let mut points = Vec::new();
    for &size in bench.points(&BYTES, &[1, 64, 1024]) {
        let kind = Kind::new(Size(size * 1024), Outcome::Accepted)?;
        let call = Call {
            function: &function,
            event: &|| kind.event(),
            is_right: &|answer| Expect::Outcome(Outcome::Accepted).is_met(answer),
        };
        points.push(call.measure(bench, size).await?);
    }
    Ok(Curve {
        title: Axis::Bytes.title(),
        text: "An accepted call of the hook with six variables and two conditions. 4,096 KB is the limit: more is refused \
               with 413.",
        of: "KB",
        points,
    })
}

pub(super) async fn of_a_resource(bench: &Bench<'_>, samples: &Samples) -> Result<Curve, Failure> {
    let id = create(bench, samples, json!({})).await?;
    let model = bench.plans.item(bench.stage, "HooksTable", "id", &id).await?;
    let function = bench.stage.function("hook-list")?;
    let mut event: Json = serde_json::from_str(&sample_event("hook-list/application-42")?)?;
    event["pathParameters"]["resource_id"] = "777".into();
    let event = samples.render(&event.to_string())?;
    let (mut points, mut there) = (Vec::new(), 1);
    for &size in bench.points(&HOOKS, &[1, 20, 100]) {
        let copies = (there..size).map(|number| {
            let mut copy = model.clone();
            copy["id"]["S"] = format!("00000000-0000-4000-8000-{number:012x}").into();
            copy
        });
        bench.stage.stack.import("HooksTable", copies.collect())?;
        there = size;
        let shown = "\\\"resource_id\\\":777";
        let call = Call {
            function: &function,
            event: &|| Bytes::from(event.clone()),
            is_right: &|answer| String::from_utf8_lossy(answer).matches(shown).count() == size.min(20),
        };
        points.push(call.measure(bench, size).await?);
    }
    Ok(Curve {
        title: Axis::Hooks.title(),
        text: "The first page of their list, with up to 20 of them. 100 is the limit; those beyond it were put into the \
               table by hand. A call of one of them reads that one alone.",
        of: "hooks",
        points,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_has_as_many_texts_as_the_largest_hook_asks_for() {
        let mut found = Vec::new();
        texts(&serde_json::from_str(&push(SIZE, "main").unwrap()).unwrap(), "", &mut found);
        assert!(found.len() >= 50, "{}", found.len());
        assert!(found.iter().any(|(path, value)| path == "commits.0.author.username" && value.is_string()));
    }
}
