//! The parts that make up the signed bytes, and what keeps one apart from the next.

use std::fmt;

use super::place::At;

/// A part of the signed bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'s> {
    /// These very characters.
    Text(&'s str),
    /// The value of a header.
    Header(&'s str, Holds),
    /// The value of an entry of the signature header, such as `t` in `t=1,v1=..`.
    Entry(&'s str, Holds),
    /// The SHA-256 of the body, in hex.
    BodyDigest,
    /// The CRC-32 of the body, in decimal digits. It tells accidents and stops no one: other bodies have the same.
    BodyChecksum,
    /// The value at a place in the body; where each element of an array is signed, in that element.
    Value(&'static str, Holds),
    /// The value of a parameter of the address that was called, in lower case.
    Query(&'static str, Holds),
    /// An option of the hook, which is fixed as [`Part::Url`] is.
    Given(&'static str),
    /// The body as it arrived; of [`Forms::SignedPayload`](super::scheme::Forms::SignedPayload), the JSON.
    Body,
    /// The address that the owner has entered at the provider, and never the one that a call came to: who sends the call
    /// chooses that one. It is fixed, so that it has no border.
    Url,
    /// The fields of a form in the order of their names, each name and value without anything between them: what Twilio
    /// signs of a form, which stands for the body.
    SortedForm,
    /// The path and the query of [`Part::Url`], as Contentful writes them.
    Target,
    /// The headers that the first of these lists, that one, and the second, which is the time: Contentful signs as many
    /// headers as it likes.
    Listed(&'static str, &'static str),
}

/// What a signed value may hold. A MAC does not cover the borders between the parts: if an id held the text that stands
/// behind it, then a captured call could be sent again with the borders elsewhere, as one with another id, another time
/// and a part of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A Unix time: up to 15 digits and nothing else.
    Time,
    /// A Unix time in seconds: ten digits. They end by their number, so that no text need stand behind them.
    Seconds,
    /// A Unix time in milliseconds: thirteen digits, likewise.
    Millis,
    /// A time as in RFC 3339. It begins ten characters before its one `T`, and ends with its zone.
    Rfc3339,
    /// A time as in HTTP's header `date`, which has one length.
    HttpDate,
    /// An id in front of [`Holds::Rfc3339`]: letters, digits, `-` and `_`. The colons of the time end it.
    Word,
    /// An id of this many digits in base 16 and hyphens. They end by their number.
    Hex(usize),
    /// Visible ASCII characters but this one, with which the next part begins.
    AllBut(char),
    /// Any characters but this one, with which the next part begins, or none.
    Without(char),
    /// Base64 in lines. Each ends with a line feed, the last one too.
    Lines,
    /// Any characters, or none: all that stands around it ends by itself.
    Anything,
}

/// Milliseconds have 13 digits until the year 2286.
const MAX_TIME_DIGITS: usize = 15;

/// Until the year 2286, in both units.
const SECONDS_DIGITS: usize = 10;
const MILLIS_DIGITS: usize = 13;

impl Holds {
    /// Whether a value holds only what it may, and something where it must.
    pub(super) fn allows(self, value: &str) -> bool {
        match self {
            Self::Time => value.len() <= MAX_TIME_DIGITS && is_all(value, |byte| byte.is_ascii_digit()),
            Self::Seconds => value.len() == SECONDS_DIGITS && is_all(value, |byte| byte.is_ascii_digit()),
            Self::Millis => value.len() == MILLIS_DIGITS && is_all(value, |byte| byte.is_ascii_digit()),
            Self::Rfc3339 => is_rfc3339(value),
            Self::HttpDate => has_form(value, "AAA, 00 AAA 0000 00:00:00 GMT"),
            Self::Word => is_all(value, |byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            Self::Hex(digits) => {
                value.len() == digits && is_all(value, |byte| byte.is_ascii_hexdigit() || byte == b'-')
            }
            Self::AllBut(border) => is_all(value, |byte| byte.is_ascii_graphic() && char::from(byte) != border),
            Self::Without(border) => !value.contains(border),
            Self::Lines => value.ends_with('\n') && is_all(value, |byte| byte == b'\n' || byte.is_ascii_graphic()),
            Self::Anything => true,
        }
    }
}

impl<'s> Part<'s> {
    /// The header whose value it is, and what that may hold.
    pub fn header(&self) -> Option<(&'s str, Holds)> {
        if let Self::Header(name, holds) = *self { Some((name, holds)) } else { None }
    }

    /// The entry of the signature header whose value it is, and what that may hold.
    pub fn entry(&self) -> Option<(&'s str, Holds)> {
        if let Self::Entry(name, holds) = *self { Some((name, holds)) } else { None }
    }

    /// The place in the body whose value it is.
    pub(super) fn value(&self) -> Option<&'static str> {
        if let Self::Value(place, _) = *self { Some(place) } else { None }
    }

    /// Whether it stands for the whole body, so that none of it can be changed.
    pub(super) fn binds_the_body(&self) -> bool {
        match self {
            Self::Body | Self::BodyDigest | Self::SortedForm => true,
            Self::Text(_)
            | Self::Header(..)
            | Self::Entry(..)
            | Self::Value(..)
            | Self::Query(..)
            | Self::Given(_)
            | Self::BodyChecksum
            | Self::Url
            | Self::Target
            | Self::Listed(..) => false,
        }
    }

    /// Where the value of this part is, in a call whose proof is there.
    pub(super) fn place(&self, at: At<'_>) -> String {
        match self {
            Self::Text(_) => "the signed text".to_owned(),
            Self::Header(name, _) => format!("the {}", At::Header(name)),
            Self::Entry(name, _) => format!("the entry `{name}` of the {at}"),
            Self::Value(place, _) => format!("the {}", At::Body(place)),
            Self::Query(name, _) => format!("the {}", At::Query(name)),
            Self::Given(name) => format!("the option `{name}`"),
            Self::Body | Self::BodyDigest | Self::BodyChecksum => "the body".to_owned(),
            Self::Url | Self::Target => "the registered address".to_owned(),
            Self::Listed(list, _) => format!("what the {} names", At::Header(list)),
            Self::SortedForm => "the form".to_owned(),
        }
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time => write!(f, "1 to {MAX_TIME_DIGITS} digits"),
            Self::Seconds => write!(f, "{SECONDS_DIGITS} digits"),
            Self::Millis => write!(f, "{MILLIS_DIGITS} digits"),
            Self::Rfc3339 => f.write_str("a time such as `2026-11-29T08:00:00Z`"),
            Self::HttpDate => f.write_str("a time such as `Thu, 04 Jan 2024 18:05:25 GMT`"),
            Self::Word => f.write_str("letters, digits, `-` and `_`"),
            Self::Hex(digits) => write!(f, "{digits} digits in base 16 and hyphens"),
            Self::AllBut(border) => write!(f, "visible ASCII characters other than `{border}`"),
            Self::Without(border) => write!(f, "characters other than `{border}`"),
            Self::Lines => f.write_str("lines of base64"),
            Self::Anything => f.write_str("any text"),
        }
    }
}

/// `2026-11-29T08:00:00Z`, with or without decimals, or with `+01:00` for another zone.
fn is_rfc3339(value: &str) -> bool {
    const TIME: &str = "0000-00-00T00:00:00";
    let Some((time, rest)) = value.split_at_checked(TIME.len()) else { return false };
    let zone = rest.trim_start_matches(|char: char| char == '.' || char.is_ascii_digit());
    let decimals = &rest[..rest.len() - zone.len()];
    let decimals_fit =
        decimals.is_empty() || decimals.strip_prefix('.').is_some_and(|digits| is_all(digits, |b| b.is_ascii_digit()));
    has_form(time, TIME) && decimals_fit && (zone == "Z" || has_form(zone, "+00:00") || has_form(zone, "-00:00"))
}

/// Whether a text has this form, in which `0` is any digit and `A` any letter.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        _ => byte == form,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// Whether the text has characters, all of them allowed.
pub(super) fn is_all(value: &str, is_allowed: impl Fn(u8) -> bool) -> bool {
    !value.is_empty() && value.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests;
