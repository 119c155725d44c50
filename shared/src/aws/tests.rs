//! What `connect` makes of the SDK's HTTP client: which connections are used again, when a request is sent again, and
//! which servers are trusted.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::operation::get_queue_attributes::{GetQueueAttributesError, GetQueueAttributesOutput};
use tokio_rustls::rustls;

use super::{ATTEMPTS, connect};

/// The statuses that a server answers with, in turn; `None` closes the connection instead.
type Answers = Arc<Mutex<Receiver<Option<u16>>>>;

/// A server that gives these answers on any connection, and counts its connections.
fn server() -> (Client, Sender<Option<u16>>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    let (answers, connections): (Answers, _) = (Arc::new(Mutex::new(receiver)), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&connections);
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || serve(&connection, &answers));
        }
    });
    (client(&url), sender, connections)
}

fn client(url: &str) -> Client {
    let variable = |name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(url.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    };
    Client::new(&connect(variable).unwrap())
}

/// Reads requests and answers them until an answer is `None`.
fn serve(mut connection: &TcpStream, answers: &Answers) {
    let mut reader = BufReader::new(connection);
    loop {
        let mut length = 0;
        for line in reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        if length == 0 || reader.read_exact(&mut body).is_err() {
            return;
        }
        let answer = answers.lock().unwrap().recv().ok().flatten();
        let Some(status) = answer else { return };
        let head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: 2");
        connection.write_all(format!("{head}\r\n\r\n{{}}").as_bytes()).unwrap();
    }
}

async fn ask_once(client: &Client) -> Result<GetQueueAttributesOutput, SdkError<GetQueueAttributesError>> {
    client.get_queue_attributes().queue_url("http://127.0.0.1/1/q").send().await
}

async fn ask(client: &Client) -> bool {
    ask_once(client).await.is_ok()
}

/// Lets the clock jump, as it does for a sandbox that was frozen.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_connection_serves_many_requests_until_it_was_idle_for_too_long() {
    let (client, answers, connections) = server();
    for (idle, expected) in [
        (Duration::ZERO, 1),
        (Duration::ZERO, 1),
        (Duration::from_secs(19), 1),
        (Duration::from_secs(21), 2),
        (Duration::from_mins(10), 3),
    ] {
        pass(idle).await;
        answers.send(Some(200)).unwrap();
        assert!(ask(&client).await);
        assert_eq!(connections.load(Ordering::SeqCst), expected, "after {idle:?}");
    }
}

#[tokio::test]
async fn a_request_is_sent_again_when_its_connection_closes_without_an_answer() {
    let (client, answers, connections) = server();
    for answer in [Some(200), None, Some(200)] {
        answers.send(answer).unwrap();
    }
    assert!(ask(&client).await);
    assert!(ask(&client).await, "the service has closed the connection that was idle");
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_server_that_never_answers_is_asked_no_more_often_than_allowed() {
    let (client, answers, connections) = server();
    drop(answers);
    let error = ask_once(&client).await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    assert_eq!(connections.load(Ordering::SeqCst), usize::try_from(ATTEMPTS).unwrap());
}

/// Accepts one connection over TLS, with a certificate that no authority has signed. What it could read of the request.
fn impostor() -> (String, std::thread::JoinHandle<std::io::Result<usize>>) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let read = std::thread::spawn(move || {
        let (tcp, _) = listener.accept()?;
        let tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        rustls::StreamOwned::new(tls, tcp).read(&mut [0; 1])
    });
    (url, read)
}

#[tokio::test]
async fn a_server_with_an_untrusted_certificate_is_told_nothing() {
    let (url, read) = impostor();
    let error = ask_once(&client(&url)).await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    let read = read.join().unwrap().unwrap_err();
    assert!(read.to_string().contains("UnknownCA"), "{read}");
}
