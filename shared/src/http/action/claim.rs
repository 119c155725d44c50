//! A worker's question for an action, and the answer that hands one out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::value::RawValue;

use super::body::ActionBody;
use crate::domain::Invalid;
use crate::domain::action::{Action, LeaseSeconds, LeaseToken, WorkerName};
use crate::domain::pipeline::{Label, Pipeline, Step, StepName};
use crate::http::{ApiError, Fields, read};

/// How many labels a worker may ask for at once.
const MOST_LABELS: usize = 5;

/// What a worker asks for.
#[derive(Debug)]
pub struct ClaimRequest {
    /// Who asks.
    pub worker: WorkerName,
    /// The pipelines whose actions the worker takes.
    pub labels: Vec<Label>,
    /// For how long at a time.
    pub lease: LeaseSeconds,
}

/// Reads `worker`, `labels` and `lease_seconds`.
pub fn read_claim(mut fields: Fields<'_>) -> Result<ClaimRequest, ApiError> {
    let worker = fields.required("worker", read::parsed);
    let labels = fields.optional("labels", |value| {
        let elements = read::elements(value)?;
        if elements.is_empty() || elements.len() > MOST_LABELS {
            return Err(Invalid::new(format!("must have 1 to {MOST_LABELS} labels")));
        }
        let mut labels: Vec<Label> = elements.iter().map(read::parsed).collect::<Result<_, _>>()?;
        // Asked for twice, a label would be looked up twice.
        labels.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
        labels.dedup();
        Ok(labels)
    });
    let lease = fields.optional("lease_seconds", read::integer(LeaseSeconds::new));
    let labels = labels.unwrap_or_else(|| vec![Label::default()]);
    fields.finish(worker.map(|worker| ClaimRequest { worker, labels, lease: lease.unwrap_or_default() }))
}

/// The token of a lease: 256 bits in base64url, which are 43 characters.
pub fn lease_token(random: [u8; 32]) -> LeaseToken {
    LeaseToken::new(URL_SAFE_NO_PAD.encode(random))
}

/// An action in the hands of a worker. It has the token that proves the lease, which is shown this once.
#[derive(Serialize)]
pub struct HandedOut<'a> {
    action: ActionBody<'a>,
    steps: Vec<StepBody<'a>>,
    job: &'a RawValue,
    lease_token: &'a str,
    lease_seconds: u16,
    attempt: u32,
}

/// What a worker runs.
#[derive(Serialize)]
struct StepBody<'a> {
    order: usize,
    name: Option<&'a str>,
    runner: &'static str,
    command: &'a str,
    run_as_user: &'a str,
}

impl<'a> HandedOut<'a> {
    /// The action that was just claimed under this token, with what it runs. The job is JSON.
    pub fn new(
        action: &'a Action,
        pipeline: &'a Pipeline,
        job: &'a RawValue,
        lease: (&'a LeaseToken, LeaseSeconds),
        base_url: &str,
    ) -> Self {
        let step = |(index, step): (usize, &'a Step)| StepBody {
            order: index + 1,
            name: step.draft.name.as_ref().map(StepName::as_str),
            runner: step.draft.runner.as_str(),
            command: step.draft.command.as_str(),
            run_as_user: step.draft.run_as_user.as_str(),
        };
        let (token, seconds) = lease;
        Self {
            action: ActionBody::new(action, base_url),
            steps: pipeline.steps.linked().iter().enumerate().map(step).collect(),
            job,
            lease_token: token.expose(),
            lease_seconds: seconds.get(),
            attempt: action.attempt,
        }
    }
}
