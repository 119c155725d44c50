//! `PUT /actions/{action_id}`: takes what a worker reports of the action that it has claimed: how its steps go, what they
//! print, and how the action ended. Each report renews the lease.

use shared::auth::AccessTokens;
use shared::domain::action::{Action, Ending, ReportRefused, Reported};
use shared::domain::timestamp::Timestamp;
use shared::http::action::{MAX_REPORT_BYTES, OutputPart, ReportRequest, ReportedBody, find_own, read_report};
use shared::http::{ApiError, Call, Endpoint, FieldErrors, Response, ResponseExt as _};
use shared::ledger::wake_after;
use shared::ports::{Change, FindAction, FinishAction, LogPart, PutLog, ReadGate, ReportStep, SendWake};

/// How often a report is tried that another request overtakes. Few can: the one worker, a user who cancels, the sweep.
const TRIES: usize = 5;

/// The endpoint and what it needs.
pub struct ActionReport<Actions, Queue> {
    /// Where the action and its output are.
    pub actions: Actions,
    /// Where wake-ups go.
    pub queue: Queue,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Actions, Queue> Endpoint for ActionReport<Actions, Queue>
where
    Actions: FindAction + PutLog + ReportStep + FinishAction + ReadGate,
    Queue: SendWake,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate_worker(&self.tokens).await?;
        let id = call.path_parameter("action_id", "The action")?;
        let request = read_report(call.fields_up_to(MAX_REPORT_BYTES)?)?;
        let now = call.received_at();
        let mut action = find_own(&self.actions, &identity, id).await?;

        for _ in 0..TRIES {
            let reported = request.report.of(&action, now).map_err(refused)?;
            if reported == Reported::EndedBefore {
                // The function that ended it may have died before it woke the next action.
                wake_after(&self.actions, &self.queue, &action).await;
                return Ok(Response::ok(&ReportedBody::new(&action, now)));
            }
            match self.write(&request, &action, reported, now).await? {
                Change::Made(action) => return Ok(Response::ok(&ReportedBody::new(&action, now))),
                Change::Refused(found) => action = *found,
            }
        }
        Err(ApiError::Conflict("Other requests changed the action at the same time: report again.".into()))
    }
}

impl<Actions, Queue> ActionReport<Actions, Queue>
where
    Actions: FindAction + PutLog + ReportStep + FinishAction + ReadGate,
    Queue: SendWake,
{
    /// Writes a report of the worker that has the action. The output comes first: what has ended must have all of it.
    async fn write(
        &self,
        request: &ReportRequest,
        seen: &Action,
        reported: Reported,
        now: Timestamp,
    ) -> Result<Change, ApiError> {
        if let Some(output) = &request.output {
            self.put_output(seen, output, now).await?;
        }
        let changed = if let Reported::Changed(action) = &reported { action } else { seen };
        let Some(end) = &request.end else {
            return match reported {
                Reported::Changed(action) => Ok(self.actions.report_step(seen, &action).await?),
                Reported::Unchanged | Reported::EndedBefore => Ok(Change::Made(Box::new(seen.clone()))),
            };
        };
        let ending = Ending::reported(changed, end.completed, end.reason.clone());
        let change = self.actions.finish_action(seen, &ending, now).await?;
        if let Change::Made(ended) = &change {
            wake_after(&self.actions, &self.queue, ended).await;
        }
        Ok(change)
    }

    async fn put_output(&self, action: &Action, output: &OutputPart, now: Timestamp) -> Result<(), ApiError> {
        let OutputPart { order, part, text } = output;
        if *order > action.steps.len() {
            return Err(no_step("output.order", *order));
        }
        let part = LogPart { action: action.id, attempt: action.attempt, step: *order, part: *part, text };
        Ok(self.actions.put_log(part, now).await?)
    }
}

fn refused(reason: ReportRefused) -> ApiError {
    match reason {
        ReportRefused::NotYours => ApiError::Conflict(
            "The action is not yours: it has ended, or its lease was over and another worker has it. Stop its steps, and \
             claim another action."
                .into(),
        ),
        ReportRefused::NoStep(order) => no_step("steps", order),
    }
}

fn no_step(field: &str, order: usize) -> ApiError {
    let mut errors = FieldErrors::default();
    errors.add(field, format_args!("names the step {order}, which the action does not have"));
    ApiError::Invalid(errors)
}
