//! What the tests of several crates need: a secret in memory, a client of an emulator, and the claims of the fuzz targets.
//! The unit tests of `shared` cannot use it, because this crate is built against `shared` itself; those in its `tests`
//! can.

pub mod fuzz;
pub mod keys;
pub mod provider_table;
pub mod tokens;

use shared::aws::{ConnectError, connect};

/// What the SDK's clients need to reach an emulator. The credentials are made up.
pub fn connect_to(url: &str) -> Result<aws_types::SdkConfig, ConnectError> {
    connect(|name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(url.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    })
}
