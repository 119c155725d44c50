//! Requests and answers as bytes: what an HTTP client would tidy up.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::stack::Pipehook;

/// A header as it goes over the wire.
pub type Header<'h> = (&'h str, &'h [u8]);

/// The bytes of a request. The headers `Host` and `Content-Length` are added where they are missing.
pub fn request(method: &str, target: impl AsRef<[u8]>, headers: &[Header<'_>], body: &[u8]) -> Vec<u8> {
    let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let length = body.len().to_string();
    let mut all: Vec<Header<'_>> = vec![("Connection", b"close")];
    all.extend((!has("host")).then_some(("Host", b"localhost".as_slice())));
    all.extend((!body.is_empty() && !has("content-length")).then_some(("Content-Length", length.as_bytes())));
    all.extend_from_slice(headers);
    let mut bytes = [method.as_bytes(), b" ", target.as_ref(), b" HTTP/1.1\r\n"].concat();
    for (name, value) in all {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    [&bytes, b"\r\n".as_slice(), body].concat()
}

/// Everything that the API sends back until it closes the connection.
pub async fn raw_response(stack: &Pipehook, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(stack.api_url().strip_prefix("http://").unwrap()).await.unwrap();
    // It may be refused before it is read.
    let _ = stream.write_all(bytes).await;
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    received
}

/// The answer that these bytes are.
pub fn parsed(response: &[u8]) -> Answer {
    let end = response.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or_else(|| String::from_utf8_lossy(response)).unwrap();
    let head = std::str::from_utf8(&response[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(name.parse::<HeaderName>().unwrap(), value.trim().parse::<HeaderValue>().unwrap());
    }
    Answer { status, headers, body: Bytes::copy_from_slice(&response[end + 4..]) }
}

/// The answer to these bytes.
pub async fn raw(stack: &Pipehook, bytes: &[u8]) -> Answer {
    parsed(&raw_response(stack, bytes).await)
}
