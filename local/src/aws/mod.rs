//! DynamoDB, SQS, Secrets Manager and Step Functions on loopback ports, in this process.
//!
//! Each port is a [`Gate`]: it writes down every request, refuses what the role of the calling function does not allow,
//! lets a [`Fault`] strike, and passes the request on to the emulator.

mod access;
mod dynamodb;
mod emulator;
mod fault;
mod hold;
mod needs;
mod poller;
mod secrets_manager;
mod sqs;
mod step_functions;
mod units;

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value as Json;
use tokio::{
    net::TcpListener,
    sync::{
        broadcast,
        mpsc::{UnboundedReceiver, UnboundedSender},
        oneshot,
    },
    time::sleep,
};

pub(crate) use self::poller::Poller;
use self::{
    access::Access,
    dynamodb::Tables,
    emulator::Emulator,
    fault::Kind,
    hold::Holds,
    sqs::{Sqs, messages::Messages, timeline::Timeline},
    step_functions::tasks::LambdaTasks,
};
pub use self::{
    access::Permission,
    fault::Fault,
    hold::{Hold, Moment},
    sqs::messages::Message,
};
use crate::{
    data::Data,
    error::Error,
    lambda::Functions,
    server::{self, Handler, HangUp},
    tasks::{Tasks, lock},
    template::{Scope, Template},
};

/// An emulated service of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Tables.
    DynamoDb,
    /// Queues.
    Sqs,
    /// Generated keys.
    SecretsManager,
    /// State machines and their executions.
    StepFunctions,
}

impl Service {
    const ALL: [Self; 4] = [Self::DynamoDb, Self::Sqs, Self::SecretsManager, Self::StepFunctions];
}

/// One request to an emulated service, also when a [`Fault`] struck it. Lambda's own requests for the messages of a
/// queue do not count.
#[derive(Debug, Clone, PartialEq)]
pub struct AwsCall {
    /// Who was called.
    pub service: Service,
    /// What was asked, such as `GetItem`; empty when the request does not say.
    pub operation: String,
    /// Logical id of the function that sent the request, if it was one.
    pub function: Option<String>,
    /// Which attempt of the SDK it is, from 1: a client tries again when an answer is late, as on a busy machine.
    pub attempt: u32,
    /// How many items DynamoDB has looked at for a query or a scan, which is what is paid for. Added when it answers.
    pub scanned: u64,
    /// The units of capacity that it took from DynamoDB, once [`Stack::measure_units`](crate::Stack::measure_units) was
    /// called: read units for reads, write units for writes. Added when it answers.
    pub units: f64,
}

/// The ports, before anything answers on them.
#[derive(Debug)]
pub(crate) struct Ports([(TcpListener, SocketAddr); 4]);

impl Ports {
    /// The ports from `first` on, if they are free: the same after each start, so that a consumer finds its queue. The
    /// fourth one is Lambda's.
    pub(crate) async fn bind(first: Option<u16>) -> Result<Self, Error> {
        let bind = |offset| server::bind_preferably(first.and_then(|first| first.checked_add(offset)));
        Ok(Self([bind(0).await?, bind(1).await?, bind(2).await?, bind(4).await?]))
    }

    pub(crate) fn address(&self, service: Service) -> SocketAddr {
        self.0[service as usize].1
    }
}

/// The services, running.
#[derive(Debug)]
pub(crate) struct Aws {
    addresses: [SocketAddr; 4],
    gates: Gates,
    lambda: Arc<LambdaTasks>,
    messages: Arc<Messages>,
    queues: Arc<Gate<Sqs>>,
    sqs_timeline: Arc<Timeline>,
    tables: Tables,
}

impl Aws {
    /// Makes what the template declares, names the secrets in `scope`, and starts to answer. `events` hears of what
    /// happens: EventBridge.
    pub(crate) async fn start(
        tasks: &Arc<Tasks>,
        ports: Ports,
        template: &Template,
        scope: &mut Scope,
        data: Option<&Data>,
        events: UnboundedSender<Json>,
    ) -> Result<Self, Error> {
        let secrets_manager = secrets_manager::start(&template.secrets(scope)?, scope, data).await?;
        let dynamodb = dynamodb::start(tasks, &template.tables(scope)?, data)?;
        let queues = template.queues(scope)?;
        let (sqs, messages, timeline) = sqs::start(tasks, ports.address(Service::Sqs), &queues, data).await?;
        let lambda = Arc::new(LambdaTasks::new(tasks));
        let step_functions = step_functions::start(tasks, &lambda, events, data).await?;
        let gates = Gates {
            access: Arc::new(Access::read(template, scope)?),
            calls: Arc::default(),
            faults: Default::default(),
            measures: Arc::default(),
            holds: Holds::default(),
            tasks: Arc::clone(tasks),
        };
        let addresses = Service::ALL.map(|service| ports.address(service));
        let tables = dynamodb.tables();
        let queues = gates.gate(Service::Sqs, sqs);
        let [first, second, third, fourth] = ports.0.map(|(listener, _)| listener);
        server::serve(tasks, first, gates.gate(Service::DynamoDb, dynamodb));
        server::serve(tasks, second, Arc::clone(&queues));
        server::serve(tasks, third, gates.gate(Service::SecretsManager, secrets_manager));
        server::serve(tasks, fourth, gates.gate(Service::StepFunctions, step_functions));
        Ok(Self { addresses, gates, lambda, messages, queues, sqs_timeline: timeline, tables })
    }

    /// From now on, the tasks of state machines reach the functions.
    pub(crate) fn connect(&self, functions: &Arc<Functions>) {
        self.lambda.connect(functions);
    }

    pub(crate) fn stand_in(&self, function: &str) -> UnboundedReceiver<Json> {
        self.lambda.stand_in(function)
    }

    /// The queues, for an event source mapping of this function.
    pub(crate) fn poller(&self, function: &str) -> Poller {
        Poller::new(&self.queues, self.address(Service::Sqs), function)
    }

    pub(crate) fn address(&self, service: Service) -> SocketAddr {
        self.addresses[service as usize]
    }

    pub(crate) fn calls_from(&self, first: usize) -> Vec<AwsCall> {
        lock(&self.gates.calls).iter().skip(first).cloned().collect()
    }

    pub(crate) fn count_calls(&self) -> usize {
        lock(&self.gates.calls).len()
    }

    pub(crate) fn measure_units(&self) {
        self.gates.measures.store(true, Ordering::Relaxed);
    }

    /// What the roles of the functions allow.
    pub(crate) fn granted(&self) -> BTreeSet<Permission> {
        self.gates.access.granted()
    }

    /// What the functions have done under them so far.
    pub(crate) fn used(&self) -> BTreeSet<Permission> {
        self.gates.access.used()
    }

    pub(crate) fn set_fault(&self, service: Service, fault: Option<Fault>) {
        *lock(&self.gates.faults[service as usize]) = fault;
    }

    pub(crate) fn hold(&self, function: &str, nth: usize, moment: Moment) -> Hold {
        self.gates.holds.hold(function, nth, moment)
    }

    pub(crate) async fn advance_sqs(&self, by: Duration) {
        self.sqs_timeline.advance(by).await;
    }

    pub(crate) fn stored_text(&self, table: &str, key: (&str, &str), attribute: &str) -> Option<String> {
        self.tables.text(table, key, attribute)
    }

    pub(crate) fn import(&self, table: &str, items: Vec<serde_json::Value>) -> Result<(), String> {
        self.tables.import(table, items)
    }

    pub(crate) fn watch_messages(&self) -> broadcast::Receiver<Message> {
        self.messages.watch()
    }
}

/// What the gates share.
#[derive(Debug)]
struct Gates {
    access: Arc<Access>,
    calls: Arc<Mutex<Vec<AwsCall>>>,
    faults: [Arc<Mutex<Option<Fault>>>; 4],
    /// Whether DynamoDB is asked what each request costs.
    measures: Arc<AtomicBool>,
    holds: Holds,
    tasks: Arc<Tasks>,
}

impl Gates {
    fn gate<E>(&self, service: Service, emulator: E) -> Arc<Gate<E>> {
        let (access, calls) = (Arc::clone(&self.access), Arc::clone(&self.calls));
        let (fault, measures) = (Arc::clone(&self.faults[service as usize]), Arc::clone(&self.measures));
        let (holds, tasks) = (self.holds.clone(), Arc::clone(&self.tasks));
        Arc::new(Gate { service, emulator, access, calls, fault, measures, holds, tasks })
    }
}

/// A gate in front of one emulator.
#[derive(Debug)]
struct Gate<E> {
    service: Service,
    emulator: E,
    access: Arc<Access>,
    calls: Arc<Mutex<Vec<AwsCall>>>,
    fault: Arc<Mutex<Option<Fault>>>,
    measures: Arc<AtomicBool>,
    holds: Holds,
    tasks: Arc<Tasks>,
}

impl<E: Emulator> Handler for Gate<E> {
    /// DynamoDB's; the others take less, and say so themselves.
    const BODY_LIMIT: usize = 16 * 1024 * 1024;

    async fn handle(self: Arc<Self>, request: Request<Bytes>, _: SocketAddr) -> Result<Response<Bytes>, HangUp> {
        let operation = emulator::operation(&request).to_owned();
        let function = self.access.function(&request).map(str::to_owned);
        let number = self.note(operation.clone(), function.clone(), emulator::attempt(&request));
        let measures = self.service == Service::DynamoDb && self.measures.load(Ordering::Relaxed);
        let request = if measures { units::ask(request) } else { request };
        let note = |response: &Response<Bytes>| {
            if measures {
                lock(&self.calls)[number].units = units::read(response.body());
            }
            if let Some(scanned) = scanned(&operation, response.body()) {
                lock(&self.calls)[number].scanned = scanned;
            }
        };
        let stop = function.as_deref().and_then(|function| self.holds.stop(function));
        let (sent, done) = match stop {
            Some(stop) if stop.at == Moment::Sent => (Some(stop), None),
            done => (None, done),
        };
        if let Some(sent) = sent {
            sent.wait().await;
        }
        let answer = Arc::clone(&self).pass(request, &operation, function.as_deref(), note).await;
        if let Some(done) = done {
            done.wait().await;
        }
        answer
    }
}

/// As the answer to a query or a scan says.
fn scanned(operation: &str, answer: &[u8]) -> Option<u64> {
    /// The rest of the answer, up to a megabyte of items, is skipped.
    #[derive(serde::Deserialize)]
    struct Answer {
        #[serde(rename = "ScannedCount")]
        scanned_count: u64,
    }

    if !["Query", "Scan"].contains(&operation) {
        return None;
    }
    serde_json::from_slice::<Answer>(answer).ok().map(|answer| answer.scanned_count)
}

impl<E: Emulator> Gate<E> {
    /// Lets a request of a function, or of the account's owner, through to the emulator. `note` sees the answer even if
    /// it never arrives.
    async fn pass(
        self: Arc<Self>,
        request: Request<Bytes>,
        operation: &str,
        function: Option<&str>,
        note: impl FnOnce(&Response<Bytes>),
    ) -> Result<Response<Bytes>, HangUp> {
        if let Some(function) = function
            && let Err(denied) =
                self.access.check(function, self.service, operation, request.body(), |arn| self.emulator.tags(arn))
        {
            return Ok(denied.into_response());
        }

        let fault = lock(&self.fault).as_mut().and_then(|fault| fault.strike(function, operation, request.body()));
        match fault {
            Some(Kind::HangUp) => return Err(HangUp),
            Some(Kind::Status(status)) => return Ok(fault::broken(status)),
            Some(Kind::Throttle) => return Ok(fault::throttled(self.service)),
            Some(Kind::Conflict) => return Ok(fault::conflicted()),
            Some(Kind::Delay(by)) => return self.answer_later(request, by).await,
            Some(Kind::DelayAnswer(_) | Kind::LoseAnswer) | None => {}
        }
        let response = self.emulator.answer(request).await?;
        note(&response);
        match fault {
            Some(Kind::LoseAnswer) => return Err(HangUp),
            Some(Kind::DelayAnswer(by)) => sleep(by).await,
            Some(Kind::HangUp | Kind::Status(_) | Kind::Throttle | Kind::Conflict | Kind::Delay(_)) | None => {}
        }
        Ok(response)
    }

    /// The position of the request among all calls.
    fn note(&self, operation: String, function: Option<String>, attempt: u32) -> usize {
        let mut calls = lock(&self.calls);
        calls.push(AwsCall { service: self.service, operation, function, attempt, scanned: 0, units: 0.0 });
        calls.len() - 1
    }

    /// The request is on its way through the service, and no longer the client's.
    async fn answer_later(self: Arc<Self>, request: Request<Bytes>, by: Duration) -> Result<Response<Bytes>, HangUp> {
        let (reply, answer) = oneshot::channel();
        let gate = Arc::clone(&self);
        self.tasks.spawn(async move {
            sleep(by).await;
            let _ = reply.send(gate.emulator.answer(request).await);
        });
        // Without a reply, the stack is being stopped.
        answer.await.map_err(|_| HangUp)?
    }
}
