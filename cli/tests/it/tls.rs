//! HTTPS: which certificates are trusted, and the way through a proxy.

use std::{fs, path::PathBuf, sync::Arc};

use rcgen::{CertificateParams, CertifiedKey, KeyPair, generate_simple_self_signed};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

use crate::{
    api::{Api, TOKEN},
    worker::{Worker, pipehook, printed},
};

/// The API behind a certificate for `localhost` that only its file vouches for.
async fn start() -> (Api, TempDir, PathBuf) {
    serve(generate_simple_self_signed(["localhost".to_owned()]).unwrap()).await
}

async fn serve(CertifiedKey { cert, signing_key }: CertifiedKey<KeyPair>) -> (Api, TempDir, PathBuf) {
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("certificate.pem");
    fs::write(&file, cert.pem()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = Api::at(listener.local_addr().unwrap());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let served = api.handle();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // An error means that the worker does not trust it.
            if let Ok(stream) = acceptor.accept(stream).await {
                served.serve(stream);
            }
        }
    });
    (api, directory, file)
}

#[tokio::test]
async fn an_api_with_a_certificate_that_the_machine_trusts_is_used() {
    let (api, _directory, file) = start().await;
    let mut command = pipehook();
    let url = format!("https://localhost:{}", api.address.port());
    command.env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", url).env("SSL_CERT_FILE", file);
    let action = api.put_command("echo over TLS");
    let _worker = Worker::spawn(command, &[]);

    assert_eq!(api.ended(action).await.output(1), "over TLS\n");
}

#[tokio::test]
async fn an_api_with_another_certificate_gets_no_token() {
    let (api, _directory, _file) = start().await;
    let mut command = pipehook();
    let url = format!("https://localhost:{}", api.address.port());
    command.env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", url);
    let worker = Worker::spawn(command, &[]);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;

    let (_, printed) = worker.stop().await;

    assert!(printed.contains("cannot be reached: invalid peer certificate"), "{printed}");
    assert!(api.claims().is_empty());
}

/// As a clock that is an hour off sees a certificate of today, or of yesterday.
#[tokio::test]
async fn a_certificate_that_is_not_valid_now_makes_one_ask_for_the_clock() {
    let (now, hour) = (OffsetDateTime::now_utc(), time::Duration::HOUR);
    for (from, to) in [(now + hour, now + hour * 24), (now - hour * 24, now - hour)] {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (from, to);
        let signing_key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&signing_key).unwrap();
        let (api, _directory, file) = serve(CertifiedKey { cert, signing_key }).await;
        for command in ["whoami", "doctor"] {
            let url = format!("https://localhost:{}", api.address.port());
            let mut pipehook = pipehook();
            pipehook.arg(command).env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", url).env("SSL_CERT_FILE", &file);

            let printed = printed(&pipehook.output().await.unwrap());

            assert!(printed.contains("Is the clock of this machine right?"), "{command}: {printed}");
        }
    }
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_used_and_sees_no_token() {
    let (api, _directory, file) = start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://user:pass@{}", listener.local_addr().unwrap());
    let (seen, mut requests) = tokio::sync::mpsc::unbounded_channel();
    let target = api.address;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            seen.send(head).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let mut server = TcpStream::connect(target).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut server).await });
        }
    });
    let mut command = pipehook();
    let url = format!("https://localhost:{}", api.address.port());
    command.env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", url);
    command.env("SSL_CERT_FILE", file).env("HTTPS_PROXY", proxy);
    let action = api.put_command("env | grep -i proxy; echo through the proxy");
    let _worker = Worker::spawn(command, &[]);

    assert_eq!(api.ended(action).await.output(1), "through the proxy\n");

    let head = requests.recv().await.unwrap();
    assert!(head.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", target.port())), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic dxnlcjpwyxnz") && !head.contains(TOKEN), "{head}");
}
