//! Compresses the page and what it loads. All files are in one directory, which is named after what is in all of them. So
//! modules can import each other by relative names, and a browser may keep them for as long as it likes and never runs an
//! old module beside a new one.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;

use static_files::pack::{digest, pack, package, read, write};

/// What a browser may be sent to show every page, in bytes.
const BUDGET: usize = 60 * 1024;

const DIGEST: &str = "{{digest}}";

const CSS: &str = "text/css; charset=utf-8";

/// The style sheets in the order of their names, as one file.
const STYLE: &str = "console.css";

fn main() -> Result<(), Box<dyn Error>> {
    let files = files()?;
    let digest = digest(files.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]));
    let page = pack("index.html", &read("page/index.html")?.replace(DIGEST, &digest))?;
    let mut size = page.size;
    let mut table = "&[\n".to_owned();
    for (name, text) in &files {
        let packed = pack(name, text)?;
        size += packed.size;
        let media_type = media_type(name)?;
        writeln!(table, "    ({name:?}, {media_type:?}, {:?}, {}),", packed.digest, packed.source)?;
    }
    if size > BUDGET {
        return Err(format!("the console has {size} bytes, and may have {BUDGET}").into());
    }
    write("digest.rs", format!("{digest:?}\n").as_bytes())?;
    write("page.rs", format!("({:?}, {})\n", page.digest, page.source).as_bytes())?;
    write("assets.rs", (table + "]\n").as_bytes())
}

/// The files that the page loads, by name, as they are sent.
fn files() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut style = String::new();
    let mut files = Vec::new();
    for name in names()? {
        let text = lean(&read(&format!("page/{name}"))?);
        if media_type(&name)? == CSS {
            style += &leaner(&text);
        } else {
            files.push((name, text));
        }
    }
    files.push((STYLE.to_owned(), style));
    Ok(files)
}

fn names() -> Result<Vec<String>, Box<dyn Error>> {
    let directory = package()?.join("page");
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().into_string().map_err(|name| format!("not a name: {}", name.display()))?;
        names.push(name);
    }
    names.retain(|name| name != "index.html");
    names.sort();
    Ok(names)
}

/// Leaves out what is for people: indents, empty lines, and comments that fill their lines. No text of the console has more
/// than one line, so nothing else begins with these marks.
fn lean(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let kept =
        lines.filter(|line| !line.is_empty() && !["//", "/*", "*/", "* "].iter().any(|mark| line.starts_with(mark)));
    kept.flat_map(|line| [line, "\n"]).collect()
}

/// Leaves out the spaces and ends of lines of a style sheet that mean nothing. Its strings have none beside these marks.
fn leaner(style: &str) -> String {
    let marks = [": ", "; ", ", ", " {", "{ ", " }", "{\n", ";\n", "}\n", " > "];
    marks.iter().fold(style.to_owned(), |style, mark| style.replace(mark, mark.trim()))
}

fn media_type(name: &str) -> Result<&'static str, String> {
    match name.rsplit_once('.') {
        Some((_, "js")) => Ok("text/javascript; charset=utf-8"),
        Some((_, "css")) => Ok(CSS),
        Some((_, "svg")) => Ok("image/svg+xml; charset=utf-8"),
        Some(_) | None => Err(format!("page/{name} has no type that the console knows")),
    }
}
