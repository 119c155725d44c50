//! `POST /pipelines/{pipeline_id}/steps`: adds a step to a pipeline of the caller's project, behind the others.

use shared::auth::AccessTokens;
use shared::domain::id::StepId;
use shared::domain::machine::MachineRules;
use shared::domain::pipeline::{Step, Steps};
use shared::domain::timestamp::Timestamp;
use shared::http::pipeline::{StepBody, change_steps, read_step};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindPipeline, Random, ReplaceSteps};

/// The endpoint and what it needs.
pub struct StepCreate<Pipelines> {
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Which state machines a step may name.
    pub rules: MachineRules,
    /// What the step's id is made of.
    pub random: Random,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Pipelines: FindPipeline + ReplaceSteps> Endpoint for StepCreate<Pipelines> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let pipeline = call.path_parameter("pipeline_id", "The pipeline")?;

        let add = |steps: &mut Steps, at| {
            let draft = read_step(call.fields()?, &self.rules)?;
            let step = Step { id: self.draw(steps, at), draft, created_at: at, updated_at: at };
            steps.add(step.clone())?;
            Ok((step, steps.linked().len()))
        };
        let (step, order) = change_steps(&self.pipelines, &identity, pipeline, call.received_at(), add).await?;

        // A step has no page of its own: it is shown with its pipeline.
        let location = format!("{}/pipelines/{pipeline}", call.base_url(self.public_url.as_deref()));
        Ok(Response::created(&location, &StepBody::new(&step, pipeline, order)))
    }
}

impl<Pipelines> StepCreate<Pipelines> {
    /// An id that no step of this pipeline has: 40 of 2048 are taken at most.
    fn draw(&self, steps: &Steps, at: Timestamp) -> StepId {
        loop {
            let id = StepId::draw(at, self.random.bytes());
            if steps.find(id).is_none() {
                return id;
            }
        }
    }
}
