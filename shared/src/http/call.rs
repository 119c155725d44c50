//! One call, as a handler sees it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use lambda_http::http::header;

use super::error::ApiError;
use super::event::{Context, Event, NotAnEvent};
use super::fields::Fields;
use crate::auth::{AccessTokens, Credential, Identity, Login};
use crate::domain::id::{HookId, HookTag, RequestId};
use crate::domain::received::Received;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::Scope;
use crate::payload::{PayloadError, refuse_compressed};
use crate::telemetry::Measurements;

/// The largest body of a call to the API. A hook of the largest size fits twice over.
const MAX_API_BODY_BYTES: usize = 64 * 1024;

/// A call and when it arrived. The clock is read once per call, so that all that a call does happens at one instant.
pub struct Call {
    received: Received,
    path: String,
    path_parameters: BTreeMap<String, String>,
    context: Context,
    measurements: Measurements,
}

impl Call {
    /// Takes the event that arrived at `received_at`. A call that is about a hook gets the hook's tag into its id.
    pub fn read(event: &str, id: RequestId, received_at: Timestamp) -> Result<Self, NotAnEvent> {
        let measurements = Measurements::begin();
        let event = Event::read(event)?;
        let id = hook_tag(&event.path_parameters).map_or(id, |tag| id.tagged(tag));
        let Event { path, query, headers, path_parameters, body, context } = event;
        let ip_address = context.http.source_ip.clone();
        let received = Received { id, received_at, ip_address, headers, query, body, retry_of: None, is_test: false };
        Ok(Self { received, path, path_parameters, context, measurements })
    }

    /// What was received, apart from how it came here.
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// The id of this call, which every answer and every log line carries.
    pub fn id(&self) -> RequestId {
        self.received.id
    }

    /// The id under which API Gateway logs this call.
    pub fn gateway_id(&self) -> Option<&str> {
        self.context.request_id.as_deref()
    }

    /// When the call arrived.
    pub fn received_at(&self) -> Timestamp {
        self.received.received_at
    }

    /// What time it is now, for a call that does one thing after the other. All else happens at [`Self::received_at`].
    pub fn now(&self) -> Timestamp {
        self.received.received_at.plus(self.measurements.elapsed())
    }

    /// Collects what CloudWatch learns about this call.
    pub fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    /// The route that API Gateway chose, such as `POST /hooks/{hook_id}/trigger`.
    pub fn route(&self) -> Option<&str> {
        self.context.route_key.as_deref()
    }

    /// The method, such as `GET`. Empty when API Gateway does not say it, which it always does.
    pub fn method(&self) -> &str {
        self.context.http.method.as_deref().unwrap_or_default()
    }

    /// The body, unless it is larger than `limit` bytes.
    pub fn body_up_to(&self, limit: usize) -> Result<&[u8], ApiError> {
        Some(&*self.received.body).filter(|body| body.len() <= limit).ok_or(ApiError::TooLarge { limit })
    }

    /// Where the API is reached, without a slash at the end: the configured address, else the one that this call came
    /// to. API Gateway writes the domain itself; a `Host` header could make us return URLs of a foreign host.
    pub fn base_url(&self, public_url: Option<&str>) -> String {
        if let Some(url) = public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let domain = self.context.domain_name.as_deref();
        let scheme = self.received.header("x-forwarded-proto").filter(|scheme| *scheme == "http").unwrap_or("https");
        format!("{scheme}://{}", domain.unwrap_or("localhost"))
    }

    /// The path of this call, decoded.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A parameter of the path that is part of this function's every route; one that does not parse names nothing.
    pub fn path_parameter<T: FromStr>(&self, name: &str, what: &'static str) -> Result<T, ApiError> {
        self.optional_path_parameter(name, what)?.ok_or(ApiError::NotFound(what))
    }

    /// A parameter of the path that only some of this function's routes have.
    pub fn optional_path_parameter<T: FromStr>(&self, name: &str, what: &'static str) -> Result<Option<T>, ApiError> {
        let text = self.path_parameters.get(name);
        text.map(|text| text.parse().map_err(|_| ApiError::NotFound(what))).transpose()
    }

    /// A parameter of the query; of several with one name, the first.
    pub fn query_parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        self.received.query_parameter(name)
    }

    /// The names of all parameters of the query with their values, in their order.
    pub fn query_parameters(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.received.query.as_bytes())
    }

    /// Whose valid access token this call carries. A token of the scope `report` is refused: what such a token may do
    /// asks for [`Self::authenticate_worker`] instead.
    pub async fn authenticate(&self, tokens: &AccessTokens) -> Result<Identity, ApiError> {
        let identity = self.authenticate_worker(tokens).await?;
        match identity.credential {
            Credential::Session(_) | Credential::Token { scope: Scope::All, .. } => Ok(identity),
            Credential::Token { scope: Scope::Report, .. } => Err(ApiError::Forbidden(
                "The token has the role `report`, which is for POST /actions/claim and PUT /actions/{action_id} only.",
            )),
        }
    }

    /// Whose valid access token this call carries, whatever its scope.
    pub async fn authenticate_worker(&self, tokens: &AccessTokens) -> Result<Identity, ApiError> {
        let (scheme, token) = self
            .received
            .header(header::AUTHORIZATION.as_str())
            .and_then(|value| value.split_once(' '))
            .ok_or(ApiError::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::Unauthenticated);
        }
        Ok(tokens.verify(token.trim(), self.received.received_at).await?)
    }

    /// Which login this call's valid access token comes from. A token that a user made for a program is refused: if it
    /// leaks, it must not become other tokens, or another password.
    pub async fn authenticate_login(&self, tokens: &AccessTokens) -> Result<Login, ApiError> {
        let Identity { user_id, project_id, environment_id, credential } = self.authenticate_worker(tokens).await?;
        match credential {
            Credential::Session(session_id) => Ok(Login { user_id, session_id, project_id, environment_id }),
            Credential::Token { .. } => Err(ApiError::Forbidden(
                "Only a user who is logged in may do this: use the access token of POST /users/login.",
            )),
        }
    }

    /// The fields of a JSON body; an empty body has none.
    pub fn fields(&self) -> Result<Fields<'_>, ApiError> {
        self.fields_up_to(MAX_API_BODY_BYTES)
    }

    /// The same, of a body of at most `limit` bytes.
    pub fn fields_up_to(&self, limit: usize) -> Result<Fields<'_>, ApiError> {
        let body = self.body_up_to(limit)?;
        if body.is_empty() {
            return Fields::of_body("{}");
        }
        refuse_compressed(self.received.header("content-encoding"))?;
        let media_type =
            self.received.header("content-type").unwrap_or("application/json").split(';').next().unwrap_or_default();
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
fn hook_tag(path_parameters: &BTreeMap<String, String>) -> Option<HookTag> {
    let parameter = |name: &str| path_parameters.get(name);
    let of_hook = || parameter("hook_id")?.parse().map(HookId::tag).ok();
    let of_request = || parameter("request_id")?.parse().map(RequestId::tag).ok();
    of_hook().or_else(of_request)
}
