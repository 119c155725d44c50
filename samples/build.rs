//! Puts the files of `calls/` into the library, by the names of their providers.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const CALLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/calls");

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CALLS}");
    let mut names = Vec::new();
    for entry in fs::read_dir(CALLS)? {
        let name = entry?.file_name().into_string().map_err(|_| "a file of calls/ has a name that is not UTF-8")?;
        names.push(name.strip_suffix(".json").ok_or("a file of calls/ is not called .json")?.to_owned());
    }
    names.sort_unstable();
    let mut source = "&[\n".to_owned();
    for name in names {
        writeln!(source, "    ({name:?}, include_str!({:?})),", format!("{CALLS}/{name}.json"))?;
    }
    fs::write(Path::new(&std::env::var("OUT_DIR")?).join("calls.rs"), source + "]\n")?;
    Ok(())
}
