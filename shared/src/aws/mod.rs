//! The adapters: the only code that knows the AWS SDK.

mod dynamodb;
mod secrets;
mod sqs;

use std::error::Error;
use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

pub use dynamodb::{HooksTable, RequestsTable, UsersTable};
pub use secrets::{Secret, Secrets};
pub use sqs::JobsQueue;

/// Providers wait one to ten seconds for an answer (Sentry one, Slack and Zoom three, GitHub ten), so a call that
/// hangs must end while the sender still listens.
const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(800);
const OPERATION_TIMEOUT: Duration = Duration::from_millis(2_500);
const ATTEMPTS: u32 = 3;
const FIRST_BACKOFF: Duration = Duration::from_millis(50);

/// What all clients share: region, credentials, time-outs and one HTTP connection pool.
///
/// On Lambda the region and the credentials stand in the environment. Only there they are looked for: the default
/// chain would also read profile files and ask the instance's metadata service.
pub async fn connect() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(EnvironmentVariableRegionProvider::new())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(FIRST_BACKOFF))
        .load()
        .await
}

/// An SDK error as the source of one of ours. Its `Debug` form may hold what was sent; its chain of sources does not.
fn source(error: impl Error + Send + Sync + 'static) -> crate::ports::Source {
    Box::new(error)
}
