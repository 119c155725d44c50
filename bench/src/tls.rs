//! HTTPS in front of the emulators, as AWS has it: a certificate authority that lasts for one run, and for each service
//! a port that takes TLS off and passes the bytes on. It counts them, because they are what a function sends to AWS.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use local::Service;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sample::Failure;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// As much as one record of TLS holds.
const BUFFER_BYTES: usize = 16 * 1024;

/// What proves the ports to be who they say.
pub(crate) struct Authority {
    /// The certificate that a function must trust.
    pub(crate) certificate: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// Makes the authority and the certificate of `localhost`. The key of the authority is dropped at once.
    pub(crate) fn new() -> Result<Self, Failure> {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, "Pipehook benchmark");
        let key = KeyPair::generate()?;
        let certificate = parameters.self_signed(&key)?.pem();
        let issuer = Issuer::new(parameters, key);
        let key = KeyPair::generate()?;
        let leaf = CertificateParams::new(["localhost".to_owned()])?.signed_by(&key, &issuer)?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())?;
        Ok(Self { certificate, config: Arc::new(config) })
    }
}

/// Bytes of HTTP on their way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passage {
    pub(crate) at: Instant,
    pub(crate) service: Service,
    /// On which connection; one carries a request at a time.
    pub(crate) connection: u64,
    /// Whether to the service, and not from it.
    pub(crate) is_request: bool,
    pub(crate) bytes: usize,
}

/// What has passed while it was watched.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    passages: Mutex<Option<Vec<Passage>>>,
    connections: AtomicU64,
}

impl Traffic {
    /// Looks from now on.
    pub(crate) fn watch(&self) {
        *self.passages.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// What has passed since; looks no more.
    pub(crate) fn seen(&self) -> Vec<Passage> {
        self.passages.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }

    fn pass(&self, service: Service, connection: u64, is_request: bool, bytes: usize) {
        if let Some(passages) = &mut *self.passages.lock().unwrap_or_else(PoisonError::into_inner) {
            passages.push(Passage { at: Instant::now(), service, connection, is_request, bytes });
        }
    }
}

/// Listens on a free port for TLS and passes what it says on to `to`. The port's URL.
pub(crate) async fn forward(
    authority: &Authority,
    service: Service,
    to: SocketAddr,
    traffic: &Arc<Traffic>,
) -> Result<String, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("https://localhost:{}", listener.local_addr()?.port());
    let acceptor = TlsAcceptor::from(Arc::clone(&authority.config));
    let traffic = Arc::clone(traffic);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, traffic) = (acceptor.clone(), Arc::clone(&traffic));
            // A connection that breaks is the function's to complain about, which then does not answer as it should.
            tokio::spawn(async move { connection(stream, &acceptor, service, to, &traffic).await.ok() });
        }
    });
    Ok(url)
}

async fn connection(
    stream: TcpStream,
    acceptor: &TlsAcceptor,
    service: Service,
    to: SocketAddr,
    traffic: &Traffic,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let upstream = TcpStream::connect(to).await?;
    upstream.set_nodelay(true)?;
    let number = traffic.connections.fetch_add(1, Ordering::Relaxed);
    let ((from_function, to_function), (from_service, to_service)) = (tokio::io::split(stream), upstream.into_split());
    tokio::try_join!(
        copy(from_function, to_service, |bytes| traffic.pass(service, number, true, bytes)),
        copy(from_service, to_function, |bytes| traffic.pass(service, number, false, bytes)),
    )?;
    Ok(())
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    count: impl Fn(usize),
) -> std::io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let bytes = from.read(&mut buffer).await?;
        if bytes == 0 {
            return to.shutdown().await;
        }
        count(bytes);
        to.write_all(&buffer[..bytes]).await?;
        to.flush().await?;
    }
}
