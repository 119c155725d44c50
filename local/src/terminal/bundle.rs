//! A bundle, as releases have it: this program beside the functions and the template. It needs neither cargo nor sources.

use std::{env, path::PathBuf};

use super::worker;

/// What the program is called in a bundle.
pub(crate) const COMMAND: &str = "pipehook-local";

#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) template: PathBuf,
    /// The directory of their binaries.
    pub(crate) functions: PathBuf,
    /// The program `pipehook`.
    pub(crate) worker: PathBuf,
}

impl Bundle {
    /// The bundle that this program belongs to.
    pub(crate) fn find() -> Option<Self> {
        let program = env::current_exe().ok()?.canonicalize().ok()?;
        let directory = program.parent()?;
        let bundle = Self {
            template: directory.join("template.yaml"),
            functions: directory.join("functions"),
            worker: directory.join(worker::PROGRAM),
        };
        (bundle.template.is_file() && bundle.functions.is_dir()).then_some(bundle)
    }
}
