//! Pipehook's API: the two calls of a worker, with a token of scope `report`, and the client of all other commands.

mod address;
mod body;
mod client;
mod failure;
mod query;
mod transport;

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;

use self::body::Refusal;
pub(crate) use self::{
    address::Address,
    body::{Claim, Claimed, End, Granted, LeaseToken, OutputPart, Report, Step, StepReport, StepStatus},
    client::{Answer, Client, clock_text, seconds_ahead},
    failure::Failure,
    query::{Query, segment},
    transport::{Transport, TransportError, direct_client, innermost},
};
use crate::token::Token;

/// How long one call may take. API Gateway gives up after 30 s; a call is made again sooner, because a lease is counted
/// from its sending.
const TIMEOUT: Duration = Duration::from_secs(12);

/// What stands in the place of a value that may be a credential.
pub(crate) const MASK: &str = "********";

/// What the program calls itself.
const NAME: HeaderValue = HeaderValue::from_static(concat!("pipehook/", env!("CARGO_PKG_VERSION")));

/// One deployment of Pipehook, and the token to talk to it.
#[derive(Debug)]
pub(crate) struct Api {
    address: Address,
    token: Mutex<Token>,
    token_file: Option<PathBuf>,
    transport: Transport,
}

impl Api {
    pub(crate) fn new(address: Address, token_file: Option<PathBuf>, token: Token) -> Result<Self, TransportError> {
        let transport = Transport::new(&address)?;
        Ok(Self { address, token: Mutex::new(token), token_file, transport })
    }

    /// An action to run, if there is one.
    pub(crate) async fn claim(&self, claim: &Claim<'_>) -> Result<Option<Claimed>, Failure> {
        self.send(Method::POST, "/actions/claim", claim).await
    }

    /// Reports on a claimed action, and renews its lease.
    pub(crate) async fn report(&self, action: u64, report: &Report) -> Result<Granted, Failure> {
        let granted = self.send(Method::PUT, &format!("/actions/{action}"), report).await?;
        granted.ok_or_else(|| Failure::Unreadable("an empty answer".to_owned()))
    }

    /// A token that was replaced in its file is taken from there, once it is refused.
    async fn send<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Option<A>, Failure> {
        let body = Bytes::from(serde_json::to_vec(body).map_err(|error| Failure::Unreadable(error.to_string()))?);
        let answer = self.exchange(&method, path, &body).await;
        if matches!(answer, Err(Failure::Unauthorized(_))) && self.takes_new_token() {
            return self.exchange(&method, path, &body).await;
        }
        answer
    }

    async fn exchange<A: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: &Bytes,
    ) -> Result<Option<A>, Failure> {
        let authorization = self.token.lock().unwrap_or_else(PoisonError::into_inner).authorization();
        let request = Request::builder()
            .method(method)
            .uri(self.address.with_path(path))
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, NAME)
            .body(body.clone().into())
            .map_err(|error| Failure::Unreachable(error.to_string()))?;
        let answer = timeout(TIMEOUT, self.transport.send(request)).await;
        let (status, headers, body) = match answer {
            Ok(answer) => answer?,
            Err(_) => return Err(Failure::Unreachable(format!("no answer within {} s", TIMEOUT.as_secs()))),
        };
        read(status, &headers, &body)
    }

    fn takes_new_token(&self) -> bool {
        let Some(Ok(read)) = self.token_file.as_deref().map(Token::of_file) else { return false };
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *token != read;
        *token = read;
        changed
    }
}

fn read<A: DeserializeOwned>(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<Option<A>, Failure> {
    if status == StatusCode::NO_CONTENT {
        return Ok(None);
    }
    if status.is_success() {
        return serde_json::from_slice(body).map(Some).map_err(|error| Failure::Unreadable(error.to_string()));
    }
    let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let message = serde_json::from_slice::<Refusal>(body).map(Refusal::into_text).unwrap_or_default();
    Err(Failure::of(status, message, retry_after.map(Duration::from_secs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Result<Option<Granted>, Failure> {
        read(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn an_answer_may_have_more_than_is_read() {
        let granted = answered(200, r#"{"cancel": true, "lease_seconds": 30, "new": {}}"#).unwrap().unwrap();

        assert!(granted.cancel);
        assert_eq!(granted.lease_seconds, 30);
        assert!(answered(204, "").unwrap().is_none());
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_api() {
        let body = r#"{"message": "The request is invalid.", "errors": {"labels": ["at most 5"]}}"#;

        let failure = answered(422, body).unwrap_err();

        assert_eq!(failure.to_string(), "it answers 422: The request is invalid. labels: at most 5");
    }

    #[test]
    fn an_answer_that_is_no_json_is_a_failure_and_no_panic() {
        for (status, body) in [(200, "<html>"), (200, "{}"), (502, "<html>"), (404, "")] {
            answered(status, body).unwrap_err();
        }
    }

    #[test]
    fn retry_after_is_read_from_a_busy_answer() {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static("7"))]);

        let failure = read::<Granted>(StatusCode::SERVICE_UNAVAILABLE, &headers, b"").unwrap_err();

        assert_eq!(failure.retry_after(), Some(Duration::from_secs(7)));
        assert!(failure.is_passing());
    }
}
