//! Secrets in memory: redacted when printed, wiped when dropped, never compared with `==`.

use std::collections::BTreeMap;
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

/// The options of a hook that are secret, by name.
#[derive(Debug, Clone, Default)]
pub struct SecretOptions(BTreeMap<String, SecretString>);

impl SecretOptions {
    /// Takes one more, or another value of one.
    pub fn insert(&mut self, name: &str, value: SecretString) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name)
    }

    /// These, and of the names that they do not have, the others.
    #[must_use]
    pub fn or(mut self, others: Self) -> Self {
        for (name, value) in others.0 {
            self.0.entry(name).or_insert(value);
        }
        self
    }

    /// The names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// What a provider and Pipehook share: the secret that calls are signed with, 16 to 512 characters when it comes from
/// outside, and the options that are secret. They are sealed, replaced and resealed together.
#[derive(Debug, Clone)]
pub struct HookSecret {
    text: SecretString,
    options: SecretOptions,
}

/// Between the parts of what is sealed: no secret has a line break.
const PART: char = '\n';

impl HookSecret {
    /// A secret that the provider issued. A line break that was copied with it would make every call fail, and NULs are
    /// as good as no key: an HMAC fills its key up with them.
    pub fn new(secret: String) -> Result<Self, Invalid> {
        let secret = SecretString::new(secret);
        check_line(secret.expose())?;
        match secret.expose().chars().count() {
            16..=512 => Ok(Self::trusted(secret)),
            _ => Err(Invalid::new("must be 16 to 512 characters long")),
        }
    }

    /// A secret that Pipehook made itself or has kept; it was checked then.
    pub fn trusted(secret: SecretString) -> Self {
        Self { text: secret, options: SecretOptions::default() }
    }

    /// No secret, only options: for a provider that signs with a private key.
    pub fn of_options(options: SecretOptions) -> Self {
        Self { text: SecretString::new(String::new()), options }
    }

    /// The same secret with these options.
    #[must_use]
    pub fn with_options(self, options: SecretOptions) -> Self {
        Self { options, ..self }
    }

    /// The secret in clear; empty if the hook has only options.
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// Whether there are only options. An empty key would prove what anyone can sign.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// The options that are secret.
    pub fn options(&self) -> &SecretOptions {
        &self.options
    }

    /// Compares in constant time.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        self.text.matches(candidate)
    }

    /// What is sealed: the secret and, each on a line of its own, the options. Without options, that is the secret.
    pub fn to_sealed_text(&self) -> SecretString {
        let mut text = self.expose().to_owned();
        for (name, value) in &self.options.0 {
            for part in [&*PART.to_string(), name, "=", value.expose()] {
                text.push_str(part);
            }
        }
        SecretString::new(text)
    }

    /// What was sealed.
    pub fn of_sealed_text(text: &SecretString) -> Self {
        let mut parts = text.expose().split(PART);
        let secret = SecretString::new(parts.next().unwrap_or_default().to_owned());
        let mut options = SecretOptions::default();
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            options.insert(name, SecretString::new(value.to_owned()));
        }
        Self { text: secret, options }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing_of_the_secret() {
        let secret = HookSecret::new("correct horse battery staple".to_owned()).unwrap();
        let mut options = SecretOptions::default();
        options.insert("verify_token", SecretString::new("a token that is chosen".to_owned()));
        let shown = format!("{:?}", secret.with_options(options));
        assert!(shown.contains("SecretString(..)") && shown.contains("verify_token"), "{shown}");
        assert!(!shown.contains("horse") && !shown.contains("chosen"), "{shown}");
    }

    #[test]
    fn what_is_sealed_holds_the_secret_and_each_option_and_without_options_the_secret_alone() {
        let secret = || HookSecret::new("correct horse = battery".to_owned()).unwrap();
        assert_eq!(secret().to_sealed_text().expose(), "correct horse = battery");
        let mut options = SecretOptions::default();
        options.insert("verify_token", SecretString::new("a=b=".to_owned()));
        options.insert("other", SecretString::new("c".to_owned()));
        for secret in [secret().with_options(options.clone()), HookSecret::of_options(options)] {
            let read = HookSecret::of_sealed_text(&secret.to_sealed_text());
            assert_eq!((read.expose(), read.is_empty()), (secret.expose(), secret.is_empty()));
            assert_eq!(read.options().names().collect::<Vec<_>>(), ["other", "verify_token"]);
            assert_eq!(read.options().get("verify_token").map(SecretString::expose), Some("a=b="));
            assert_eq!(read.options().get("other").map(SecretString::expose), Some("c"));
        }
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
