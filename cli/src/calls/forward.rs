//! Sends a call to a server of its user's.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use tokio::time::timeout;

use super::{Delivery, Target};
use crate::{
    api::{TransportError, direct_client, innermost},
    host::Moment,
};

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How much of an answer is read: what is shown of it.
const SHOWN: usize = 2_000;

/// What says which call of the log it is.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-pipehook-request-id");

/// Makes calls.
#[derive(Debug)]
pub(crate) struct Forwarder(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// What a server has answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The beginning of its body.
    pub(crate) body: String,
    pub(crate) took: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForwardError {
    /// Nothing listens there, so it has not got the call.
    #[error("{0}")]
    Unreachable(String),
    /// It may have got the call.
    #[error("{0}")]
    NoAnswer(String),
}

impl Forwarder {
    pub(crate) fn new() -> Result<Self, TransportError> {
        direct_client().map(Self)
    }

    /// Makes the call.
    pub(crate) async fn send(&self, delivery: &Delivery, target: &Target) -> Result<Answer, ForwardError> {
        let begun = Moment::now();
        let exchange = async {
            let response = self.0.request(request(delivery, target)?).await.map_err(|error| {
                let reason = innermost(&error);
                if error.is_connect() { ForwardError::Unreachable(reason) } else { ForwardError::NoAnswer(reason) }
            })?;
            let (status, body) = read(response).await;
            Ok(Answer { status, body, took: Moment::now() - begun })
        };
        let late = || ForwardError::NoAnswer(format!("no answer within {} s", TIMEOUT.as_secs()));
        timeout(TIMEOUT, exchange).await.map_err(|_| late())?
    }
}

fn request(delivery: &Delivery, target: &Target) -> Result<Request<Full<Bytes>>, ForwardError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(target.with_query(&delivery.query))
        .header(REQUEST_ID, &delivery.id);
    for (name, value) in &delivery.headers {
        // A value that came once is a value, but the log is another program's word for it.
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) else {
            continue;
        };
        request = request.header(name, value);
    }
    request.body(delivery.body.clone().into()).map_err(|error| ForwardError::NoAnswer(error.to_string()))
}

/// The status, and the beginning of the body. What comes behind it is not waited for.
async fn read(response: Response<Incoming>) -> (StatusCode, String) {
    let (head, mut body) = response.into_parts();
    let mut text = Vec::new();
    while text.len() < SHOWN {
        let Some(Ok(frame)) = body.frame().await else { break };
        text.extend_from_slice(frame.data_ref().map(Bytes::as_ref).unwrap_or_default());
    }
    text.truncate(SHOWN);
    (head.status, String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        task::JoinHandle,
    };

    use super::*;

    fn delivery(body: &'static [u8]) -> Delivery {
        let headers = [("content-type", "application/json"), ("x-github-event", "push"), ("x-name", "Zoë")];
        Delivery {
            id: "01a209f7-0f9d-79ba-9712-2b2164476eb4".to_owned(),
            query: "shop=a+b%26c".to_owned(),
            headers: BTreeMap::from(headers.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            body: Bytes::from_static(body),
            masked: Vec::new(),
        }
    }

    /// A server that gives one answer, and what it was sent.
    async fn server(answer: &'static str, then: Duration) -> (Target, JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let target = format!("http://{}/in?from=test", listener.local_addr().unwrap()).parse().unwrap();
        let received = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            while !received.ends_with(b"}\xff") {
                assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            tokio::time::sleep(then).await;
            received
        });
        (target, received)
    }

    async fn sent(target: &Target) -> Result<Answer, ForwardError> {
        Forwarder::new().unwrap().send(&delivery(b"{\"a\": 1}\xff"), target).await
    }

    #[tokio::test]
    async fn a_server_gets_the_call_as_it_came_and_its_answer_is_read() {
        let answer = "HTTP/1.1 202 Accepted\r\ncontent-length: 11\r\n\r\n{\"ok\":true}";
        let (target, received) = server(answer, Duration::ZERO).await;

        let answer = sent(&target).await.unwrap();

        assert_eq!((answer.status.as_u16(), &*answer.body), (202, "{\"ok\":true}"));
        assert!(answer.took > Duration::ZERO && answer.took < Duration::from_secs(5));
        let received = String::from_utf8_lossy(&received.await.unwrap()).into_owned();
        assert!(received.starts_with("POST /in?from=test&shop=a+b%26c HTTP/1.1\r\n"), "{received}");
        for line in [
            "x-pipehook-request-id: 01a209f7-0f9d-79ba-9712-2b2164476eb4\r\n",
            "x-github-event: push\r\n",
            "x-name: Zoë\r\n",
            "content-length: 9\r\n",
        ] {
            assert!(received.contains(line), "{line}: {received}");
        }
    }

    #[tokio::test]
    async fn an_answer_without_an_end_is_not_waited_for() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let endless = format!("{head}1000\r\n{}\r\n", "a".repeat(0x1000));
        let (target, received) = server(endless.leak(), Duration::from_mins(1)).await;

        let answer = sent(&target).await.unwrap();

        assert_eq!((answer.status.as_u16(), answer.body.len()), (200, SHOWN));
        received.abort();
    }

    #[tokio::test]
    async fn a_server_that_is_down_has_not_got_the_call_and_one_that_hangs_up_may_have() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nothing = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        drop(listener);
        let (hangs_up, _received) = server("", Duration::ZERO).await;

        assert!(matches!(sent(&nothing).await, Err(ForwardError::Unreachable(_))));
        assert!(matches!(sent(&hangs_up).await, Err(ForwardError::NoAnswer(_))));
    }
}
