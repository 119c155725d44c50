//! What happens to a call of a hook, the first time and when it is retried: it is proven authentic, its payload is
//! parsed, its conditions and variables are read, its job is queued and the call is logged.

mod answer;
mod authenticity;
mod decision;
mod facts;
mod greeting;
mod handing;
mod proof;
mod repeating;
mod sending;
mod trial;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use form_urlencoded::Serializer;

use self::answer::Answer;
pub use self::authenticity::authenticate;
pub use self::decision::ExplainedCall;
use self::facts::Facts;
pub use self::greeting::greet;
pub use self::handing::Taking;
pub use self::proof::without_proof;
pub use self::sending::Destinations;
pub use self::trial::Trial;
use crate::domain::hook::{Hook, HookRelation};
use crate::domain::id::ActionId;
use crate::domain::job::{Job, MAX_JOB_BYTES, PIPELINE_VARIABLE};
use crate::domain::mask::{MASK, masked, sounds_secret};
use crate::domain::received::Received;
use crate::domain::request::{Exchange, KeptBody, Outcome, Request, RequestSummary, noted, summarized};
use crate::domain::secret::HookSecret;
use crate::domain::signature;
use crate::domain::signature::handshake::Method;
use crate::domain::signing::SecretHeaderName;
use crate::domain::subject::Subject;
use crate::domain::variable::Unresolved;
use crate::http::{ACTION_ID, ApiError, FieldErrors, Response, ResponseExt as _};
use crate::payload::{Payload, refuse_compressed};
use crate::ports::{EndUnsent, PushJob, PutRequest, QueueError, ReplaceRequest, StoreError, WriteAction};
use crate::telemetry::{Chain, Measurements};

/// The largest body that is kept for a hook that requires no secret. Each kilobyte that is written costs money, and
/// anyone who knows the URL decides how many there are.
const MAX_OPEN_BODY_BYTES: usize = 64 * 1024;

/// The longest answer that is kept whole for such a hook. Most have under 200 bytes, and what a caller sends takes at
/// most 1.5 KiB of one (a challenge). Only what the hook's owner wrote can make more: a 422 names up to 50 variables
/// and their paths, and an ignored call a condition. That is at most some 90 KiB, but a call of two bytes would have it
/// written each time.
const MAX_OPEN_ANSWER_BYTES: usize = 16 * 1024;

/// What to do with a call.
enum Decision {
    /// It runs the pipeline, and this is the answer once the job is queued.
    Queue(Box<Job>, Answer),
    /// It does not, and this is the answer.
    Answer(Answer),
}

/// How a call was answered, and why.
pub struct Answered {
    /// What became of the call.
    pub outcome: Outcome,
    /// What its sender is told.
    pub response: Response,
    /// What the owner of the hook is told.
    pub message: String,
    /// What the sender is told, for people.
    said: String,
    /// The action that the call started.
    pub action_id: Option<ActionId>,
}

impl Answered {
    /// The same, and the sender is told the action.
    #[must_use]
    fn starting(self, action: ActionId) -> Self {
        let response = self.response.with_header(ACTION_ID, &action.to_string());
        Self { response, action_id: Some(action), ..self }
    }
}

/// One call on its way through its hook.
pub struct Run<'a, Requests> {
    hook: &'a Hook,
    received: &'a Received,
    requests: &'a Requests,
    measurements: &'a Measurements,
    /// What the provider calls what happened, once the call was read.
    event: OnceLock<Option<String>>,
}

impl<'a, Requests: PutRequest + ReplaceRequest> Run<'a, Requests> {
    /// The call `received` of `hook`, to be logged in `requests`. From now on its lines name the hook, and it counts as
    /// one of the hook's provider, whatever the call says.
    pub fn new(hook: &'a Hook, received: &'a Received, requests: &'a Requests, measurements: &'a Measurements) -> Self {
        measurements.hook(&hook.relation.id, hook.known().provider.name);
        Self { hook, received, requests, measurements, event: OnceLock::new() }
    }

    /// Runs an authentic call, whose sender knows `secret`. It is answered and logged whatever happens; the answer is a
    /// 200 only when the queue has the job, or when there is no job to queue. The one error is
    /// [`ApiError::WrongSignature`]: the body says that the call is an old one, played back.
    pub async fn accept<Jobs: PushJob, Actions: PushJob, Ledger: WriteAction + EndUnsent>(
        &self,
        secret: Option<&HookSecret>,
        to: &Destinations<Jobs, Actions, Ledger>,
    ) -> Result<Answered, ApiError> {
        match self.decide(secret) {
            Ok(Decision::Queue(job, answer)) => Ok(match job.action() {
                None => self.queue(&job, &answer, &to.jobs).await,
                // On the heap, so that the way of all other calls is no longer for it.
                Some(action) => Box::pin(self.start(&job, &action, &answer, &to.actions, &to.ledger)).await,
            }),
            Ok(Decision::Answer(answer)) => Ok(self.ignore(&answer).await),
            Err(error) => self.fail(error).await,
        }
    }

    async fn ignore(&self, answer: &Answer) -> Answered {
        self.end(self.answered(Outcome::Ignored, answer)).await
    }

    async fn fail(&self, error: ApiError) -> Result<Answered, ApiError> {
        if matches!(error, ApiError::WrongSignature(_)) {
            return Err(error);
        }
        Ok(self.end(self.failed(&error)).await)
    }

    /// Answers a call that is not authentic, and logs it without its body if `is_logged`. `error` is an
    /// [`ApiError::WrongSignature`], whose reason goes to the log and not to the sender.
    pub async fn reject(&self, error: &ApiError, is_logged: bool) -> Answered {
        let answered = self.refused(Outcome::Rejected, error);
        self.measurements.signature_failed(&answered.message);
        if is_logged {
            return self.end(answered).await;
        }
        self.measurements.outcome(answered.outcome.as_str());
        answered
    }

    fn failed(&self, error: &ApiError) -> Answered {
        self.measurements.outcome(Outcome::Failed.as_str());
        error.log();
        self.refused(Outcome::Failed, error)
    }

    /// Logs the call with its answer.
    async fn end(&self, answered: Answered) -> Answered {
        self.measurements.outcome(answered.outcome.as_str());
        self.note(self.requests.put_request(&self.record(&answered)).await);
        answered
    }

    /// A log that cannot be written never fails a call.
    fn note(&self, kept: Result<(), StoreError>) {
        if let Err(error) = kept {
            self.measurements.log_write_failed();
            tracing::warn!(cause = %Chain(&error), "The call could not be logged");
        }
    }
}

impl<Requests> Run<'_, Requests> {
    /// Reads the call. Nothing is sent or written here.
    fn decide(&self, secret: Option<&HookSecret>) -> Result<Decision, ApiError> {
        let Self { hook, received, .. } = *self;
        let payload = Payload::new(hook.scheme().forms, received.header("content-type"), &received.body);
        let facts = refuse_compressed(received.header("content-encoding"));
        let facts = facts.and_then(|()| Facts::read(hook, received, &payload));
        self.event.get_or_init(|| match &facts {
            Ok(facts) => facts.event(),
            Err(_) => Facts::of_headers(hook, received).event(),
        });
        let text = |place: &str| facts.as_ref().ok()?.text(place);
        // What a user retries was recent when it came, and what a user makes up need not be.
        if !received.is_by_user() {
            let checked = signature::check_time_in_body(hook.scheme(), text, received.received_at);
            checked.map_err(ApiError::WrongSignature)?;
        }
        if !hook.relation.active {
            return Ok(Decision::Answer(Answer::ignored("The hook is inactive.")));
        }
        let facts = facts?;
        if let Some(handshake) = facts.handshake(Method::Post, true) {
            return Ok(Decision::Answer(facts.answer(handshake, secret)));
        }
        if facts.is_test() {
            return Ok(Decision::Answer(Answer::ready()));
        }
        let answer = |answer: Answer| if facts.wants_no_answer() { answer.unsaid() } else { answer };
        if let Some(failed) = facts.failed_condition()? {
            tracing::info!(condition = failed.label, "A condition does not hold");
            return Ok(Decision::Answer(answer(Answer::unmet(&failed))));
        }
        self.job(&facts).map(|job| Decision::Queue(Box::new(job), answer(Answer::queued())))
    }

    fn job(&self, facts: &Facts<'_>) -> Result<Job, ApiError> {
        let variables =
            self.hook.relation.variables.resolve(|variable| facts.given(variable), MAX_JOB_BYTES).map_err(invalid)?;
        Job::of_call(self.hook, self.received, variables, facts.delivery()).map_err(|reason| {
            let mut errors = FieldErrors::default();
            errors.add(PIPELINE_VARIABLE, reason);
            ApiError::Invalid(errors)
        })
    }

    fn answered(&self, outcome: Outcome, answer: &Answer) -> Answered {
        let response = answer.to_response(self.hook, self.received);
        let (message, said) = (answer.in_words().to_owned(), answer.said().to_owned());
        Answered { outcome, response, message, said, action_id: None }
    }

    fn refused(&self, outcome: Outcome, error: &ApiError) -> Answered {
        let response = error.to_response(&self.received.id.to_string());
        Answered { outcome, response, message: error.in_words(), said: error.in_words(), action_id: None }
    }

    /// The call as it is logged.
    pub fn record(&self, answered: &Answered) -> Request {
        let Answered { outcome, response, .. } = answered;
        let open_to_all = self.hook.signing.is_none();
        let request_body = if *outcome == Outcome::Rejected {
            KeptBody::NotKept
        } else if self.is_body_too_large() {
            KeptBody::TooLarge
        } else {
            KeptBody::Whole(self.received.body.clone())
        };
        let response_headers = response.headers().iter();
        let response_headers = response_headers
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let mut response_body = response.body().to_text();
        if open_to_all {
            response_body.truncate(response_body.floor_char_boundary(MAX_OPEN_ANSWER_BYTES));
        }
        let exchange = Exchange {
            request_headers: self.masked_headers(),
            request_query: self.looked_at(),
            request_body,
            response_headers: response_headers.collect(),
            response_body,
        };
        Request { summary: self.summary(answered), exchange }
    }

    fn summary(&self, answered: &Answered) -> RequestSummary {
        let Self { hook, received, .. } = self;
        let Answered { outcome, response, message, action_id, .. } = answered;
        // Of a stranger's call nothing is said but where it came from.
        let is_authentic = *outcome != Outcome::Rejected;
        RequestSummary {
            id: received.id,
            hook_id: hook.relation.id,
            project_id: hook.relation.project_id,
            action_id: *action_id,
            retry_of: received.retry_of.map(|retried| retried.call),
            is_test: received.is_test,
            ip_address: received.ip_address.clone(),
            outcome: *outcome,
            status: response.status().as_u16(),
            message: summarized(message),
            event: self.event.get().and_then(Option::as_deref).filter(|_| is_authentic).map(noted),
            proof: is_authentic.then_some(hook.relation.proof),
            is_body_too_large: is_authentic && self.is_body_too_large(),
        }
    }

    fn is_body_too_large(&self) -> bool {
        self.hook.signing.is_none() && self.received.body.len() > MAX_OPEN_BODY_BYTES
    }

    /// The parameters of the query that conditions and variables look at, for a retry and for the owner of the hook.
    fn looked_at(&self) -> String {
        let HookRelation { conditions, variables, .. } = &self.hook.relation;
        let subjects = conditions.each().map(|condition| &condition.subject);
        let subjects = subjects.chain(variables.as_slice().iter().map(|variable| &variable.subject));
        let names: BTreeSet<_> = subjects.filter_map(Subject::parameter).collect();
        let parameters = names.into_iter().filter_map(|name| {
            let value = self.received.query_parameter(name)?;
            Some((name, if sounds_secret(&name.to_ascii_lowercase()) { MASK.into() } else { value }))
        });
        Serializer::new(String::new()).extend_pairs(parameters).finish()
    }

    fn masked_headers(&self) -> Vec<(String, String)> {
        let signature = self.hook.signing.as_ref().and_then(|signing| signing.means.header_name.as_ref());
        let signature = signature.map(SecretHeaderName::as_str);
        let headers = self.received.headers.iter();
        headers.map(|(name, value)| (name.clone(), masked(name, value, signature).to_owned())).collect()
    }
}

fn invalid(unresolved: Unresolved) -> ApiError {
    match unresolved {
        Unresolved::Errors(faults) => {
            let mut errors = FieldErrors::default();
            for fault in faults {
                errors.add(fault.name.as_str(), fault.reason);
            }
            ApiError::Invalid(errors)
        }
        Unresolved::TooLarge { bytes } => QueueError::TooLarge { bytes, limit: MAX_JOB_BYTES }.into(),
    }
}
