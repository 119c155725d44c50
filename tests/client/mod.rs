//! The program `pipehook` as people and scripts use it, on the real stack. cli/tests has what goes wrong on the way.

mod calls;
mod hooks;
mod login;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use harness::{Pipehook, User};
use serde_json::Value as Json;
use tempfile::TempDir;

/// A person at a machine of their own.
struct Person {
    program: std::path::PathBuf,
    url: String,
    home: TempDir,
}

/// How a command ended.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    out: String,
    error: String,
}

impl Person {
    /// Not logged in yet.
    async fn new(stack: &Pipehook) -> Self {
        let program = local::build_pipehook().await.unwrap();
        Self { program, url: stack.api_url(), home: tempfile::tempdir().unwrap() }
    }

    async fn logged_in(stack: &Pipehook, user: &User<'_>) -> Self {
        let person = Self::new(stack).await;
        let url = person.url.clone();
        person.with_password(user, &["login", &url, "--name", "here"]).done();
        person
    }

    /// The file `password` of the home has the password, as long as this runs.
    fn with_password(&self, user: &User<'_>, arguments: &[&str]) -> Ran {
        let file = self.path("password");
        std::fs::write(&file, &user.password).unwrap();
        let ran = self.run(&[arguments, &["--email", &user.email, "--password-file", &file]].concat());
        std::fs::remove_file(file).unwrap();
        ran
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(&self.program);
        command.env_clear().env("HOME", self.home.path()).args(arguments).stdin(Stdio::null());
        let Output { status, stdout, stderr } = command.output().unwrap();
        let [out, error] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        Ran { status: status.code(), out, error }
    }

    /// The object that a command prints.
    fn json(&self, arguments: &[&str]) -> Json {
        let ran = self.run(&[arguments, &["--json"]].concat());
        serde_json::from_str(&ran.done().out).unwrap()
    }

    fn file(&self) -> std::path::PathBuf {
        Path::new(&self.path(".config/pipehook/deployments.json")).to_owned()
    }
}

impl Ran {
    fn done(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:?}");
        self
    }
}
