//! How the calls of one hook are signed, with which secrets, and how a secret is replaced.

use std::str::FromStr;
use std::time::Duration;

use super::Invalid;
use super::id::HookId;
use super::invalid::check_field_name;
use super::sealing::SealedSecret;
use super::secret::HookSecret;
use super::signature::scheme::Scheme;
use super::signature::{self, Algorithm, NotAuthentic, SignatureHeader, Signed, providers};
use super::timestamp::Timestamp;

/// How the calls of a hook are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The hash function of the HMAC.
    pub algorithm: Algorithm,
    /// Where the signature is.
    pub header_name: SecretHeaderName,
    /// What it is made with.
    pub secret: SealedSecret,
    /// What it was made with before the secret was last rotated.
    pub previous: Option<PreviousSecret>,
}

/// A secret that was rotated out, valid until senders have had the time to take over the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// As it was.
    pub secret: SealedSecret,
    /// When it stops being valid.
    pub until: Timestamp,
}

/// For how long the old secret stays valid unless the caller says otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_hours(24);

/// The longest time that the old secret can stay valid.
pub const MAX_OVERLAP: Duration = Duration::from_hours(7 * 24);

impl Signing {
    /// The scheme that the header and the algorithm imply.
    pub fn scheme(&self) -> &'static Scheme {
        providers::find(self.header_name.as_str(), self.algorithm)
    }

    /// Proves that the sender of a call knows `secret`, one of those that are valid now. If the scheme's timestamp is in
    /// the body, [`signature::check_time_in_body`] must be asked as well.
    pub fn verify(&self, secret: &HookSecret, signed: &Signed<'_>) -> Result<(), NotAuthentic> {
        let name = self.header_name.as_str();
        let value = signed.received.header(name).ok_or_else(|| NotAuthentic::Missing(name.to_owned()))?;
        let header = SignatureHeader { name, value };
        signature::verify(self.scheme(), self.algorithm, header, secret, signed)
    }

    /// The secrets that are valid at `now`, the current one first.
    pub fn valid_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        let previous = self.previous.iter().filter(move |previous| now < previous.until);
        std::iter::once(&self.secret).chain(previous.map(|previous| &previous.secret))
    }
}

/// The sealed secrets of a hook, without the rest of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// Whose.
    pub hook: HookId,
    /// See [`Signing::secret`].
    pub secret: SealedSecret,
    /// See [`Signing::previous`].
    pub previous: Option<PreviousSecret>,
}

/// One change of a hook's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whose.
    pub hook: HookId,
    /// When the hook was last changed, as far as is known: a secret has the form of the scheme that the hook had then.
    pub seen: Timestamp,
    /// The secret so far. One that was rotated out before ends here.
    pub current: SealedSecret,
    /// The secret from now on.
    pub new: SealedSecret,
    /// How long the secret so far stays valid.
    pub until: Timestamp,
    /// When it happens.
    pub at: Timestamp,
}

/// How the calls of a new hook must be signed.
#[derive(Debug, Clone)]
pub struct SigningDraft {
    /// See [`Signing::algorithm`].
    pub algorithm: Algorithm,
    /// See [`Signing::header_name`].
    pub header_name: SecretHeaderName,
    /// What the provider issued; without it, one is made.
    pub secret: Option<HookSecret>,
}

impl SigningDraft {
    /// The secret that the provider issued, else one made of these random bytes in the form that the scheme expects.
    pub fn secret(&self, random: &[u8; 32]) -> HookSecret {
        let scheme = providers::find(self.header_name.as_str(), self.algorithm);
        self.secret.clone().unwrap_or_else(|| scheme.generate_secret(random))
    }
}

/// The name of the header that carries the signature: a field name (RFC 9110 section 5.1) of at most 64 characters, which
/// is not taken for something else. Kept in lower case, because case does not matter in field names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHeaderName(String);

impl SecretHeaderName {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
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
        let known = providers::SCHEMES.iter().map(|scheme| scheme.header);
        for name in known.chain(["x-signature", "signature", "x-authorization", "x-amazing", "authorization-hmac"]) {
            assert!(name.parse::<SecretHeaderName>().is_ok(), "{name}");
        }
    }
}
