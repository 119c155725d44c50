//! The directory of `--data`: what it holds, and that only one stack uses it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{BufRead, BufReader},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::error::Error;

/// Only the owner may read keys and password hashes.
const PRIVATE_DIRECTORY: u32 = 0o700;
const PRIVATE_FILE: u32 = 0o600;

#[derive(Debug)]
pub(crate) struct Data {
    directory: PathBuf,
    /// Unlocked when dropped.
    _lock: File,
}

impl Data {
    pub(crate) fn open(directory: &Path) -> Result<Self, Error> {
        let doing = || Error::io(format!("cannot keep data in {}", directory.display()));
        fs::DirBuilder::new().recursive(true).mode(PRIVATE_DIRECTORY).create(directory).map_err(doing())?;
        let lock = private().truncate(false).open(directory.join("lock")).map_err(doing())?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { directory: directory.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::DataInUse(directory.to_owned())),
            Err(TryLockError::Error(error)) => Err(doing()(error)),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// A JSON file, or the default when there is none.
    pub(crate) fn load<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, Error> {
        let path = self.path(name);
        if !path.exists() {
            return Ok(T::default());
        }
        let text = fs::read(&path).map_err(Error::io(format!("cannot read {}", path.display())))?;
        serde_json::from_slice(&text).map_err(|error| Error::Data { path, message: error.to_string() })
    }

    pub(crate) fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        save(&self.path(name), value)
    }

    /// A file of JSON lines. A last line that was cut off is left out: the process was killed while it wrote it.
    pub(crate) fn load_lines<T: DeserializeOwned>(&self, name: &str) -> Vec<T> {
        let Ok(file) = File::open(self.path(name)) else {
            return Vec::new();
        };
        let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
        lines.map_while(|line| serde_json::from_slice(&line).ok()).collect()
    }

    /// A new file that takes the place of the old one only at [`Draft::commit`].
    pub(crate) fn begin(&self, name: &str) -> Result<(Draft, File), Error> {
        begin(self.path(name))
    }
}

/// Saves a JSON file in the data directory, given by its path: for what changes while the stack runs.
pub(crate) fn save<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let (draft, mut file) = begin(path.to_owned())?;
    serde_json::to_writer(&mut file, value).map_err(|error| draft.failed()(error.into()))?;
    draft.commit()
}

fn begin(target: PathBuf) -> Result<(Draft, File), Error> {
    let draft = Draft { path: target.with_added_extension("new"), target };
    let file = private().truncate(true).open(&draft.path).map_err(draft.failed())?;
    Ok((draft, file))
}

#[must_use]
pub(crate) struct Draft {
    path: PathBuf,
    target: PathBuf,
}

impl Draft {
    pub(crate) fn commit(self) -> Result<(), Error> {
        fs::rename(&self.path, &self.target).map_err(self.failed())
    }

    fn failed(&self) -> impl FnOnce(std::io::Error) -> Error + use<> {
        Error::io(format!("cannot write {}", self.target.display()))
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(PRIVATE_FILE);
    options
}
