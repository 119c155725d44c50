//! A file of JSON lines that grows while the stack runs.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use super::{cannot_write, read, replace};
use crate::error::Error;

#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// Open for appending.
    file: File,
    /// Of the lines that are on the disk, in bytes.
    length: u64,
    /// A failed line could not be removed, so that a further one would be joined to it.
    is_broken: bool,
}

impl Journal {
    /// The entries of a journal, the first line first; none if the file does not exist.
    ///
    /// A last line without an end is left out if it is not an entry: it was never acknowledged, because the process was
    /// killed while it wrote it. Anything else that is not an entry is an error, and the file stays as it is.
    pub(crate) fn load<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
        let text = read(path)?.unwrap_or_default();
        let mut entries = Vec::new();
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(entry) => entries.push(entry),
                Err(_) if !line.ends_with(b"\n") => {}
                Err(error) => return Err(Self::bad_line(path, entries.len(), error.to_string())),
            }
        }
        Ok(entries)
    }

    /// The error for an entry that [`load`](Self::load) has returned at this index.
    pub(crate) fn bad_line(path: &Path, index: usize, message: String) -> Error {
        Error::DataLine { path: path.to_owned(), line: index + 1, message }
    }

    /// A journal with these entries, in the place of the one that is there.
    pub(crate) fn begin<T: Serialize>(path: &Path, entries: &[T]) -> Result<Self, Error> {
        let text = lines(entries).map_err(cannot_write(path))?;
        let file = replace(path, &text)?;
        Ok(Self { path: path.to_owned(), file, length: text.len() as u64, is_broken: false })
    }

    /// Returns when the entries are on the disk. After an error, none of them is.
    pub(crate) fn append<T: Serialize>(&mut self, entries: &[T]) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        self.write(entries).map_err(cannot_write(&self.path))
    }

    fn write<T: Serialize>(&mut self, entries: &[T]) -> io::Result<()> {
        if self.is_broken {
            return Err(io::Error::other("an earlier line could not be written, nor removed; restart the stack"));
        }
        let text = lines(entries)?;
        if let Err(error) = self.file.write_all(&text).and_then(|()| self.file.sync_data()) {
            // Part of it may be there, and the next line must begin on a line of its own.
            self.is_broken = self.file.set_len(self.length).is_err();
            return Err(error);
        }
        self.length += text.len() as u64;
        Ok(())
    }
}

fn lines<T: Serialize>(entries: &[T]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn path(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.jsonl");
        fs::write(&path, text).unwrap();
        (directory, path)
    }

    #[test]
    fn only_a_last_line_that_was_cut_off_is_left_out() {
        for (text, expected) in [
            ("", Some(vec![])),
            ("[1]\n[2]\n", Some(vec![[1], [2]])),
            ("[1]\n[2]", Some(vec![[1], [2]])),
            ("[1]\n[2", Some(vec![[1]])),
            ("[1]\n\0\0\0", Some(vec![[1]])),
            ("[1]\n[2\n", None),
            ("[1]\nx\n[3]\n", None),
            ("[1]\n\n[3]\n", None),
            ("[1]\n[3\n[4", None),
        ] {
            let (_directory, path) = path(text);

            let loaded = Journal::load::<[u8; 1]>(&path);

            if let Some(expected) = expected {
                assert_eq!(loaded.unwrap(), expected, "{text:?}");
            } else {
                let error = loaded.unwrap_err().to_string();
                assert!(error.starts_with(&format!("{}:2: ", path.display())), "{text:?}: {error}");
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "the file stays as it is");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_an_empty_journal() {
        let directory = tempfile::tempdir().unwrap();

        assert!(Journal::load::<u8>(directory.path()).is_err(), "it is a directory");
        assert_eq!(Journal::load::<u8>(&directory.path().join("missing")).unwrap(), [0; 0]);
    }

    #[test]
    fn entries_are_appended_to_the_first_ones() {
        let (_directory, path) = path("old");
        let mut journal = Journal::begin(&path, &["one"]).unwrap();

        journal.append(&["two", "three"]).unwrap();

        assert_eq!(Journal::load::<String>(&path).unwrap(), ["one", "two", "three"]);
    }

    #[test]
    fn a_full_disk_is_an_error_and_a_journal_with_half_a_line_takes_no_more() {
        let file = File::options().append(true).open("/dev/full").unwrap();
        let mut journal = Journal { path: "j".into(), file, length: 0, is_broken: false };

        // /dev/full cannot be cut to a length either.
        let errors = [(); 2].map(|()| journal.append(&[1]).unwrap_err().to_string());

        assert_eq!(errors[0], "cannot write j: No space left on device (os error 28)");
        assert_eq!(errors[1], "cannot write j: an earlier line could not be written, nor removed; restart the stack");
    }
}
