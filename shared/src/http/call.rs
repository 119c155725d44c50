//! One call, as a handler sees it.

use std::borrow::Cow;
use std::str::FromStr;

use lambda_http::http::header;

use super::error::ApiError;
use super::event::{Event, NotAnEvent};
use super::fields::Fields;
use super::payload::{PayloadError, refuse_compressed};
use crate::auth::{AccessTokens, Identity};
use crate::domain::id::{HookId, HookTag, RequestId};
use crate::domain::timestamp::Timestamp;
use crate::telemetry::Measurements;

/// The largest body of a call to the API. A hook of the largest size fits twice over.
const MAX_API_BODY_BYTES: usize = 64 * 1024;

/// A call and when it arrived. The clock is read once per call, so that all that a call does happens at one instant.
pub struct Call {
    event: Event,
    id: RequestId,
    received_at: Timestamp,
    measurements: Measurements,
}

impl Call {
    /// Takes the event that arrived at `received_at`. A call that is about a hook gets the hook's tag into its id.
    pub fn read(event: &str, id: RequestId, received_at: Timestamp) -> Result<Self, NotAnEvent> {
        let measurements = Measurements::begin();
        let event = Event::read(event)?;
        let id = hook_tag(&event).map_or(id, |tag| id.tagged(tag));
        Ok(Self { event, id, received_at, measurements })
    }

    /// The id of this call, which every answer and every log line carries.
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// The id under which API Gateway logs this call.
    pub fn gateway_id(&self) -> Option<&str> {
        self.event.context.request_id.as_deref()
    }

    /// When the call arrived.
    pub fn received_at(&self) -> Timestamp {
        self.received_at
    }

    /// Where it is noted what CloudWatch is to be told of this call.
    pub fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    /// The route that API Gateway chose, such as `POST /hooks/{hook_id}/trigger`.
    pub fn route(&self) -> Option<&str> {
        self.event.context.route_key.as_deref()
    }

    /// The method, such as `GET`. Empty when API Gateway does not say it, which it always does.
    pub fn method(&self) -> &str {
        self.event.context.http.method.as_deref().unwrap_or_default()
    }

    /// The value of a header, if it is visible ASCII. Of a header that came twice, API Gateway makes one with a comma.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = self.event.headers.get(name)?;
        value.bytes().all(|byte| byte == b'\t' || byte == b' ' || byte.is_ascii_graphic()).then_some(value)
    }

    /// The names of all headers, in lower case, with their values.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.event.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The bytes of the body, after API Gateway's base64 has been taken off.
    pub fn body(&self) -> &[u8] {
        &self.event.body
    }

    /// The body, unless it is larger than `limit` bytes.
    pub fn body_up_to(&self, limit: usize) -> Result<&[u8], ApiError> {
        Some(self.body()).filter(|body| body.len() <= limit).ok_or(ApiError::TooLarge { limit })
    }

    /// The address that the call came from, as API Gateway saw it; a header could claim any other.
    pub fn source_ip(&self) -> Option<&str> {
        self.event.context.http.source_ip.as_deref()
    }

    /// Where the API is reached, without a slash at the end: the configured address, else the one that this call came
    /// to. API Gateway writes the domain itself; a `Host` header could make us hand out URLs of somebody else's.
    pub fn base_url(&self, public_url: Option<&str>) -> String {
        if let Some(url) = public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let domain = self.event.context.domain_name.as_deref();
        let scheme = self.header("x-forwarded-proto").filter(|scheme| *scheme == "http").unwrap_or("https");
        format!("{scheme}://{}", domain.unwrap_or("localhost"))
    }

    /// The path of this call, decoded.
    pub fn path(&self) -> &str {
        &self.event.path
    }

    /// A parameter of the path that is part of this function's every route; one that does not parse names nothing.
    pub fn path_parameter<T: FromStr>(&self, name: &str, what: &'static str) -> Result<T, ApiError> {
        self.optional_path_parameter(name, what)?.ok_or(ApiError::NotFound(what))
    }

    /// A parameter of the path that only some of this function's routes have.
    pub fn optional_path_parameter<T: FromStr>(&self, name: &str, what: &'static str) -> Result<Option<T>, ApiError> {
        let text = self.event.path_parameters.get(name);
        text.map(|text| text.parse().map_err(|_| ApiError::NotFound(what))).transpose()
    }

    /// A parameter of the query; of several with one name, the first.
    pub fn query_parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        self.query_parameters().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The names of all parameters of the query with their values, in their order.
    pub fn query_parameters(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.event.query.as_bytes())
    }

    /// Whose valid access token this call carries.
    pub async fn authenticate(&self, tokens: &AccessTokens) -> Result<Identity, ApiError> {
        let (scheme, token) = self
            .header(header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .ok_or(ApiError::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::Unauthenticated);
        }
        Ok(tokens.verify(token.trim(), self.received_at).await?)
    }

    /// The fields of a JSON body; an empty body has none.
    pub fn fields(&self) -> Result<Fields<'_>, ApiError> {
        let body = self.body_up_to(MAX_API_BODY_BYTES)?;
        if body.is_empty() {
            return Fields::of_body("{}");
        }
        refuse_compressed(self.header("content-encoding"))?;
        let media_type =
            self.header("content-type").unwrap_or("application/json").split(';').next().unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/json") {
            return Err(ApiError::UnsupportedMediaType(
                "The body must be JSON: send it with `Content-Type: application/json`.".into(),
            ));
        }
        let text = std::str::from_utf8(body).map_err(|_| PayloadError::NotUtf8)?;
        Fields::of_body(text)
    }
}

/// The tag of the hook that the path names, or whose call it names.
fn hook_tag(event: &Event) -> Option<HookTag> {
    let parameter = |name: &str| event.path_parameters.get(name);
    let of_hook = || parameter("hook_id")?.parse().map(HookId::tag).ok();
    let of_request = || parameter("request_id")?.parse().map(RequestId::tag).ok();
    of_hook().or_else(of_request)
}
