//! What a proof is worth.

use std::fmt;
use std::str::FromStr;

use crate::domain::Invalid;

/// What it means that a call was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// The bytes of its body are those that the provider sent.
    Verified,
    /// Its sender knows the secret. Nothing proves the body.
    Authenticated,
    /// Nothing: anyone who knows the URL can have sent it.
    None,
}

impl Worth {
    const ALL: [Self; 3] = [Self::Verified, Self::Authenticated, Self::None];

    /// The name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Authenticated => "authenticated",
            Self::None => "none",
        }
    }
}

impl fmt::Display for Worth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Worth {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| Invalid::new("must be one of verified, authenticated, none"))
    }
}
