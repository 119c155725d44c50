//! A server of the user's, to which calls are forwarded; and a way to the API that can be cut.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What was received.
#[derive(Debug, Clone, Default)]
pub(super) struct Received {
    head: String,
    pub(super) body: Vec<u8>,
}

impl Received {
    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The method and the target.
    pub(super) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }
}

/// A server that answers 202 to all calls.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(super) async fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(super) async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::default();
        let all = Arc::clone(&received);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&all)));
            }
        });
        Self { address, received, task }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/in?from=pipehook", self.address)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, received: Arc<Mutex<Vec<Received>>>) {
    while let Some(call) = request(&mut stream).await {
        received.lock().unwrap().push(call);
        let answer = "HTTP/1.1 202 Accepted\r\ncontent-length: 14\r\n\r\n{\"taken\":true}";
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The next request of a connection, if there is one.
async fn request(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let end = loop {
        match bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end,
            None if matches!(stream.read_buf(&mut bytes).await, Ok(1..)) => {}
            None => return None,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut call = Received { head, body: bytes.split_off(end + 4) };
    let length: usize = call.header("content-length").map_or(0, |length| length.parse().unwrap());
    while call.body.len() < length {
        if !matches!(stream.read_buf(&mut call.body).await, Ok(1..)) {
            return None;
        }
    }
    Some(call)
}

/// A way to a stack. Cut, it takes no connection, and those that there are end.
#[derive(Debug)]
pub(super) struct Way {
    address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    /// How many requests may still arrive whose answers are lost on the way back.
    pub(super) lost_answers: Arc<AtomicUsize>,
}

impl Way {
    pub(super) async fn to(url: &str) -> Self {
        let target = url.strip_prefix("http://").unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (is_cut, lost_answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (cut, lost) = (Arc::clone(&is_cut), Arc::clone(&lost_answers));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if cut.load(Ordering::SeqCst) {
                    continue;
                }
                tokio::spawn(pass(stream, target.clone(), Arc::clone(&cut), Arc::clone(&lost)));
            }
        });
        Self { address, is_cut, lost_answers }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
}

/// One connection, to its end or until it is cut.
async fn pass(mut stream: TcpStream, target: String, cut: Arc<AtomicBool>, lost: Arc<AtomicUsize>) {
    let mut api = TcpStream::connect(target).await.unwrap();
    let losing = async {
        while !cut.load(Ordering::SeqCst) {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let passing = async {
        let Some(Received { head, body }) = request(&mut stream).await else { return };
        // One request for each connection, so that each can be looked at.
        api.write_all(format!("{head}\r\nconnection: close\r\n\r\n").as_bytes()).await.unwrap();
        api.write_all(&body).await.unwrap();
        let is_step = body.windows(12).any(|window| window == b"operation_id");
        if is_step && lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| count.checked_sub(1)).is_ok() {
            // It has arrived, and is answered; no one hears it.
            let _ = api.read_to_end(&mut Vec::new()).await;
            return;
        }
        let _ = tokio::io::copy(&mut api, &mut stream).await;
    };
    tokio::select! {
        () = losing => {}
        () = passing => {}
    }
}
