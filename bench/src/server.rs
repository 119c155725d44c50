//! Talks to a server over HTTP as [`RuntimeApi`] talks to a function, so that both can be measured in the same way: it
//! wants work when it takes a connection, and again when it has answered.

use std::io::{Error, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::runtime_api::{RuntimeApi, Said};

/// How long one that starts is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How precisely a start is seen.
const LOOK_AGAIN: Duration = Duration::from_micros(100);

/// Its events are whole requests in HTTP/1.1, and its answers are whole responses.
pub(crate) fn talk_to(port: u16) -> RuntimeApi {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let (say, said) = mpsc::unbounded_channel();
    let (events, waiting) = mpsc::unbounded_channel();
    // A thread of its own: the timer of the runtime is good to a millisecond.
    std::thread::spawn(move || {
        if let Err(error) = converse(address, &say, waiting) {
            let _ = say.send(Said::Error(error.to_string()));
        }
    });
    RuntimeApi { address, said, events }
}

fn converse(
    address: SocketAddr,
    say: &UnboundedSender<Said>,
    mut waiting: UnboundedReceiver<Bytes>,
) -> Result<(), Error> {
    let mut stream = connect(address)?;
    stream.set_nodelay(true)?;
    while say.send(Said::Next(Instant::now())).is_ok() {
        let Some(request) = waiting.blocking_recv() else { break };
        stream.write_all(&request)?;
        let answer = answer(&mut stream)?;
        let _ = say.send(Said::Answer(Instant::now(), answer.into()));
    }
    Ok(())
}

/// A port that no one listens on. It may be taken before it is used, and then the server fails and says nothing.
pub(crate) fn free_port() -> Result<u16, Error> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn connect(address: SocketAddr) -> Result<TcpStream, Error> {
    let began = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Err(_) if began.elapsed() < PATIENCE => std::thread::sleep(LOOK_AGAIN),
            connected => return connected,
        }
    }
}

/// One response, which must say how long it is.
fn answer(stream: &mut impl std::io::Read) -> Result<Vec<u8>, Error> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let bytes = stream.read(&mut buffer)?;
        if bytes == 0 {
            return Err(Error::other("the server closed the connection"));
        }
        received.extend_from_slice(buffer.get(..bytes).unwrap_or_default());
        let text = String::from_utf8_lossy(&received);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if body.len() >= content_length(head)? {
            return Ok(received);
        }
    }
}

fn content_length(head: &str) -> Result<usize, Error> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.trim().parse().ok());
    length.ok_or_else(|| Error::other("the server does not say how long its answer is"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn an_answer_ends_where_it_says_it_does() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone";
        assert_eq!(answer(&mut Cursor::new(whole)).unwrap(), whole.as_bytes());
        assert!(answer(&mut Cursor::new(&whole[..whole.len() - 1])).is_err(), "it is cut off");
        assert!(answer(&mut Cursor::new("HTTP/1.1 200 OK\r\n\r\ndone")).is_err(), "it has no length");
    }

    #[tokio::test]
    async fn a_server_is_ready_once_it_takes_a_connection_and_again_once_it_has_answered() {
        let port = free_port().unwrap();
        let mut api = talk_to(port);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(api.said.try_recv().is_err(), "no one listens yet");

        let listener = TcpListener::bind(api.address).unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4];
            stream.read_exact(&mut request).unwrap();
            assert_eq!(&request, b"call");
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        });

        assert!(matches!(api.said.recv().await, Some(Said::Next(_))));
        api.events.send("call".into()).unwrap();
        let Some(Said::Answer(_, answer)) = api.said.recv().await else { panic!("it answers") };
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        assert!(matches!(api.said.recv().await, Some(Said::Next(_))));
    }
}
