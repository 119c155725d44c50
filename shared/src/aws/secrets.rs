//! AWS Secrets Manager: where the keys come from, once per sandbox.

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;

use super::source;
use crate::domain::secret::SecretString;
use crate::ports::Source;

/// Why a key could not be read. The function cannot work without it.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Secrets Manager did not give it out.
    #[error("the secret {arn} cannot be read")]
    Unavailable {
        /// Which one.
        arn: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// It is binary; the keys are strings.
    #[error("the secret {arn} has no string value")]
    NotAString {
        /// Which one.
        arn: String,
    },
}

/// Reads secrets.
#[derive(Debug, Clone)]
pub struct Secrets(Client);

impl Secrets {
    /// Connects lazily.
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// The current value of the secret with this ARN.
    pub async fn read(&self, arn: &str) -> Result<SecretString, SecretError> {
        let answer = self.0.get_secret_value().secret_id(arn).send().await;
        let answer = answer.map_err(|error| SecretError::Unavailable { arn: arn.to_owned(), source: source(error) })?;
        let value = answer.secret_string.ok_or_else(|| SecretError::NotAString { arn: arn.to_owned() })?;
        Ok(SecretString::new(value))
    }
}
