//! Builds the functions with cargo.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::process::Command;

use crate::{error::Error, host};

#[derive(Deserialize)]
struct Message<'a> {
    reason: &'a str,
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the binaries and says where each is. What cargo has to say goes to the terminal.
///
/// `--workspace` makes cargo choose the features of dependencies for all packages together, as `cargo test
/// --workspace` does, so that neither compiles the AWS SDK a second time; `--bin` leaves it at the functions.
pub(crate) async fn build(
    directory: &Path,
    names: &[String],
    release: bool,
) -> Result<HashMap<String, PathBuf>, Error> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(directory).args(["build", "--workspace", "--message-format=json-render-diagnostics"]);
    if release {
        cargo.arg("--release");
    }
    for name in names {
        cargo.args(["--bin", name]);
    }
    for name in host::variables_of_running_package() {
        cargo.env_remove(name);
    }
    cargo.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let cargo = cargo.spawn().map_err(Error::io("cannot run cargo"))?;
    let output = cargo.wait_with_output().await.map_err(Error::io("cannot run cargo"))?;
    if !output.status.success() {
        return Err(Error::Build);
    }
    Ok(executables(&output.stdout))
}

/// Where cargo says that it has put the binaries.
fn executables(messages: &[u8]) -> HashMap<String, PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Message<'_>>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .filter_map(|message| Some((message.target?.name, message.executable?)))
        .collect()
}
