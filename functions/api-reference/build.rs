//! Compresses the page and what it loads, and names each file after what is in it: a browser may keep it for as long as
//! it likes, and never shows an old script on a new page.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What the page names as `{{redoc.standalone.js}}` and so on, each with its type.
const FILES: [(&str, &str); 5] = [
    ("redoc/redoc.standalone.js", "text/javascript; charset=utf-8"),
    ("redoc/LICENSES.txt", "text/plain; charset=utf-8"),
    ("page/page.js", "text/javascript; charset=utf-8"),
    ("page/page.css", "text/css; charset=utf-8"),
    ("page/icon.svg", "image/svg+xml; charset=utf-8"),
];

/// The one thing that Redoc takes from another host: a picture, beside a link which stays. An empty picture needs no
/// request.
const LOGO: &str = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const NO_PICTURE: &str = "data:,";

fn main() -> Result<(), Box<dyn Error>> {
    let mut page = read("page/index.html")?;
    let mut table = "&[\n".to_owned();
    for (path, media_type) in FILES {
        let mut text = read(path)?;
        if path.starts_with("redoc/redoc") {
            text = without_logo(&text)?;
        }
        let (_, file) = path.split_once('/').ok_or("a file has no directory")?;
        let (stem, extension) = file.rsplit_once('.').ok_or("a file has no extension")?;
        let (digest, gzip) = pack(file, &text)?;
        let name = format!("{stem}-{digest}.{extension}");
        page = page.replace(&format!("{{{{{file}}}}}"), &format!("/docs/{name}"));
        writeln!(table, "    ({name:?}, {media_type:?}, {digest:?}, {gzip}),")?;
    }
    if page.contains("{{") {
        return Err("page/index.html names a file that does not exist".into());
    }
    let (digest, gzip) = pack("index.html", &page)?;
    fs::write(output("page.rs")?, format!("({digest:?}, {gzip})\n"))?;
    fs::write(output("assets.rs")?, table + "]\n")?;
    Ok(())
}

/// Compresses a text. Gives the start of its SHA-256, which is enough for a name and for a tag, and the source that
/// includes the bytes.
fn pack(file: &str, text: &str) -> Result<(String, String), Box<dyn Error>> {
    let digest = hex::encode(&Sha256::digest(text)[..8]);
    let mut encoder = GzEncoder::new(fs::File::create(output(&format!("{file}.gz"))?)?, Compression::best());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()?;
    Ok((digest, format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}.gz\"))")))
}

#[expect(clippy::disallowed_methods, reason = "cargo says in the environment where to write")]
fn output(file: &str) -> Result<PathBuf, std::env::VarError> {
    Ok(Path::new(&std::env::var("OUT_DIR")?).join(file))
}

fn read(path: &str) -> Result<String, Box<dyn Error>> {
    let path = Path::new(ROOT).join(path);
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Fails when another version of Redoc does it differently: tests/contract/reference.py shows what it asks other hosts.
fn without_logo(script: &str) -> Result<String, &'static str> {
    let once = script.matches(LOGO).count() == 1;
    once.then(|| script.replace(LOGO, NO_PICTURE)).ok_or("Redoc no longer takes its logo from where it did")
}
