//! The demo user, made by the real `user-put` function.

use local::Stack;
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub(crate) const EMAIL: &str = "demo@example.com";

/// Makes the user, or gives the one of an earlier run a new password, which it returns. The error is a line of text.
pub(crate) async fn put_user(stack: &Stack) -> Result<String, String> {
    // 122 random bits.
    let password = Uuid::new_v4().simple().to_string();
    let event = json!({
        "email": EMAIL,
        "name": "Demo User",
        "project_id": 1,
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
