//! Failures on demand, with which a test shows what the product does when a service fails.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use super::Service;
use crate::server;

/// How a service fails, until told otherwise.
///
/// ```
/// # use local::Fault;
/// # use std::time::Duration;
/// let outage = Fault::hang_up();
/// let slow_writes = Fault::delay(Duration::from_secs(2)).on("PutItem");
/// let one_lost_answer = Fault::lose_answer().on("SendMessage").first(1);
/// let no_calls_of_one_hook = Fault::throttle().on("PutItem").about("QUEUED#01234567");
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    pub(super) kind: Kind,
    operation: Option<String>,
    about: Option<String>,
    function: Option<String>,
    skipped: u32,
    remaining: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    HangUp,
    Status(StatusCode),
    Throttle,
    Conflict,
    Delay(Duration),
    DelayAnswer(Duration),
    LoseAnswer,
}

impl Fault {
    /// The connection is closed; the request is not processed.
    pub fn hang_up() -> Self {
        Self::new(Kind::HangUp)
    }

    /// The answer is this status; the request is not processed. 500 replaces a number that is not a status.
    pub fn status(status: u16) -> Self {
        Self::new(Kind::Status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)))
    }

    /// The answer is the service's throttling error; the request is not processed.
    pub fn throttle() -> Self {
        Self::new(Kind::Throttle)
    }

    /// DynamoDB cancels the transaction, because another one has an item of it in its hands.
    pub fn conflict() -> Self {
        Self::new(Kind::Conflict).on("TransactWriteItems")
    }

    /// The request is processed later, even if its sender has given up by then.
    pub fn delay(by: Duration) -> Self {
        Self::new(Kind::Delay(by))
    }

    /// The request is processed at once and answered later, when its sender may be gone.
    pub fn delay_answer(by: Duration) -> Self {
        Self::new(Kind::DelayAnswer(by))
    }

    /// The request is processed, but the connection is closed instead of answered.
    pub fn lose_answer() -> Self {
        Self::new(Kind::LoseAnswer)
    }

    /// Only this operation fails, such as `SendMessage`.
    #[must_use]
    pub fn on(self, operation: impl Into<String>) -> Self {
        Self { operation: Some(operation.into()), ..self }
    }

    /// Only requests fail whose body has this text.
    #[must_use]
    pub fn about(self, text: impl Into<String>) -> Self {
        Self { about: Some(text.into()), ..self }
    }

    /// Only requests of this function fail, by its logical id.
    #[must_use]
    pub fn of(self, function: impl Into<String>) -> Self {
        Self { function: Some(function.into()), ..self }
    }

    /// The first requests do not fail.
    #[must_use]
    pub fn after(self, requests: u32) -> Self {
        Self { skipped: requests, ..self }
    }

    /// Only so many requests fail, counted from the first that does.
    #[must_use]
    pub fn first(self, requests: u32) -> Self {
        Self { remaining: Some(requests), ..self }
    }

    fn new(kind: Kind) -> Self {
        Self { kind, operation: None, about: None, function: None, skipped: 0, remaining: None }
    }

    /// What happens to this request, and one request fewer of those that fail.
    pub(super) fn strike(&mut self, function: Option<&str>, operation: &str, body: &[u8]) -> Option<Kind> {
        if self.function.is_some() && self.function.as_deref() != function {
            return None;
        }
        if self.operation.as_deref().is_some_and(|only| only != operation) {
            return None;
        }
        let has = |text: &str| body.windows(text.len().max(1)).any(|window| window == text.as_bytes());
        if self.about.as_deref().is_some_and(|text| !has(text)) {
            return None;
        }
        if let Some(skipped) = self.skipped.checked_sub(1) {
            self.skipped = skipped;
            return None;
        }
        if let Some(remaining) = &mut self.remaining {
            *remaining = remaining.checked_sub(1)?;
        }
        Some(self.kind)
    }
}

/// The throttling error in the words of each service.
pub(super) fn throttled(service: Service) -> Response<Bytes> {
    let code = match service {
        Service::DynamoDb => "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        Service::Sqs => "com.amazonaws.sqs#RequestThrottled",
        Service::SecretsManager | Service::StepFunctions => "ThrottlingException",
    };
    server::json(StatusCode::BAD_REQUEST, &json!({ "__type": code, "message": "Rate exceeded" }))
}

/// The error of a transaction that met another one.
pub(super) fn conflicted() -> Response<Bytes> {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": [{ "Code": "None" }, {
            "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item",
        }],
    });
    server::json(StatusCode::BAD_REQUEST, &body)
}

/// An answer as a broken service gives it.
pub(super) fn broken(status: StatusCode) -> Response<Bytes> {
    let code = if status == StatusCode::SERVICE_UNAVAILABLE { "ServiceUnavailable" } else { "InternalServerError" };
    server::json(status, &json!({ "__type": code, "message": "fault injected by a test" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_operation_as_often_as_it_says() {
        let mut fault = Fault::throttle().on("PutItem").about("one").of("Own").after(1).first(2);

        let requests = [
            (Some("Own"), "GetItem", "one"),
            (Some("Own"), "PutItem", "two"),
            (Some("Other"), "PutItem", "one"),
            (None, "PutItem", "one"),
            (Some("Own"), "PutItem", "the first one"),
            (Some("Own"), "PutItem", "a one"),
            (Some("Own"), "PutItem", "one"),
            (Some("Own"), "PutItem", "one"),
        ];
        let struck = requests.map(|(function, operation, body)| fault.strike(function, operation, body.as_bytes()));

        assert_eq!(struck.map(|kind| kind.is_some()), [false, false, false, false, false, true, true, false]);
    }
}
