//! The server `webhook` of Adnan Hajdarević, as Debian packs it, with one hook that starts `/bin/true`.

use std::path::{Path, PathBuf};
use std::process::Command;

use sample::Failure;

use crate::binaries::ROOT;
use crate::load::{Expect, Outcome};
use crate::process::Function;
use crate::server::free_port;

/// Where `bench/peers/hooks.json` puts its hook.
pub(super) const PATH: &str = "/hooks/deploy";

/// What the right answer says. It has no 401 for a bad signature.
pub(super) fn expected(outcome: Outcome) -> Expect {
    Expect::Says(match outcome {
        Outcome::Accepted | Outcome::Started => "The command was started.",
        Outcome::Ignored => "Hook rules were not satisfied.",
        Outcome::BadSignature => "HTTP/1.1 500",
    })
}

/// The program.
pub(super) struct Webhook(PathBuf);

impl Webhook {
    pub(super) fn find() -> Result<Self, Failure> {
        Ok(Self(find("webhook")?))
    }

    /// On a port of its own.
    pub(super) fn server(&self) -> Result<Function, Failure> {
        let port = free_port()?;
        let hooks = Path::new(ROOT).join("bench/peers/hooks.json").display().to_string();
        let arguments = ["-hooks", &hooks, "-ip", "127.0.0.1", "-port", &port.to_string()].map(str::to_owned);
        Ok(Function {
            name: "webhook".to_owned(),
            binary: self.0.clone(),
            arguments: arguments.to_vec(),
            environment: Vec::new(),
            port: Some(port),
        })
    }

    pub(super) fn binary(&self) -> &Path {
        &self.0
    }

    /// What it was measured with.
    pub(super) fn version(&self) -> Result<String, Failure> {
        let version = said(&self.0, &["-version"])?;
        let package = said(Path::new("dpkg-query"), &["--show", "--showformat", "${Version}", "webhook"]);
        let package = package.map_or_else(|_| "not from Debian".to_owned(), |version| format!("Debian's {version}"));
        Ok(format!("`{version}`, {package}."))
    }
}

/// Where a program is, because what is measured does not get our `PATH`.
pub(super) fn find(program: &str) -> Result<PathBuf, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file());
    found.ok_or_else(|| format!("the program {program} is missing: docs/performance.md says what this needs").into())
}

/// The first line that a program prints.
pub(super) fn said(program: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("{} failed", program.display()).into());
    }
    Ok(String::from_utf8(output.stdout)?.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use sample::SECRET;
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn its_hook_is_where_calls_go_and_has_the_secret_that_they_are_signed_with() {
        let hooks = std::fs::read(Path::new(ROOT).join("bench/peers/hooks.json")).unwrap();
        let hooks: Json = serde_json::from_slice(&hooks).unwrap();
        assert_eq!(format!("/hooks/{}", hooks[0]["id"].as_str().unwrap()), PATH);
        let rules = hooks[0]["trigger-rule"]["and"].as_array().unwrap();
        assert_eq!(rules[0]["match"]["type"], "payload-hmac-sha256", "the signature comes first");
        assert_eq!(rules[0]["match"]["secret"], SECRET);
        assert_eq!(rules.len(), 3, "two conditions, as Pipehook's hook has");
    }
}
