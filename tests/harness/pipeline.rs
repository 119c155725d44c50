//! Pipelines of ours and their steps.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::stack::Pipehook;
use crate::user::User;

/// What asks for a pipeline that deploys.
pub fn deployment() -> Json {
    json!({ "name": "deploy the shop", "operation": "deploy" })
}

/// What asks for a step that runs this in a shell.
pub fn shell(command: &str) -> Json {
    json!({ "command": command, "runner": "custom" })
}

/// A pipeline that was created.
#[derive(Debug, Clone)]
pub struct Pipeline<'s> {
    user: User<'s>,
    /// The answer to its creation.
    pub json: Json,
    /// Its id.
    pub id: i64,
    /// Its address, such as `/pipelines/4562697418899456`.
    pub path: String,
}

impl<'s> User<'s> {
    /// Asks for a pipeline of application 42.
    pub async fn ask_for_pipeline(&self, pipeline: &Json) -> Answer {
        self.post("/pipelines/application/42").json(pipeline).send().await
    }

    /// Creates a pipeline of application 42.
    pub async fn create_pipeline(&self, pipeline: &Json) -> Pipeline<'s> {
        let json = self.ask_for_pipeline(pipeline).await.is(201);
        let id = json["id"].as_i64().unwrap();
        Pipeline { user: self.clone(), json, id, path: format!("/pipelines/{id}") }
    }
}

impl<'s> Pipeline<'s> {
    /// Whose it is.
    pub(crate) fn user(&self) -> &User<'s> {
        &self.user
    }

    /// The pipeline as it is now.
    pub async fn get(&self) -> Json {
        self.user.get(&self.path).send().await.is(200)
    }

    /// Changes the pipeline; the body's `id` and `name` may be left out.
    pub async fn put(&self, change: &Json) -> Answer {
        let mut body = json!({ "id": self.id, "name": self.json["name"] });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.user.call("PUT", &self.path).json(&body).send().await
    }

    /// Removes the pipeline.
    pub async fn delete(&self) -> Answer {
        self.user.call("DELETE", &self.path).send().await
    }

    /// Asks for a step.
    pub async fn ask_for_step(&self, step: &Json) -> Answer {
        self.user.post(&format!("{}/steps", self.path)).json(step).send().await
    }

    /// Adds a step, and returns its id.
    pub async fn add_step(&self, step: &Json) -> i64 {
        self.ask_for_step(step).await.is(201)["id"].as_i64().unwrap()
    }

    /// A call about a step, such as `("DELETE", "/unlink")`.
    pub fn step(&self, method: &str, step: i64, suffix: &str) -> Call<'s> {
        self.user.call(method, &format!("{}/steps/{step}{suffix}", self.path))
    }

    /// Changes a step; the body's `id`, `command` and `runner` may be left out.
    pub async fn put_step(&self, step: i64, change: &Json) -> Answer {
        let mut body = json!({ "id": step, "command": "make build", "runner": "custom" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.step("PUT", step, "").json(&body).send().await
    }

    /// The ids of the steps that run, in their order.
    pub async fn steps(&self) -> Vec<i64> {
        let pipeline = self.get().await;
        let steps = pipeline["steps"].as_array().unwrap();
        for (order, step) in (1..).zip(steps) {
            assert_eq!((&step["trigger_order"], &step["pipeline_id"]), (&json!(order), &json!(self.id)), "{pipeline}");
        }
        steps.iter().map(|step| step["id"].as_i64().unwrap()).collect()
    }

    /// The pipeline's gate in the table of actions, in DynamoDB's JSON; null if it has none.
    pub async fn gate(&self, stack: &Pipehook) -> Json {
        let pk = format!("GATE#{}#{}", self.user.project, self.id);
        stack.item("ActionsTable", &json!({ "pk": { "S": pk }, "sk": { "S": "GATE" } })).await
    }

    /// The pipeline's item, behind the product's back: changes an attribute, or removes it when `value` is null.
    pub async fn damage(&self, stack: &Pipehook, attribute: &str, value: &Json) {
        let key = format!("P#{}#{}", self.user.project, self.id);
        stack.damage("PipelinesTable", &json!({ "pk": { "S": key } }), attribute, value).await;
    }
}
