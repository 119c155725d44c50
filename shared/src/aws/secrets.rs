//! AWS Secrets Manager: where the keys come from.

use std::future::Future;
use std::pin::Pin;

use aws_sdk_secretsmanager::Client;
use aws_types::SdkConfig;

use super::source;
use crate::domain::Invalid;
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;
use crate::ports::{KeySecret, KeysError, ReadKeys};

/// The secrets of the account.
#[derive(Debug, Clone)]
pub struct Secrets(Client);

impl Secrets {
    /// Connects lazily.
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// The secret with this ARN.
    pub fn secret(&self, arn: String) -> Secret {
        Secret { client: self.0.clone(), arn }
    }
}

/// One secret.
#[derive(Debug, Clone)]
pub struct Secret {
    client: Client,
    arn: String,
}

impl ReadKeys for Secret {
    fn read_keys(&self) -> Pin<Box<dyn Future<Output = Result<KeySecret, KeysError>> + Send + '_>> {
        Box::pin(async {
            let name = self.arn.clone();
            let answer = match self.client.get_secret_value().secret_id(&self.arn).send().await {
                Ok(answer) => answer,
                Err(error) => return Err(KeysError::Unavailable { name, source: source(error) }),
            };
            let since = answer.created_date.and_then(|date| date.to_millis().ok()).map(Timestamp::from_unix_millis);
            match answer.secret_string {
                Some(value) => Ok(KeySecret { name, value: SecretString::new(value), since }),
                None => Err(KeysError::NotKeys { name, reason: Invalid::new("is binary, not text") }),
            }
        })
    }
}
