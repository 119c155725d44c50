//! How a function starts. Its `main` lists what the function may touch:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     start::endpoint(module_path!(), async |start| {
//!         let (hooks, tokens) = (start.hooks()?, start.access_tokens()?);
//!         start.warm_up(&hooks);
//!         Ok(HookGet { hooks, tokens: tokens.await?, public_url: start.public_url() })
//!     })
//! }
//! ```
//!
//! What takes time begins when it is listed, so keys are read and connections are opened at the same time, while the
//! sandbox still has a full core. Only what is listed is read or opened.
//!
//! The code that does not depend on the endpoint is compiled here, once, and not in every function. The environment
//! variables that the template sets are named here, except those of [`telemetry`] and [`aws`].

mod command;
mod consumer;

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

use aws_types::SdkConfig;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

pub use self::command::{Command, CommandError, UnexpectedInput, expect_no_input};
pub use self::consumer::{Consumer, Delivered};
use crate::auth::{AccessTokens, SessionTokens};
use crate::aws::{
    self, ActionsQueue, ActionsTable, GatedPipelines, HooksTable, JobsQueue, PipelinesTable, Providers, RequestsTable,
    Secret, Secrets, StepFunctions, TokensTable, UsersTable, WarmUp,
};
use crate::config;
use crate::copies::{CopiedHooks, CopyTime, Moment};
use crate::domain::machine::MachineRules;
use crate::http::{self, Endpoint};
use crate::keys::{PublishedKeys, SealingKeys};
use crate::ports::{KeysError, Random};
use crate::telemetry::{self, Chain};

/// Why a function does not start, or stops.
pub type Error = lambda_runtime::Error;

/// Work that has begun. Its result is ready when this future is.
pub type Begun<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// Starts a function that answers calls of the API and serves them until Lambda ends the sandbox. `function` is its
/// crate (`module_path!()`); `list` makes the endpoint from what it takes from the [`Start`].
pub fn endpoint<E: Endpoint + 'static>(
    function: &'static str,
    list: impl AsyncFnOnce(&Start) -> Result<E, Error> + 'static,
) -> ExitCode {
    start(function, list, |endpoint| Box::pin(http::serve(endpoint, config::now, Random::new(config::fill_random))))
}

/// Starts a function that has no route: an administrator or a schedule invokes it.
pub fn command<C: Command + 'static>(
    function: &'static str,
    list: impl AsyncFnOnce(&Start) -> Result<C, Error> + 'static,
) -> ExitCode {
    start(function, list, command::serve)
}

/// Starts a function that takes messages off a queue.
pub fn consumer<C: Consumer + 'static>(
    function: &'static str,
    list: impl AsyncFnOnce(&Start) -> Result<C, Error> + 'static,
) -> ExitCode {
    start(function, list, consumer::serve)
}

fn start<T: 'static>(
    function: &'static str,
    list: impl AsyncFnOnce(&Start) -> Result<T, Error> + 'static,
    serve: impl FnOnce(T) -> Begun<()> + 'static,
) -> ExitCode {
    telemetry::init(function);
    run(Box::pin(async move {
        let start = Start::default();
        let made = list(&start).await?;
        start.warmed_up().await;
        serve(made).await
    }))
}

/// What a function may touch. Each method names one thing.
#[derive(Default)]
pub struct Start {
    aws: OnceCell<SdkConfig>,
    warm_ups: RefCell<JoinSet<()>>,
}

impl Start {
    /// The table of users.
    pub fn users(&self) -> Result<UsersTable, Error> {
        Ok(UsersTable::new(self.aws()?, config::required("USERS_TABLE")?))
    }

    /// The table of tokens.
    pub fn tokens(&self) -> Result<TokensTable, Error> {
        Ok(TokensTable::new(self.aws()?, config::required("TOKENS_TABLE")?))
    }

    /// The table of hooks.
    pub fn hooks(&self) -> Result<HooksTable, Error> {
        Ok(HooksTable::new(self.aws()?, config::required("HOOKS_TABLE")?))
    }

    /// The table of hooks, read once for all calls of a moment.
    pub fn copied_hooks(&self) -> Result<CopiedHooks<HooksTable>, Error> {
        let clocks = || Moment { monotonic: config::monotonic(), wall: config::now() };
        Ok(CopiedHooks::new(self.hooks()?, self.hook_copies()?, clocks))
    }

    /// How long copies of hooks are used.
    pub fn hook_copies(&self) -> Result<CopyTime, Error> {
        let time = config::milliseconds("HOOK_COPY_MILLISECONDS")?;
        let too_long = || format!("HOOK_COPY_MILLISECONDS must be at most {}", CopyTime::MAX.as_millis());
        CopyTime::new(time).ok_or_else(|| too_long().into())
    }

    /// The table of pipelines, to read them and to change their steps.
    pub fn pipelines(&self) -> Result<PipelinesTable, Error> {
        Ok(PipelinesTable::new(self.aws()?, config::required("PIPELINES_TABLE")?))
    }

    /// The table of pipelines and that of actions, to write pipelines with their gates.
    pub fn gated_pipelines(&self) -> Result<GatedPipelines, Error> {
        Ok(GatedPipelines::new(self.pipelines()?, config::required("ACTIONS_TABLE")?))
    }

    /// The table of logged calls.
    pub fn requests(&self) -> Result<RequestsTable, Error> {
        Ok(RequestsTable::new(self.aws()?, config::required("REQUESTS_TABLE")?))
    }

    /// The queue of jobs.
    pub fn jobs(&self) -> Result<JobsQueue, Error> {
        Ok(JobsQueue::new(self.aws()?, config::required("JOBS_QUEUE_URL")?))
    }

    /// The table of actions.
    pub fn actions(&self) -> Result<ActionsTable, Error> {
        Ok(ActionsTable::new(self.aws()?, config::required("ACTIONS_TABLE")?))
    }

    /// The queue of the jobs that actions run, and of wake-ups.
    pub fn actions_queue(&self) -> Result<ActionsQueue, Error> {
        Ok(ActionsQueue::new(self.aws()?, config::required("ACTIONS_QUEUE_URL")?, self.random()))
    }

    /// AWS Step Functions.
    pub fn executions(&self) -> Result<StepFunctions, Error> {
        Ok(StepFunctions::new(self.aws()?))
    }

    /// Which state machines the operator lets actions start.
    pub fn machine_rules(&self) -> Result<MachineRules, Error> {
        let (patterns, default) = (config::optional("ALLOWED_STATE_MACHINES"), config::optional("STATE_MACHINE_ARN"));
        MachineRules::read(patterns.as_deref(), default.as_deref())
            .map_err(|reason| format!("a state machine in the environment {reason}").into())
    }

    /// Opens the connection to this table or queue, so that the first call does not wait for it. The function's role
    /// must allow the request that does so: [`WarmUp`] says which one. All tables share one connection.
    pub fn warm_up(&self, service: &(impl WarmUp + Clone + Send + Sync + 'static)) {
        let service = service.clone();
        self.warm_ups.borrow_mut().spawn(async move { service.warm_up().await });
    }

    /// What verifies access tokens of all kinds: the secret that the signing keys are in, read now, and the tables of
    /// tokens and users. `AccessTokenPolicy` in `template.yaml` is what a role needs for it.
    pub fn access_tokens(&self) -> Result<Begun<AccessTokens>, Error> {
        let (sessions, tokens, users) = (self.session_tokens()?, self.tokens()?, self.users()?);
        Ok(Box::pin(async { Ok(AccessTokens::new(sessions.await?, tokens, users)) }))
    }

    /// What issues access tokens to those who log in: the secret that the signing keys are in, read now.
    pub fn session_tokens(&self) -> Result<Begun<SessionTokens>, Error> {
        Ok(begin(SessionTokens::read(self.secret("SIGNING_KEY_ARN")?, config::now())))
    }

    /// The secret that the sealing keys are in, read now.
    pub fn sealing_keys(&self) -> Result<Begun<SealingKeys>, Error> {
        Ok(begin(SealingKeys::read(self.sealing_key_secret()?, config::now())))
    }

    /// The secret that the sealing keys are in, not read yet.
    pub fn sealing_key_secret(&self) -> Result<Secret, Error> {
        self.secret("SEALING_KEY_ARN")
    }

    /// The keys that providers publish. None is read until a call needs it.
    pub fn published_keys(&self) -> PublishedKeys {
        PublishedKeys::new(Providers::new(config::optional))
    }

    /// The system's random bytes.
    pub fn random(&self) -> Random {
        Random::new(config::fill_random)
    }

    /// The configured address of the API. Without one, it is the address that a call came to.
    pub fn public_url(&self) -> Option<String> {
        config::optional("PUBLIC_URL")
    }

    fn secret(&self, arn: &'static str) -> Result<Secret, Error> {
        Ok(Secrets::new(self.aws()?).secret(config::required(arn)?))
    }

    /// What all clients share. TLS is set up when the first client needs it.
    fn aws(&self) -> Result<&SdkConfig, Error> {
        if let Some(aws) = self.aws.get() {
            return Ok(aws);
        }
        let aws = aws::connect(config::optional)?;
        Ok(self.aws.get_or_init(|| aws))
    }

    /// Waits for the connections: the sandbox may be frozen as soon as it asks for its first call.
    async fn warmed_up(&self) {
        let warm_ups = self.warm_ups.take();
        warm_ups.join_all().await;
    }
}

/// Begins to read keys.
fn begin<T: Send + 'static>(reading: impl Future<Output = Result<T, KeysError>> + Send + 'static) -> Begun<T> {
    let reading = tokio::spawn(reading);
    Box::pin(async { Ok(reading.await??) })
}

/// Runs the function on this thread. What stops it is logged.
fn run(main: Begun<()>) -> ExitCode {
    let runtime = Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(main)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(cause = %Chain(&*error), "The function stopped");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A service whose warm-up ends when as many warm-ups as there are have begun.
    #[derive(Clone)]
    struct Meeting(Arc<AtomicUsize>);

    impl WarmUp for Meeting {
        async fn warm_up(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
            let mut turns = 0..100;
            while self.0.load(Ordering::SeqCst) < 3 {
                turns.next().expect("all of them have begun");
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test]
    async fn keys_are_read_and_connections_opened_at_the_same_time() {
        let (start, meeting) = (Start::default(), Meeting(Arc::default()));
        let key = {
            let meeting = meeting.clone();
            begin(async move {
                meeting.warm_up().await;
                Ok(7)
            })
        };
        start.warm_up(&meeting);
        start.warm_up(&meeting);
        assert_eq!(key.await.unwrap(), 7);
        start.warmed_up().await;
        assert_eq!(meeting.0.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_key_that_cannot_be_read_stops_the_function() {
        let read: Begun<()> = begin(async { Err(KeysError::UnavailableJustNow) });
        assert_eq!(message(read.await), KeysError::UnavailableJustNow.to_string());
    }

    #[test]
    fn a_missing_variable_is_named() {
        let start = Start::default();
        let message = message(start.hooks());
        assert!(message.starts_with("the environment variable ") && message.ends_with(" is not set"), "{message}");
        assert_eq!(start.public_url(), None);
    }

    fn message<T>(result: Result<T, Error>) -> String {
        result.err().unwrap().to_string()
    }
}
