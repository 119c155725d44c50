//! The header in which the owner of a hook expects a proof.

use std::str::FromStr;

use super::provider::Provider;
use super::scheme::{Place, Scheme};
use crate::domain::Invalid;
use crate::domain::invalid::check_field_name;

/// The name of the header that carries the signature: a field name (RFC 9110 section 5.1) of at most 64 characters, which
/// is not taken for something else. Kept in lower case, because case does not matter in field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHeaderName(String);

impl SecretHeaderName {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A header that the provider uses, or that its users may choose.
    pub fn of_provider(provider: &Provider, text: &str) -> Result<Self, Invalid> {
        let name = text.to_ascii_lowercase();
        if provider.schemes.iter().any(|scheme| scheme.place == Place::Header && scheme.header == name) {
            return Ok(Self(name));
        }
        if provider.schemes.iter().any(Scheme::lets_name_the_header) {
            return text.parse();
        }
        if provider.schemes.iter().all(|scheme| scheme.place != Place::Header) {
            return Err(Invalid::new(format!(
                "must be left out, because {} sends no proof in a header",
                provider.title
            )));
        }
        let known: Vec<_> = provider.schemes.iter().map(|scheme| scheme.header).collect();
        Err(Invalid::new(format!("must be {}, or be left out: {} sends no other", known.join(" or "), provider.title)))
    }

    /// `authorization`, which holds tokens and passwords.
    pub(super) fn authorization() -> Self {
        Self("authorization".to_owned())
    }

    /// The header of a scheme, which is known to arrive.
    pub(in crate::domain) fn of_scheme(scheme: &Scheme) -> Self {
        Self(scheme.header.to_owned())
    }
}

impl FromStr for SecretHeaderName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_field_name(text)?;
        let name = text.to_ascii_lowercase();
        if TAKEN.contains(&name.as_str()) || TAKEN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            return Err(Invalid::new(
                "must not be a header that HTTP or API Gateway uses for something else, because no signature arrives \
                 in it: let the provider send the signature in a header of its own, such as `x-signature`",
            ));
        }
        Ok(Self(name))
    }
}

/// Headers in which no HMAC arrives: HTTP gives them another meaning, or API Gateway takes, rewrites or reserves them
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html>, Reserved headers).
/// A hook that waits for one there would refuse every call.
const TAKEN: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "content-type",
    "cookie",
    "date",
    "expect",
    "forwarded",
    "from",
    "host",
    "keep-alive",
    "max-forwards",
    "origin",
    "pragma",
    "range",
    "referer",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];

/// Families of such headers.
const TAKEN_PREFIXES: &[&str] =
    &["access-control-", "apigw-", "cloudfront-", "if-", "proxy-", "sec-", "x-amz-", "x-amzn-", "x-forwarded-"];

#[cfg(test)]
mod tests {
    use super::super::providers;
    use super::*;

    #[test]
    fn a_header_name_is_a_token_and_knows_no_case() {
        assert_eq!("X-Hub-Signature-256".parse::<SecretHeaderName>().unwrap().as_str(), "x-hub-signature-256");
        for text in ["", "x y", "x:y", "é", "x\r\n", &"x".repeat(65)] {
            assert!(text.parse::<SecretHeaderName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_header_in_which_no_signature_arrives_is_refused_and_no_header_of_a_provider_is() {
        let families = TAKEN_PREFIXES.iter().map(|prefix| format!("{prefix}signature"));
        for name in TAKEN.iter().map(|name| (*name).to_owned()).chain(families) {
            for name in [name.to_ascii_uppercase(), name] {
                let refused = name.parse::<SecretHeaderName>().unwrap_err().to_string();
                assert!(refused.ends_with("in a header of its own, such as `x-signature`"), "{name}: {refused}");
            }
        }
        let known = providers::BY_HEADER.iter().map(|known| known.scheme.header);
        for name in known.chain(["x-signature", "signature", "x-authorization", "x-amazing", "authorization-hmac"]) {
            assert!(name.parse::<SecretHeaderName>().is_ok(), "{name}");
        }
    }
}
