//! Secrets in memory: redacted when printed, wiped when dropped, never compared with `==`.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::Invalid;
use super::invalid::check_line;

/// Text that must not leave the process other than through [`SecretString::expose`].
#[derive(Clone)]
pub struct SecretString(Zeroizing<String>);

impl SecretString {
    /// Takes any text as a secret.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret in clear: every call of this function is a place to review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not depend on where the two differ. Both sides are hashed first, so that the
    /// length of the secret does not show either.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        let digest = |bytes: &[u8]| <sha2::Sha256 as sha2::Digest>::digest(bytes);
        digest(self.0.as_bytes()).ct_eq(&digest(candidate)).into()
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretString(..)")
    }
}

/// What a provider and Pipehook share to sign calls with: 16 to 512 characters when it comes from outside.
#[derive(Debug, Clone)]
pub struct HookSecret(SecretString);

impl HookSecret {
    /// A secret that the provider issued. A line break that was copied with it would make every call fail, and NULs are
    /// as good as no key: an HMAC fills its key up with them.
    pub fn new(secret: String) -> Result<Self, Invalid> {
        let secret = SecretString::new(secret);
        check_line(secret.expose())?;
        match secret.expose().chars().count() {
            16..=512 => Ok(Self(secret)),
            _ => Err(Invalid::new("must be 16 to 512 characters long")),
        }
    }

    /// A secret that Pipehook made itself or has kept; it was checked then.
    pub fn trusted(secret: SecretString) -> Self {
        Self(secret)
    }

    /// The secret in clear.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Compares in constant time.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        self.0.matches(candidate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing_of_the_secret() {
        let secret = HookSecret::new("correct horse battery staple".to_owned()).unwrap();
        assert_eq!(format!("{secret:?}"), "HookSecret(SecretString(..))");
    }

    #[test]
    fn only_the_very_secret_matches() {
        let secret = SecretString::new("correct horse".to_owned());
        assert!(secret.matches(b"correct horse"));
        for other in ["", "correct hors", "correct horse ", "Correct horse"] {
            assert!(!secret.matches(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn the_length_is_counted_in_characters() {
        assert!(HookSecret::new("é".repeat(512)).is_ok());
        assert!(HookSecret::new("x".repeat(513)).is_err());
        assert!(HookSecret::new("x".repeat(15)).is_err());
    }

    #[test]
    fn what_gets_lost_on_the_way_and_what_is_no_key_is_refused() {
        let secret = "correct horse battery staple";
        for text in [
            format!("{secret}\n"),
            format!("{secret}\r\n"),
            format!("\u{feff}{secret}\n"),
            format!(" {secret}"),
            format!("{secret}\u{a0}"),
            format!("{secret}\t{secret}"),
            format!("{secret}\0"),
            "\0".repeat(16),
            " ".repeat(16),
        ] {
            let reason = HookSecret::new(text.clone()).unwrap_err().to_string();
            assert!(reason.starts_with("must not contain line breaks"), "{text:?}: {reason}");
        }
    }
}
