//! What `--ready-file` writes: where everything is, for a program that has started the stack.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use local::Stack;
use serde_json::json;
use tempfile::NamedTempFile;

use super::demo::{Demo, EMAIL};

/// Removed when dropped, so that the file exists only while the stack runs.
#[derive(Debug)]
pub(crate) struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Appears whole or not at all, and only its owner may read it: it holds a password.
    pub(crate) fn write(path: &Path, stack: &Stack, demo: &Demo) -> io::Result<Self> {
        let facts = json!({
            "api_url": stack.api_url(),
            "email": EMAIL,
            "password": demo.password,
            "pipeline_id": demo.pipeline,
            "jobs_queue_url": stack.physical_id("JobsQueue"),
            "dynamodb_url": stack.dynamodb_url(),
            "sqs_url": stack.sqs_url(),
            "secrets_manager_url": stack.secrets_manager_url(),
            "lambda_url": stack.lambda_url(),
            "step_functions_url": stack.step_functions_url(),
        });
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = NamedTempFile::new_in(directory)?;
        writeln!(file, "{facts:#}")?;
        file.persist(path)?;
        Ok(Self(path.to_owned()))
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        // It is gone already, or stays: an error could not be reported any more.
        let _ = fs::remove_file(&self.0);
    }
}
