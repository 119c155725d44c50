//! Pipelines and their steps as JSON: what is asked for and what is answered.

mod body;
mod change;
mod draft;
mod step;

pub use body::{PipelineBody, RelationBody, StepBody};
pub use change::read_change;
pub use draft::read_draft;
pub use step::{StepChange, read_step, read_step_change};

use super::error::{ApiError, FieldErrors};
use crate::auth::Identity;
use crate::domain::id::PipelineId;
use crate::domain::pipeline::{MOST_STEPS, Pipeline, Steps, StepsRefused};
use crate::domain::timestamp::Timestamp;
use crate::ports::{Consistency, FindPipeline, ReplaceSteps, StoreError};

/// The pipeline with this id, if it is one of the caller's project; any other is answered as one that does not exist.
pub async fn find_own(pipelines: &impl FindPipeline, caller: &Identity, id: PipelineId) -> Result<Pipeline, ApiError> {
    let pipeline = pipelines.find_pipeline(caller.project_id, id, Consistency::Strong).await?;
    pipeline.ok_or(ApiError::NotFound("The pipeline"))
}

/// How often a change of steps is tried when others change the same pipeline: a tool that adds many steps at once should
/// not notice.
const ATTEMPTS: usize = 6;

/// Changes the steps of a pipeline of the caller's project, and says what `change` makes of them. It gets the steps and
/// the instant of the change, and does its work again when another request was first.
pub async fn change_steps<T>(
    pipelines: &(impl FindPipeline + ReplaceSteps),
    caller: &Identity,
    id: PipelineId,
    now: Timestamp,
    change: impl Fn(&mut Steps, Timestamp) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let mut attempts_left = ATTEMPTS;
    loop {
        let Pipeline { relation, steps } = find_own(pipelines, caller, id).await?;
        let (at, mut changed) = (relation.changed_at(now), steps.clone());
        let done = change(&mut changed, at)?;
        if changed == steps {
            return Ok(done);
        }
        attempts_left -= 1;
        match pipelines.replace_steps(&relation, &changed, at).await {
            Err(StoreError::Conflict) if attempts_left > 0 => {}
            written => return Ok(written.map(|()| done)?),
        }
    }
}

impl From<StepsRefused> for ApiError {
    fn from(refused: StepsRefused) -> Self {
        match refused {
            StepsRefused::Full => {
                Self::Conflict(format!("The pipeline has {MOST_STEPS} steps, the maximum: unlink one first.").into())
            }
            StepsRefused::NotAlone => {
                let mut errors = FieldErrors::default();
                errors.add("type", "must not be step-functions beside another step: unlink the other one first");
                Self::Invalid(errors)
            }
        }
    }
}
