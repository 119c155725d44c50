//! The release binaries: builds them, finds them, and weighs them.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sample::Failure;
use tokio::process::Command;

use crate::process::Function;
use crate::progress::Progress;
use crate::report::{Figure, Table};

/// The workspace.
pub(crate) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A function that does nothing but answer.
pub(crate) const ECHO: &str = "bench-echo";
/// A function that makes the trigger's requests to AWS, and nothing else.
pub(crate) const CALLS: &str = "bench-calls";
/// What counts allocations.
pub(crate) const ALLOCATIONS: &str = "bench-allocations";

/// What each topic but the starts needs.
const OWN: [&str; 4] = ["hook-trigger", ECHO, CALLS, ALLOCATIONS];

/// Where a file in a zip costs more than its content: headers and the directory, for one file called `bootstrap`.
const ZIP_OVERHEAD_BYTES: usize = 30 + 46 + 22 + 2 * "bootstrap".len();

/// The directories that hold the binaries.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    functions: PathBuf,
    own: PathBuf,
}

/// All functions by name, which are the directories of `functions/`.
pub(crate) fn functions() -> Result<Vec<String>, Failure> {
    let entries = std::fs::read_dir(Path::new(ROOT).join("functions"))?;
    let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    Ok(names)
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(ROOT).join("target"))
}

impl Binaries {
    /// Those in `given`, as cargo or cargo lambda lays them out there; else they are built. What belongs to the
    /// benchmark lies beside the program that is running, or among them.
    pub(crate) async fn find(given: Option<&Path>, functions: &[String]) -> Result<Self, Failure> {
        let names: Vec<&str> = functions.iter().map(String::as_str).chain(OWN).collect();
        let binaries = if let Some(given) = given {
            let beside = std::env::current_exe()?.parent().map(Path::to_owned).unwrap_or_default();
            let has_own = given.join(ECHO).is_file();
            Self { functions: given.to_owned(), own: if has_own { given.to_owned() } else { beside } }
        } else {
            build(&names).await?;
            let target = target().join("release");
            Self { functions: target.clone(), own: target }
        };
        for name in names {
            binaries.path(name)?;
        }
        Ok(binaries)
    }

    /// Puts links to the functions that are there side by side into `directory`, where a stack looks for them.
    pub(crate) fn link(&self, directory: &Path) -> Result<(), Failure> {
        for name in functions()? {
            if let Ok(binary) = self.path(&name) {
                std::os::unix::fs::symlink(std::path::absolute(binary)?, directory.join(name))?;
            }
        }
        Ok(())
    }

    /// Where the binary of this name is.
    pub(crate) fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        let directory = if name.starts_with("bench-") { &self.own } else { &self.functions };
        let found =
            [directory.join(name), directory.join(name).join("bootstrap")].into_iter().find(|path| path.is_file());
        let absent = || {
            let directory = directory.display();
            format!("{directory} has no {name}: leave out --binaries, and it is built").into()
        };
        found.ok_or_else(absent)
    }
}

/// What is measured is built as `cargo lambda build --release` builds it: of the packages of functions alone, whose
/// dependencies have no feature that only the tools need, and `panic = "abort"`. What counts allocations is a tool.
async fn build(names: &[&str]) -> Result<(), Failure> {
    let progress = Progress::begin("building the release binaries", 2);
    let (tools, measured): (Vec<_>, Vec<_>) = names.iter().partition(|name| **name == ALLOCATIONS);
    let functions = functions()?;
    let packages = functions.iter().map(String::as_str).chain(["floors"]);
    cargo_build(packages, measured, &[("CARGO_PROFILE_RELEASE_PANIC", "abort")]).await?;
    progress.step("");
    cargo_build(["bench"], tools, &[]).await?;
    progress.step("");
    Ok(())
}

async fn cargo_build<'n>(
    packages: impl IntoIterator<Item = &'n str>,
    binaries: Vec<&'n str>,
    variables: &[(&str, &str)],
) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(ROOT).args(["build", "--release", "--quiet"]).stdin(Stdio::null());
    for (option, values) in [("--package", packages.into_iter().collect()), ("--bin", binaries)] {
        cargo.args(values.into_iter().flat_map(|value| [option, value]));
    }
    // What cargo says about the package that is running would mislead the build scripts of another.
    let misleading = ["CARGO_BIN_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        if misleading.iter().any(|prefix| name.starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    let status = cargo.envs(variables.iter().copied()).status().await;
    let status = status.map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err("the release binaries do not build: see above".into()) }
}

/// How large each is, as it lies on the disk and as Lambda gets it; the first is the one that does nothing.
pub(crate) fn sizes(functions: &[Function]) -> Result<Table, Failure> {
    let progress = Progress::begin("sizes", functions.len());
    let text = "Stripped; and as the only file of a zip (deflate, level 9), which is what Lambda fetches.";
    let mut table =
        Table::new("size", "Binaries", text, &["function", "binary (MB)", "times echo", "zip (MB)", "zip times echo"]);
    let mut floor = None;
    for function in functions {
        let content = std::fs::read(&function.binary)?;
        let [binary, zip] = [content.len(), zipped(&content)?].map(|bytes| Figure::exact(megabytes(bytes)));
        let (floor_binary, floor_zip) = *floor.get_or_insert((binary, zip));
        table.row(&function.name, [binary, binary.ratio(floor_binary), zip, zip.ratio(floor_zip)].map(Some));
        progress.step(&function.name);
    }
    Ok(table)
}

/// The size of a file in a zip, in MB.
pub(crate) fn zipped_megabytes(file: &Path) -> Result<f64, Failure> {
    let content = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(megabytes(zipped(&content)?))
}

fn zipped(content: &[u8]) -> Result<usize, Failure> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len() + ZIP_OVERHEAD_BYTES)
}

#[expect(clippy::cast_precision_loss, reason = "a file has fewer bytes than 2 to the 52nd")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
