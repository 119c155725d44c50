//! `GET /openapi.json`: the description of the API, and `GET /docs`: the same for people, as a page. It is rendered in
//! the browser by Redoc, which `GET /docs/{asset}` serves with the rest of what the page loads.

use lambda_http::http::header;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use static_files::{Asset, Caching, Content, Page};

/// What the page may do: load what is here and show it, and nothing else. docs/adr/0019-reference-page.md has the
/// reason for each entry. A script in a description cannot run, and no other site can frame the page to trick readers
/// into clicks.
const POLICY: &str = concat!(
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; ",
    // Two style elements that Redoc makes, by their digests: an empty one, which it then fills through the object
    // model, and the one of its scroll bars.
    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' ",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; ",
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// The files that the page loads. Their names change with their content.
const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

const PAGE: Page = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// The endpoint and what it needs.
pub struct ApiReference {
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl Endpoint for ApiReference {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let content = match call.route() {
            Some("GET /openapi.json") => self.document(call),
            Some("GET /docs") => Content::compressed("text/html; charset=utf-8", Caching::Revalidated, PAGE.0, PAGE.1),
            Some(_) | None => asset(&call.path_parameter::<String>("asset", "The file")?)?,
        };
        let response = content.respond(call)?;
        Ok(response
            .with_header(header::CONTENT_SECURITY_POLICY, POLICY)
            .with_header(header::REFERRER_POLICY, "no-referrer"))
    }
}

impl ApiReference {
    /// The description, with the address at which the reader can use what it describes.
    fn document(&self, call: &Call) -> Content {
        let base_url = call.base_url(self.public_url.as_deref());
        Content::plain("application/json", openapi::json(&base_url))
    }
}

fn asset(name: &str) -> Result<Content, ApiError> {
    let found = ASSETS.iter().find(|(known, ..)| *known == name);
    let (_, media_type, digest, gzip) = found.ok_or(ApiError::NotFound("The file"))?;
    Ok(Content::compressed(media_type, Caching::Forever, digest, gzip))
}
