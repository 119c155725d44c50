//! For build scripts: reads, compresses and names files, and writes the Rust source that includes them.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

/// A text that was compressed into the directory of the build.
#[derive(Debug)]
pub struct Packed {
    /// The start of the SHA-256 of the text, which is enough for a name and for a tag.
    pub digest: String,
    /// The source that includes the compressed bytes.
    pub source: String,
    /// How many bytes a browser is sent.
    pub size: usize,
}

/// Compresses a text into `<file>.gz`.
pub fn pack(file: &str, text: &str) -> Result<Packed, Box<dyn Error>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes())?;
    let bytes = encoder.finish()?;
    write(&format!("{file}.gz"), &bytes)?;
    let source = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}.gz\"))");
    Ok(Packed { digest: digest([text]), source, size: bytes.len() })
}

/// The start of the SHA-256 of texts, one after the other.
pub fn digest<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text);
    }
    hex::encode(&hash.finalize()[..8])
}

/// Writes a file for the function to include.
pub fn write(file: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    Ok(fs::write(directory("OUT_DIR")?.join(file), bytes)?)
}

/// Reads a file of the package, and has the build run again when it changes.
#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
pub fn read(path: &str) -> Result<String, Box<dyn Error>> {
    let path = package()?.join(path);
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The directory of the package whose build script this is.
pub fn package() -> Result<PathBuf, Box<dyn Error>> {
    directory("CARGO_MANIFEST_DIR")
}

/// Cargo's variables are read when the script runs. What `env!` reads would stay when the project moves.
#[expect(clippy::disallowed_methods, reason = "cargo says in the environment where to read and write")]
fn directory(variable: &str) -> Result<PathBuf, Box<dyn Error>> {
    let value = std::env::var_os(variable).ok_or_else(|| format!("cargo does not say {variable}"))?;
    Ok(Path::new(&value).to_owned())
}
