//! The servers of providers: a certificate authority of the test's own, and a proxy through which every host is one that
//! the test plays. The functions trust the authority (`SSL_CERT_FILE`) and know the proxy (`HTTPS_PROXY`). Apart from
//! that they do what they do in AWS: they ask for the provider's host, and check that its certificate says so.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::NamedTempFile;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What a host answers with.
#[derive(Debug, Clone)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How long it takes to begin.
    pub delay: Duration,
    /// The host that its certificate is for, if it is not the one that was asked.
    pub as_host: Option<String>,
    /// Whether an authority that is not trusted has signed the certificate.
    pub is_untrusted: bool,
}

impl Page {
    /// An answer with this body.
    pub fn of(body: impl Into<Vec<u8>>) -> Self {
        let (headers, delay) = (Vec::new(), Duration::ZERO);
        Self { status: 200, headers, body: body.into(), delay, as_host: None, is_untrusted: false }
    }
}

/// The providers of one stack.
#[derive(Debug, Clone)]
pub struct Providers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    trusted: Authority,
    untrusted: Authority,
    proxy: String,
    /// By host and path, such as `keys.example/set`.
    pages: Mutex<BTreeMap<String, Page>>,
    asked: Mutex<Vec<String>>,
    sent: Mutex<Vec<String>>,
}

impl Providers {
    /// Starts the proxy.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let (trusted, untrusted) = (Authority::new(), Authority::new());
        let shared = Shared {
            trusted,
            untrusted,
            proxy,
            pages: Mutex::default(),
            asked: Mutex::default(),
            sent: Mutex::default(),
        };
        let this = Self { shared: Arc::new(shared) };
        tokio::spawn(this.clone().serve(listener));
        this
    }

    /// What the functions need to know in their environment.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let authority = self.shared.trusted.file.path().display().to_string();
        [("HTTPS_PROXY", self.shared.proxy.clone()), ("SSL_CERT_FILE", authority)]
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    }

    /// From now on `host/path` is answered like this. Anything else is 404.
    pub fn publish(&self, place: &str, page: Page) {
        self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner).insert(place.to_owned(), page);
    }

    /// What was asked for so far: `host:port` of each connection, and `host/path` of each request.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was sent with these requests, if anything was.
    pub fn sent(&self) -> Vec<String> {
        self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((connection, _)) = listener.accept().await {
            let this = self.clone();
            // A client that goes away is no concern of the test's.
            tokio::spawn(async move { drop(this.connect(connection).await) });
        }
    }

    /// Plays the host to which the client wants to be connected.
    async fn connect(&self, connection: TcpStream) -> std::io::Result<()> {
        let mut connection = BufReader::new(connection);
        let (request, _) = read_head(&mut connection).await?;
        let Some(to) = request.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
            return connection.write_all(b"HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await;
        };
        self.note(to);
        connection.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
        let host = to.rsplit_once(':').map_or(to, |(host, _)| host);
        let page = self.page_of(host);
        let authority =
            if page.is_some_and(|page| page.is_untrusted) { &self.shared.untrusted } else { &self.shared.trusted };
        let shown = self.page_of(host).and_then(|page| page.as_host).unwrap_or_else(|| host.to_owned());
        let mut tls = BufReader::new(authority.acceptor(&shown).accept(connection).await?);
        loop {
            let (request, length) = read_head(&mut tls).await?;
            let Some(path) = request.split(' ').nth(1) else { return Ok(()) };
            let place = format!("{host}{path}");
            self.note(&place);
            let mut body = vec![0; length];
            tls.read_exact(&mut body).await?;
            if length > 0 {
                let body = String::from_utf8_lossy(&body).into_owned();
                self.shared.sent.lock().unwrap_or_else(PoisonError::into_inner).push(body);
            }
            self.answer(&mut tls, &place).await?;
        }
    }

    async fn answer(&self, client: &mut (impl AsyncWrite + Unpin), place: &str) -> std::io::Result<()> {
        let page = self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner).get(place).cloned();
        let page = page.unwrap_or_else(|| Page { status: 404, ..Page::of("not found") });
        tokio::time::sleep(page.delay).await;
        let headers: String = page.headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
        let head = format!("HTTP/1.1 {} x\r\n{headers}content-length: {}\r\n\r\n", page.status, page.body.len());
        client.write_all(&[head.as_bytes(), &page.body].concat()).await?;
        client.flush().await
    }

    /// Any page of this host: they have one certificate.
    fn page_of(&self, host: &str) -> Option<Page> {
        let pages = self.shared.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.iter().find(|(place, _)| place.split('/').next() == Some(host)).map(|(_, page)| page.clone())
    }

    fn note(&self, what: &str) {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    }
}

/// The first line of a request, and how long its body is. Empty at the end.
async fn read_head(reader: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<(String, usize)> {
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    while reader.read_line(&mut line).await? > 2 {
        if first.is_empty() {
            first = line.trim_end().to_owned();
        }
        let field = line.to_ascii_lowercase();
        length = field.strip_prefix("content-length:").and_then(|value| value.trim().parse().ok()).unwrap_or(length);
        line.clear();
    }
    Ok((first, length))
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, in PEM.
    file: NamedTempFile,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(params.self_signed(&key).unwrap().pem().as_bytes()).unwrap();
        Self { issuer: Issuer::new(params, key), file }
    }

    fn acceptor(&self, host: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([host.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let config = ServerConfig::builder_with_provider(default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}
