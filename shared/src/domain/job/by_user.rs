//! Jobs that a user asks for by hand. They always run a pipeline of ours.

use std::str::FromStr;

use super::{Job, Origin};
use crate::domain::Invalid;
use crate::domain::action::{Action, Comment};
use crate::domain::id::{ActionId, RequestId};
use crate::domain::invalid::check_label;
use crate::domain::named::named_enum;
use crate::domain::pipeline::PipelineRelation;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::User;
use crate::domain::variable::{VariableName, VariableValue};

/// Who asks for a job, and when.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The id of the request, which becomes the job's.
    pub id: RequestId,
    /// When the request arrived.
    pub at: Timestamp,
    /// Who asks.
    pub user: &'a User,
    /// Where the request came from.
    pub ip_address: Option<String>,
}

impl Job {
    /// The job of one run of the pipeline, on the resource that it was made for.
    pub fn of_pipeline(
        pipeline: &PipelineRelation,
        variables: Vec<(VariableName, VariableValue)>,
        asked: Asked<'_>,
        comment: Option<Comment>,
    ) -> Self {
        Self {
            id: asked.id,
            created_at: asked.at,
            action_type: pipeline.operation,
            resource: pipeline.resource,
            pipeline_id: Some(pipeline.id),
            project_id: pipeline.project_id,
            environment_id: pipeline.environment_id,
            variables,
            origin: asked.origin(comment, None),
        }
    }

    /// The job that does once more what the job of this action did, which had these variables.
    pub fn of_action(action: &Action, variables: Vec<(VariableName, VariableValue)>, asked: Asked<'_>) -> Self {
        Self {
            id: asked.id,
            created_at: asked.at,
            action_type: action.new.action_type,
            resource: action.new.resource,
            pipeline_id: Some(action.new.pipeline_id),
            project_id: action.new.project_id,
            environment_id: action.new.environment_id,
            variables,
            origin: asked.origin(None, Some(action.id)),
        }
    }
}

impl Asked<'_> {
    fn origin(self, comment: Option<Comment>, retry_of: Option<ActionId>) -> Origin {
        let Self { user, ip_address, .. } = self;
        let (name, email) = (user.name.clone(), user.email.clone());
        Origin::User { user_id: user.id, name, email, ip_address, comment, retry_of }
    }
}

named_enum! {
    /// What kind of thing a [`SourceRef`] names.
    SourceType { Branch = "branch", Commit = "commit", Tag = "tag" }
}

/// What of a repository to run the pipeline with: one line of 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRef(String);

impl SourceRef {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceRef {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 200)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::action::TriggeredFrom;
    use crate::fixtures;

    fn asked(user: &User, random: u8) -> Asked<'_> {
        let at = fixtures::received().received_at;
        Asked { id: RequestId::at(at, [random; 10]), at, user, ip_address: Some("192.0.2.1".into()) }
    }

    #[test]
    fn the_action_of_a_pipeline_names_its_user_and_what_the_user_wrote() {
        let (user, pipeline) = (fixtures::user(), fixtures::pipeline().relation);
        let comment: Comment = "for the demo".parse().unwrap();
        let job = Job::of_pipeline(&pipeline, Vec::new(), asked(&user, 1), Some(comment.clone()));

        let action = job.action().unwrap();
        assert_eq!((action.job, job.action_id()), (job.id, Some(ActionId::of_job(job.id, 0))));
        assert_eq!((action.pipeline_id, action.resource, action.retry_of), (pipeline.id, pipeline.resource, None));
        let (name, email) = (user.name.as_str().to_owned(), user.email.as_str().to_owned());
        let ip_address = Some("192.0.2.1".to_owned());
        let from = TriggeredFrom::User { user_id: user.id, name, email, ip_address, comment: Some(comment) };
        assert_eq!(action.triggered_from, from);
    }

    #[test]
    fn a_retry_does_the_same_once_more_and_names_what_it_repeats() {
        let (user, pipeline) = (fixtures::user(), fixtures::pipeline().relation);
        let first = Job::of_pipeline(&pipeline, Vec::new(), asked(&user, 1), None).action().unwrap();
        let first = Action::queued(ActionId::of_job(first.job, 3), first);
        let variables = vec![("a".parse().unwrap(), VariableValue::Integer(1))];

        let again = Job::of_action(&first, variables.clone(), asked(&user, 2));

        assert_eq!(again.variables, variables);
        let action = again.action().unwrap();
        assert_eq!((action.retry_of, action.job), (Some(first.id), again.id));
        assert_eq!((action.pipeline_id, action.resource), (first.new.pipeline_id, first.new.resource));
        assert_eq!((action.environment_id, action.project_id), (first.new.environment_id, first.new.project_id));
    }

    #[test]
    fn jobs_that_users_ask_for_are_never_taken_for_each_other() {
        let (user, pipeline) = (fixtures::user(), fixtures::pipeline().relation);
        let [one, other] = [1, 2].map(|random| Job::of_pipeline(&pipeline, Vec::new(), asked(&user, random), None));
        assert_ne!(one.deduplication_id(), other.deduplication_id());
        assert_eq!((one.delivery_mark(), one.group_id()), (None, "1.application.42".to_owned()));
    }

    #[test]
    fn a_source_is_a_line_of_at_most_200_characters() {
        for (text, taken) in [("", false), ("main", true), ("a\nb", false), (" main", false), (&*"é".repeat(200), true)]
        {
            assert_eq!(text.parse::<SourceRef>().is_ok(), taken, "{text}");
        }
        assert!("x".repeat(201).parse::<SourceRef>().is_err());
    }
}
