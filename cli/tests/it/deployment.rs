//! A deployment that answers what a test says, and remembers what it was asked; and the program with a home of its own.

use std::{
    convert::Infallible,
    fs,
    path::PathBuf,
    process::{Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, net::TcpListener, process::Command, time::timeout};

use crate::worker::pipehook;

/// Turns a hang into a failure.
const DEADLINE: Duration = Duration::from_mins(1);

/// What a call of the program looked like.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The method and the path with its query.
    pub(crate) route: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Json,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    body: Json,
    headers: Vec<(&'static str, String)>,
    delay: Duration,
}

type Answers = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// Listens until the test ends.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Deployment {
    pub(crate) async fn start(answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, answers): (Arc<Mutex<Vec<_>>>, Answers) = (Arc::default(), Arc::new(answers));
        let deployment = Self { url, seen: Arc::clone(&seen) };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (seen, answers) = (Arc::clone(&seen), Arc::clone(&answers));
                let service = service_fn(move |request| serve(Arc::clone(&seen), Arc::clone(&answers), request));
                // An error means that the program is gone.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        deployment
    }

    /// All calls so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn routes(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.route).collect()
    }

    pub(crate) async fn until_asked(&self, route: &str) {
        let asked = async {
            while !self.routes().iter().any(|seen| seen == route) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(timeout(DEADLINE, asked).await.is_ok(), "{:?}", self.routes());
    }
}

async fn serve(
    seen: Arc<Mutex<Vec<Seen>>>,
    answers: Answers,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let call = Seen {
        route: format!("{} {}", head.method, head.uri),
        authorization: head.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    seen.lock().unwrap().push(call.clone());
    let reply = answers(&call);
    tokio::time::sleep(reply.delay).await;
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = if reply.status == 204 { String::new() } else { reply.body.to_string() };
    Ok(response.body(Full::from(body)).unwrap())
}

impl Reply {
    pub(crate) fn new(status: u16, body: Json) -> Self {
        Self { status, body, headers: Vec::new(), delay: Duration::ZERO }
    }

    pub(crate) fn ok(body: Json) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn done() -> Self {
        Self::new(204, Json::Null)
    }

    pub(crate) fn error(status: u16, message: &str) -> Self {
        Self::new(status, json!({ "message": message, "request_id": "0" }))
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// A directory for the configuration of one user.
#[derive(Debug)]
pub(crate) struct Home(pub(crate) TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("pipehook/deployments.json")
    }

    /// The program, which has no terminal.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = pipehook();
        command.env("XDG_CONFIG_HOME", self.0.path()).args(arguments);
        command
    }

    /// The program, where no file can grow. bash counts in KiB; without the signal, a write over the limit is an error as on
    /// a full disk.
    pub(crate) fn with_a_full_disk(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "bash", env!("CARGO_BIN_EXE_pipehook")]);
        command.args(arguments).env("XDG_CONFIG_HOME", self.0.path()).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments)).await
    }

    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        Ran::from(timeout(DEADLINE, child.wait_with_output()).await.unwrap().unwrap())
    }

    /// As if a login had left this token.
    pub(crate) fn log_in(&self, deployment: &Deployment, token: &str, token_id: Option<&str>) {
        let one = json!({
            "url": deployment.url, "token": token, "token_id": token_id, "email": "ann@example.com", "expires_at": null,
        });
        let file = json!({ "version": 1, "current": "prod", "deployments": { "prod": one } });
        fs::create_dir_all(self.file().parent().unwrap()).unwrap();
        fs::write(self.file(), file.to_string()).unwrap();
    }

    pub(crate) fn kept(&self) -> Json {
        serde_json::from_slice(&fs::read(self.file()).unwrap()).unwrap()
    }
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Ran {
    pub(crate) async fn of(mut command: Command) -> Self {
        timeout(DEADLINE, command.output()).await.unwrap().unwrap().into()
    }

    /// What `--json` has printed.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let [out, error] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        Self { status: output.status.code(), out, error }
    }
}

/// A hook as the API shows it, with this secret.
pub(crate) fn hook(secret: &str) -> Json {
    json!({
        "id": HOOK, "name": "deploy the shop", "type": "in", "action_type": "deploy",
        "url": format!("https://hooks.example.com/hooks/{HOOK}/trigger"), "provider": "github", "proof": "verified",
        "active": true, "only_latest": false, "project_id": 1, "environment_id": 1, "pipeline_id": null,
        "resource_type": "application", "resource_id": 42, "settings": {"variables": []},
        "trigger_when": {"events": [], "conditions": []}, "created_at": "2026-11-23T19:51:55.559Z",
        "secret": secret, "secret_header_name": "x-hub-signature-256", "provider_options": {},
    })
}

pub(crate) const HOOK: &str = "33c690d6-0619-404d-9113-f2e4d067efdb";

pub(crate) fn user() -> Json {
    json!({"id": 1, "name": "Ann", "email": "ann@example.com", "project_id": 1})
}
