//! The stacks that tests run on.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local::{Options, Stack};
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::timeout;

use crate::call::Call;
use crate::jobs::Job;
use crate::providers::Providers;
use crate::soak::soak;

/// Far above what any test takes, also where a machine is busy: it turns a hang into a failure. To start a stack, which
/// builds the functions, may take longer.
const DEADLINE: Duration = Duration::from_mins(2);

/// What tells the functions how long they may use copies of hooks.
const HOOK_COPY: &str = "HOOK_COPY_MILLISECONDS";

/// How long they use them here. Less than in production, so that tests need not wait.
const HOOK_COPY_TIME: Duration = Duration::from_millis(50);

/// One for all tests: the processes of the shared stack outlive the test that happens to start them.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

static SHARED: OnceCell<Pipehook> = OnceCell::const_new();

/// Runs a test on the stack that most tests share. What makes a function answer 500 is for a stack of its own: nothing
/// does here. So is what needs a refused call in the log: a function logs only a few a minute, for all tests together.
pub fn shared(test: impl AsyncFnOnce(&'static Pipehook)) {
    let stack = RUNTIME.block_on(SHARED.get_or_init(|| Pipehook::start(Options::default())));
    run(test(stack));
}

/// Runs a test on a stack of its own.
pub fn alone(test: impl AsyncFnOnce(&Pipehook)) {
    alone_with(&[], test);
}

/// Runs a test on a stack of its own, with these parameters of the template.
pub fn alone_with(parameters: &[(&str, &str)], test: impl AsyncFnOnce(&Pipehook)) {
    let parameters = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    alone_on(Options { parameters, ..Options::default() }, test);
}

/// Runs a test on a stack of its own, whose functions use copies of hooks for so long.
pub fn alone_copying(milliseconds: u32, test: impl AsyncFnOnce(&Pipehook)) {
    let environment = BTreeMap::from([(HOOK_COPY.to_owned(), milliseconds.to_string())]);
    alone_on(Options { environment, ..Options::default() }, test);
}

/// Runs a test on a stack of its own, whose functions reach these providers and no others.
pub fn alone_among(test: impl AsyncFnOnce(&Pipehook, &Providers)) {
    let providers = RUNTIME.block_on(Providers::start());
    let options = Options { environment: providers.environment(), ..Options::default() };
    alone_on(options, async |stack| test(stack, &providers).await);
}

fn alone_on(options: Options, test: impl AsyncFnOnce(&Pipehook)) {
    let stack = RUNTIME.block_on(Pipehook::start(options));
    run(test(&stack));
    RUNTIME.block_on(stack.local.stop());
}

fn run(test: impl Future<Output = ()>) {
    // On the heap, because the stacks of test threads are small.
    let test = Box::pin(test);
    RUNTIME.block_on(async { timeout(DEADLINE * soak(), test).await }).unwrap();
}

/// A running stack, as callers, administrators and consumers see it. For faults, logs and counters it is a
/// [`Stack`] of `local`.
#[derive(Debug)]
pub struct Pipehook {
    local: Stack,
    pub(crate) http: Client<HttpConnector, Full<Bytes>>,
    pub(crate) received: Mutex<Vec<Job>>,
    numbers: AtomicI64,
}

impl Pipehook {
    async fn start(mut options: Options) -> Self {
        options.environment.entry(HOOK_COPY.to_owned()).or_insert_with(|| HOOK_COPY_TIME.as_millis().to_string());
        Self {
            local: Stack::start(options).await.unwrap(),
            http: Client::builder(TokioExecutor::new()).build_http(),
            received: Mutex::default(),
            numbers: AtomicI64::new(1),
        }
    }

    /// Waits until no function uses a copy of a hook that it has read before now.
    pub async fn copies_run_out(&self) {
        tokio::time::sleep(HOOK_COPY_TIME).await;
    }

    /// A number that this stack has not given out before.
    pub fn number(&self) -> i64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// A call of the API, not yet sent.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call::new(self, method.parse().unwrap(), format!("{}{path}", self.api_url()))
    }

    /// A call of the API, not yet sent.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    /// A call of the API, not yet sent.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call("POST", path)
    }
}

impl Deref for Pipehook {
    type Target = Stack;

    fn deref(&self) -> &Stack {
        &self.local
    }
}
