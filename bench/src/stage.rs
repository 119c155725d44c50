//! What the functions run in: the stack of `local`, HTTPS in front of it, and what the sample events are for.

use std::path::Path;
use std::sync::Arc;

use harness::events::Samples;
use local::{Options, Service, Stack};
use sample::Failure;
use tempfile::TempDir;

use crate::binaries::{Binaries, CALLS, ECHO, ROOT};
use crate::load::Kind;
use crate::process::Function;
use crate::tls::{Authority, Traffic, forward};

/// Where Debian and Amazon Linux keep the authorities that are trusted by default.
const BUNDLES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// The file in the stage's directory that has its own authority alone.
pub(crate) const AUTHORITY: &str = "authority.pem";

/// How long copies of hooks are used, and how long a change of a hook waits for that. It would hide what both take, so it is
/// no time at all here, except where a hook is busy.
const HOOK_COPY: &str = "HOOK_COPY_MILLISECONDS";

/// How the tables call the function that does nothing.
pub(crate) const FLOOR: &str = "echo";

/// A stack that nothing has been measured on yet.
pub(crate) struct Stage {
    pub(crate) stack: Stack,
    /// What passes between the functions and AWS.
    pub(crate) traffic: Arc<Traffic>,
    /// A directory that lasts as long as the stage.
    pub(crate) directory: TempDir,
    binaries: Binaries,
    /// What the functions are told at the user's wish.
    variables: Vec<(String, String)>,
    /// What each function is told in addition to, or in place of, what the stack says.
    overrides: Vec<(String, String)>,
}

impl Stage {
    /// Starts the stack. The functions are told what is in `variables` too.
    pub(crate) async fn set(binaries: &Binaries, variables: &[(String, String)]) -> Result<Self, Failure> {
        let directory = tempfile::tempdir()?;
        let functions = directory.path().join("functions");
        std::fs::create_dir(&functions)?;
        binaries.link(&functions)?;
        let stack = Stack::start(Options { binaries: Some(functions), ..Options::default() }).await?;
        // What consumes actions would take its share of the processor.
        stack.enable_mappings("ActionStart", false).await?;
        let (authority, traffic) = (Authority::new()?, Arc::default());
        let trusted = directory.path().join("authorities.pem");
        std::fs::write(&trusted, trust(&authority.certificate).0)?;
        std::fs::write(directory.path().join(AUTHORITY), &authority.certificate)?;
        let mut overrides = vec![("SSL_CERT_FILE".to_owned(), trusted.display().to_string())];
        for (variable, service, url) in [
            ("AWS_ENDPOINT_URL_DYNAMODB", Service::DynamoDb, stack.dynamodb_url()),
            ("AWS_ENDPOINT_URL_SQS", Service::Sqs, stack.sqs_url()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", Service::SecretsManager, stack.secrets_manager_url()),
            ("AWS_ENDPOINT_URL_SFN", Service::StepFunctions, stack.step_functions_url()),
        ] {
            let address = url.trim_start_matches("http://").parse()?;
            overrides.push((variable.to_owned(), forward(&authority, service, address, &traffic).await?));
        }
        overrides.push((HOOK_COPY.to_owned(), "0".to_owned()));
        overrides.extend_from_slice(variables);
        let (binaries, variables) = (binaries.clone(), variables.to_vec());
        Ok(Self { stack, traffic, directory, binaries, variables, overrides })
    }

    /// One like it that nothing has been done on.
    pub(crate) async fn another(&self) -> Result<Self, Failure> {
        Self::set(&self.binaries, &self.variables).await
    }

    /// Makes what the sample events need where it is missing, with tokens that were not used yet.
    pub(crate) async fn seed(&self) -> Result<Samples, Failure> {
        Samples::seed(&self.stack.dynamodb_url(), &self.stack.secrets_manager_url()).await
    }

    /// One of the product's functions, by the name of its directory.
    pub(crate) fn function(&self, name: &str) -> Result<Function, Failure> {
        self.with_environment_of(name, &logical_id(name))
    }

    /// The trigger for calls of this kind. Unless their hook is busy, it reads the hook at each call.
    pub(crate) fn trigger(&self, kind: &Kind) -> Result<Function, Failure> {
        let mut trigger = self.function("hook-trigger")?;
        if kind.is_busy {
            let told = self.stack.environment(&logical_id(&trigger.name))?;
            trigger.environment.retain(|(name, _)| name != HOOK_COPY);
            trigger.environment.extend(told.into_iter().filter(|(name, _)| name == HOOK_COPY));
        }
        Ok(trigger)
    }

    /// The function that does nothing, told what `hook-trigger` is told.
    pub(crate) fn echo(&self) -> Result<Function, Failure> {
        Ok(Function { name: FLOOR.to_owned(), ..self.with_environment_of(ECHO, "HookTrigger")? })
    }

    /// The function that makes these requests to AWS.
    pub(crate) fn calls(&self, plan: &Path) -> Result<Function, Failure> {
        let mut function = self.with_environment_of(CALLS, "HookTrigger")?;
        function.environment.push(("BENCH_CALLS".to_owned(), plan.display().to_string()));
        Ok(Function { name: "bare calls".to_owned(), ..function })
    }

    fn with_environment_of(&self, binary: &str, function: &str) -> Result<Function, Failure> {
        let mut environment = self.stack.environment(function)?;
        environment.retain(|(name, _)| self.overrides.iter().all(|(overridden, _)| name != overridden));
        environment.extend(self.overrides.iter().cloned());
        let (name, binary) = (binary.to_owned(), self.binaries.path(binary)?);
        Ok(Function { name, binary, arguments: Vec::new(), environment, port: None })
    }
}

/// The text of an event of `events/`, with its placeholders.
pub(crate) fn sample_event(case: &str) -> Result<String, Failure> {
    let path = Path::new(ROOT).join("events").join(format!("{case}.json"));
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The certificates that a function trusts, and their number: ours after the default ones, because a function on AWS
/// reads all of those too when it starts.
fn trust(ours: &str) -> (String, usize) {
    let default = BUNDLES.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let all = format!("{default}\n{ours}");
    let count = all.matches("BEGIN CERTIFICATE").count();
    (all, count)
}

/// How many authorities a function trusts here.
pub(crate) fn authorities() -> usize {
    trust("").1 + 1
}

/// `hook-trigger` is `HookTrigger` in the template.
fn logical_id(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect()
}
