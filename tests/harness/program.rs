//! The program `pipehook` on the command line, as people and as programs use it.

use std::fmt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use pty_process::{Pty, Size};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::soak::soak;
use crate::stack::Pipehook;

/// Turns a wait without an end into a failure that shows what was printed.
const DEADLINE: Duration = Duration::from_secs(100);

/// Someone's computer: a home, and what the environment says.
#[derive(Debug)]
pub struct Computer {
    home: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command has printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit status; -1 for a signal.
    pub status: i32,
    /// The standard output.
    pub out: String,
    /// The standard error output.
    pub err: String,
}

/// A command that runs.
#[derive(Debug)]
pub struct Running(Child);

impl Pipehook {
    /// A computer on which this token is in the environment.
    pub fn computer(&self, token: &str) -> Computer {
        Computer::new().with("PIPEHOOK_URL", &self.api_url()).with("PIPEHOOK_TOKEN", token)
    }
}

impl Default for Computer {
    fn default() -> Self {
        Self::new()
    }
}

impl Computer {
    /// Nothing is known on it.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// With this variable in the environment, in the place of one that may be there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The home of its user.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file in the home, with this content.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.home().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs a command to its end, without a terminal.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.start(arguments).await.end().await
    }

    /// The JSON that a command prints that succeeds.
    pub async fn json(&self, arguments: &[&str]) -> Json {
        let ran = self.run(&[arguments, &["--json"]].concat()).await;
        assert_eq!(ran.status, 0, "{arguments:?}: {ran:?}");
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {ran:?}"))
    }

    /// Starts a command without a terminal.
    pub async fn start(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new(local::build_pipehook().await.unwrap());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.home()).current_dir(self.home());
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        Running(command.spawn().unwrap())
    }

    /// Starts a command on a terminal with 80 columns.
    pub async fn terminal(&self, arguments: &[&str]) -> Terminal {
        let program = local::build_pipehook().await.unwrap();
        let (pty, pts) = pty_process::open().unwrap();
        pty.resize(Size::new(24, 80)).unwrap();
        let mut command = pty_process::Command::new(program);
        command = command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.home()).env("TERM", "xterm");
        command = command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let child = command.args(arguments).current_dir(self.home()).kill_on_drop(true).spawn(pts).unwrap();
        Terminal { pty, child, shown: String::new(), read: 0 }
    }
}

impl Running {
    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        let id = self.0.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    /// Waits for its end.
    pub async fn end(self) -> Ran {
        let output = timeout(DEADLINE * soak(), self.0.wait_with_output()).await.unwrap().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A terminal on which a command runs.
pub struct Terminal {
    pty: Pty,
    child: Child,
    /// All that it has shown.
    pub shown: String,
    /// How far [`Self::until`] has come.
    read: usize,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&plain(&self.shown))
    }
}

impl Terminal {
    /// Waits until it shows this, behind what was waited for before.
    pub async fn until(&mut self, text: &str) -> &mut Self {
        let waiting = async {
            loop {
                if let Some(at) = plain(&self.shown).get(self.read..).and_then(|rest| rest.find(text)) {
                    self.read += at + text.len();
                    return true;
                }
                if !self.read_more().await {
                    return false;
                }
            }
        };
        let found = timeout(DEADLINE * soak(), waiting).await;
        assert!(found == Ok(true), "{text:?} was never shown: {}", plain(&self.shown));
        self
    }

    /// Types this and presses Enter.
    pub async fn type_line(&mut self, text: &str) -> &mut Self {
        self.pty.write_all(format!("{text}\r").as_bytes()).await.unwrap();
        self
    }

    /// Presses Ctrl-C.
    pub async fn interrupt(&mut self) -> &mut Self {
        self.pty.write_all(b"\x03").await.unwrap();
        self
    }

    /// Waits for the end: the exit status, and all that was shown, without colours.
    pub async fn end(mut self) -> (i32, String) {
        let waiting = async {
            while self.read_more().await {}
            self.child.wait().await.unwrap()
        };
        let status: ExitStatus = timeout(DEADLINE * soak(), waiting).await.unwrap();
        (status.code().unwrap_or(-1), plain(&self.shown))
    }

    /// False when the command has closed the terminal.
    async fn read_more(&mut self) -> bool {
        let mut bytes = [0; 4096];
        // The end of a terminal is an error on Linux.
        match self.pty.read(&mut bytes).await {
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.shown.push_str(&String::from_utf8_lossy(&bytes[..length]));
                true
            }
        }
    }
}

/// Without the sequences that colour text, and with plain ends of lines.
fn plain(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once("\x1b[") {
        out.push_str(before);
        let end = behind.find(|char: char| char.is_ascii_alphabetic()).map_or(behind.len(), |at| at + 1);
        rest = &behind[end..];
    }
    out.push_str(rest);
    out.replace("\r\n", "\n").replace('\r', "")
}
