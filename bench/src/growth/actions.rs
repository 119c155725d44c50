//! More actions that wait for their turn in the lane of one resource.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use harness::events::Samples;
use sample::Failure;
use serde_json::Value as Json;
use shared::aws::{self, ActionsTable};
use shared::domain::action::{NewAction, TriggeredFrom};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId};
use shared::domain::timestamp::Timestamp;
use shared::ports::{Arrival, RegisterAction};

use super::curve::{Call, Curve};
use super::{Axis, Bench};
use crate::plan::variables;
use crate::stage::sample_event;

/// A list shows the newest 1,000 actions; a lane has no limit.
const ACTIONS: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// A resource that no sample event is about.
const RESOURCE: &str = "777";

/// The first pipeline of `events/seed.json`.
const PIPELINE: i64 = 4_515_528_817_770_496;

const JOB: &str = r#"{"version":1,"variables":{"branch":"main"}}"#;

pub(super) async fn woken(bench: &Bench<'_>) -> Result<Curve, Failure> {
    let event = sample_event("action-start/wake-up")?.replace("1.application.42", &format!("1.application.{RESOURCE}"));
    let is_right = |answer: &[u8], _| answer == br#"{"batchItemFailures":[]}"#;
    Ok(Curve {
        title: Axis::Turns.title(),
        text: "A wake-up of their lane, whose turn is taken: what `action-start` does for each message. A lane has no limit; \
               the first 100 items of it are read.",
        of: "actions",
        points: measure(bench, "action-start", &event, &is_right).await?,
    })
}

pub(super) async fn listed(bench: &Bench<'_>, samples: &Samples) -> Result<Curve, Failure> {
    let mut event: Json = serde_json::from_str(&sample_event("action-list/good")?)?;
    event["pathParameters"]["resource_id"] = RESOURCE.into();
    event["rawQueryString"] = "".into();
    event["queryStringParameters"] = Json::Null;
    let event = samples.render(&event.to_string())?;
    let is_right = |answer: &[u8], size: usize| {
        String::from_utf8_lossy(answer).matches("\\\"pipeline_id\\\":").count() == size.min(20)
    };
    Ok(Curve {
        title: Axis::Actions.title(),
        text: "The first page of the resource's list, with up to 20 of them. The list reaches back 1,000 actions, which is \
               its documented limit; the last point is ten times that.",
        of: "actions",
        points: measure(bench, "action-list", &event, &is_right).await?,
    })
}

async fn measure(
    bench: &Bench<'_>,
    function: &str,
    event: &str,
    is_right: &dyn Fn(&[u8], usize) -> bool,
) -> Result<Vec<super::curve::Point>, Failure> {
    let table = bench.stage.stack.physical_id("ActionsTable");
    let actions = ActionsTable::new(&aws::connect(variables(bench.stage))?, table);
    let function = bench.stage.function(function)?;
    let now = Timestamp::from(SystemTime::now());
    let (mut points, mut there) = (Vec::new(), 0);
    for &size in bench.points(&ACTIONS, &[1, 10, 100]) {
        for number in there..size {
            let new = new_action(now.plus(Duration::from_millis(number.try_into()?)), number)?;
            let sequence = (number + 1).to_string().parse()?;
            actions
                .register_action(Arrival { action: &new, job: JOB, sequence: &sequence, delivery: None, now })
                .await?;
        }
        there = size;
        let call = Call {
            function: &function,
            event: &|| Bytes::from(event.to_owned()),
            is_right: &|answer| is_right(answer, size),
        };
        points.push(call.measure(bench, size).await?);
    }
    Ok(points)
}

fn new_action(created_at: Timestamp, number: usize) -> Result<NewAction, Failure> {
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let job = RequestId::at(created_at, random);
    Ok(NewAction {
        job,
        project_id: ProjectId::new(1)?,
        environment_id: EnvironmentId::new(1)?,
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(RESOURCE.parse()?)? },
        pipeline_id: PipelineId::new(PIPELINE)?,
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::Hook {
            hook_id: HookId::from_random([7; 16]),
            name: "deploy the shop".to_owned(),
            request_id: job,
            ip_address: Some("198.51.100.7".to_owned()),
        },
        retry_of: None,
        only_latest: false,
        created_at,
    })
}
