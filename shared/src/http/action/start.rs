//! How a user starts an action: the first time, and again.

use crate::domain::action::{Action, Status};
use crate::domain::id::ActionId;
use crate::domain::job::{Asked, Job};
use crate::domain::payload::Value;
use crate::domain::user::User;
use crate::domain::variable::{VariableName, VariableValue};
use crate::http::{ACTION_ID, ApiError, Call, FieldErrors, Response, ResponseExt as _};
use crate::payload::json;
use crate::ports::{EndUnsent, PushJob, QueueError, StoreError, WriteAction};
use crate::telemetry::{Chain, Measurements};

use super::ActionBody;

/// This user, in this call.
pub fn asked<'a>(call: &Call, user: &'a User) -> Asked<'a> {
    let received = call.received();
    Asked { id: received.id, at: received.received_at, user, ip_address: received.ip_address.clone() }
}

/// Writes the action of the job, and then sends the job. The action as it was written.
///
/// Unlike a call of a hook, the action comes first: only it says who the user is and what the user wrote. If it cannot be
/// written, nothing is sent. If the job cannot be sent, the action is ended, and never runs. If the function dies between
/// the two, the action stays queued until a user cancels it or the sweep ends it; its user was told of no action.
pub async fn start_action(
    job: &Job,
    queue: &impl PushJob,
    ledger: &(impl WriteAction + EndUnsent),
    measurements: &Measurements,
) -> Result<Action, ApiError> {
    let new = job.action().ok_or(ApiError::NotFound("The pipeline"))?;
    let push = measurements.queueing(queue.push_job(job).map_err(refused)?);
    let id = ledger.write_action(&new).await?;
    measurements.action(&id);
    let Err(error) = push.await else { return Ok(Action::queued(id, new)) };
    match ledger.end_unsent(&new).await {
        // The queue has the job, and only its answer was lost. Told to try again, the user would run it twice.
        Ok((id, status)) if status != Status::Failed => Ok(Action::queued(id, new)),
        Ok(_) => Err(error.into()),
        Err(not_ended) => {
            measurements.action_write_failed();
            tracing::warn!(cause = %Chain(&not_ended), "The action of a job that was not sent could not be ended");
            Err(error.into())
        }
    }
}

/// The variables of a kept job, which is the one of this action.
pub fn variables_of(action: ActionId, job: &str) -> Result<Vec<(VariableName, VariableValue)>, StoreError> {
    let read = || {
        let Value::Object(variables) = json::object(job).ok()?.remove("variables")? else { return None };
        let variables = json::object(variables).ok()?;
        let variables = variables.iter();
        variables.map(|(name, value)| Some((name.parse().ok()?, VariableValue::of_json(value).ok()?))).collect()
    };
    read().ok_or_else(|| StoreError::Corrupt { key: format!("A#{action}"), attribute: "job" })
}

/// 201 with an action that was started under this address of the API.
pub fn started(action: &Action, base_url: &str) -> Response {
    let location = format!("{base_url}/actions/{}", action.id);
    let response = Response::created(&location, &ActionBody::new(action, base_url));
    response.with_header(ACTION_ID, &action.id.to_string())
}

fn refused(error: QueueError) -> ApiError {
    match error {
        QueueError::TooLarge { bytes, limit } => {
            let mut errors = FieldErrors::default();
            errors.add("variables", format_args!("must make a job of at most {limit} bytes, but this one has {bytes}"));
            ApiError::Invalid(errors)
        }
        QueueError::Unavailable(_) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn id() -> ActionId {
        ActionId::new(7).unwrap()
    }

    #[test]
    fn the_variables_of_a_kept_job_come_back_as_they_were() {
        let job = r#"{"version":1,"variables":{"a":"x","b":-5,"c":false,"d":[1.10, "\u00e9"],"e":1.50,"f":{"a": 1.10}},"action_id":7}"#;
        let read = variables_of(id(), job).unwrap();
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let expected = [
            ("a", VariableValue::String("x".into())),
            ("b", VariableValue::Integer(-5)),
            ("c", VariableValue::Boolean(false)),
            ("d", VariableValue::Array(r#"[1.10, "\u00e9"]"#.into())),
            ("e", VariableValue::Number("1.50".into())),
            ("f", VariableValue::Object(r#"{"a": 1.10}"#.into())),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn a_job_that_does_not_decode_is_corrupt() {
        for job in
            ["", "[]", "{}", r#"{"variables": []}"#, r#"{"variables": {"a": null}}"#, r#"{"variables": {"": 1}}"#]
        {
            let error = variables_of(id(), job).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt { attribute: "job", .. }), "{job}: {error:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_from_a_kept_job(texts in proptest::collection::btree_map("[a-z]{1,9}", any::<String>(), 0..9)) {
            let job = json!({ "version": 1, "variables": texts }).to_string();
            let read = variables_of(id(), &job).unwrap();
            let read: serde_json::Map<String, Json> = read
                .into_iter()
                .map(|(name, value)| {
                    let VariableValue::String(text) = value else { panic!("{value:?}") };
                    (name.as_str().to_owned(), Json::String(text))
                })
                .collect();
            prop_assert_eq!(Json::Object(read), json!(texts));
        }
    }
}
