//! The token by which the API knows this program. It has no argument, because everyone on a machine can read arguments.

use std::{fmt, fs, path::Path};

use http::HeaderValue;
use serde::{Deserialize, Deserializer, de::Error as _};
use zeroize::Zeroizing;

use crate::host;

/// The variable that holds the token.
pub(crate) const VARIABLE: &str = "PIPEHOOK_TOKEN";

/// A token, which neither `Debug` nor a header's `Debug` shows.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(Zeroizing<String>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("there is no token: set {VARIABLE}, or name a file that holds it with --token-file")]
    Missing,
    #[error("there are two tokens: unset {VARIABLE}, or leave out --token-file and PIPEHOOK_TOKEN_FILE")]
    Twice,
    #[error("cannot read the token from {0}: {1}")]
    Unreadable(String, #[source] std::io::Error),
    #[error("{0} does not hold a token: expected one line of printable ASCII characters without spaces")]
    Malformed(String),
}

impl Token {
    /// From the file if there is one, else from the environment.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, TokenError> {
        let variable = host::variable(VARIABLE).filter(|value| !value.is_empty());
        match (file, variable) {
            (Some(_), Some(_)) => Err(TokenError::Twice),
            (None, None) => Err(TokenError::Missing),
            (Some(file), None) => Self::of_file(file),
            (None, Some(value)) => {
                let text = Zeroizing::new(value.into_string().unwrap_or_default());
                Self::parse(&text, VARIABLE)
            }
        }
    }

    /// Also when a file has a new token, which makes a rotation possible without a restart.
    pub(crate) fn of_file(file: &Path) -> Result<Self, TokenError> {
        let name = file.display().to_string();
        match fs::read_to_string(file).map(Zeroizing::new) {
            Ok(text) => Self::parse(&text, &name),
            Err(error) => Err(TokenError::Unreadable(name, error)),
        }
    }

    pub(crate) fn parse(text: &str, source: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Malformed(source.to_owned()));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// For the file of deployments, and for what shows a token once.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// As the value of `Authorization`.
    pub(crate) fn authorization(&self) -> HeaderValue {
        let text = Zeroizing::new(format!("Bearer {}", self.0.as_str()));
        // Graphic ASCII is always a value.
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }
}

/// In what the API answers, and in the file of deployments.
impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Self::parse(&text, "the field").map_err(D::Error::custom)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_shown_nowhere_but_in_its_header() {
        let token = Token::parse(" secret-token\n", "a test").unwrap();

        assert_eq!(token.authorization(), "Bearer secret-token");
        assert!(!format!("{token:?} {:?}", token.authorization()).contains("secret"));
    }

    #[test]
    fn what_cannot_be_a_token_is_refused_without_showing_it() {
        for text in ["", " \n", "two words", "zwei\nzeilen", "grüße"] {
            let error = Token::parse(text, "the file").unwrap_err().to_string();
            assert!(error.starts_with("the file does not hold a token"), "{error}");
            assert!(text.trim().is_empty() || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = Token::of_file(Path::new("/nowhere/token")).unwrap_err().to_string();

        assert!(error.starts_with("cannot read the token from /nowhere/token: "), "{error}");
    }
}
