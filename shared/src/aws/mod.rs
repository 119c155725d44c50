//! The adapters: the only code that knows the AWS SDK.

mod dynamodb;
mod published;
mod secrets;
mod sqs;
mod step_functions;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_smithy_http_client::Builder as HttpClientBuilder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::SdkConfig;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

pub use dynamodb::{
    ActionsTable, GatedPipelines, HooksTable, PipelinesTable, RequestsTable, TokensTable, UsersTable, deflate,
};
pub use published::Providers;
pub use secrets::{Secret, Secrets};
pub use sqs::{ActionsQueue, JobsQueue};
pub use step_functions::StepFunctions;

/// Providers wait one to ten seconds for an answer (Sentry one, Slack and Zoom three, GitHub ten), so a call that
/// hangs must end while the sender still listens.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(800);
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2_500);
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// A connection that was idle for longer is not used again: while Lambda had the sandbox frozen, the service or a router
/// may have dropped it. docs/adr/0032-the-sdks-http-client.md says why it is so short.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// A connection that can be opened before it is used.
pub trait WarmUp {
    /// Opens the connection, so that the first call does not wait for it. A failure is logged and nothing else: the first
    /// call finds out whether it lasts.
    fn warm_up(&self) -> impl Future<Output = ()> + Send;
}

/// The environment lacks what Lambda tells every function.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct ConnectError(&'static str);

/// What all clients share: region, credentials, time-outs and one HTTP connection pool. `variable` reads the
/// environment.
///
/// Lambda puts all of it there, and it stays as it is for as long as the sandbox lives. So nothing else is looked at:
/// `aws-config` would bring the code for profile files, for the instance's metadata and for STS into every function.
pub fn connect(variable: impl Fn(&'static str) -> Option<String>) -> Result<SdkConfig, ConnectError> {
    let required = |name| variable(name).ok_or(ConnectError(name));
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        variable("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let http_client = HttpClientBuilder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build_https();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(required("AWS_REGION")?))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF))
        .service_config(Endpoints::read(&variable));
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    Ok(config.build())
}

/// Where a service is reached, if not where the SDK would look: so the functions run against emulators. The names of
/// the variables are those of all AWS SDKs.
#[derive(Debug)]
struct Endpoints(Vec<(&'static str, String)>);

impl Endpoints {
    fn read(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let names = [
            ("DynamoDB", "AWS_ENDPOINT_URL_DYNAMODB"),
            ("SQS", "AWS_ENDPOINT_URL_SQS"),
            ("Secrets Manager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
            ("SFN", "AWS_ENDPOINT_URL_SFN"),
        ];
        Self(names.into_iter().filter_map(|(service, name)| Some((service, variable(name)?))).collect())
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let is_asked_for =
            |(service, _): &&(&str, String)| *service == key.service_id() && key.env() == "AWS_ENDPOINT_URL";
        self.0.iter().find(is_asked_for).map(|(_, url)| url.clone())
    }
}

/// An SDK error as the source of one of ours. Its `Debug` form may hold what was sent; its chain of sources does not.
fn source(error: impl Error + Send + Sync + 'static) -> crate::ports::Source {
    Box::new(error)
}
