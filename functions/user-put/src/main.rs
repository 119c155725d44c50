//! Wires `user-put` to DynamoDB.

use std::error::Error as _;

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use shared::auth::Passwords;
use shared::aws::{self, UsersTable};
use shared::domain::timestamp::Timestamp;
use shared::ports::Random;
use shared::telemetry::{Answered, Chain, Measurements, Status};
use shared::{config, telemetry};
use tracing::Instrument as _;
use user_put::{PutError, UserPut};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(module_path!());
    let users = UsersTable::new(&aws::connect(config::optional)?, config::required("USERS_TABLE")?);
    let function = UserPut { users, passwords: Passwords::new()?, random: Random::new(config::fill_random) };
    let function = &function;
    telemetry::ready();
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let (measurements, request_id) = (Measurements::begin(), event.context.request_id.as_str());
        let span = tracing::error_span!("call", request_id);
        let answer = function.handle(&event.payload, Timestamp::from(config::now())).instrument(span.clone()).await;
        let _in_span = span.enter();
        let status = Status::Invocation(answer.as_ref().map_or_else(PutError::kind, |_| "OK"));
        measurements.finish(&Answered { request_id, gateway_request_id: None, route: None, status, webhook: None });
        answer.map_err(|error| {
            // The runtime logs the message, which is all that the administrator gets; what caused it is added here.
            if let Some(cause) = error.source() {
                tracing::error!(cause = %Chain(cause), "The user was not put");
            }
            Diagnostic { error_type: error.kind().to_owned(), error_message: error.to_string() }
        })
    }))
    .await
}
