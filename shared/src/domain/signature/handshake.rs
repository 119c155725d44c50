//! The calls with which providers ask whether a hook's URL is there, and what they want to hear: as data.

use super::encoding::Encoding;
use super::mark::Mark;

/// The longest text that an answer repeats. Without a limit, anyone who knows a hook's URL could make us send any amount
/// of their text. The longest challenges that are known have about 100 characters.
pub const MAX_CHALLENGE_CHARS: usize = 256;

/// A call with which a provider asks whether the URL is there; it is answered and never queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// How it is made.
    pub method: Method,
    /// Whether it must prove itself as a delivery does. If not, anyone who knows the URL gets the answer.
    pub is_proven: bool,
    /// What tells it from other calls, besides its challenge: all of it.
    pub marks: &'static [Mark],
    /// What it asks to have repeated or proven.
    pub challenge: Option<Challenge>,
    /// Where it shows the verify token that the hook's owner has entered at the provider.
    pub token: Option<AskedAt>,
    /// What the provider wants to hear.
    pub echo: Echo,
}

/// How a handshake is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
    /// `POST`
    Post,
}

impl Method {
    /// The method of this name, if handshakes are made with it.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Get, Self::Head, Self::Options, Self::Post].into_iter().find(|known| known.as_str() == name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
        }
    }
}

/// A text that a handshake asks to have repeated or proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// Where it is.
    pub at: AskedAt,
    /// What it consists of; a call with any other is no handshake.
    pub of: Characters,
}

/// Where a handshake has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedAt {
    /// In the query, under this name.
    Query(&'static str),
    /// In a header, by its name in lower case.
    Header(&'static str),
    /// In the body.
    Body(&'static str),
}

/// Which characters a challenge consists of. One that is signed has only those that the provider uses, so that no
/// delivery can be asked for in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// Any.
    Any,
    /// Those of base64, in both alphabets, and `.` and `~`.
    Token,
    /// Letters, digits, `-` and `_`.
    Word,
    /// 20 to 32 digits of hexadecimal, in lower case.
    Hex,
}

impl Characters {
    /// Whether a text is a challenge of these characters.
    pub fn allow(self, text: &str) -> bool {
        let is_allowed = |byte: u8| match self {
            Self::Any => true,
            Self::Token => byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte),
            Self::Word => byte.is_ascii_alphanumeric() || b"-_".contains(&byte),
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        };
        let lengths = match self {
            Self::Any | Self::Token | Self::Word => 1..=MAX_CHALLENGE_CHARS,
            Self::Hex => 20..=32,
        };
        lengths.contains(&text.chars().count()) && text.bytes().all(is_allowed)
    }
}

/// What a provider wants to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// 200 without a word.
    Empty,
    /// 204.
    NoContent,
    /// `{"type": 1}`.
    Pong,
    /// The challenge as text.
    Text,
    /// The challenge under this name in JSON.
    Json(&'static str),
    /// The challenge in this header, whose name is in lower case.
    Header(&'static str),
    /// The challenge as the origin that may send events, at any rate: the abuse protection of `CloudEvents`.
    AllowedOrigin,
    /// The MAC of the challenge, made with the hook's secret as the provider makes those of its calls.
    ///
    /// If anyone can ask for it, the secret signs texts of a stranger's choice. None of them may be a delivery: the
    /// characters of the challenge have no `{`, and such a scheme accepts JSON objects and nothing else; or they have no
    /// line feed, and everything that the provider signs ends with one.
    Proof(Proven, Encoding),
}

/// Where the answer to a handshake has the MAC of the challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proven {
    /// In JSON.
    Json {
        /// The name under which the challenge is repeated.
        repeated: Option<&'static str>,
        /// The name under which the MAC is.
        name: &'static str,
        /// What is before the MAC.
        prefix: &'static str,
    },
    /// In this header, whose name is in lower case.
    Header(&'static str),
    /// In the text, behind this option of the hook and `|`.
    Behind(&'static str),
}

/// A call with which a provider hands over the secret that it signs with from then on. It proves nothing of its sender, so
/// a hook takes one such call, while its owner has it wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOver {
    /// Where the secret is.
    pub at: AskedAt,
    /// What the provider wants to hear.
    pub echo: Echo,
    /// Whether the owner must enter the secret at the provider, which shows that the owner has the hook.
    pub is_pasted_back: bool,
}

impl Echo {
    /// Where it has a MAC that is made with the hook's secret, and how that is written.
    pub fn proof(self) -> Option<(Proven, Encoding)> {
        match self {
            Self::Proof(place, encoding) => Some((place, encoding)),
            Self::Empty
            | Self::NoContent
            | Self::Pong
            | Self::Text
            | Self::Json(_)
            | Self::Header(_)
            | Self::AllowedOrigin => None,
        }
    }
}

impl AskedAt {
    /// The place, if it is in the body.
    pub fn in_body(self) -> Option<&'static str> {
        match self {
            Self::Body(place) => Some(place),
            Self::Query(_) | Self::Header(_) => None,
        }
    }
}

impl Handshake {
    /// The places in the body that tell the handshake and what it asks.
    pub fn body_places(&self) -> impl Iterator<Item = &'static str> {
        let asked = self.challenge.and_then(|challenge| challenge.at.in_body());
        self.marks.iter().flat_map(|mark| mark.body_places()).chain(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_neither_empty_nor_long_and_has_the_characters_of_its_form() {
        let longest = "x".repeat(MAX_CHALLENGE_CHARS);
        for of in [Characters::Any, Characters::Token, Characters::Word] {
            assert!(of.allow("x") && of.allow(&longest), "{of:?}");
            assert!(!of.allow("") && !of.allow(&format!("{longest}x")), "{of:?}");
        }
        for (digits, is_allowed) in [(0, false), (19, false), (20, true), (32, true), (33, false)] {
            assert_eq!(Characters::Hex.allow(&"a".repeat(digits)), is_allowed, "{digits}");
        }
        for text in ["20F9F8ED05F77439FE955C977E4C8A53", "20f9f8ed05f77439fe955c977e4c8a5\n", "20f9f8ed05f77439fe955g"]
        {
            assert!(!Characters::Hex.allow(text), "{text:?}");
        }
        for (text, token, word) in [
            ("3a5c8f72-e6d9-4b1a-9f2e-8c7d6a5b4e3f", true, true),
            ("MTk5NDI1ZTMtZmQ4OC00+/==", true, false),
            ("{}", false, false),
            ("[1]", false, false),
            ("a b", false, false),
            ("a\n", false, false),
            ("v0:1:2", false, false),
            ("é", false, false),
        ] {
            assert_eq!(
                (Characters::Token.allow(text), Characters::Word.allow(text), Characters::Any.allow(text)),
                (token, word, true),
                "{text:?}"
            );
        }
    }
}
