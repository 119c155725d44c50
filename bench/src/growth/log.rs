//! More calls in the log of a hook.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use harness::events::Samples;
use sample::Failure;
use serde_json::Value as Json;
use shared::domain::id::{HookId, RequestId};
use shared::domain::timestamp::Timestamp;

use super::curve::{Call, Curve};
use super::{Axis, Bench};
use crate::stage::sample_event;

/// The log has no limit of its own but 30 days. `cargo test` follows the pages of a million.
const CALLS: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

/// What one import takes at a time.
const AT_ONCE: usize = 5_000;

/// How far the calls are apart: a hundred thousand of them within 28 days.
const APART: Duration = Duration::from_secs(24);

/// The hook that the one logged call of `events/seed.json` is of.
const HOOK_ID: &str = "e71d3a60-92c5-4f08-b6d4-5c0f8a2b9e13";

pub(super) async fn calls(bench: &Bench<'_>, samples: &Samples) -> Result<Curve, Failure> {
    let model = bench.plans.item(bench.stage, "RequestsTable", "hook_id", HOOK_ID).await?;
    let function = bench.stage.function("request-list")?;
    let event = samples.render(&sample_event("request-list/of-a-hook")?)?;
    let hook: HookId = HOOK_ID.parse()?;
    let now = Timestamp::from(SystemTime::now());
    let (mut points, mut there) = (Vec::new(), 1);
    for &size in bench.points(&CALLS, &[1, 20, 1_000]) {
        let copies: Vec<Json> = (there..size).map(|number| copy(&model, hook, now, number)).collect();
        for some in copies.chunks(AT_ONCE) {
            bench.stage.stack.import("RequestsTable", some.to_vec())?;
        }
        there = size;
        let call = Call {
            function: &function,
            event: &|| Bytes::from(event.clone()),
            is_right: &|answer| String::from_utf8_lossy(answer).matches("\\\"hook_id\\\":").count() == size.min(20),
        };
        points.push(call.measure(bench, size).await?);
    }
    Ok(Curve {
        title: Axis::Calls.title(),
        text: "The first page of the hook's list, with up to 20 of them. The log has no limit but 30 days. A call writes its \
               own entry, and reads none.",
        of: "calls",
        points,
    })
}

/// The call number so many, the newest first.
fn copy(model: &Json, hook: HookId, now: Timestamp, number: usize) -> Json {
    let before = APART * u32::try_from(number).unwrap_or(u32::MAX);
    let mut random = [0; 10];
    random[..8].copy_from_slice(&number.to_be_bytes());
    let mut copy = model.clone();
    copy["id"]["S"] = RequestId::at(now.minus(before), random).tagged(hook.tag()).to_string().into();
    copy
}
