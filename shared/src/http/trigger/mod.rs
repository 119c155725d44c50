//! What becomes of an authentic call of a hook, the first time and when it is retried: its payload is parsed, its
//! conditions and variables are read, its job is queued and the call is logged.

mod answer;
mod facts;
mod incoming;

use self::answer::Answer;
use self::facts::Facts;
pub use self::incoming::Incoming;
use super::error::{ApiError, FieldErrors};
use super::payload::{Payload, refuse_compressed};
use super::response::Response;
use crate::domain::hook::Hook;
use crate::domain::job::Job;
use crate::domain::request::{Exchange, KeptBody, Outcome, Request, RequestSummary};
use crate::domain::secret::HookSecret;
use crate::domain::signature::providers::UNSIGNED;
use crate::ports::{PushJob, PutRequest, ReplaceRequest, StoreError};
use crate::telemetry::{Chain, Measurements};

/// The largest body that is kept for a hook that takes calls from everybody. Each kilobyte that is written costs, and
/// there nobody but whoever knows the URL decides how many there are.
const MAX_OPEN_BODY_BYTES: usize = 64 * 1024;

/// The longest answer that is kept whole for such a hook. Most have under 200 bytes, and what a caller sends takes at
/// most 1.5 KiB of one (a challenge). Only what the hook's owner wrote can make more: a 422 names up to 50 variables
/// and their paths, and an ignored call a condition. That is at most some 90 KiB, but a call of two bytes would have it
/// written each time.
const MAX_OPEN_ANSWER_BYTES: usize = 16 * 1024;

/// What is to become of a call.
enum Decision {
    /// It runs the pipeline.
    Queue(Box<Job>),
    /// It does not, and this is the answer.
    Answer(Answer),
}

/// Runs an authentic call through its hook. The call is answered and its record is returned whatever happens; the
/// answer is a 200 only when the queue has the job, or when there is none to queue.
pub async fn run(
    hook: &Hook,
    incoming: &Incoming<'_>,
    secrets: &[HookSecret],
    jobs: &impl PushJob,
    requests: &(impl PutRequest + ReplaceRequest),
) -> (Response, Request) {
    note_hook(hook, incoming.measurements);
    match decide(hook, incoming, secrets) {
        Ok(Decision::Queue(job)) => queue(hook, incoming, &job, jobs, requests).await,
        Ok(Decision::Answer(answer)) => {
            let response = answer.to_response(incoming.id);
            keep(hook, incoming, Outcome::Ignored, response, requests).await
        }
        Err(error) => {
            let (response, request) = failed(hook, incoming, &error);
            note(incoming, requests.put_request(&request).await);
            (response, request)
        }
    }
}

/// Reads the call. Nothing is sent or written here.
fn decide(hook: &Hook, incoming: &Incoming<'_>, secrets: &[HookSecret]) -> Result<Decision, ApiError> {
    if !hook.relation.active {
        return Ok(Decision::Answer(Answer::ignored("The hook is inactive.")));
    }
    refuse_compressed(incoming.header("content-encoding"))?;
    let payload = Payload::read(incoming.header("content-type"), &incoming.body)?;
    let facts = Facts::read(hook, incoming, &payload)?;
    if let Some(answer) = facts.handshake(secrets) {
        return Ok(Decision::Answer(answer));
    }
    if let Some(condition) = facts.failed_condition() {
        let label = condition.label();
        tracing::info!(condition = label, "A condition does not hold");
        return Ok(Decision::Answer(Answer::ignored(&format!("The condition `{label}` does not hold."))));
    }
    let variables = hook.relation.variables.resolve(facts.variables()).map_err(|faults| {
        let mut errors = FieldErrors::default();
        for fault in faults {
            errors.add(fault.name.as_str(), fault.reason);
        }
        ApiError::Invalid(errors)
    })?;
    let (delivery, retry_of) = (facts.delivery(), incoming.retry_of);
    let hook = hook.relation.clone();
    let job = Job { id: incoming.id, created_at: incoming.received_at, hook, variables, delivery, retry_of };
    Ok(Decision::Queue(Box::new(job)))
}

/// Sends the job and writes the log at the same time. Only when the queue did not take the job is the log, which says
/// that it did, corrected.
async fn queue(
    hook: &Hook,
    incoming: &Incoming<'_>,
    job: &Job,
    jobs: &impl PushJob,
    requests: &(impl PutRequest + ReplaceRequest),
) -> (Response, Request) {
    let response = Answer::queued().to_response(incoming.id);
    let pushed = incoming.measurements.queueing(jobs.push_job(job));
    let (pushed, kept) = tokio::join!(pushed, keep(hook, incoming, Outcome::Queued, response, requests));
    match pushed {
        Ok(()) => kept,
        Err(error) => {
            let (response, request) = failed(hook, incoming, &error.into());
            note(incoming, requests.replace_request(&request).await);
            (response, request)
        }
    }
}

fn failed(hook: &Hook, incoming: &Incoming<'_>, error: &ApiError) -> (Response, Request) {
    incoming.measurements.outcome(Outcome::Failed.as_str());
    error.log();
    let response = error.to_response(&incoming.id.to_string());
    let request = record(hook, incoming, Outcome::Failed, &response);
    (response, request)
}

/// Logs the call with its answer.
async fn keep(
    hook: &Hook,
    incoming: &Incoming<'_>,
    outcome: Outcome,
    response: Response,
    requests: &impl PutRequest,
) -> (Response, Request) {
    incoming.measurements.outcome(outcome.as_str());
    let request = record(hook, incoming, outcome, &response);
    note(incoming, requests.put_request(&request).await);
    (response, request)
}

/// A log that cannot be written never fails a call.
fn note(incoming: &Incoming<'_>, kept: Result<(), StoreError>) {
    if let Err(error) = kept {
        incoming.measurements.log_write_failed();
        tracing::warn!(cause = %Chain(&error), "The call could not be logged");
    }
}

/// Answers a call that is not authentic, and logs it without its body if `requests` is given.
pub async fn reject(hook: &Hook, incoming: &Incoming<'_>, requests: Option<&impl PutRequest>) -> Response {
    incoming.measurements.outcome(Outcome::Rejected.as_str());
    incoming.measurements.signature_failed();
    let response = ApiError::WrongSignature.to_response(&incoming.id.to_string());
    let Some(requests) = requests else { return response };
    keep(hook, incoming, Outcome::Rejected, response, requests).await.0
}

/// The lines of a call name its hook from now on, and it counts as one of the hook's provider, whatever the call says.
pub fn note_hook(hook: &Hook, measurements: &Measurements) {
    let scheme = hook.signing.as_ref().map_or(&UNSIGNED, |signing| signing.scheme());
    measurements.hook(&hook.relation.id, scheme.provider);
}

fn record(hook: &Hook, incoming: &Incoming<'_>, outcome: Outcome, response: &Response) -> Request {
    let summary = RequestSummary {
        id: incoming.id,
        hook_id: hook.relation.id,
        project_id: hook.relation.project_id,
        retry_of: incoming.retry_of,
        ip_address: incoming.ip_address.clone(),
        outcome,
        status: response.status().as_u16(),
    };
    let open_to_all = hook.signing.is_none();
    let request_body = if outcome == Outcome::Rejected {
        KeptBody::NotKept
    } else if open_to_all && incoming.body.len() > MAX_OPEN_BODY_BYTES {
        KeptBody::TooLarge
    } else {
        KeptBody::Whole(incoming.body.to_vec())
    };
    let header = |(name, value): (&lambda_http::http::HeaderName, &lambda_http::http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let mut response_body = response.body().to_text();
    if open_to_all {
        response_body.truncate(response_body.floor_char_boundary(MAX_OPEN_ANSWER_BYTES));
    }
    let exchange = Exchange {
        request_headers: incoming.masked_headers(hook.signing.as_ref()),
        request_body,
        response_headers: response.headers().iter().filter_map(header).collect(),
        response_body,
    };
    Request { summary, exchange }
}
