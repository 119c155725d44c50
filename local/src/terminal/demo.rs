//! What a newcomer finds: a user, made by the real function, and a pipeline that does nothing but show what it got.

use local::Stack;
use serde_json::{Value as Json, json};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::api::Api;

pub(crate) const EMAIL: &str = "demo@example.com";
const PROJECT: u32 = 1;
const PIPELINES: &str = "/pipelines/application/42";
const PIPELINE: &str = "show the variables";
/// What the worker's token is called.
const WORKER: &str = "worker of the local stack";

pub(crate) struct Demo {
    pub(crate) password: String,
    pub(crate) pipeline: u64,
    api: Api,
}

impl Demo {
    /// Makes what is missing after an earlier run. The error is a line of text, as all below.
    pub(crate) async fn set_up(stack: &Stack) -> Result<Self, String> {
        let password = put_user(stack).await?;
        let api = Api::log_in(stack.api_url(), EMAIL, &password).await?;
        Ok(Self { pipeline: pipeline(&api).await?, password, api })
    }

    /// A token for a worker of the user's project. Those of earlier runs are revoked: no one has them any more.
    pub(crate) async fn worker_token(&self) -> Result<String, String> {
        let tokens = format!("/projects/{PROJECT}/tokens");
        for old in named(&self.api.get(&format!("{tokens}?per_page=100")).await?, WORKER) {
            if old["status"] == "active" {
                let id = old["id"].as_str().unwrap_or_default();
                self.api.delete(&format!("{tokens}/{id}/revoke")).await?;
            }
        }
        let expires_at = OffsetDateTime::now_utc() + Duration::days(90);
        let expires_at = expires_at.format(&Rfc3339).map_err(|error| error.to_string())?;
        // The role 2 may claim actions and report on them, and nothing else.
        let draft = json!({ "name": WORKER, "role_id": 2, "expires_at": expires_at });
        let token = self.api.post(&tokens, &draft).await?;
        token["token"].as_str().map(str::to_owned).ok_or_else(|| "the answer holds no token".to_owned())
    }
}

/// Makes the user, or gives the one of an earlier run a new password, which it returns.
async fn put_user(stack: &Stack) -> Result<String, String> {
    // 122 random bits.
    let password = Uuid::new_v4().simple().to_string();
    let event = json!({
        "email": EMAIL,
        "name": "Demo User",
        "project_id": PROJECT,
        "environment_id": 1,
        "password": password,
    });
    let answer = stack.invoke("UserPut", event.to_string()).await.map_err(|error| error.to_string())?;
    match answer.function_error {
        None => Ok(password),
        Some(kind) => {
            let error: Json = serde_json::from_slice(&answer.payload).unwrap_or_default();
            Err(error["errorMessage"].as_str().unwrap_or(&kind).to_owned())
        }
    }
}

/// The id of the pipeline. One from an earlier run stays as it is.
async fn pipeline(api: &Api) -> Result<u64, String> {
    let listed = api.get(&format!("{PIPELINES}?per_page=100")).await?;
    let found = named(&listed, PIPELINE).next().and_then(|pipeline| pipeline["id"].as_u64());
    if let Some(id) = found {
        return Ok(id);
    }
    let made = api.post(PIPELINES, &json!({ "name": PIPELINE, "operation": "deploy" })).await?;
    let id = made["id"].as_u64().ok_or("the answer holds no pipeline")?;
    let step = json!({
        "name": "show the variables", "runner": "custom", "command": "env | grep ^PIPEHOOK_ | sort",
    });
    api.post(&format!("/pipelines/{id}/steps"), &step).await?;
    Ok(id)
}

fn named<'a>(list: &'a Json, name: &'a str) -> impl Iterator<Item = &'a Json> {
    list.as_array().into_iter().flatten().filter(move |item| item["name"] == name)
}
