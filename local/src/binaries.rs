//! Builds the functions and the program `pipehook` with cargo.

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    process::Stdio,
};

use serde::Deserialize;
use tokio::{process::Command, sync::Mutex};

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

/// By what was asked for. The stacks of one process build the same functions once.
static BUILT: Mutex<BTreeMap<Request, Binaries>> = Mutex::const_new(BTreeMap::new());

/// Directory, names, and whether optimised.
type Request = (PathBuf, Vec<String>, bool);

/// Where each binary is, by name.
type Binaries = HashMap<String, PathBuf>;

/// Builds the program `pipehook`, unless this process has done so already, and says where it is.
///
/// # Errors
///
/// When it does not build.
pub async fn build_pipehook() -> Result<PathBuf, Error> {
    let name = "pipehook".to_owned();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    build(&root, vec![name.clone()], false).await?.remove(&name).ok_or(Error::Build)
}

/// Builds the binaries, unless this process has done so already.
pub(crate) async fn build(directory: &Path, names: Vec<String>, release: bool) -> Result<Binaries, Error> {
    let request = (directory.to_owned(), names, release);
    let mut built = BUILT.lock().await;
    if let Some(binaries) = built.get(&request) {
        return Ok(binaries.clone());
    }
    let binaries = run_cargo(directory, &request.1, release).await?;
    built.insert(request, binaries.clone());
    Ok(binaries)
}

/// What cargo has to say goes to the terminal.
///
/// `--workspace` makes cargo choose the features of dependencies for all packages together, as `cargo test
/// --workspace` does, so that neither compiles the AWS SDK a second time; `--bin` leaves it at the functions.
async fn run_cargo(directory: &Path, names: &[String], release: bool) -> Result<Binaries, Error> {
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
fn executables(messages: &[u8]) -> Binaries {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Message<'_>>(line).ok())
        .filter(|message| message.reason == "compiler-artifact")
        .filter_map(|message| Some((message.target?.name, message.executable?)))
        .collect()
}
