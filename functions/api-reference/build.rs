//! Compresses the page and what it loads, and names each file after what is in it: a browser may keep it for as long as
//! it likes, and never shows an old script on a new page.

use std::error::Error;
use std::fmt::Write as _;

use static_files::pack::{pack, read, write};

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
        let packed = pack(file, &text)?;
        let name = format!("{stem}-{}.{extension}", packed.digest);
        page = page.replace(&format!("{{{{{file}}}}}"), &format!("/docs/{name}"));
        writeln!(table, "    ({name:?}, {media_type:?}, {:?}, {}),", packed.digest, packed.source)?;
    }
    if page.contains("{{") {
        return Err("page/index.html names a file that does not exist".into());
    }
    let packed = pack("index.html", &page)?;
    write("page.rs", format!("({:?}, {})\n", packed.digest, packed.source).as_bytes())?;
    write("assets.rs", (table + "]\n").as_bytes())
}

/// Fails when another version of Redoc does it differently: tests/contract/reference.py shows what it asks other hosts.
fn without_logo(script: &str) -> Result<String, &'static str> {
    let once = script.matches(LOGO).count() == 1;
    once.then(|| script.replace(LOGO, NO_PICTURE)).ok_or("Redoc no longer takes its logo from where it did")
}
