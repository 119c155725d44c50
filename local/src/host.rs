//! The only place that reads the clock, randomness and the environment of this process.

use std::{
    env,
    ffi::OsString,
    time::{Duration, SystemTime},
};

use time::OffsetDateTime;
use uuid::Uuid;

/// Time since 1970.
pub(crate) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

pub(crate) fn now_utc() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

pub(crate) fn new_uuid() -> Uuid {
    Uuid::new_v4()
}

/// An X-Ray trace header as API Gateway starts one.
pub(crate) fn new_trace() -> String {
    let random = new_uuid().simple().to_string();
    format!("Root=1-{:08x}-{}", now().as_secs(), &random[..24])
}

/// The variable of this process, where the functions need the same.
pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// What cargo says about the package whose binary runs, which would mislead the build scripts of another package.
pub(crate) fn variables_of_running_package() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name).filter(|name| {
        name.to_str().is_some_and(|name| {
            ["CARGO_BIN_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_CRATE_", "CARGO_PRIMARY_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        })
    })
}
