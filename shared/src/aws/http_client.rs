//! What the SDK's clients send their requests with: HTTP/1.1 over TLS, with one pool of connections for all of them.
//!
//! docs/adr/0031-http-1-only.md says why it is not the SDK's own.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{self, CaptureConnection};
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

/// The connections to all services.
#[derive(Debug, Clone)]
struct Connections(Client<HttpsConnector<connect::HttpConnector>, SdkBody>);

/// A client that gives up a server which does not take a TCP connection within this time. All other time-outs are the
/// SDK's, that of a handshake among them.
pub(super) fn http_client(connect_timeout: Duration) -> Result<SharedHttpClient, rustls::Error> {
    let mut tcp = connect::HttpConnector::new();
    tcp.enforce_http(false);
    // A request is not to wait for the acknowledgement of the one before it.
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    let tls = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities())
        .with_no_client_auth();
    // Without TLS only where an endpoint is given so: emulators have none.
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    let pool = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(https);
    let connections = Connections(pool);
    Ok(http_client_fn(move |_, _| SharedHttpConnector::new(connections.clone())))
}

/// Whom the machine trusts, or `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
fn authorities() -> RootCertStore {
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if authorities.is_empty() {
        tracing::warn!("There are no certificate authorities here, so nobody can be trusted over TLS");
    }
    authorities
}

impl HttpConnector for Connections {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = connect::capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || poisonable(&connection));
        }
        let response = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let response = response.await.map_err(classify)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The connection of a request, which the SDK gives up when it has to try again: what is at its other end may be ill.
fn poisonable(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    let metadata = ConnectionMetadata::builder().proxied(connection.connection_metadata().as_ref()?.is_proxied());
    let connection = connection.clone();
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(metadata.poison_fn(poison).build())
}

/// After which errors the SDK tries again: those of the connection. That one ends in the middle is one of them: the
/// other side may have closed it just when the request was sent.
fn classify(error: legacy::Error) -> ConnectorError {
    let cause = sources(&error).find_map(|cause| cause.downcast_ref::<hyper::Error>());
    let is_incomplete = cause.is_some_and(hyper::Error::is_incomplete_message);
    let is_ours = cause.is_some_and(hyper::Error::is_user);
    let is_of_connection = error.is_connect()
        || cause.is_some_and(|cause| cause.is_closed() || cause.is_canceled())
        || sources(&error).any(<dyn Error>::is::<std::io::Error>);
    let error = BoxError::from(error);
    if is_ours {
        ConnectorError::user(error)
    } else if is_incomplete {
        ConnectorError::other(error, Some(ErrorKind::TransientError))
    } else if is_of_connection {
        ConnectorError::io(error)
    } else {
        ConnectorError::other(error, None)
    }
}

/// What caused an error, from near to far.
fn sources<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use std::sync::{Arc, Mutex};

    use aws_sdk_sqs::Client;
    use aws_sdk_sqs::error::SdkError;
    use aws_sdk_sqs::operation::get_queue_attributes::{GetQueueAttributesError, GetQueueAttributesOutput};
    use rustls::ServerConfig;
    use rustls::crypto::aws_lc_rs;

    use crate::testing::connect_to;

    /// What a server answers; nothing is a closed connection.
    type Answers = Arc<Mutex<Receiver<Option<u16>>>>;

    /// A server that gives these answers, on whatever connections it is asked, and counts the connections.
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
        Client::new(&connect_to(url).unwrap())
    }

    /// Reads requests and answers them, until there is no more to say.
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

    /// Accepts one connection over TLS with a certificate that nobody vouches for; tells what it could read of it.
    fn impostor() -> (String, std::thread::JoinHandle<std::io::Result<usize>>) {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
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
    async fn a_server_whose_certificate_nobody_vouches_for_is_told_nothing() {
        let (url, read) = impostor();
        let error = ask_once(&client(&url)).await.unwrap_err();
        assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
        let read = read.join().unwrap().unwrap_err();
        assert!(read.to_string().contains("UnknownCA"), "{read}");
    }

    async fn ask_once(client: &Client) -> Result<GetQueueAttributesOutput, SdkError<GetQueueAttributesError>> {
        client.get_queue_attributes().queue_url("http://127.0.0.1/1/q").send().await
    }

    async fn ask(client: &Client) -> bool {
        ask_once(client).await.is_ok()
    }

    #[tokio::test]
    async fn one_connection_serves_one_request_after_the_other() {
        let (client, answers, connections) = server();
        for _ in 0..3 {
            answers.send(Some(200)).unwrap();
            assert!(ask(&client).await);
        }
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_connection_that_brought_an_error_of_the_service_is_not_used_again() {
        let (client, answers, connections) = server();
        for status in [500, 200, 200] {
            answers.send(Some(status)).unwrap();
        }
        assert!(ask(&client).await && ask(&client).await);
        assert_eq!(connections.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_request_is_sent_again_when_its_connection_closes_without_an_answer() {
        let (client, answers, connections) = server();
        for answer in [None, Some(200)] {
            answers.send(answer).unwrap();
        }
        assert!(ask(&client).await);
        assert_eq!(connections.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_server_that_never_answers_is_a_failure_of_the_connection() {
        let (client, answers, connections) = server();
        drop(answers);
        let error = ask_once(&client).await.unwrap_err();
        assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
        assert_eq!(connections.load(Ordering::SeqCst), 3, "as often as it tries");
    }
}
