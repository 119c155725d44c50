//! The whole stack, put together.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::Value as Json;
use tokio::sync::{
    broadcast,
    mpsc::{UnboundedReceiver, unbounded_channel},
};

use crate::{
    aws::{Aws, AwsCall, Fault, Hold, Message, Moment, Permission, Ports, Service},
    binaries,
    data::Data,
    error::Error,
    events::Events,
    gateway::{ApiCall, Gateway},
    host,
    lambda::{Functions, Invocation, InvokeApi, log::LogLine},
    server,
    tasks::Owner,
    template::{Addresses, Function, Scope, Template},
};

/// What to start, and how. The default is the project's template on free ports, with nothing kept.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the API listens, a free port when `None`. Then come DynamoDB, SQS, Secrets Manager, Lambda and Step
    /// Functions on the five next ports, or on free ones.
    pub port: Option<u16>,
    /// The directory that keeps tables, secrets, messages and state machines; in memory when `None`.
    pub data: Option<PathBuf>,
    /// Builds the functions with optimisation.
    pub release: bool,
    /// The project's `template.yaml` when `None`. Functions are built in its directory.
    pub template: Option<PathBuf>,
    /// Takes the functions' binaries from here, instead of building them.
    pub binaries: Option<PathBuf>,
    /// Builds these binaries of the workspace too, for [`Stack::program`].
    pub programs: Vec<String>,
    /// Parameters of the template, in place of their defaults.
    pub parameters: BTreeMap<String, String>,
    /// Variables that every function gets besides those of the template.
    pub environment: BTreeMap<String, String>,
    /// The name under which a tunnel brings calls to the API, next to those of this machine. Any other is refused.
    pub public_host: Option<String>,
    /// Invokes functions on their schedules. Otherwise [`Stack::invoke`] is the only clock.
    pub on_schedule: bool,
}

/// A running stack. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Stack {
    api: SocketAddr,
    lambda: SocketAddr,
    scope: Scope,
    aws: Aws,
    functions: Arc<Functions>,
    events: Events,
    gateway: Arc<Gateway>,
    binaries: HashMap<String, PathBuf>,
    tasks: Owner,
    _data: Option<Data>,
}

impl Stack {
    /// Builds the functions and serves what the template declares.
    ///
    /// # Errors
    ///
    /// When the template is broken, a function does not build, or a port or the data directory is in use.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let next_port = |offset| options.port.and_then(|port| port.checked_add(offset));
        let (api_listener, api) = server::bind(options.port).await?;
        let ports = Ports::bind(next_port(1)).await?;
        let path = options.template.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml"));
        let template = Template::load(&path)?;
        let mut scope = template.scope(&options.parameters)?;
        template.name_resources(&mut scope, &Addresses { api, sqs: ports.address(Service::Sqs) })?;

        let data = options.data.as_deref().map(Data::open).transpose()?;
        let tasks = Owner::default();
        let (bus, happened) = unbounded_channel();
        let aws = Aws::start(&tasks, ports, &template, &mut scope, data.as_ref(), bus).await?;

        let mut declared = template.functions(&scope)?;
        for function in &mut declared {
            function.environment.extend(options.environment.clone());
        }
        let names = declared.iter().map(|function| function.binary.clone()).chain(options.programs);
        let binaries = match options.binaries {
            Some(directory) => names.map(|name| (name.clone(), directory.join(name))).collect(),
            None => binaries::build(path.parent().unwrap_or(&path), names.collect(), options.release).await?,
        };
        let functions = Functions::start(&tasks, with_binaries(declared, &binaries), endpoints(&aws)).await?;
        aws.connect(&functions);
        let events = Events::start(&tasks, &functions, &aws, happened, options.on_schedule).await?;
        let gateway = Arc::new(Gateway::new(api, options.public_host, &functions)?);
        server::serve(&tasks, api_listener, Arc::clone(&gateway));
        let lambda = InvokeApi::serve(&tasks, &functions, next_port(4)).await?;
        Ok(Self { api, lambda, scope, aws, functions, events, gateway, binaries, tasks, _data: data })
    }

    /// `http://127.0.0.1:<port>`
    pub fn api_url(&self) -> String {
        url(self.api)
    }

    /// The endpoint of DynamoDB.
    pub fn dynamodb_url(&self) -> String {
        url(self.aws.address(Service::DynamoDb))
    }

    /// The endpoint of SQS.
    pub fn sqs_url(&self) -> String {
        url(self.aws.address(Service::Sqs))
    }

    /// The endpoint of Secrets Manager.
    pub fn secrets_manager_url(&self) -> String {
        url(self.aws.address(Service::SecretsManager))
    }

    /// The endpoint of Step Functions.
    pub fn step_functions_url(&self) -> String {
        url(self.aws.address(Service::StepFunctions))
    }

    /// The endpoint of Lambda, which serves `Invoke` only.
    pub fn lambda_url(&self) -> String {
        url(self.lambda)
    }

    /// What `!Ref` gives for a logical id: a table's name, a queue's URL, a secret's ARN. Empty if the template does
    /// not have the resource.
    pub fn physical_id(&self, logical_id: &str) -> String {
        self.scope.get_ref(logical_id).unwrap_or_default().to_owned()
    }

    /// Calls a function directly, by logical id, name or ARN.
    ///
    /// # Errors
    ///
    /// If the function does not exist. Failures of the function itself are in the [`Invocation`].
    pub async fn invoke(&self, function: &str, event: impl Into<Vec<u8>>) -> Result<Invocation, Error> {
        let function = self.functions.get(function)?;
        Ok(function.invoke(event.into().into(), host::new_trace()).await.into())
    }

    /// The environment of a function's processes, without the address of the Runtime API: for callers that start the
    /// processes themselves, as a benchmark does.
    ///
    /// # Errors
    ///
    /// If the function does not exist.
    pub fn environment(&self, function: &str) -> Result<Vec<(String, String)>, Error> {
        Ok(self.functions.get(function)?.environment())
    }

    /// Kills every process of a function at once, in the middle of whatever it does. A call in flight fails, as it does
    /// on Lambda when a sandbox dies; the next one starts a new process.
    ///
    /// # Errors
    ///
    /// If the function does not exist.
    pub fn kill(&self, function: &str) -> Result<(), Error> {
        self.functions.get(function)?.kill();
        Ok(())
    }

    /// Pauses the event source mappings of a function, or lets them go on. Once this returns, a paused mapping takes no
    /// message off its queue; what it has taken before goes to the function all the same.
    ///
    /// # Errors
    ///
    /// If the function does not exist.
    pub async fn enable_mappings(&self, function: &str, is_enabled: bool) -> Result<(), Error> {
        self.events.enable(self.functions.get(function)?, is_enabled).await;
        Ok(())
    }

    /// Pauses the EventBridge rules of a function, or lets them go on. What comes for a paused one waits in
    /// [`take_undelivered`](Self::take_undelivered), also afterwards.
    ///
    /// # Errors
    ///
    /// If the function does not exist.
    pub fn enable_rules(&self, function: &str, is_enabled: bool) -> Result<(), Error> {
        self.events.enable_rules(self.functions.get(function)?, is_enabled);
        Ok(())
    }

    /// The events that the paused rules of a function have not delivered, the oldest first: a test hands them to
    /// [`invoke`](Self::invoke) as often, as late and in the order that it likes.
    ///
    /// # Errors
    ///
    /// If the function does not exist.
    pub fn take_undelivered(&self, function: &str) -> Result<Vec<Json>, Error> {
        Ok(self.events.take_undelivered(self.functions.get(function)?))
    }

    /// Plays a function of this name that the template does not have, for the tasks of state machines: it answers
    /// `null`, and what it is called with comes out here.
    pub fn stand_in(&self, function: &str) -> UnboundedReceiver<Json> {
        self.aws.stand_in(function)
    }

    /// A binary of [`Options::programs`], or of a function.
    pub fn program(&self, name: &str) -> Option<&Path> {
        self.binaries.get(name).map(PathBuf::as_path)
    }

    /// Every line that the functions have printed so far, function by function. What a function printed before it
    /// answered is there when the answer is.
    pub fn logs(&self) -> Vec<LogLine> {
        self.functions.logs()
    }

    /// The lines since the last call with the same `positions`, which start as the default.
    pub fn new_logs(&self, positions: &mut Vec<u64>) -> Vec<LogLine> {
        self.functions.new_logs(positions)
    }

    /// Each request to a service of AWS so far, in order.
    pub fn aws_calls(&self) -> Vec<AwsCall> {
        self.aws.calls_from(0)
    }

    /// How many requests there were so far.
    pub fn aws_calls_so_far(&self) -> usize {
        self.aws.count_calls()
    }

    /// Each request but the first so many: for those who ask often, where there were very many.
    pub fn aws_calls_from(&self, first: usize) -> Vec<AwsCall> {
        self.aws.calls_from(first)
    }

    /// From now on, [`aws_calls`](Self::aws_calls) says how many units of capacity each request took from DynamoDB.
    pub fn measure_units(&self) {
        self.aws.measure_units();
    }

    /// What the roles of the functions allow. What they do not, a function is refused as it is on AWS.
    pub fn granted(&self) -> BTreeSet<Permission> {
        self.aws.granted()
    }

    /// What the functions have made use of so far.
    pub fn used(&self) -> BTreeSet<Permission> {
        self.aws.used()
    }

    /// Makes a service fail from now on, or lets it recover.
    pub fn fault(&self, service: Service, fault: impl Into<Option<Fault>>) {
        self.aws.set_fault(service, fault.into());
    }

    /// Holds the `nth` request to a service of AWS that this function sends from now on, counted from 1, and every later
    /// one. By the function's logical id.
    pub fn hold(&self, function: &str, nth: usize, moment: Moment) -> Hold {
        self.aws.hold(function, nth, moment)
    }

    /// Each message as it lands on a queue, from now on. Consumers receive it all the same.
    pub fn watch_messages(&self) -> broadcast::Receiver<Message> {
        self.aws.watch_messages()
    }

    /// Each request to the API as it is answered, from now on.
    pub fn watch_calls(&self) -> broadcast::Receiver<ApiCall> {
        self.gateway.watch()
    }

    /// A text of an item, past roles and faults: by the table's logical id, the name and value of its partition key, and
    /// the name of the attribute. `None` if it does not exist.
    pub fn stored_text(&self, table: &str, key: (&str, &str), attribute: &str) -> Option<String> {
        self.aws.stored_text(&self.physical_id(table), key, attribute)
    }

    /// Puts items, in DynamoDB's JSON, into a table, past roles and faults: many times as fast as requests do. By the
    /// table's logical id.
    ///
    /// # Errors
    ///
    /// If the table does not exist, or an item does not fit it.
    pub fn import(&self, table: &str, items: Vec<serde_json::Value>) -> Result<(), Error> {
        let imported = self.aws.import(&self.physical_id(table), items);
        imported.map_err(|message| Error::Resource { resource: table.to_owned(), message })
    }

    /// Lets time pass for SQS alone: the five minutes of deduplication, a visibility timeout.
    pub async fn advance_sqs(&self, by: Duration) {
        self.aws.advance_sqs(by).await;
    }

    /// Stops everything that the stack has started.
    pub async fn stop(self) {
        self.tasks.stop().await;
        self.functions.stop().await;
    }
}

fn with_binaries(declared: Vec<Function>, binaries: &HashMap<String, PathBuf>) -> Vec<(Function, PathBuf)> {
    declared
        .into_iter()
        .map(|function| {
            let binary = binaries.get(&function.binary).cloned().unwrap_or_default();
            (function, binary)
        })
        .collect()
}

/// Where the AWS SDK in the functions finds the services.
fn endpoints(aws: &Aws) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL_DYNAMODB", url(aws.address(Service::DynamoDb))),
        ("AWS_ENDPOINT_URL_SQS", url(aws.address(Service::Sqs))),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", url(aws.address(Service::SecretsManager))),
        ("AWS_ENDPOINT_URL_SFN", url(aws.address(Service::StepFunctions))),
    ]
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
