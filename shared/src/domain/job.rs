//! The job: what one accepted call puts on the queue.

use sha2::{Digest, Sha256};

use super::hook::HookRelation;
use super::id::{PipelineId, RequestId};
use super::timestamp::Timestamp;
use super::variable::{VariableName, VariableValue};

/// The largest job, in bytes of JSON: what SQS takes as one message.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html>
pub const MAX_JOB_BYTES: usize = 1024 * 1024;

/// A pipeline run to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The id of the call that asks for it.
    pub id: RequestId,
    /// When the call arrived.
    pub created_at: Timestamp,
    /// The hook that was called.
    pub hook: HookRelation,
    /// What was taken out of the payload.
    pub variables: Vec<(VariableName, VariableValue)>,
    /// What the provider says of the delivery.
    pub delivery: Delivery,
    /// The call that a user asked to run again.
    pub retry_of: Option<RequestId>,
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
    /// The hook's own pipeline, else the integer variable named `pipeline_id`, else none.
    pub fn pipeline_id(&self) -> Option<PipelineId> {
        let variable = || {
            let (_, value) = self.variables.iter().find(|(name, _)| name.as_str() == "pipeline_id")?;
            match value {
                VariableValue::Integer(id) => PipelineId::new(*id).ok(),
                VariableValue::String(_) | VariableValue::Boolean(_) | VariableValue::Array(_) => None,
            }
        };
        self.hook.pipeline_id.or_else(variable)
    }

    /// Jobs of one group run in order: a group is a resource of a project.
    pub fn group_id(&self) -> String {
        let HookRelation { project_id, resource, .. } = &self.hook;
        format!("{project_id}.{}.{}", resource.kind, resource.id)
    }

    /// Two jobs with the same id within five minutes run once. Made of the hook and the delivery, because one delivery
    /// may go to two hooks; a call that names no delivery is like no other, and neither is one that a user asked to run
    /// again.
    pub fn deduplication_id(&self) -> String {
        let delivery = self.delivery.id.clone().filter(|_| self.retry_of.is_none());
        let delivery = delivery.unwrap_or_else(|| self.id.to_string());
        let digest = Sha256::new().chain_update(self.hook.id.to_string()).chain_update([0]).chain_update(delivery);
        hex::encode(digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::HookId;
    use crate::fixtures;

    fn job() -> Job {
        let created_at = Timestamp::from_unix_millis(1_000);
        let id = RequestId::at(created_at, [0; 10]);
        let hook = fixtures::hook().relation;
        Job { id, created_at, hook, variables: Vec::new(), delivery: Delivery::default(), retry_of: None }
    }

    fn delivered(id: &str) -> Job {
        Job { delivery: Delivery { id: Some(id.to_owned()), ..Delivery::default() }, ..job() }
    }

    #[test]
    fn a_retry_has_the_same_deduplication_id_and_another_hook_does_not() {
        let mut retry = delivered("d-1");
        retry.id = RequestId::at(Timestamp::from_unix_millis(2_000), [1; 10]);
        assert_eq!(retry.deduplication_id(), delivered("d-1").deduplication_id());
        assert_ne!(delivered("d-2").deduplication_id(), delivered("d-1").deduplication_id());
        let mut other = delivered("d-1");
        other.hook.id = HookId::from_random([9; 16]);
        assert_ne!(other.deduplication_id(), delivered("d-1").deduplication_id());
    }

    #[test]
    fn calls_that_name_no_delivery_are_never_taken_for_each_other() {
        let mut other = job();
        other.id = RequestId::at(Timestamp::from_unix_millis(1_000), [1; 10]);
        assert_ne!(other.deduplication_id(), job().deduplication_id());
    }

    #[test]
    fn a_retry_that_a_user_asked_for_runs_again() {
        let again = Job { retry_of: Some(job().id), id: RequestId::at(job().created_at, [1; 10]), ..delivered("d-1") };
        assert_ne!(again.deduplication_id(), delivered("d-1").deduplication_id());
    }

    #[test]
    fn the_hooks_own_pipeline_comes_before_the_variable() {
        let mut job = job();
        job.hook.pipeline_id = None;
        assert_eq!(job.pipeline_id(), None);
        job.variables = vec![("pipeline_id".parse().unwrap(), VariableValue::Integer(7))];
        assert_eq!(job.pipeline_id(), PipelineId::new(7).ok());
        job.variables = vec![("pipeline_id".parse().unwrap(), VariableValue::Integer(-3))];
        assert_eq!(job.pipeline_id(), None, "it is no pipeline's id");
        job.hook.pipeline_id = PipelineId::new(8).ok();
        assert_eq!(job.pipeline_id(), PipelineId::new(8).ok());
    }

    #[test]
    fn a_group_is_a_resource_of_a_project() {
        assert_eq!(job().group_id(), "1.application.42");
    }
}
