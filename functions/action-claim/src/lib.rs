//! `POST /actions/claim`: hands an action of the caller's project to a worker, and ends those that no worker can run any
//! more.

use lambda_http::http::header;
use serde_json::value::RawValue;
use shared::auth::AccessTokens;
use shared::domain::action::{Action, ActionStep, Claim, ClaimDecision, Ending, Lease, decide_claim};
use shared::domain::id::{ActionId, ProjectId};
use shared::domain::pipeline::{Label, OnLost, Pipeline};
use shared::domain::timestamp::Timestamp;
use shared::http::action::{HandedOut, lease_token, read_claim};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ledger::wake_after;
use shared::ports::{
    Change, ClaimAction, Consistency, FindAction, FindJob, FindPipeline, FinishAction, ListClaimable, Random, ReadGate,
    SendWake, StoreError, TakeOver,
};
use shared::telemetry::Chain;

/// How many actions one call looks at: what it costs is bounded, and the next call looks further.
const MOST_LOOKED_AT: usize = 10;

/// When a worker that got nothing is to ask again, in seconds.
const RETRY_AFTER: &str = "5";

/// The endpoint and what it needs.
pub struct ActionClaim<Actions, Pipelines, Queue> {
    /// Where the actions are.
    pub actions: Actions,
    /// Where their pipelines are.
    pub pipelines: Pipelines,
    /// Where wake-ups go.
    pub queue: Queue,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What the token of a lease is made of.
    pub random: Random,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

/// Who asks, and what it is to get.
struct Asker {
    project_id: ProjectId,
    lease: Lease,
    now: Timestamp,
}

/// What a worker runs.
struct Work {
    action: Action,
    pipeline: Pipeline,
    /// JSON.
    job: Box<RawValue>,
}

impl<Actions, Pipelines, Queue> Endpoint for ActionClaim<Actions, Pipelines, Queue>
where
    Actions: ListClaimable + FindAction + FindJob + ClaimAction + TakeOver + FinishAction + ReadGate,
    Pipelines: FindPipeline,
    Queue: SendWake,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate_worker(&self.tokens).await?;
        let request = read_claim(call.fields()?)?;
        let (token, now) = (lease_token(self.random.bytes()), call.received_at());
        let lease = Lease {
            hash: token.hash(),
            until: now.plus(request.lease.duration()),
            seconds: request.lease,
            worker: request.worker,
        };
        let asker = Asker { project_id: identity.project_id, lease, now };

        let Some(Work { action, pipeline, job }) = self.find_work(&asker, &request.labels).await? else {
            return Ok(Response::no_content().with_header(header::RETRY_AFTER, RETRY_AFTER));
        };
        let base_url = call.base_url(self.public_url.as_deref());
        let body = HandedOut::new(&action, &pipeline, &job, (&token, request.lease), &base_url);
        Ok(Response::ok(&body).never_stored())
    }
}

impl<Actions, Pipelines, Queue> ActionClaim<Actions, Pipelines, Queue>
where
    Actions: ListClaimable + FindAction + FindJob + ClaimAction + TakeOver + FinishAction + ReadGate,
    Pipelines: FindPipeline,
    Queue: SendWake,
{
    /// The action that has waited longest, of those that the worker can have. One that is damaged must not keep all others
    /// from all workers of the project.
    async fn find_work(&self, asker: &Asker, labels: &[Label]) -> Result<Option<Work>, StoreError> {
        let mut claimable = Vec::new();
        for label in labels {
            claimable.extend(self.actions.list_claimable(asker.project_id, label, asker.now, MOST_LOOKED_AT).await?);
        }
        claimable.sort_unstable_by_key(|one| (one.since, one.action));
        for one in claimable.iter().take(MOST_LOOKED_AT) {
            match self.look_at(one.action, asker).await {
                Ok(None) => {}
                Ok(Some(work)) => return Ok(Some(work)),
                Err(error @ StoreError::Corrupt { .. }) => {
                    tracing::error!(cause = %Chain(&error), action_id = one.action.get(), "An action was not handed out");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Claims what can be claimed of it. The list may be behind, and all who ask at once get the same one: what is stored
    /// now decides.
    async fn look_at(&self, id: ActionId, asker: &Asker) -> Result<Option<Work>, StoreError> {
        let action = self.actions.find_action(id, Consistency::Strong).await?;
        match action.filter(|action| action.new.project_id == asker.project_id) {
            Some(action) => self.try_claim(action, asker).await,
            None => Ok(None),
        }
    }

    /// Claims the action, or ends it if no one can run it any more. `None` if the worker does not get it.
    async fn try_claim(&self, action: Action, asker: &Asker) -> Result<Option<Work>, StoreError> {
        let decision = decide_claim(&action, asker.now);
        match decision {
            ClaimDecision::Leave => return Ok(None),
            ClaimDecision::Lost => return self.end(&action, &Ending::lost(&action), asker.now).await,
            ClaimDecision::Claim | ClaimDecision::TakeOver => {}
        }
        let (project, pipeline) = (action.new.project_id, action.new.pipeline_id);
        let Some(pipeline) = self.pipelines.find_pipeline(project, pipeline, Consistency::Strong).await? else {
            return self.end(&action, &unrunnable(&action, Ending::pipeline_gone()), asker.now).await;
        };
        if pipeline.steps.machine().is_some() {
            return self.end(&action, &unrunnable(&action, Ending::no_workers_any_more()), asker.now).await;
        }
        let Some(job) = self.actions.find_job(action.id).await? else {
            let gone = Ending::failed("its job is not kept any more");
            return self.end(&action, &unrunnable(&action, gone), asker.now).await;
        };
        let key = || StoreError::Corrupt { key: format!("A#{}", action.id), attribute: "job" };
        let job = RawValue::from_string(job).map_err(|_| key())?;

        let claim = claim(asker.lease.clone(), &pipeline);
        let change = if decision == ClaimDecision::TakeOver {
            self.actions.take_over(&action, &claim, asker.now).await?
        } else {
            self.actions.claim_action(&action, &claim, asker.now).await?
        };
        match change {
            Change::Made(action) => Ok(Some(Work { action: *action, pipeline, job })),
            // Another worker was first.
            Change::Refused(_) => Ok(None),
        }
    }

    /// Ends an action that no worker gets, unless another request was first.
    async fn end(&self, action: &Action, ending: &Ending, now: Timestamp) -> Result<Option<Work>, StoreError> {
        if let Change::Made(ended) = self.actions.finish_action(action, ending, now).await? {
            wake_after(&self.actions, &self.queue, &ended).await;
        }
        Ok(None)
    }
}

/// How an action ends that cannot be run: as one that lost its worker, if it had one. That end has the condition that
/// the worker has not come back.
fn unrunnable(action: &Action, pending: Ending) -> Ending {
    if action.lease.is_some() { Ending::lost(action) } else { pending }
}

/// The claim under this lease of an action of the pipeline, as the pipeline is now.
fn claim(lease: Lease, pipeline: &Pipeline) -> Claim {
    let name = |step: &shared::domain::pipeline::Step| step.draft.name.as_ref().map(|name| name.as_str().to_owned());
    let steps = pipeline.steps.linked().iter().map(|step| ActionStep::pending(name(step))).collect();
    Claim { lease, steps, run_again: pipeline.relation.on_lost == OnLost::RunAgain }
}
