//! A worker's report.

use serde::Serialize;

use crate::domain::Invalid;
use crate::domain::action::{Action, LeaseToken, ReasonText, Report, Status, StepReport};
use crate::domain::payload::Value;
use crate::domain::pipeline::MOST_STEPS;
use crate::domain::timestamp::Timestamp;
use crate::http::{ApiError, Fields, read};

/// The largest body of a report. Text of the largest size fits, even if each of its bytes is escaped.
pub const MAX_REPORT_BYTES: usize = 256 * 1024;

/// The largest part of the output of a step, in bytes of UTF-8.
const MAX_PART_BYTES: usize = 32 * 1024;

/// How often one report may speak of a step: of each one that it starts and that it ends.
const MOST_STEP_REPORTS: usize = 2 * MOST_STEPS;

/// The last part that a step may have.
const LAST_PART: u32 = 999_999;

/// What a worker says of its action.
#[derive(Debug)]
pub struct ReportRequest {
    /// What it says of the lease and the steps.
    pub report: Report,
    /// What a step has printed.
    pub output: Option<OutputPart>,
    /// How the action ended, if it has.
    pub end: Option<ReportedEnd>,
}

/// A part of the output of a step.
#[derive(Debug, PartialEq, Eq)]
pub struct OutputPart {
    /// The order of the step, from 1.
    pub order: usize,
    /// The number of the part, from 0.
    pub part: u32,
    /// What was printed.
    pub text: String,
}

/// How a worker says that its action has ended.
#[derive(Debug, PartialEq, Eq)]
pub struct ReportedEnd {
    /// Whether all went well.
    pub completed: bool,
    /// What the worker says about it.
    pub reason: Option<ReasonText>,
}

/// Reads `lease_token`, `steps`, `output`, `status`, `reason` and `url`.
pub fn read_report(mut fields: Fields<'_>) -> Result<ReportRequest, ApiError> {
    let token = fields.required("lease_token", |value| Ok(LeaseToken::new(read::text(value)?)));
    let steps = fields.objects("steps", read_step);
    if steps.len() > MOST_STEP_REPORTS {
        fields.refuse("steps", format_args!("must have at most {MOST_STEP_REPORTS} entries"));
    }
    let has_output = fields.has("output");
    let output = if has_output { fields.object("output", read_output) } else { None };
    let completed = fields.optional("status", read_end);
    let reason = fields.optional("reason", read::parsed);
    if reason.is_some() && completed.is_none() {
        fields.refuse("reason", "goes with `status`: leave it out while the action goes on");
    }
    let url = fields.optional("url", read::parsed);
    let end = completed.map(|completed| ReportedEnd { completed, reason });
    fields.finish(token.map(|token| ReportRequest { report: Report { lease: token.hash(), steps, url }, output, end }))
}

fn read_step(fields: &mut Fields<'_>) -> Option<StepReport> {
    let order = fields.required("order", read::integer(read_order));
    let status = fields.required("status", |value| {
        let status = read::parsed::<Status>(value).ok();
        let status = status.filter(|status| *status == Status::InProgress || status.is_ended());
        status.ok_or_else(|| Invalid::new("must be one of in-progress, completed, failed, skipped"))
    });
    let reason = fields.optional("reason", read::parsed);
    Some(StepReport { order: order?, status: status?, reason })
}

fn read_output(fields: &mut Fields<'_>) -> Option<OutputPart> {
    let order = fields.required("order", read::integer(read_order));
    let part = fields.required("part", read::integer(read_part));
    let text = fields.required("text", |value| {
        let text = read::text(value)?;
        if text.len() > MAX_PART_BYTES {
            return Err(Invalid::new(format!("must be at most {MAX_PART_BYTES} bytes of UTF-8: send several parts")));
        }
        Ok(text)
    });
    Some(OutputPart { order: order?, part: part?, text: text? })
}

fn read_order(order: i64) -> Result<usize, Invalid> {
    let order = usize::try_from(order).ok().filter(|order| (1..=MOST_STEPS).contains(order));
    order.ok_or_else(|| Invalid::new(format!("must be an integer from 1 to {MOST_STEPS}")))
}

fn read_part(part: i64) -> Result<u32, Invalid> {
    let part = u32::try_from(part).ok().filter(|part| *part <= LAST_PART);
    part.ok_or_else(|| Invalid::new(format!("must be an integer from 0 to {LAST_PART}")))
}

fn read_end(value: &Value<'_>) -> Result<bool, Invalid> {
    let status = read::parsed::<Status>(value).ok();
    let completed = status.and_then(|status| match status {
        Status::Completed => Some(true),
        Status::Failed => Some(false),
        Status::Queued | Status::Waiting | Status::Pending | Status::InProgress | Status::Skipped => None,
    });
    completed.ok_or_else(|| Invalid::new("must be completed or failed"))
}

/// The answer to a report.
#[derive(Serialize)]
pub struct ReportedBody {
    cancel: bool,
    lease_seconds: u64,
}

impl ReportedBody {
    /// What the worker of this action has to know after a report that came at `now`. The lease ends so many whole
    /// seconds after that, or later: a worker that believed in more would run beside the next one.
    pub fn new(action: &Action, now: Timestamp) -> Self {
        let until = action.lease.as_ref().filter(|_| !action.status.is_ended()).map(|lease| lease.until);
        let left = until.filter(|until| *until > now).map(|until| until.distance(now).as_secs());
        Self { cancel: action.cancel.is_some() && !action.status.is_ended(), lease_seconds: left.unwrap_or_default() }
    }
}
