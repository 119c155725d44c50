//! Files that a command reads and writes for its user.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::Trouble;

/// All of a file, or of the standard input if it is called `-`.
pub(crate) fn read(source: &Path) -> Result<Zeroizing<Vec<u8>>, Trouble> {
    let mut bytes = Zeroizing::new(Vec::new());
    let done = if source == Path::new("-") {
        io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(source).map(|read| *bytes = read)
    };
    done.map_err(|error| Trouble::usage(format!("{} cannot be read: {error}.", name(source))))?;
    Ok(bytes)
}

/// One line. Its end is no part of it.
pub(crate) fn read_secret(source: &Path) -> Result<Zeroizing<String>, Trouble> {
    let bytes = read(source)?;
    let text = str::from_utf8(&bytes).map_err(|_| Trouble::usage(format!("{} is not text.", name(source))))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Trouble::usage(format!("{} is empty.", name(source))));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

/// A new file for a secret, which only its owner can read. It is made before there is a secret, so that a place where
/// nothing can be written is found in time. What is there is never replaced.
#[derive(Debug)]
pub(crate) struct SecretFile(Option<(PathBuf, File)>);

impl SecretFile {
    pub(crate) fn create(path: Option<&Path>) -> Result<Self, Trouble> {
        let Some(path) = path else { return Ok(Self(None)) };
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|error| Trouble::usage(format!("{} cannot be made: {error}.", path.display())))?;
        Ok(Self(Some((path.to_owned(), file))))
    }

    /// The name of the file that has the secret now; nothing if no file was wanted. After an error, as on a full disk, the
    /// secret is to be shown, and the error to be told.
    pub(crate) fn keep(mut self, secret: &str) -> Result<Option<String>, Trouble> {
        let Some((path, file)) = self.0.as_mut() else { return Ok(None) };
        let written = file.write_all(secret.as_bytes()).and_then(|()| file.write_all(b"\n"));
        if let Err(error) = written.and_then(|()| file.sync_all()) {
            let name = path.display();
            return Err(Trouble::failed(format!("{name} cannot be written: {error}. It is removed."))
                .hint("What it was to hold is shown instead, this once."));
        }
        Ok(self.0.take().map(|(path, _)| path.display().to_string()))
    }
}

/// An empty file would only be in the way of the next attempt.
impl Drop for SecretFile {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

fn name(source: &Path) -> String {
    if source == Path::new("-") { "The standard input".to_owned() } else { source.display().to_string() }
}
