//! What the processes of one function print, complete at the moment when the function has answered.
//!
//! They write into one unnamed temporary file, which the system removes with its last handle. A pipe would need a
//! task that reads it, and a test that asserts the absence of a line could be quicker than that task.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::fs::FileExt,
    process::Stdio,
    sync::Arc,
};

/// A line that a function has printed, on its standard output or error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// The function's logical id, such as `UserPut`.
    pub function: String,
    /// The line, without its end.
    pub text: String,
}

#[derive(Debug, Clone)]
pub(super) struct Log {
    function: String,
    file: Arc<File>,
}

impl Log {
    pub(super) fn new(function: &str) -> io::Result<Self> {
        Ok(Self { function: function.to_owned(), file: Arc::new(tempfile::tempfile()?) })
    }

    /// For a child process. All handles share one position, so lines of several processes follow each other.
    pub(super) fn stdio(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// A line of Lambda's own among those of the function. One that cannot be written is lost, as on Lambda.
    pub(super) fn write(&self, line: &str) {
        // In one piece, so that nothing comes between.
        let _ = (&*self.file).write_all(format!("{line}\n").as_bytes());
    }

    pub(super) fn lines(&self) -> Vec<LogLine> {
        self.lines_from(&mut 0)
    }

    /// The complete lines from `position` on, and moves it behind them.
    pub(super) fn lines_from(&self, position: &mut u64) -> Vec<LogLine> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 8192];
        // Reading at a position leaves alone the one at which the functions write.
        while let Ok(read @ 1..) = self.file.read_at(&mut chunk, *position + bytes.len() as u64) {
            bytes.extend_from_slice(&chunk[..read]);
        }
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        *position += bytes.len() as u64;
        String::from_utf8_lossy(&bytes)
            .lines()
            .map(|text| LogLine { function: self.function.clone(), text: text.to_owned() })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_counts_when_it_has_ended() {
        let log = Log::new("F").unwrap();
        let mut position = 0;
        let mut print = |text: &str| {
            (&*log.file).write_all(text.as_bytes()).unwrap();
            log.lines_from(&mut position).into_iter().map(|line| line.text).collect::<Vec<_>>()
        };

        assert_eq!(print("one\ntw"), ["one"]);
        assert_eq!(print("o\n\n"), ["two", ""]);
        assert_eq!(print("three"), [""; 0]);
        assert_eq!(log.lines().len(), 3);
    }
}
