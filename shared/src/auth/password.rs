//! Passwords: Argon2id with the parameters that OWASP's password storage cheat sheet gives first (19 MiB, two passes,
//! one lane).

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::secret::SecretString;
use crate::domain::{Invalid, check_line};
use crate::ports::PasswordHash;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of no password: a random salt and a random output of the right lengths, with the very parameters of a
/// real one, so that an unknown e-mail address costs the work of a known one.
const NO_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$mq5T2pZ0sJ0yQvX8mV1bkg$Vn5r1yq0k0H7x3mZ2c9w4t6u8s1e5a7d3f9g2h4j6k8";

/// A password that a user typed. Any text up to 512 bytes can be tried; only 12 to 128 characters can be chosen.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// Chooses a password: 12 to 128 characters, and none that get lost when it is copied or typed.
    pub fn choose(text: String) -> Result<Self, Invalid> {
        check_line(&text)?;
        match text.chars().count() {
            12..=128 => Ok(Self(SecretString::new(text))),
            _ => Err(Invalid::new("must be 12 to 128 characters long")),
        }
    }

    /// Takes a password for trying. Passwords that are too long to have been chosen are refused before they are hashed.
    pub fn attempt(text: String) -> Result<Self, Invalid> {
        if text.len() > 512 {
            return Err(Invalid::new("must be at most 128 characters long"));
        }
        Ok(Self(SecretString::new(text)))
    }

    /// A password of 144 random bits.
    pub fn generate(random: [u8; 18]) -> Self {
        Self(SecretString::new(URL_SAFE_NO_PAD.encode(random)))
    }

    /// Whether both are the same text.
    pub fn is(&self, other: &Self) -> bool {
        self.0.matches(other.expose().as_bytes())
    }

    /// The password in clear, for the one answer that shows a generated one.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The hasher refused its parameters, which are constants, or ran out of memory.
#[derive(Debug, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct CannotHash(#[source] argon2::password_hash::Error);

/// Hashes and verifies passwords. One call takes 19 MiB and some 20 ms of a full core.
#[derive(Debug, Clone)]
pub struct Passwords(Argon2<'static>);

impl Passwords {
    /// Fails only when the constants above are out of Argon2's range.
    pub fn new() -> Result<Self, CannotHash> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| CannotHash(error.into()))?;
        Ok(Self(Argon2::new(Algorithm::Argon2id, Version::V0x13, params)))
    }

    /// The hash of a password under a random salt.
    pub fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<PasswordHash, CannotHash> {
        let hash = self.0.hash_password_with_salt(password.expose().as_bytes(), &salt).map_err(CannotHash)?;
        Ok(PasswordHash::new(hash.to_string()))
    }

    /// Whether the password is the one that was hashed. `None` means that the user does not exist: it takes the same
    /// work and is never right, so that the time does not reveal which addresses are known.
    pub fn verify(&self, password: &Password, hash: Option<&PasswordHash>) -> bool {
        let known = hash.is_some();
        let hash = hash.map_or(NO_HASH, PasswordHash::as_str);
        let right =
            Phc::new(hash).is_ok_and(|hash| self.0.verify_password(password.expose().as_bytes(), &hash).is_ok());
        right && known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(text: &str) -> Password {
        Password::attempt(text.to_owned()).unwrap()
    }

    #[test]
    fn only_the_password_that_was_hashed_is_right() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(&attempt("correct horse battery"), [1; 16]).unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        assert!(passwords.verify(&attempt("correct horse battery"), Some(&hash)));
        assert!(!passwords.verify(&attempt("correct horse batterz"), Some(&hash)));
    }

    #[test]
    fn the_hash_of_no_password_is_well_formed_and_takes_the_work_of_a_real_one() {
        let no_password = Phc::new(NO_HASH).unwrap();
        let real = Passwords::new().unwrap().hash(&attempt("x"), [1; 16]).unwrap();
        let real = Phc::new(real.as_str()).unwrap();
        assert_eq!(
            (no_password.algorithm, no_password.version, &no_password.params),
            (real.algorithm, real.version, &real.params)
        );
        assert_eq!(no_password.hash.map(|hash| hash.len()), real.hash.map(|hash| hash.len()));
        assert_eq!(no_password.salt.map(|salt| salt.len()), real.salt.map(|salt| salt.len()));
    }

    #[test]
    fn no_password_matches_the_hash_of_none_or_a_damaged_one() {
        let passwords = Passwords::new().unwrap();
        assert!(!passwords.verify(&attempt(""), None));
        assert!(!passwords.verify(&attempt(""), Some(&PasswordHash::new(String::new()))));
    }

    #[test]
    fn a_chosen_password_has_12_to_128_characters() {
        assert!(Password::choose("x".repeat(11)).is_err());
        assert!(Password::choose("é".repeat(128)).is_ok());
        assert!(Password::choose("x".repeat(129)).is_err());
        for text in ["correct horse\n", " correct horse", "correct\0horse", "\t\t\t\t\t\t\t\t\t\t\t\t", "            "]
        {
            assert!(Password::choose(text.to_owned()).is_err(), "{text:?}");
        }
        assert!(Password::choose(Password::generate([7; 18]).expose().to_owned()).is_ok());
    }
}
