//! The directory of `--data`: what it holds, and that only one stack uses it.
//!
//! What is written here is on the disk before anything is said to be done, synchronized and not only handed to the
//! system: a job that was acknowledged survives a full disk, `kill -9` and a power failure. So do the tables, because
//! `SQLite` synchronizes each commit.

mod journal;

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

pub(crate) use self::journal::Journal;
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

    /// A JSON file, or the default if the file does not exist.
    pub(crate) fn load<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, Error> {
        let path = self.path(name);
        let Some(text) = read(&path)? else { return Ok(T::default()) };
        serde_json::from_slice(&text).map_err(|error| Error::Data { path, message: error.to_string() })
    }

    pub(crate) fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Error> {
        save(&self.path(name), value)
    }
}

/// Saves a JSON file in the data directory, given by its path: for what changes while the stack runs.
pub(crate) fn save<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let text = serde_json::to_vec(value).map_err(|error| cannot_write(path)(error.into()))?;
    replace(path, &text).map(drop)
}

/// The contents of a file, or `None` if it does not exist. Any other failure is an error: what cannot be read must not
/// be taken for empty and written over.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(format!("cannot read {}", path.display()))(error)),
    }
}

/// Puts a new file in the place of the old one, which stays as it is until the new one is whole on the disk. Returns the
/// new file, to append to.
fn replace(path: &Path, text: &[u8]) -> Result<File, Error> {
    let draft = path.with_added_extension("new");
    let write = || {
        let mut file = private().append(true).open(&draft)?;
        file.set_len(0)?;
        io::Write::write_all(&mut file, text)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        // The new name is on the disk when its directory is.
        if let Some(directory) = path.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok(file)
    };
    write().map_err(cannot_write(path))
}

fn cannot_write(path: &Path) -> impl FnOnce(io::Error) -> Error + use<> {
    Error::io(format!("cannot write {}", path.display()))
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(PRIVATE_FILE);
    options
}
