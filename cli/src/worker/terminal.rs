//! What the worker prints. A thread of its own writes it: a terminal that is not read must not hold up a lease.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
    time::Duration,
};

use crate::{host, terminal::printable};

/// How many lines may wait to be written.
const WAITING: usize = 4096;

/// The longest line of a step that is shown in one piece, in bytes.
const LONGEST_LINE: usize = 4096;

/// Can be cloned; the last one that goes ends the thread.
#[derive(Debug, Clone)]
pub(crate) struct Terminal {
    lines: SyncSender<String>,
    left_out: Arc<AtomicU64>,
}

/// Waits for what is still to be written.
#[derive(Debug)]
pub(crate) struct Written(Receiver<()>);

impl Terminal {
    pub(crate) fn open() -> (Self, Written) {
        let (lines, to_write) = sync_channel::<String>(WAITING);
        let (done, written) = sync_channel(1);
        let left_out = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&left_out);
        thread::spawn(move || {
            write_all(&to_write, &count, io::stdout());
            let _ = done.send(());
        });
        (Self { lines, left_out }, Written(written))
    }

    /// A line about the worker itself.
    pub(crate) fn say(&self, text: &str) {
        self.write(format!("{} {}\n", clock(), printable(text)));
    }

    /// A line about an action.
    pub(crate) fn tell(&self, action: u64, text: &str) {
        self.write(format!("{} {action} {}\n", clock(), printable(text)));
    }

    /// A line that a step has printed.
    pub(crate) fn show(&self, action: u64, line: &str) {
        self.write(format!("{} {action} | {}\n", clock(), printable(line)));
    }

    fn write(&self, line: String) {
        match self.lines.try_send(line) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.left_out.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl Written {
    /// Until all is written, but not for long: no one may be reading.
    pub(crate) fn wait(self) {
        let _ = self.0.recv_timeout(Duration::from_secs(1));
    }
}

/// Until no one reads any more, which is no reason to stop the work. On a full disk, lines are left out until there is room.
fn write_all(lines: &Receiver<String>, left_out: &AtomicU64, mut out: impl Write) {
    while let Ok(line) = lines.recv() {
        let count = left_out.swap(0, Ordering::Relaxed);
        match write(&line, count, &mut out) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return,
            Err(_) => {
                left_out.fetch_add(count + 1, Ordering::Relaxed);
            }
        }
    }
}

/// Together with how many lines are missing before it.
fn write(line: &str, left_out: u64, out: &mut impl Write) -> io::Result<()> {
    let missing = match left_out {
        0 => String::new(),
        count => format!("{} … {count} lines were not shown: they could not be written, or not in time …\n", clock()),
    };
    out.write_all(format!("{missing}{line}").as_bytes())?;
    out.flush()
}

/// The time of day, UTC.
fn clock() -> String {
    let now = host::now_utc();
    format!("{:02}:{:02}:{:02}", now.hour(), now.minute(), now.second())
}

/// Cuts text into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    begun: String,
}

impl Lines {
    /// The lines that are complete now. A carriage return alone ends one too, as programs draw progress with it.
    pub(crate) fn push(&mut self, text: &str) -> Vec<String> {
        self.begun.push_str(text);
        let mut lines = Vec::new();
        let mut rest = &*self.begun;
        while let Some((line, behind)) = first_line(rest) {
            lines.push(line.to_owned());
            rest = behind;
        }
        self.begun = rest.to_owned();
        lines
    }

    /// What was printed without an end.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.begun);
        let line = line.trim_end_matches('\r');
        (!line.is_empty()).then(|| line.to_owned())
    }
}

/// The first line, if it is complete, and what comes behind it.
fn first_line(text: &str) -> Option<(&str, &str)> {
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    if end > LONGEST_LINE {
        return Some(text.split_at(text.floor_char_boundary(LONGEST_LINE)));
    }
    let (line, rest) = text.split_at(end);
    // Behind a carriage return, a line feed may still come.
    let rest = rest.strip_prefix("\r\n").or_else(|| if rest == "\r" { None } else { rest.get(1..) })?;
    Some((line, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_shown_when_they_are_complete() {
        let mut lines = Lines::default();

        assert_eq!(lines.push("one\ntw"), ["one"]);
        assert_eq!(lines.push("o\r"), Vec::<String>::new());
        assert_eq!(lines.push("\n10 %\r20 %\rrest"), ["two", "10 %", "20 %"]);
        assert_eq!(lines.finish().as_deref(), Some("rest"));
        assert_eq!(lines.finish(), None);
    }

    #[test]
    fn a_line_without_an_end_does_not_wait_for_ever() {
        let mut lines = Lines::default();

        let shown = lines.push(&"é".repeat(LONGEST_LINE));

        assert_eq!(shown.iter().map(String::len).collect::<Vec<_>>(), [LONGEST_LINE]);
    }

    #[test]
    fn lines_that_no_one_reads_are_counted_and_do_not_block() {
        let (lines, to_write) = sync_channel(2);
        let terminal = Terminal { lines, left_out: Arc::default() };
        for line in ["one", "two", "three", "four"] {
            terminal.show(7, line);
        }
        let left_out = Arc::clone(&terminal.left_out);
        drop(terminal);
        let mut out = Vec::new();

        write_all(&to_write, &left_out, &mut out);

        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("… 2 lines were not shown") && out.contains("7 | one") && !out.contains("three"), "{out}");
    }

    /// A disk that is full for the first writes.
    struct Full(usize, Vec<u8>);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 > 0 {
                self.0 -= 1;
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_a_full_disk_did_not_take_is_counted_when_there_is_room_again() {
        let (lines, to_write) = sync_channel(9);
        let terminal = Terminal { lines, left_out: Arc::default() };
        for line in ["one", "two", "three"] {
            terminal.show(7, line);
        }
        let left_out = Arc::clone(&terminal.left_out);
        drop(terminal);
        let mut full = Full(2, Vec::new());

        write_all(&to_write, &left_out, &mut full);

        let out = String::from_utf8(full.1).unwrap();
        assert!(out.contains("… 2 lines were not shown") && out.ends_with("7 | three\n"), "{out}");
        assert!(!out.contains("one") && !out.contains("two"), "{out}");
    }

    proptest! {
        #[test]
        fn all_that_is_printed_is_shown(texts in proptest::collection::vec("[ab\n]{0,9}", 0..9)) {
            let mut lines = Lines::default();
            let mut shown: Vec<_> = texts.iter().flat_map(|text| lines.push(text)).collect();
            shown.extend(lines.finish());

            prop_assert_eq!(shown, texts.concat().lines().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
