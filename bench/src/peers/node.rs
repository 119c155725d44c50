//! The function in Node: bundled as its users do it, and told what `hook-trigger` is told.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sample::{Failure, SECRET};
use serde_json::Value as Json;
use tokio::process::Command;

use super::webhook::{find, said};
use crate::binaries::{ROOT, target};
use crate::load::{Expect, Outcome};
use crate::process::Function;
use crate::progress::Progress;
use crate::stage::{AUTHORITY, Stage};

/// What npm installs from, and what is bundled with it.
const FILES: [&str; 4] = ["package.json", "package-lock.json", "handler.mjs", "runtime.mjs"];

/// As a careful user would: one file, without what is not used.
const ESBUILD: [&str; 7] = [
    "runtime.mjs",
    "--bundle",
    "--platform=node",
    "--target=node20",
    "--main-fields=module,main",
    "--minify",
    "--outfile=function.cjs",
];

/// What the right answer says.
pub(super) fn expected(outcome: Outcome) -> Expect {
    Expect::Says(match outcome {
        Outcome::Accepted | Outcome::Started => "The job was queued.",
        Outcome::Ignored => "The call was ignored.",
        Outcome::BadSignature => r#""statusCode":401"#,
    })
}

/// The bundle, and what runs it.
pub(super) struct Node {
    node: PathBuf,
    bundle: PathBuf,
}

impl Node {
    /// Installs what the lock file names, once, and bundles it.
    pub(super) async fn bundle() -> Result<Self, Failure> {
        let progress = Progress::begin("bundling the function in Node", 1);
        let (node, npm) = (find("node")?, find("npm")?);
        let directory = target().join("peers");
        std::fs::create_dir_all(&directory)?;
        for file in FILES {
            std::fs::copy(Path::new(ROOT).join("bench/peers").join(file), directory.join(file))?;
        }
        let (lock, installed) = (directory.join("package-lock.json"), directory.join("installed.json"));
        if std::fs::read(&installed).ok() != Some(std::fs::read(&lock)?) {
            let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
            succeed(Command::new(npm).args(options).current_dir(&directory)).await?;
            std::fs::copy(&lock, &installed)?;
        }
        let mut esbuild = Command::new(directory.join("node_modules/.bin/esbuild"));
        succeed(esbuild.args(ESBUILD).args(["--format=cjs", "--log-level=error"]).current_dir(&directory)).await?;
        progress.step("");
        Ok(Self { node, bundle: directory.join("function.cjs") })
    }

    /// On this stage, under the role of `hook-trigger`. Its secret is in its environment, which costs no request.
    pub(super) fn function(&self, stage: &Stage) -> Result<Function, Failure> {
        let mut function = stage.function("hook-trigger")?;
        let of = |name: &str| function.environment.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
        let (sqs, queue) = of("AWS_ENDPOINT_URL_SQS").zip(of("JOBS_QUEUE_URL")).ok_or("the stage has no queue")?;
        // The SDK of JavaScript sends to the URL of the queue, which begins with the service's on AWS.
        let path = queue.splitn(4, '/').nth(3).ok_or("the URL of the queue has no path")?;
        let queue = format!("{sqs}/{path}");
        // Node has the authorities that it trusts within it. One that is added costs it next to nothing.
        let authority = stage.directory.path().join(AUTHORITY).display().to_string();
        function.environment.retain(|(name, _)| !["JOBS_QUEUE_URL", "SSL_CERT_FILE"].contains(&&**name));
        let added =
            [("JOBS_QUEUE_URL", queue), ("NODE_EXTRA_CA_CERTS", authority), ("WEBHOOK_SECRET", SECRET.to_owned())];
        function.environment.extend(added.map(|(name, value)| (name.to_owned(), value)));
        let arguments = vec![self.bundle.display().to_string()];
        Ok(Function { name: "the function in Node".to_owned(), binary: self.node.clone(), arguments, ..function })
    }

    pub(super) fn bundle_file(&self) -> &Path {
        &self.bundle
    }

    /// What it was measured with.
    pub(super) fn version(&self) -> Result<String, Failure> {
        let node = said(&self.node, &["--version"])?;
        let package: Json = serde_json::from_slice(&std::fs::read(Path::new(ROOT).join("bench/peers/package.json"))?)?;
        let of = |name: &str| package["dependencies"][name].as_str().unwrap_or_default().to_owned();
        Ok(format!(
            "Node {node}, `@octokit/webhooks` {}, `@aws-sdk/client-sqs` {}.",
            of("@octokit/webhooks"),
            of("@aws-sdk/client-sqs")
        ))
    }
}

async fn succeed(command: &mut Command) -> Result<(), Failure> {
    let program = command.as_std().get_program().display().to_string();
    let output = command.stdin(Stdio::null()).output().await.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LICENCES: [&str; 5] = ["0BSD", "Apache-2.0", "BSD-3-Clause", "ISC", "MIT"];

    fn read(file: &str) -> Json {
        serde_json::from_slice(&std::fs::read(Path::new(ROOT).join("bench/peers").join(file)).unwrap()).unwrap()
    }

    #[test]
    fn its_packages_are_pinned_and_have_a_licence_that_may_be_used() {
        let (package, lock) = (read("package.json"), read("package-lock.json"));
        for kind in ["dependencies", "devDependencies"] {
            for (name, version) in package[kind].as_object().unwrap() {
                assert_eq!(lock["packages"][format!("node_modules/{name}")]["version"], *version, "{name}");
            }
        }
        let packages = lock["packages"].as_object().unwrap();
        for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
            let licence = package["license"].as_str().unwrap_or_default();
            assert!(LICENCES.contains(&licence), "{name}: {licence}");
            assert!(package["integrity"].is_string(), "{name} could be another package next time");
        }
    }
}
