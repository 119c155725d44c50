//! Answers. Most are JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use lambda_http::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;

use super::error::ApiError;

/// Names the action that a call started. The published clients read it.
pub const ACTION_ID: HeaderName = HeaderName::from_static("x-devopness-action-id");

/// What a function answers.
pub type Response = lambda_http::Response<Body>;

/// The body of an answer.
#[derive(Debug, Clone)]
pub enum Body {
    /// What API Gateway passes on unchanged.
    Text(String),
    /// What travels to API Gateway in base64.
    Bytes(Cow<'static, [u8]>),
}

impl Body {
    /// No body at all.
    pub const EMPTY: Self = Self::Text(String::new());

    /// The text; bytes that are not UTF-8 are replaced.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// How long a sender should wait before it tries again because a service is unavailable.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Ways to make a [`Response`].
pub trait ResponseExt: Sized {
    /// A status and a body. A body that cannot be written as JSON, which does not happen, is a 500.
    fn json(status: StatusCode, body: &impl Serialize) -> Self;

    /// 200.
    fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 202: it will be done, but is not yet.
    fn accepted(body: &impl Serialize) -> Self {
        Self::json(StatusCode::ACCEPTED, body)
    }

    /// 200 without a word, for providers that would show one.
    fn empty() -> Self;

    /// 200 with a text, which no browser takes for a page.
    fn text(text: &str) -> Self;

    /// 200 with JSON that is written already.
    fn written(json: &str) -> Self;

    /// 204.
    fn no_content() -> Self;

    /// 201, with the place of what was created.
    fn created(location: &str, body: &impl Serialize) -> Self {
        Self::json(StatusCode::CREATED, body).with_header(header::LOCATION, location)
    }

    /// Adds a header; an invalid value, which we never make, is left out.
    #[must_use]
    fn with_header(self, name: HeaderName, value: &str) -> Self;

    /// The same with a header whose name, in lower case, is in the code.
    #[must_use]
    fn with_named(self, name: &'static str, value: &str) -> Self {
        self.with_header(HeaderName::from_static(name), value)
    }

    /// Forbids caches to keep the answer: it holds a token or a secret.
    #[must_use]
    fn never_stored(self) -> Self {
        self.with_header(header::CACHE_CONTROL, "no-store")
    }

    /// Lets every cache keep the answer for so many seconds: it is the same for everyone.
    #[must_use]
    fn cached_by_all(self, seconds: u32) -> Self {
        self.with_header(header::CACHE_CONTROL, &format!("public, max-age={seconds}"))
    }
}

impl ResponseExt for Response {
    fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let (status, body) = match serde_json::to_string(body) {
            Ok(body) => (status, body),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "{}".to_owned()),
        };
        let mut response = Self::new(Body::Text(body));
        *response.status_mut() = status;
        // A browser must never take an answer that repeats part of a call for a page.
        response
            .with_header(header::CONTENT_TYPE, "application/json")
            .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
    }

    fn empty() -> Self {
        Self::text("")
    }

    fn text(text: &str) -> Self {
        Self::new(Body::Text(text.to_owned()))
            .with_header(header::CONTENT_TYPE, "text/plain")
            .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
    }

    fn written(json: &str) -> Self {
        Self::text(json).with_header(header::CONTENT_TYPE, "application/json")
    }

    fn no_content() -> Self {
        let mut response = Self::new(Body::EMPTY);
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    }

    fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers_mut().insert(name, value);
        }
        self
    }
}

/// The body of every error: the shape that the published clients parse.
#[derive(Serialize)]
struct ErrorBody<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a BTreeMap<String, Vec<String>>>,
    /// How many there are, if that is what the caller was wrong about.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    request_id: &'a str,
}

impl ApiError {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated
            | Self::DeadToken(_)
            | Self::WrongCredentials
            | Self::WrongRefreshToken
            | Self::WrongSignature(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) | Self::UnknownResourceType(_) | Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) | Self::Changed { .. } => StatusCode::CONFLICT,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyLogins { .. } | Self::TooManyTests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) | Self::KeyIsGone(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The answer to the call with this id.
    pub(crate) fn to_response(&self, request_id: &str) -> Response {
        let errors = if let Self::Invalid(errors) = self { Some(errors.by_field()) } else { None };
        let count = if let Self::Changed { count } = self { Some(*count) } else { None };
        let body = ErrorBody { message: self.to_string(), errors, count, request_id };
        let response = Response::json(self.status(), &body);
        match self.hint() {
            Some((name, value)) => response.with_header(name, &value),
            None => response,
        }
    }

    /// The header that tells how to do better: how to authenticate, by which method, or when to try again.
    fn hint(&self) -> Option<(HeaderName, String)> {
        let authenticate = |scheme: &str| Some((header::WWW_AUTHENTICATE, scheme.to_owned()));
        let retry_after = |seconds: u64| Some((header::RETRY_AFTER, seconds.to_string()));
        match self {
            Self::Unauthenticated | Self::DeadToken(_) | Self::WrongCredentials | Self::WrongRefreshToken => {
                authenticate("Bearer")
            }
            Self::WrongSignature(_) => authenticate("Signature"),
            Self::MethodNotAllowed { allow, .. } => Some((header::ALLOW, allow.clone())),
            Self::TooManyLogins { retry_after_seconds } | Self::TooManyTests { retry_after_seconds } => {
                retry_after(*retry_after_seconds)
            }
            Self::Unavailable(_) | Self::KeyIsGone(_) => retry_after(RETRY_AFTER_SECONDS),
            Self::BadRequest(_)
            | Self::Forbidden(_)
            | Self::NotFound(_)
            | Self::UnknownResourceType(_)
            | Self::UnknownPath
            | Self::Conflict(_)
            | Self::Changed { .. }
            | Self::TooLarge { .. }
            | Self::UnsupportedMediaType(_)
            | Self::Invalid(_)
            | Self::Internal(_) => None,
        }
    }
}
