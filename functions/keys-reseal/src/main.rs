//! Wires `keys-reseal` to DynamoDB and Secrets Manager.

use std::error::Error as _;

use keys_reseal::{KeysReseal, ResealError};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use shared::aws::{self, HooksTable, Secrets};
use shared::domain::timestamp::Timestamp;
use shared::ports::Random;
use shared::telemetry::{Answered, Chain, Measurements, Status};
use shared::{config, telemetry};
use tracing::Instrument as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let keys = Secrets::new(&aws).secret(config::required("SEALING_KEY_ARN")?);
    let function = KeysReseal { hooks, keys, random: Random::new(config::fill_random) };
    let function = &function;
    telemetry::ready();
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let (measurements, request_id) = (Measurements::begin(), event.context.request_id.as_str());
        let span = tracing::error_span!("call", request_id);
        let deadline = Timestamp::from(event.context.deadline());
        let run = function.handle(&event.payload, || Timestamp::from(config::now()), deadline);
        let answer = run.instrument(span.clone()).await;
        let _in_span = span.enter();
        let status = Status::Invocation(answer.as_ref().map_or_else(ResealError::kind, |_| "OK"));
        measurements.finish(&Answered { request_id, gateway_request_id: None, route: None, status, webhook: None });
        answer.map_err(|error| {
            // The runtime logs the message, which is all that the administrator gets; what caused it is added here.
            if let Some(cause) = error.source() {
                tracing::error!(cause = %Chain(cause), "The secrets were not sealed anew");
            }
            Diagnostic { error_type: error.kind().to_owned(), error_message: error.to_string() }
        })
    }))
    .await
}
