//! The side of the API that a worker talks to, as documented, for tests that make it fail or stop answering. What a worker
//! sends is held against the documented shapes.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    time::{sleep, timeout},
};

/// Turns a hang into a failure.
const DEADLINE: Duration = Duration::from_mins(1);

pub(crate) const TOKEN: &str = "devopness_proj_0123456789abcdef";

/// The lease of every action, and of every report.
pub(crate) const LEASE: &str = "the-lease-of-an-action-in-43-characters-xxx";

#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    token: String,
    waiting: VecDeque<Json>,
    next_action: u64,
    lease_seconds: u32,
    claims: Vec<Json>,
    reports: Vec<Report>,
    cancelled: BTreeSet<u64>,
    taken: BTreeSet<u64>,
    is_unavailable: bool,
    faults: Vec<String>,
    asking: u32,
}

/// A report that the API has accepted.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) action: u64,
    pub(crate) body: Json,
    pub(crate) at: Instant,
}

/// How an action ended, from all its reports.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: String,
    pub(crate) reason: String,
    /// The last status of each step.
    pub(crate) steps: BTreeMap<u64, String>,
    /// By step, in order, the last form of each part.
    pub(crate) parts: BTreeMap<u64, Vec<String>>,
}

impl Ended {
    pub(crate) fn output(&self, order: u64) -> String {
        self.parts.get(&order).map(|parts| parts.concat()).unwrap_or_default()
    }
}

impl Api {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self::at(listener.local_addr().unwrap());
        let state = Arc::clone(&api.state);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(Arc::clone(&state), stream));
            }
        });
        api
    }

    /// One that serves only what it is given.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let state = State {
            token: TOKEN.to_owned(),
            waiting: VecDeque::new(),
            next_action: 1,
            lease_seconds: 300,
            claims: Vec::new(),
            reports: Vec::new(),
            cancelled: BTreeSet::new(),
            taken: BTreeSet::new(),
            is_unavailable: false,
            faults: Vec::new(),
            asking: 0,
        };
        Self { address, state: Arc::new(Mutex::new(state)) }
    }

    /// The same one, for what serves it.
    pub(crate) fn handle(&self) -> Self {
        Self { address: self.address, state: Arc::clone(&self.state) }
    }

    pub(crate) fn serve(&self, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
        tokio::spawn(serve(Arc::clone(&self.state), stream));
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// Has an action with these steps claimed next. Each is the runner and the command, or a whole step.
    pub(crate) fn put(&self, steps: &[Json], variables: &Json) -> u64 {
        let steps: Vec<_> = steps.iter().zip(1..).map(|(step, order)| whole(step, order)).collect();
        self.state(|state| {
            let id = state.next_action;
            state.next_action += 1;
            let action = json!({
                "id": id, "pipeline_id": 4_503_599_627_370_497_u64, "status": "in-progress", "type": "deploy",
                "resource": {"id": 42, "type": "application", "type_human_readable": "Application"},
            });
            let job = json!({"version": 1, "action_id": id, "variables": variables});
            state.waiting.push_back(json!({
                "action": action, "steps": steps, "job": job, "lease_token": LEASE,
                "lease_seconds": state.lease_seconds, "attempt": 1,
            }));
            id
        })
    }

    /// Has one shell command claimed next.
    pub(crate) fn put_command(&self, command: &str) -> u64 {
        self.put(&[json!(command)], &json!({}))
    }

    /// Of actions that are put from now on, and of reports.
    pub(crate) fn set_lease(&self, seconds: u32) {
        self.state(|state| state.lease_seconds = seconds);
    }

    pub(crate) fn set_token(&self, token: &str) {
        self.state(|state| token.clone_into(&mut state.token));
    }

    pub(crate) fn cancel(&self, action: u64) {
        self.state(|state| state.cancelled.insert(action));
    }

    /// Someone else has the action now.
    pub(crate) fn take_over(&self, action: u64) {
        self.state(|state| state.taken.insert(action));
    }

    /// Every call is answered 503.
    pub(crate) fn set_unavailable(&self, is_unavailable: bool) {
        self.state(|state| state.is_unavailable = is_unavailable);
    }

    pub(crate) fn claims(&self) -> Vec<Json> {
        self.state(|state| state.claims.clone())
    }

    pub(crate) fn reports(&self, action: u64) -> Vec<Report> {
        self.state(|state| state.reports.iter().filter(|report| report.action == action).cloned().collect())
    }

    /// Waits until the action has ended. Nothing may have been wrong with the calls until then.
    pub(crate) async fn ended(&self, action: u64) -> Ended {
        self.until(|api| api.reports(action).iter().any(|report| report.body["status"].is_string())).await;
        let faults = self.state(|state| state.faults.clone());
        assert!(faults.is_empty(), "{faults:?}");
        summary(&self.reports(action))
    }

    pub(crate) async fn until(&self, reached: impl Fn(&Self) -> bool) {
        let wait = async {
            while !reached(self) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(timeout(DEADLINE, wait).await.is_ok(), "{:?}", self.state(|state| state.faults.clone()));
    }

    /// Waits until a step has begun to print.
    pub(crate) async fn printed(&self, action: u64, text: &str) {
        self.until(|api| summary(&api.reports(action)).parts.values().any(|parts| parts.concat().contains(text))).await;
    }
}

fn whole(step: &Json, order: u64) -> Json {
    let mut whole = json!({"order": order, "name": null, "runner": "custom", "command": step, "run_as_user": ""});
    if let Some(fields) = step.as_object() {
        whole.as_object_mut().unwrap().extend(fields.clone());
    }
    whole
}

fn summary(reports: &[Report]) -> Ended {
    let text = |body: &Json, name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let last = reports.iter().rfind(|report| report.body["status"].is_string()).map(|report| &report.body);
    let (status, reason) = last.map(|body| (text(body, "status"), text(body, "reason"))).unwrap_or_default();
    let (mut steps, mut parts) = (BTreeMap::new(), BTreeMap::<u64, Vec<String>>::new());
    for Report { body, .. } in reports {
        for step in body["steps"].as_array().into_iter().flatten() {
            steps.insert(step["order"].as_u64().unwrap(), text(step, "status"));
        }
        if let Some(order) = body["output"]["order"].as_u64() {
            let parts = parts.entry(order).or_default();
            let index = usize::try_from(body["output"]["part"].as_u64().unwrap()).unwrap();
            parts.resize(parts.len().max(index + 1), String::new());
            parts[index] = text(&body["output"], "text");
        }
    }
    Ended { status, reason, steps, parts }
}

async fn serve(state: Arc<Mutex<State>>, stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) {
    let answer = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(answer(&state, request).await) }
    });
    // An error means that the worker is gone.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer(state: &Mutex<State>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let authorization = head.headers.get("authorization").and_then(|value| value.to_str().ok().map(str::to_owned));
    let is_claim = head.uri.path() == "/actions/claim";
    if is_claim {
        let asking = {
            let mut state = state.lock().unwrap();
            state.asking += 1;
            state.asking
        };
        // Long enough for a second question to come, if a worker were to ask two at a time.
        sleep(Duration::from_millis(20)).await;
        let mut state = state.lock().unwrap();
        state.asking -= 1;
        if asking > 1 {
            state.faults.push("two questions at a time".to_owned());
        }
    }
    let mut state = state.lock().unwrap();
    if authorization != Some(format!("Bearer {}", state.token)) {
        return error(StatusCode::UNAUTHORIZED, "The token is not valid.");
    }
    if state.is_unavailable {
        return error(StatusCode::SERVICE_UNAVAILABLE, "Try again later.");
    }
    if body.len() > 64 << 10 {
        state.faults.push(format!("a body of {} bytes", body.len()));
    }
    let Ok(body) = serde_json::from_slice::<Json>(&body) else {
        return error(StatusCode::BAD_REQUEST, "The body is not JSON.");
    };
    match (head.method.as_str(), head.uri.path().strip_prefix("/actions/").map(str::parse::<u64>)) {
        ("POST", Some(_)) if is_claim => claim(&mut state, body),
        ("PUT", Some(Ok(action))) => report(&mut state, action, body),
        _ => error(StatusCode::NOT_FOUND, "The route does not exist."),
    }
}

fn claim(state: &mut State, body: Json) -> Response<Full<Bytes>> {
    state.faults.extend(claim_faults(&body));
    state.claims.push(body);
    if let Some(action) = state.waiting.pop_front() {
        return json_answer(StatusCode::OK, &action);
    }
    let answer = Response::builder().status(StatusCode::NO_CONTENT).header("retry-after", "5");
    answer.body(Full::default()).unwrap()
}

fn report(state: &mut State, action: u64, body: Json) -> Response<Full<Bytes>> {
    state.faults.extend(report_faults(&body));
    let earlier = state.reports.iter().find(|report| report.action == action && report.body["status"].is_string());
    if state.taken.contains(&action) || earlier.is_some_and(|earlier| earlier.body["status"] != body["status"]) {
        return error(StatusCode::CONFLICT, "The lease is another worker's.");
    }
    state.reports.push(Report { action, body, at: Instant::now() });
    let cancel = state.cancelled.contains(&action);
    json_answer(StatusCode::OK, &json!({"cancel": cancel, "lease_seconds": state.lease_seconds}))
}

fn claim_faults(body: &Json) -> Vec<String> {
    let mut faults = unknown(body, &["worker", "labels", "lease_seconds"]);
    let is_name = body["worker"].as_str().is_some_and(|name| (1..=100).contains(&name.chars().count()));
    let labels =
        body["labels"].as_array().is_some_and(|labels| labels.len() <= 5 && labels.iter().all(Json::is_string));
    let lease = body["lease_seconds"].as_u64().is_some_and(|seconds| (30..=3600).contains(&seconds));
    if !(is_name && labels && lease) {
        faults.push(format!("not a claim: {body}"));
    }
    faults
}

fn report_faults(body: &Json) -> Vec<String> {
    let mut faults = unknown(body, &["lease_token", "steps", "output", "status", "reason", "url"]);
    for step in body["steps"].as_array().into_iter().flatten() {
        faults.extend(unknown(step, &["order", "status", "reason"]));
        if !["in-progress", "completed", "failed", "skipped"].iter().any(|status| step["status"] == *status) {
            faults.push(format!("a step's status: {step}"));
        }
    }
    if body["output"].as_object().is_some() {
        faults.extend(unknown(&body["output"], &["order", "part", "text"]));
        if body["output"]["text"].as_str().is_none_or(|text| text.is_empty() || text.len() > 32_768) {
            faults.push("output of no text or too much".to_owned());
        }
    }
    let reasons = body["steps"].as_array().into_iter().flatten().chain([body]).filter_map(|one| one["reason"].as_str());
    if !reasons.into_iter().all(is_reason) || body["lease_token"] != LEASE {
        faults.push(format!("a reason or a lease: {body}"));
    }
    faults
}

/// One line of 1 to 255 characters.
fn is_reason(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
}

fn unknown(body: &Json, known: &[&str]) -> Vec<String> {
    let names = body.as_object().into_iter().flat_map(serde_json::Map::keys);
    names.filter(|name| !known.contains(&name.as_str())).map(|name| format!("unknown: {name}")).collect()
}

fn error(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    json_answer(status, &json!({"message": message, "request_id": "0"}))
}

fn json_answer(status: StatusCode, body: &Json) -> Response<Full<Bytes>> {
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Full::from(body.to_string())).unwrap()
}
