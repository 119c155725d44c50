//! JSON Web Tokens (RFC 7519) that come with a call: how they are signed, and what they must say of it.

use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Signed;
use super::encoding::{Encoding, decode};
use super::key_source::is_name;
use super::options::{OptionKind, Options};
use super::place::{At, required};
use super::public_key::{self, PublicKeyForm};
use super::published::{KeySet, ProviderUrl, Wanted, endorses, key_of, told_key_of};
use super::refusal::NotAuthentic;
use super::signed::{Carrier, SignedBytes};
use crate::domain::secret::HookSecret;
use crate::domain::timestamp::Timestamp;

/// A token in a header, and what it must say.
#[derive(Debug)]
pub struct JwtForm {
    /// What it is verified with.
    pub key: JwtKey,
    /// The word before the token, in any case; empty if the header is the token alone.
    pub word: &'static str,
    /// A token names one of these, or is refused. All take the same kind of key: a token must not choose how its own
    /// signature is read.
    pub algorithms: &'static [Algorithm],
    /// What `iss` may be; empty if the key alone says who issued it.
    pub issuers: &'static [&'static str],
    /// For how long it counts.
    pub lifetime: Lifetime,
    /// What else it must say.
    pub claims: &'static [Claim],
    /// Where the body names the channel that it came through, if a key of the provider's is good for some of them only.
    pub channel: Option<&'static str>,
}

/// The algorithm of most tokens that are signed with a secret.
pub const HS256: &[Algorithm] = &[Algorithm::HS256];

/// All of those.
pub const ANY_HS: &[Algorithm] = &[Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];

/// ECDSA over P-256.
pub const ES256: &[Algorithm] = &[Algorithm::ES256];

/// The algorithm of most tokens that are signed with a private key.
pub const RS256: &[Algorithm] = &[Algorithm::RS256];

/// What a token is verified with.
#[derive(Debug)]
pub enum JwtKey {
    /// The hook's secret.
    Secret,
    /// A public key of RSA, which the owner of the hook has copied.
    Given,
    /// One of the keys that the provider publishes here, as a JSON Web Key Set (RFC 7517). The token names it.
    Published(&'static KeySet),
    /// One that the provider tells those who have an account. The hook's secret is that of the account.
    Told(&'static Account),
}

/// What a provider is asked with that tells its keys to those only who have an account.
#[derive(Debug)]
pub struct Account {
    /// Where it is asked: an [`OptionKind::Environment`].
    pub environment: OptionKind,
    /// The id of the account.
    pub id: OptionKind,
}

/// For how long a token counts. Whatever is said here, none counts after its `exp` or before its `nbf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// Until its `exp`, which it must have.
    Expiry,
    /// For this long before and after its `iat`, which it must have.
    SinceIssue(Duration),
    /// For ever: the provider gives it no end.
    Endless,
}

/// What a token says of the call that it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// This claim is what the owner of the hook has given.
    Given(&'static str, OptionKind),
    /// This claim is `true`.
    True(&'static str),
    /// This claim is the SHA-256 of the registered address.
    AddressHash(&'static str, Encoding),
    /// This claim is the SHA-256 of the body. If the body is empty, it may be missing.
    BodyHash(&'static str, Encoding),
    /// This claim is the text at this place in the body.
    InBody(&'static str, &'static str),
    /// `qsh`, the SHA-256 of method, registered path and query, as Atlassian writes them.
    RequestHash,
}

/// How far the clock of the sender may be from ours where a token has an end or a beginning: as much as `LiveKit`'s own
/// library allows.
const LEEWAY: Duration = Duration::from_secs(10);

/// What a token says.
type Claims = serde_json::Map<String, Value>;

impl JwtForm {
    /// Whether the token proves the body.
    pub(super) fn binds_body(&self) -> bool {
        self.claims.iter().any(|claim| matches!(claim, Claim::BodyHash(..)))
    }

    /// What the owner of the hook must know.
    pub fn options(&self) -> impl Iterator<Item = OptionKind> {
        let of_key = match self.key {
            JwtKey::Secret | JwtKey::Published(KeySet::At(_)) => [None, None],
            JwtKey::Published(KeySet::On { .. }) => [Some(OptionKind::Subdomain), None],
            JwtKey::Given => [Some(OptionKind::PublicKey(PublicKeyForm::Rsa)), None],
            JwtKey::Told(account) => [Some(account.environment), Some(account.id)],
        };
        let of_claims = self.claims.iter().filter_map(|claim| match claim {
            Claim::Given(_, kind) => Some(*kind),
            Claim::AddressHash(..) | Claim::RequestHash => Some(OptionKind::Url),
            Claim::BodyHash(..) | Claim::True(_) | Claim::InBody(..) => None,
        });
        of_key.into_iter().flatten().chain(of_claims)
    }

    /// The places in the body that are compared with what the token says.
    pub(super) fn body_places(&self) -> impl Iterator<Item = &'static str> {
        let of_claims = self.claims.iter().filter_map(|claim| match claim {
            Claim::InBody(_, place) => Some(*place),
            Claim::Given(..) | Claim::True(_) | Claim::AddressHash(..) | Claim::BodyHash(..) | Claim::RequestHash => {
                None
            }
        });
        of_claims.chain(self.channel)
    }

    /// What must be read from the provider before this token can be verified. Nothing of the token is proven yet.
    pub(super) fn wanted(
        &self,
        at: At<'_>,
        signed: &Signed<'_>,
        options: &Options,
    ) -> Result<Option<Wanted>, NotAuthentic> {
        let carrier = || match at {
            At::Header(name) => required(signed.received, name).map(|value| Carrier { at, value }),
            At::Query(_) | At::Body(_) | At::Each(..) | At::Whole => Ok(Carrier { at, value: whole(signed.body) }),
        };
        match self.key {
            JwtKey::Secret | JwtKey::Given => Ok(None),
            JwtKey::Published(keys) => {
                let id = self.key_id(carrier()?)?;
                Ok(keys.address(|name| options.get(name)).map(|at| Wanted::key(at, id)))
            }
            JwtKey::Told(Account { environment, id: account }) => {
                let (carrier, account) = (carrier()?, options.get(account.name()).map(str::to_owned));
                // It is sent to the provider, with the secret of the account.
                let id = Some(self.key_id(carrier)?).filter(|id| is_name(id)).ok_or_else(|| self.malformed(carrier))?;
                Ok(environment.address(options).zip(account).map(|(at, account)| Wanted::told(at, id, account)))
            }
        }
    }

    /// Which of the published keys the token names.
    fn key_id(&self, carrier: Carrier<'_>) -> Result<String, NotAuthentic> {
        let named = jsonwebtoken::decode_header(self.token(carrier)?).ok();
        let named = named.filter(|named| self.algorithms.contains(&named.alg)).and_then(|named| named.kid);
        named.ok_or_else(|| self.malformed(carrier))
    }

    /// Refuses a call whose token is not signed as it must be, or says anything else than it must.
    pub(super) fn check(&self, secret: Option<&HookSecret>, bytes: SignedBytes<'_>) -> Result<(), NotAuthentic> {
        let claims = self.claims(&self.key(secret, bytes)?, bytes)?;
        self.check_lifetime(&claims, bytes)?;
        self.check_channel(bytes)?;
        self.claims.iter().try_for_each(|claim| claim.check(&claims, bytes))
    }

    fn check_channel(&self, bytes: SignedBytes<'_>) -> Result<(), NotAuthentic> {
        let Some(place) = self.channel else { return Ok(()) };
        let (id, channel) = (self.key_id(bytes.carrier)?, bytes.needed.text(place)?);
        let is_endorsed = bytes.published.is_some_and(|key_set| endorses(key_set, &id, channel));
        if is_endorsed { Ok(()) } else { Err(NotAuthentic::OtherChannel(At::Body(place).to_string())) }
    }

    fn token<'h>(&self, carrier: Carrier<'h>) -> Result<&'h str, NotAuthentic> {
        match self.word {
            "" => Ok(carrier.value),
            word => super::after_word(carrier.value, word).ok_or_else(|| self.malformed(carrier)),
        }
    }

    fn malformed(&self, carrier: Carrier<'_>) -> NotAuthentic {
        NotAuthentic::Malformed { place: carrier.at.to_string(), form: self.described() }
    }

    fn key(&self, secret: Option<&HookSecret>, bytes: SignedBytes<'_>) -> Result<DecodingKey, NotAuthentic> {
        let found = match &self.key {
            JwtKey::Secret => secret.map(|secret| DecodingKey::from_secret(secret.expose().as_bytes())),
            JwtKey::Given => {
                let key = bytes.options.get("public_key").and_then(public_key::der);
                key.map(|der| DecodingKey::from_rsa_der(&der))
            }
            JwtKey::Published(_) => {
                let id = self.key_id(bytes.carrier)?;
                let key = bytes.published.and_then(|key_set| key_of(key_set, &id));
                Some(key.ok_or_else(|| NotAuthentic::UnknownKey(bytes.carrier.at.to_string()))?)
            }
            JwtKey::Told(_) => {
                let id = self.key_id(bytes.carrier)?;
                let key = bytes.published.and_then(|answer| told_key_of(answer, &id));
                Some(key.ok_or_else(|| NotAuthentic::UnknownKey(bytes.carrier.at.to_string()))?)
            }
        };
        found.ok_or_else(|| NotAuthentic::NoMatch(bytes.carrier.at.to_string()))
    }

    /// What the token says, which is read only if its signature is right.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library may add kinds; whatever it is, the token is refused"
    )]
    fn claims(&self, key: &DecodingKey, bytes: SignedBytes<'_>) -> Result<Claims, NotAuthentic> {
        let decoded = jsonwebtoken::decode::<Claims>(self.token(bytes.carrier)?, key, &self.validation());
        decoded.map(|decoded| decoded.claims).map_err(|error| match error.into_kind() {
            ErrorKind::InvalidSignature => NotAuthentic::NoMatch(bytes.carrier.at.to_string()),
            ErrorKind::InvalidIssuer => bytes.other_claim("iss", format!("must be `{}`", self.issuers.join("` or `"))),
            ErrorKind::MissingRequiredClaim(claim) => bytes.other_claim(&claim, "is missing, or no text"),
            _ => self.malformed(bytes.carrier),
        })
    }

    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::default());
        validation.algorithms = self.algorithms.to_vec();
        validation.required_spec_claims.clear();
        if !self.issuers.is_empty() {
            validation.set_issuer(self.issuers);
            validation.set_required_spec_claims(&["iss"]);
        }
        // The library would read the clock itself, and grant a minute. What the audience must be is a claim of ours.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation
    }

    fn check_lifetime(&self, claims: &Claims, bytes: SignedBytes<'_>) -> Result<(), NotAuthentic> {
        let now = bytes.signed.received.received_at;
        let time = |claim| match claims.get(claim) {
            None => Ok(None),
            Some(value) => time(value).map(Some).ok_or_else(|| bytes.other_claim(claim, "is not a Unix time")),
        };
        let required = |claim| time(claim)?.ok_or_else(|| bytes.other_claim(claim, "is missing"));
        if time("exp")?.is_some_and(|end| end.plus(LEEWAY) <= now) {
            return Err(bytes.other_claim("exp", "has passed"));
        }
        if time("nbf")?.is_some_and(|begin| begin.minus(LEEWAY) > now) {
            return Err(bytes.other_claim("nbf", "is yet to come"));
        }
        match self.lifetime {
            Lifetime::Endless => Ok(()),
            Lifetime::Expiry => required("exp").map(drop),
            Lifetime::SinceIssue(tolerance) => {
                let at = required("iat")?;
                let by = at.distance(now);
                let stale = NotAuthentic::Stale { by, is_ahead: at > now, tolerance };
                if by <= tolerance { Ok(()) } else { Err(stale) }
            }
        }
    }

    fn described(&self) -> String {
        let algorithms: Vec<_> = self.algorithms.iter().map(|algorithm| format!("{algorithm:?}")).collect();
        let after = if self.word.is_empty() { String::new() } else { format!(" after `{}`", self.word) };
        format!("a JSON Web Token of {}{after}", algorithms.join(" or "))
    }
}

/// A body that is a token; empty if it is no text.
pub(super) fn whole(body: &[u8]) -> &str {
    str::from_utf8(body).unwrap_or_default().trim_ascii()
}

impl Claim {
    fn check(self, claims: &Claims, bytes: SignedBytes<'_>) -> Result<(), NotAuthentic> {
        let (name, is_right) = match self {
            Self::Given(name, kind) => (name, is_given(claims.get(name), bytes.options.get(kind.name()))),
            Self::True(name) => (name, claims.get(name) == Some(&Value::Bool(true))),
            Self::AddressHash(name, encoding) => (name, is_hash(claims.get(name), encoding, bytes.url()?.as_bytes())),
            Self::BodyHash(name, encoding) => {
                let (claim, body) = (claims.get(name), bytes.signed.body);
                (name, if claim.is_none() { body.is_empty() } else { is_hash(claim, encoding, body) })
            }
            Self::InBody(name, place) => {
                (name, claims.get(name).and_then(Value::as_str) == Some(bytes.needed.text(place)?))
            }
            Self::RequestHash => {
                let request = canonical_request(bytes.url()?, &bytes.signed.received.query);
                ("qsh", is_hash(claims.get("qsh"), Encoding::Hex, request.as_bytes()))
            }
        };
        if is_right { Ok(()) } else { Err(bytes.other_claim(name, self.fault())) }
    }

    /// What is wrong with a claim that is something else.
    fn fault(self) -> String {
        match self {
            Self::Given(_, kind) => format!("is not the hook's `provider_options.{}`", kind.name()),
            Self::True(_) => "is not `true`".to_owned(),
            Self::AddressHash(..) => "is not the SHA-256 of the registered address".to_owned(),
            Self::BodyHash(..) => "is not the SHA-256 of the body".to_owned(),
            Self::InBody(_, place) => format!("is not `{place}` of the body"),
            Self::RequestHash => "is not the hash of the registered path".to_owned(),
        }
    }
}

/// Whether a claim is this text, or an array that has it.
fn is_given(claim: Option<&Value>, given: Option<&str>) -> bool {
    let is_it = |claim: &Value| given.is_some() && claim.as_str() == given;
    claim.is_some_and(|claim| match claim.as_array() {
        Some(all) => all.iter().any(is_it),
        None => is_it(claim),
    })
}

impl OptionKind {
    /// The address that is asked in the environment of the hook.
    fn address(self, options: &Options) -> Option<ProviderUrl> {
        let Self::Environment(name, _, all) = self else { return None };
        let chosen = options.get(name)?;
        all.iter().find(|(known, _)| *known == chosen).map(|(_, url)| ProviderUrl::of_table(url))
    }
}

impl SignedBytes<'_> {
    fn other_claim(self, claim: &str, reason: impl Into<String>) -> NotAuthentic {
        let (place, claim) = (self.carrier.at.to_string(), claim.to_owned());
        NotAuthentic::OtherClaim { place, claim, reason: reason.into() }
    }
}

/// The time of a claim, which may have a fraction (RFC 7519 section 2, `NumericDate`).
fn time(value: &Value) -> Option<Timestamp> {
    /// The year 9999.
    const LAST: f64 = 253_402_300_799.0;
    let seconds = value.as_f64().filter(|seconds| (0.0..=LAST).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "it is within what an i64 holds exactly")]
    Some(Timestamp::from_unix_millis((seconds * 1_000.0) as i64))
}

fn is_hash(claim: Option<&Value>, encoding: Encoding, of: &[u8]) -> bool {
    let hash = Sha256::digest(of);
    let claim = claim.and_then(Value::as_str).and_then(|text| decode(encoding, text, Some(hash.len())));
    claim.is_some_and(|claim| hash.ct_eq(&claim).into())
}

/// What RFC 3986 section 2.3 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The method, the registered path and the query of a call, as Atlassian hashes them:
/// <https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/#qsh>. The query is that of the
/// call: Atlassian adds to the one that is registered.
fn canonical_request(url: &str, query: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |begin| &after_scheme[begin..]);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_suffix('/').unwrap_or(path).replace('&', "%26");
    let path = if path.is_empty() { "/" } else { path.as_str() };
    let mut parameters: std::collections::BTreeMap<_, Vec<_>> = std::collections::BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "jwt") {
        parameters.entry(name).or_default().push(value);
    }
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let parameters: Vec<_> = parameters
        .into_iter()
        .map(|(name, mut values)| {
            values.sort();
            let values: Vec<_> = values.iter().map(|value| encode(value)).collect();
            format!("{}={}", encode(&name), values.join(","))
        })
        .collect();
    format!("POST&{path}&{}", parameters.join("&"))
}

#[cfg(test)]
pub(super) mod tests;
