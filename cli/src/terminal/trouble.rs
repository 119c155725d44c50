//! Why a command did not do what it was asked: for people with the next command to type, for programs as JSON and as an
//! exit status.

use std::{io, process::ExitCode};

use serde::Serialize;

use super::{Paint, Screen, note, printable};

/// What ended a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Trouble {
    #[serde(skip)]
    pub(crate) kind: Kind,
    /// A sentence.
    pub(crate) message: String,
    /// What the API answered.
    pub(crate) status: Option<u16>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
}

/// What the exit status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// No one reads the output any more, as behind `head`: not worth a word.
    Unread,
    /// The output cannot be written, as on a full disk.
    Unwritten,
    Failed,
    Usage,
    NotLoggedIn,
    NotFound,
    Refused,
    Unreachable,
    ActionFailed,
    ActionSkipped,
    Interrupted,
}

impl Trouble {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, hint: None }
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// The standard output does not take what is printed.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Kind::Unread, "No one reads the output.");
        }
        Self::new(Kind::Unwritten, format!("The output cannot be written: {error}."))
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Keeps a hint that says more.
    #[must_use]
    pub(crate) fn or_hint(mut self, hint: impl FnOnce() -> String) -> Self {
        self.hint.get_or_insert_with(hint);
        self
    }

    pub(crate) fn tell(&self, screen: Screen) -> ExitCode {
        if self.kind != Kind::Unread {
            if screen.is_json() {
                note(&serde_json::json!({ "error": self }).to_string());
            } else {
                self.write();
            }
        }
        ExitCode::from(self.kind.exit_status())
    }

    fn write(&self) {
        let screen = Screen::of_errors();
        note(&format!("{} {}", screen.paint(Paint::Bad, "error:"), lines(&self.message)));
        if let Some(hint) = &self.hint {
            note(&lines(hint));
        }
    }
}

/// The sentences may have what others wrote, and line ends of ours.
fn lines(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

impl Kind {
    pub(crate) const fn exit_status(self) -> u8 {
        match self {
            Self::Unread => 0,
            Self::Unwritten | Self::Failed => 1,
            Self::Usage => 2,
            Self::NotLoggedIn => 3,
            Self::NotFound => 4,
            Self::Refused => 5,
            Self::Unreachable => 6,
            Self::ActionFailed => 10,
            Self::ActionSkipped => 11,
            Self::Interrupted => 130,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_read_the_message_the_status_and_the_hint() {
        let mut trouble = Trouble::new(Kind::Refused, "The hook is full.").hint("Delete one.");
        trouble.status = Some(409);

        let json = serde_json::to_value(&trouble).unwrap();

        assert_eq!(json, serde_json::json!({"message": "The hook is full.", "status": 409, "hint": "Delete one."}));
    }

    #[test]
    fn what_the_api_says_cannot_steer_the_terminal() {
        assert_eq!(lines("one\ntwo\u{1b}[2J"), "one\ntwo\\u{1b}[2J");
    }
}
