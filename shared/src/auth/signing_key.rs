//! What the access tokens of sessions are signed with: JSON Web Tokens (RFC 7519) under HMAC-SHA256, valid for an hour.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::domain::Invalid;
use crate::domain::id::{EnvironmentId, ProjectId, SessionId, UserId};
use crate::domain::key::{Key, KeyId};
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;

/// For how long an access token is valid.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_hours(1);

const ISSUER: &str = "pipehook";
const AUDIENCE: &str = "pipehook-api";

/// What the access token of a session says of its bearer. A change to the user shows here when the token is next
/// refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login {
    /// Who logged in.
    pub user_id: UserId,
    /// The session that the login opened.
    pub session_id: SessionId,
    /// The tenant.
    pub project_id: ProjectId,
    /// Where the user works.
    pub environment_id: EnvironmentId,
}

/// A token that proves nothing: malformed, forged, expired, or meant for another audience. The caller learns no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the access token is not valid")]
pub struct InvalidToken;

/// The cryptographic library failed.
#[derive(Debug, thiserror::Error)]
#[error("the access token cannot be signed")]
pub struct CannotSign(#[source] jsonwebtoken::errors::Error);

/// One key that signs access tokens.
pub struct SigningKey {
    id: KeyId,
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    sid: String,
    project_id: i64,
    environment_id: i64,
}

impl Key for SigningKey {
    const LABEL: &'static str = "pipehook signing key v1";
    const ID_LABEL: &'static str = "pipehook signing key id v1";

    fn new(bits: &[u8; 32], id: KeyId) -> Self {
        // Only this algorithm is ever accepted. Taking the token's own word for it would let a forger choose `none`.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would read the clock itself and grant a minute; `verify` compares with the caller's.
        validation.validate_exp = false;
        Self { id, encoding: EncodingKey::from_secret(bits), decoding: DecodingKey::from_secret(bits), validation }
    }

    fn id(&self) -> KeyId {
        self.id
    }
}

impl SigningKey {
    /// A token for `login`, valid from `now` for [`ACCESS_TOKEN_LIFETIME`]. Its header names this key as `kid`.
    pub fn issue(&self, login: &Login, now: Timestamp) -> Result<SecretString, CannotSign> {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: login.user_id.to_string(),
            iat: now.unix_seconds(),
            exp: now.plus(ACCESS_TOKEN_LIFETIME).unix_seconds(),
            sid: login.session_id.to_string(),
            project_id: login.project_id.get(),
            environment_id: login.environment_id.get(),
        };
        let header = Header { kid: Some(self.id.to_string()), ..Header::new(Algorithm::HS256) };
        let token = jsonwebtoken::encode(&header, &claims, &self.encoding).map_err(CannotSign)?;
        Ok(SecretString::new(token))
    }

    /// Which key a token says that it was signed with. Nothing of it is proven yet.
    pub fn named_by(token: &str) -> Result<KeyId, InvalidToken> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| InvalidToken)?;
        header.kid.and_then(|kid| kid.parse().ok()).ok_or(InvalidToken)
    }

    /// What a token of this key says that has not expired at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Login, InvalidToken> {
        let token = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation);
        let claims = token.map_err(|_| InvalidToken)?.claims;
        if claims.exp <= now.unix_seconds() {
            return Err(InvalidToken);
        }
        claims.login().map_err(|_| InvalidToken)
    }
}

impl Claims {
    fn login(&self) -> Result<Login, Invalid> {
        Ok(Login {
            user_id: self.sub.parse()?,
            session_id: self.sid.parse()?,
            project_id: ProjectId::new(self.project_id)?,
            environment_id: EnvironmentId::new(self.environment_id)?,
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::key::KeyRing;

    const NOW: i64 = 1_800_000_000;

    /// Made without this code, as ADR 0003 says: the key of 64 times `k`, the claims of `login`.
    const OF_THE_FIRST_VERSION: &str = concat!(
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjdjNWZlMjY5In0.",
        "eyJpc3MiOiJwaXBlaG9vayIsImF1ZCI6InBpcGVob29rLWFwaSIsInN1YiI6IjMiLCJpYXQiOjE4MDAwMDAwMDAsImV4cCI6MTgw",
        "MDAwMzYwMCwic2lkIjoiMDEwMTAxMDEtMDEwMS00MTAxLTgxMDEtMDEwMTAxMDEwMTAxIiwicHJvamVjdF9pZCI6MSwiZW52aXJv",
        "bm1lbnRfaWQiOjJ9",
        ".vag4-NknmmZpSwDccuRh4qlXcTCII8EvOcivIIgEagU",
    );

    fn login() -> Login {
        Login {
            user_id: UserId::new(3).unwrap(),
            session_id: SessionId::from_random([1; 16]),
            project_id: ProjectId::new(1).unwrap(),
            environment_id: EnvironmentId::new(2).unwrap(),
        }
    }

    fn ring(seed: char) -> KeyRing<SigningKey> {
        KeyRing::derive(&SecretString::new(seed.to_string().repeat(64))).unwrap()
    }

    fn issued() -> String {
        ring('k').newest().issue(&login(), Timestamp::from_unix_seconds(NOW)).unwrap().expose().to_owned()
    }

    fn verify(token: &str, now: i64) -> Result<Login, InvalidToken> {
        ring('k').newest().verify(token, Timestamp::from_unix_seconds(now))
    }

    /// A token that is right in all but what `change` does to its claims, signed with the right key.
    fn with_claims(change: impl FnOnce(&mut serde_json::Value)) -> String {
        let payload = issued().split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
        let mut claims = serde_json::from_slice(&payload).unwrap();
        change(&mut claims);
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &ring('k').newest().encoding).unwrap()
    }

    #[test]
    fn a_token_is_valid_for_an_hour() {
        assert_eq!(verify(&issued(), NOW), Ok(login()));
        assert_eq!(verify(&issued(), NOW + 3599), Ok(login()));
        assert_eq!(verify(&issued(), NOW + 3600), Err(InvalidToken));
    }

    /// With the key and the id that the first version derived: a token that is out stays valid through an upgrade.
    #[test]
    fn a_token_of_the_first_version_is_valid() {
        assert_eq!(ring('k').newest().id().to_string(), "7c5fe269");
        assert_eq!(verify(OF_THE_FIRST_VERSION, NOW), Ok(login()));
    }

    #[test]
    fn a_token_names_its_key() {
        assert_eq!(SigningKey::named_by(&issued()), Ok(ring('k').newest().id()));
        assert_eq!(SigningKey::named_by(&with_claims(|_| {})), Err(InvalidToken), "without `kid`");
        for header in [r#"{"alg":"HS256","kid":"x"}"#, r#"{"alg":"HS256","kid":""}"#, r#"{"alg":"HS256","kid":7}"#, "{"]
        {
            let token = format!("{}.e30.x", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(SigningKey::named_by(&token), Err(InvalidToken), "{header}");
        }
    }

    #[test]
    fn a_token_of_a_foreign_key_is_refused() {
        let foreign = ring('l').newest().issue(&login(), Timestamp::from_unix_seconds(NOW)).unwrap();
        assert_eq!(verify(foreign.expose(), NOW), Err(InvalidToken));
    }

    #[test]
    fn a_token_without_a_signature_is_refused() {
        let issued = issued();
        let parts: Vec<_> = issued.split('.').collect();
        for header in [r#"{"alg":"none","typ":"JWT"}"#, r#"{"alg":"None"}"#, r#"{"typ":"JWT"}"#] {
            let header = URL_SAFE_NO_PAD.encode(header);
            for forged in [format!("{header}.{}.", parts[1]), format!("{header}.{}.{}", parts[1], parts[2])] {
                assert_eq!(verify(&forged, NOW), Err(InvalidToken), "{forged}");
            }
        }
    }

    #[test]
    fn another_algorithm_under_the_right_key_is_refused() {
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            let token = with_claims(|_| {});
            let claims = jsonwebtoken::dangerous::insecure_decode::<serde_json::Value>(&token).unwrap().claims;
            let token = jsonwebtoken::encode(&Header::new(algorithm), &claims, &ring('k').newest().encoding).unwrap();
            assert_eq!(verify(&token, NOW), Err(InvalidToken));
        }
    }

    #[test]
    fn a_token_of_another_issuer_for_another_audience_or_without_an_end_is_refused() {
        assert_eq!(verify(&with_claims(|_| {}), NOW), Ok(login()));
        for (claim, value) in
            [("iss", "somebody"), ("aud", "another-api"), ("sub", "0"), ("sub", "x"), ("sid", "x"), ("exp", "never")]
        {
            assert_eq!(verify(&with_claims(|claims| claims[claim] = value.into()), NOW), Err(InvalidToken), "{claim}");
        }
        for claim in ["iss", "aud", "sub", "sid", "exp", "project_id", "environment_id"] {
            let token = with_claims(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
            assert_eq!(verify(&token, NOW), Err(InvalidToken), "{claim}");
        }
    }

    proptest! {
        #[test]
        fn any_changed_character_is_noticed(index: prop::sample::Index, replacement in "[A-Za-z0-9_.-]") {
            let mut token = issued();
            let at = index.index(token.len());
            let original = token[at..=at].to_owned();
            token.replace_range(at..=at, &replacement);
            // The last character of a part carries unused bits, which the decoder rejects when they are set.
            prop_assert!(original == replacement || verify(&token, NOW).is_err(), "{}", token);
        }

        #[test]
        fn no_token_panics(token: String) {
            prop_assert!(SigningKey::named_by(&token).is_err());
            prop_assert!(verify(&token, NOW).is_err());
        }
    }
}
