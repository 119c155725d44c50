//! `GET /console`: the page with which people see and handle hooks, calls and actions, and `GET /console/{digest}/{file}`:
//! what it loads. The page asks the API for everything that it shows, with the login of its user; this function knows
//! nothing.

use lambda_http::http::{HeaderName, header};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use static_files::{Asset, Caching, Content, Page};

/// What the page may do: run and show what is here, and ask this API. Text of a stranger, which the page is full of, cannot
/// become a script: no inline script runs, and with Trusted Types the browser refuses to turn text into markup at all. No
/// other site can frame the page to trick people into clicks, and no form can send a password elsewhere.
const POLICY: &str = concat!(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; ",
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// Other windows cannot reach this one, other sites cannot load its files, and no script can ask for devices.
const ISOLATION: [(HeaderName, &str); 3] = [
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Names the directory of the files.
const DIGEST: &str = include!(concat!(env!("OUT_DIR"), "/digest.rs"));

const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const PAGE: Page = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The endpoint, which needs nothing.
pub struct Console;

impl Endpoint for Console {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let content = match call.route() {
            Some("GET /console") => {
                Content::compressed("text/html; charset=utf-8", Caching::Revalidated, PAGE.0, PAGE.1)
            }
            Some(_) | None => asset(
                &call.path_parameter::<String>("digest", "The file")?,
                &call.path_parameter::<String>("file", "The file")?,
            )?,
        };
        let mut response = content
            .respond(call)?
            .with_header(header::CONTENT_SECURITY_POLICY, POLICY)
            .with_header(header::REFERRER_POLICY, "no-referrer");
        for (name, value) in ISOLATION {
            response = response.with_header(name, value);
        }
        Ok(response)
    }
}

/// Only under the directory of this version: under another, it would be another file, kept for a year.
fn asset(digest: &str, name: &str) -> Result<Content, ApiError> {
    let found = ASSETS.iter().find(|(known, ..)| digest == DIGEST && *known == name);
    let (_, media_type, digest, gzip) = found.ok_or(ApiError::NotFound("The file"))?;
    Ok(Content::compressed(media_type, Caching::Forever, digest, gzip))
}
