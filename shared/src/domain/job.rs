//! The job: what one accepted call, or a user, puts on the queue.

mod by_user;

use sha2::{Digest, Sha256};

pub use self::by_user::{Asked, SourceRef, SourceType};

use super::Invalid;
use super::action::{Comment, NewAction, TriggeredFrom};
use super::hook::{ActionType, Hook, HookName, HookRelation, Resource};
use super::id::{ActionId, EnvironmentId, HookId, PipelineId, ProjectId, RequestId, UserId};
use super::received::{Received, Retried};
use super::signature::provider::Worth;
use super::timestamp::Timestamp;
use super::user::{Email, UserName};
use super::variable::{VariableName, VariableValue};

/// The largest job, in bytes of JSON: what SQS takes as one message.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
pub const MAX_JOB_BYTES: usize = 1024 * 1024;

/// The largest job of an action, in bytes of JSON: it is kept in the ledger, and Step Functions takes no more.
pub const MAX_ACTION_JOB_BYTES: usize = 256 * 1024;

/// The variable that chooses the pipeline, if the hook has none of its own.
pub const PIPELINE_VARIABLE: &str = "pipeline_id";

/// A pipeline run to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The id of the call that asks for it.
    pub id: RequestId,
    /// When the call arrived.
    pub created_at: Timestamp,
    /// What the pipeline is to do with the resource.
    pub action_type: ActionType,
    /// What the pipeline is to work on.
    pub resource: Resource,
    /// The pipeline to run.
    pub pipeline_id: Option<PipelineId>,
    /// The tenant.
    pub project_id: ProjectId,
    /// Where the pipeline runs.
    pub environment_id: EnvironmentId,
    /// What was taken out of the payload.
    pub variables: Vec<(VariableName, VariableValue)>,
    /// What asked for it.
    pub origin: Origin,
}

/// What asked for a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A call of a hook.
    Call {
        /// The hook that was called.
        hook_id: HookId,
        /// Its name then.
        hook_name: HookName,
        /// What its proof is worth.
        proof: Worth,
        /// What the provider says of the delivery.
        delivery: Delivery,
        /// What a user asked to run again.
        retry_of: Option<Retried>,
        /// Whether a user made the call up to try the hook.
        is_test: bool,
        /// Whether the hook wants only the newest of its actions that wait to run.
        only_latest: bool,
    },
    /// A user, by hand.
    User {
        /// Which user.
        user_id: UserId,
        /// The user's name then.
        name: UserName,
        /// The user's address then. It is shown with the action, and not sent to workers.
        email: Email,
        /// Where the request came from.
        ip_address: Option<String>,
        /// What the user wrote about it.
        comment: Option<Comment>,
        /// The action to run again.
        retry_of: Option<ActionId>,
    },
}

/// What is known of one delivery of a provider's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Distinguishes a retry of a delivery from the next one.
    pub id: Option<String>,
    /// What happened at the provider's.
    pub event: Option<String>,
    /// Where the call came from.
    pub ip_address: Option<String>,
}

impl Job {
    /// The job of an accepted call. It runs the hook's own pipeline, else the one that the integer variable `pipeline_id`
    /// names, else none.
    ///
    /// Fails for a pipeline of ours that was not checked when the hook was written: a sender could otherwise run any
    /// pipeline of the project.
    pub fn of_call(
        hook: &Hook,
        received: &Received,
        variables: Vec<(VariableName, VariableValue)>,
        delivery: Delivery,
    ) -> Result<Self, Invalid> {
        let HookRelation { id, name, action_type, resource, project_id, environment_id, .. } = &hook.relation;
        let pipeline_id = hook.relation.pipeline_id.or_else(|| chosen(&variables));
        if pipeline_id.is_some_and(|pipeline| pipeline.is_ours() && !hook.pipelines.contains(&pipeline)) {
            return Err(Invalid::new(
                "must be a pipeline that this hook may run: its owner allows one as the hook's own `pipeline_id` or as \
                 the variable's `default_value`",
            ));
        }
        Ok(Self {
            id: received.id,
            created_at: received.received_at,
            action_type: *action_type,
            resource: *resource,
            pipeline_id,
            project_id: *project_id,
            environment_id: *environment_id,
            variables,
            origin: Origin::Call {
                hook_id: *id,
                hook_name: name.clone(),
                proof: hook.relation.proof,
                delivery,
                retry_of: received.retry_of,
                is_test: received.is_test,
                only_latest: hook.relation.only_latest,
            },
        })
    }

    /// The id of the action that runs it, if its pipeline is one of ours. Another job's action may have it: then the one
    /// of this job has the id of a later attempt.
    pub fn action_id(&self) -> Option<ActionId> {
        self.our_pipeline().map(|_| ActionId::of_job(self.id, 0))
    }

    /// The action that runs it, if its pipeline is one of ours.
    pub fn action(&self) -> Option<NewAction> {
        let pipeline_id = self.our_pipeline()?;
        let only_latest = self.gives_way();
        let (triggered_from, retry_of) = match self.origin.clone() {
            Origin::Call { hook_id, hook_name, delivery, retry_of, .. } => {
                let (name, ip_address) = (hook_name.as_str().to_owned(), delivery.ip_address);
                let retry_of = retry_of.and_then(|retried| retried.action);
                (TriggeredFrom::Hook { hook_id, name, request_id: self.id, ip_address }, retry_of)
            }
            Origin::User { user_id, name, email, ip_address, comment, retry_of } => {
                let (name, email) = (name.as_str().to_owned(), email.as_str().to_owned());
                (TriggeredFrom::User { user_id, name, email, ip_address, comment }, retry_of)
            }
        };
        Some(NewAction {
            job: self.id,
            project_id: self.project_id,
            environment_id: self.environment_id,
            resource: self.resource,
            pipeline_id,
            action_type: self.action_type,
            triggered_from,
            retry_of,
            only_latest,
            created_at: self.created_at,
        })
    }

    /// Whether its action gives way to a newer one of the hook. What a user has run does not, and takes no other one's
    /// place: an old call that is run again would otherwise have a newer one skipped.
    fn gives_way(&self) -> bool {
        matches!(self.origin, Origin::Call { only_latest: true, retry_of: None, is_test: false, .. })
    }

    fn our_pipeline(&self) -> Option<PipelineId> {
        self.pipeline_id.filter(|pipeline| pipeline.is_ours())
    }

    /// Jobs of one group run in order: a group is a resource of a project.
    pub fn group_id(&self) -> String {
        format!("{}.{}.{}", self.project_id, self.resource.kind, self.resource.id)
    }

    /// Two jobs with the same id within five minutes run once. A call that names no delivery is like no other, and
    /// neither is one that a user asked to run again.
    pub fn deduplication_id(&self) -> String {
        match &self.origin {
            Origin::Call { hook_id, .. } => {
                self.delivery_mark().unwrap_or_else(|| digest(*hook_id, &self.id.to_string()))
            }
            Origin::User { .. } => self.id.to_string(),
        }
    }

    /// What all calls of one delivery have in common. Made of the hook and the delivery, because one delivery may go to
    /// two hooks. A call that a user has run is of no delivery: otherwise a test with the id of a real delivery would have
    /// that one dropped.
    pub fn delivery_mark(&self) -> Option<String> {
        match &self.origin {
            Origin::Call { hook_id, delivery, retry_of: None, is_test: false, .. } => {
                Some(digest(*hook_id, delivery.id.as_ref()?))
            }
            Origin::Call { .. } | Origin::User { .. } => None,
        }
    }
}

/// The pipeline that the sender or a default chose.
fn chosen(variables: &[(VariableName, VariableValue)]) -> Option<PipelineId> {
    let (_, value) = variables.iter().find(|(name, _)| name.as_str() == PIPELINE_VARIABLE)?;
    match value {
        VariableValue::Integer(id) => PipelineId::new(*id).ok(),
        VariableValue::String(_)
        | VariableValue::Boolean(_)
        | VariableValue::Number(_)
        | VariableValue::Array(_)
        | VariableValue::Object(_) => None,
    }
}

fn digest(hook: HookId, delivery: &str) -> String {
    hex::encode(Sha256::new().chain_update(hook.to_string()).chain_update([0]).chain_update(delivery).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::received::Retried;
    use crate::fixtures;

    const OURS: i64 = 1 << 52;

    /// The job of a call that names this delivery, as the `random`th call of its millisecond.
    fn called(random: u8, delivery: Option<&str>) -> Job {
        let mut received = fixtures::received();
        received.id = RequestId::at(received.received_at, [random; 10]);
        let delivery = Delivery { id: delivery.map(str::to_owned), ..Delivery::default() };
        Job::of_call(&fixtures::hook(), &received, Vec::new(), delivery).unwrap()
    }

    fn of_hook(mut job: Job, id: HookId) -> Job {
        let Origin::Call { hook_id, .. } = &mut job.origin else { panic!("no call") };
        *hook_id = id;
        job
    }

    fn again(mut job: Job) -> Job {
        let Origin::Call { retry_of, .. } = &mut job.origin else { panic!("no call") };
        *retry_of = Some(Retried { call: job.id, action: None });
        job
    }

    #[test]
    fn a_retry_has_the_same_deduplication_id_and_another_hook_does_not() {
        let job = called(0, Some("d-1"));
        assert_eq!(called(1, Some("d-1")).deduplication_id(), job.deduplication_id());
        assert_eq!(job.delivery_mark(), Some(job.deduplication_id()));
        assert_ne!(called(1, Some("d-2")).deduplication_id(), job.deduplication_id());
        let other = of_hook(called(0, Some("d-1")), HookId::from_random([9; 16]));
        assert_ne!(other.deduplication_id(), job.deduplication_id());
    }

    #[test]
    fn calls_that_name_no_delivery_are_never_taken_for_each_other() {
        assert_ne!(called(0, None).deduplication_id(), called(1, None).deduplication_id());
        assert_eq!(called(0, None).delivery_mark(), None);
    }

    #[test]
    fn a_test_with_the_id_of_a_delivery_does_not_have_the_delivery_dropped() {
        let mut test = called(1, Some("d-1"));
        let Origin::Call { is_test, .. } = &mut test.origin else { panic!("no call") };
        *is_test = true;
        assert_ne!(test.deduplication_id(), called(0, Some("d-1")).deduplication_id());
        assert_eq!(test.delivery_mark(), None);
    }

    #[test]
    fn only_the_action_of_a_providers_call_gives_way_and_only_if_its_hook_says_so() {
        let of_ours = |only_latest: bool| {
            let mut hook = fixtures::hook();
            hook.relation.pipeline_id = PipelineId::new(OURS).ok();
            hook.relation.only_latest = only_latest;
            hook.pipelines = hook.relation.pipeline_id.into_iter().collect();
            Job::of_call(&hook, &fixtures::received(), Vec::new(), Delivery::default()).unwrap()
        };
        let gives_way = |job: &Job| job.action().unwrap().succession().is_some();
        assert!(gives_way(&of_ours(true)) && !gives_way(&of_ours(false)));
        assert!(!gives_way(&again(of_ours(true))), "a user runs the call again");
        let mut test = of_ours(true);
        let Origin::Call { is_test, .. } = &mut test.origin else { panic!("no call") };
        *is_test = true;
        assert!(!gives_way(&test), "a user made it up");
    }

    #[test]
    fn a_retry_that_a_user_asked_for_runs_again() {
        let job = again(called(1, Some("d-1")));
        assert_ne!(job.deduplication_id(), called(0, Some("d-1")).deduplication_id());
        assert_eq!(job.delivery_mark(), None);
    }

    /// The pipeline of a call whose variable `pipeline_id` has this value, of a hook with this pipeline of its own that
    /// may run these of ours.
    fn pipeline(own: Option<i64>, chosen: Option<i64>, allowed: &[i64]) -> Result<Option<i64>, Invalid> {
        let mut hook = fixtures::hook();
        hook.relation.pipeline_id = own.and_then(|own| PipelineId::new(own).ok());
        hook.pipelines = allowed.iter().map(|id| PipelineId::new(*id).unwrap()).collect();
        let variable = |id| (PIPELINE_VARIABLE.parse().unwrap(), VariableValue::Integer(id));
        let variables = chosen.into_iter().map(variable).collect();
        let job = Job::of_call(&hook, &fixtures::received(), variables, Delivery::default())?;
        assert_eq!(job.action_id().is_some(), job.pipeline_id.is_some_and(PipelineId::is_ours));
        assert_eq!(job.action().map(|action| action.pipeline_id), job.pipeline_id.filter(|id| id.is_ours()));
        Ok(job.pipeline_id.map(PipelineId::get))
    }

    #[test]
    fn the_hooks_own_pipeline_comes_before_the_variable() {
        assert_eq!(pipeline(None, None, &[]), Ok(None));
        assert_eq!(pipeline(None, Some(7), &[]), Ok(Some(7)));
        assert_eq!(pipeline(None, Some(-3), &[]), Ok(None), "it is no pipeline's id");
        assert_eq!(pipeline(Some(8), Some(7), &[]), Ok(Some(8)));
        assert_eq!(pipeline(Some(8), Some(OURS), &[]), Ok(Some(8)), "what is not run is not asked about");
    }

    #[test]
    fn a_sender_chooses_no_pipeline_of_ours_that_the_hook_does_not_allow() {
        assert_eq!(pipeline(None, Some(OURS - 1), &[]), Ok(Some(OURS - 1)), "it is the consumer's");
        assert_eq!(pipeline(None, Some(OURS), &[OURS]), Ok(Some(OURS)));
        assert_eq!(pipeline(Some(OURS), Some(OURS + 1), &[OURS]), Ok(Some(OURS)));
        for (own, chosen, allowed) in [
            (None, Some(OURS), vec![]),
            (None, Some(OURS + 1), vec![OURS, OURS + 2]),
            (None, Some((1 << 53) - 1), vec![OURS]),
            (Some(OURS), None, vec![]),
        ] {
            assert!(pipeline(own, chosen, &allowed).is_err(), "{own:?}, {chosen:?}, {allowed:?}");
        }
    }

    #[test]
    fn the_action_of_a_call_names_its_hook_its_call_and_what_it_repeats() {
        let mut hook = fixtures::hook();
        hook.relation.pipeline_id = PipelineId::new(OURS).ok();
        hook.pipelines = hook.relation.pipeline_id.into_iter().collect();
        let mut received = fixtures::received();
        let earlier = ActionId::new(9).ok();
        received.retry_of = Some(Retried { call: received.id, action: earlier });
        let delivery = Delivery { ip_address: Some("192.0.2.1".into()), ..Delivery::default() };

        let job = Job::of_call(&hook, &received, Vec::new(), delivery).unwrap();

        let action = job.action().unwrap();
        assert_eq!(
            (action.job, action.retry_of, job.action_id()),
            (job.id, earlier, Some(ActionId::of_job(job.id, 0)))
        );
        let TriggeredFrom::Hook { hook_id, name, request_id, ip_address } = action.triggered_from else { panic!() };
        assert_eq!((hook_id, request_id, &*name), (hook.relation.id, job.id, "deploy the shop"));
        assert_eq!(ip_address.as_deref(), Some("192.0.2.1"));
    }

    #[test]
    fn a_group_is_a_resource_of_a_project() {
        assert_eq!(called(0, None).group_id(), "1.application.42");
    }
}
