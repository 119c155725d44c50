//! What unit tests of several crates need: sample values. It is part of the library because a test of another crate
//! cannot reach into this one's `cfg(test)`; the linker drops it from the functions.

pub mod fixtures;
pub mod fuzz;
pub mod keys;

/// A body as the log of calls keeps it.
pub fn packed(body: &[u8]) -> Result<Vec<u8>, std::io::Error> {
    crate::aws::deflate(&[body])
}

/// What the SDK's clients need to reach an emulator, under the name of nobody.
pub fn connect_to(url: &str) -> Result<aws_types::SdkConfig, crate::aws::ConnectError> {
    crate::aws::connect(|name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(url.to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
        _ => None,
    })
}
