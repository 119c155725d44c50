//! What can keep the stack from starting. Each error reads as the one line that the terminal shows.

use std::{io, path::PathBuf};

/// Why the stack, or a call to it, failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something in the template is wrong, or more than the stack understands.
    #[error("{}:{line}: {message}", path.display())]
    Template {
        /// The template.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },

    /// The port asked for belongs to another process.
    #[error("port {0} is in use")]
    PortInUse(u16),

    /// cargo has told its errors by now.
    #[error("the functions do not build, see the errors above")]
    Build,

    /// Another stack keeps its data in the same directory.
    #[error("{} is in use by another stack", .0.display())]
    DataInUse(PathBuf),

    /// What was kept from an earlier run cannot be used.
    #[error("{} does not fit: {message}; delete it to start afresh", path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },

    /// A line that was kept from an earlier run cannot be used. Nothing was changed.
    #[error("{}:{line}: {message}; correct or remove the line, or delete the file to start without it", path.display())]
    DataLine {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },

    /// An emulated service refused what the template declares.
    #[error("{resource}: {message}")]
    Resource {
        /// Logical id in the template.
        resource: String,
        /// The service's own words.
        message: String,
    },

    /// No function has this name.
    #[error("the template has no function {0}")]
    NoFunction(String),

    /// A file or a socket could not be used.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, and on what.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: says what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
