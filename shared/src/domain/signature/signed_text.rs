//! What a signature covers, as the owner of a hook writes it: `{header:x-timestamp}.{body}`.

use std::fmt;

use super::part::{Holds, Part};
use super::timing::TimeForm;
use crate::domain::Invalid;
use crate::domain::invalid::check_field_name;

/// The longest text, in characters.
const MAX_CHARS: usize = 500;

/// How many headers it can name.
const MAX_HEADERS: usize = 8;

const BODY: &str = "body";
const HEADER: &str = "header:";

/// The parts of the signed bytes, with borders that no value may hold: the bytes can be read in one way only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedText(Vec<OwnedPart>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum OwnedPart {
    Text(String),
    /// By its name in lower case.
    Header(String, Holds),
    Body,
}

/// A part without its borders.
enum Token {
    Text(String),
    Header(String),
    Body,
}

impl SignedText {
    /// The body alone.
    pub fn body() -> Self {
        Self(vec![OwnedPart::Body])
    }

    /// Reads a text, in which the header of `time` holds a time of this form.
    pub fn read(text: &str, time: Option<(&str, TimeForm)>) -> Result<Self, Invalid> {
        if text.chars().count() > MAX_CHARS {
            return Err(Invalid::new(format!("must be at most {MAX_CHARS} characters long")));
        }
        let tokens = tokens(text)?;
        let body = place_of_body(&tokens)?;
        if tokens.iter().filter(|token| matches!(token, Token::Header(_))).count() > MAX_HEADERS {
            return Err(Invalid::new(format!("must name at most {MAX_HEADERS} headers")));
        }
        let time_in = |name: &str| time.filter(|(header, _)| *header == name).map(|(_, form)| form);
        let part = |(at, token): (usize, &Token)| match token {
            Token::Text(text) => Ok(OwnedPart::Text(text.clone())),
            Token::Body => Ok(OwnedPart::Body),
            Token::Header(name) => {
                let holds = match time_in(name) {
                    Some(TimeForm::Seconds) => Holds::Seconds,
                    Some(TimeForm::Millis) => Holds::Millis,
                    Some(TimeForm::Rfc3339) => Holds::Rfc3339,
                    Some(TimeForm::HttpDate) => Holds::HttpDate,
                    None => Holds::AllBut(border(&tokens, body, at, name)?),
                };
                Ok(OwnedPart::Header(name.clone(), holds))
            }
        };
        tokens.iter().enumerate().map(part).collect::<Result<_, _>>().map(Self)
    }

    /// What the verifier reads.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let parts = self.0.iter().map(|part| match part {
            OwnedPart::Text(text) => Part::Text(text),
            OwnedPart::Header(name, holds) => Part::Header(name, *holds),
            OwnedPart::Body => Part::Body,
        });
        parts.collect()
    }

    /// Whether it covers a header, by its name in lower case.
    pub fn covers(&self, header: &str) -> bool {
        self.0.iter().any(|part| matches!(part, OwnedPart::Header(name, _) if name == header))
    }
}

impl fmt::Display for SignedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            OwnedPart::Text(text) => f.write_str(text),
            OwnedPart::Header(name, _) => write!(f, "{{{HEADER}{name}}}"),
            OwnedPart::Body => write!(f, "{{{BODY}}}"),
        })
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Invalid> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        tokens.extend(literal(before)?);
        let (name, after) = after.split_once('}').ok_or_else(|| Invalid::new("has a `{` without its `}`"))?;
        tokens.push(named(name)?);
        rest = after;
    }
    tokens.extend(literal(rest)?);
    Ok(tokens)
}

fn literal(text: &str) -> Result<Option<Token>, Invalid> {
    if text.contains('}') {
        return Err(Invalid::new("has a `}` without its `{`"));
    }
    if !text.chars().all(|char| matches!(char, '\n' | ' '..='~')) {
        return Err(Invalid::new("must be printable ASCII and line feeds, besides what stands in braces"));
    }
    Ok(Some(Token::Text(text.to_owned())).filter(|_| !text.is_empty()))
}

fn named(name: &str) -> Result<Token, Invalid> {
    if name == BODY {
        return Ok(Token::Body);
    }
    let unknown = || Invalid::new("has braces around something else than `body` or `header:` and the name of a header");
    let header = name.strip_prefix(HEADER).ok_or_else(unknown)?;
    check_field_name(header).map_err(|_| Invalid::new("must name headers by valid names of at most 64 characters"))?;
    Ok(Token::Header(header.to_ascii_lowercase()))
}

/// A signature that does not cover the body proves nothing of what the call says.
fn place_of_body(tokens: &[Token]) -> Result<usize, Invalid> {
    let mut places = tokens.iter().enumerate().filter(|(_, token)| matches!(token, Token::Body)).map(|(at, _)| at);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (None, _) => Err(Invalid::new("must have `{body}`: what does not cover the body does not prove it")),
        (Some(_), Some(_)) => Err(Invalid::new("must have `{body}` once")),
    }
}

/// The character that keeps a header's value apart from the body: the first one behind it, or, behind the body, the last
/// one before it. Without one, a captured call could be sent again with a part of its body moved into the header.
fn border(tokens: &[Token], body: usize, at: usize, header: &str) -> Result<char, Invalid> {
    let beside = if at < body { tokens.get(at + 1) } else { tokens.get(at - 1) };
    let border = match beside {
        Some(Token::Text(text)) if at < body => text.chars().next(),
        Some(Token::Text(text)) => text.chars().next_back(),
        Some(Token::Header(_) | Token::Body) | None => None,
    };
    border.ok_or_else(|| {
        let side = if at < body { "followed" } else { "preceded" };
        Invalid::new(format!(
            "must have `{{{HEADER}{header}}}` {side} by text that its value does not contain, such as a dot: otherwise \
             nothing keeps the value apart from what stands beside it. Only the header of `timestamp` needs no such text",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SignedText, String> {
        SignedText::read(text, Some(("x-time", TimeForm::Seconds))).map_err(|reason| reason.to_string())
    }

    #[test]
    fn a_text_is_printed_as_it_was_read_with_the_names_of_headers_in_lower_case() {
        for text in [
            "{body}",
            "{header:x-time}{body}",
            "{body}{header:x-time}",
            "v0:{header:x-time}:{body}",
            "{header:x-id}.{header:x-time}.{body}",
            "{header:x-id}\n{body}\n{header:x-other}",
            "POST {body}",
        ] {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        assert_eq!(read("{header:X-Id}.{body}").unwrap().to_string(), "{header:x-id}.{body}");
    }

    #[test]
    fn a_value_may_not_hold_the_text_beside_it_on_the_side_of_the_body() {
        let text = read("{header:a}.,{header:x-time}{body};:{header:b}").unwrap();
        let expected = [
            Part::Header("a", Holds::AllBut('.')),
            Part::Text(".,"),
            Part::Header("x-time", Holds::Seconds),
            Part::Body,
            Part::Text(";:"),
            Part::Header("b", Holds::AllBut(':')),
        ];
        assert_eq!(text.parts(), expected);
        assert!(text.covers("a") && !text.covers("c"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_or_does_not_cover_the_body_is_refused_with_the_way_to_put_it_right() {
        for (text, reason) in [
            ("", "must have `{body}`: what"),
            ("{header:x-time}.", "must have `{body}`: what"),
            ("{body}.{body}", "must have `{body}` once"),
            ("{header:id}{body}", "must have `{header:id}` followed by text"),
            ("{header:id}{header:x-time}{body}", "must have `{header:id}` followed by text"),
            ("{body}{header:id}", "must have `{header:id}` preceded by text"),
            ("{body}{header:x-time}{header:id}", "must have `{header:id}` preceded by text"),
            ("{body", "has a `{` without its `}`"),
            ("body}", "has a `}` without its `{`"),
            ("{{body}}", "has braces around something else"),
            ("{Body}", "has braces around something else"),
            ("{url}{body}", "has braces around something else"),
            ("{header:}.{body}", "must name headers by valid names"),
            ("{header:a b}.{body}", "must name headers by valid names"),
            ("é{body}", "must be printable ASCII and line feeds"),
            ("\r\n{body}", "must be printable ASCII and line feeds"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.starts_with(reason), "{text}: {refused}");
        }
        assert!(read(&format!("{}{{body}}", "x".repeat(494))).is_ok());
        assert!(read(&format!("{}{{body}}", "x".repeat(495))).is_err());
        assert!(read(&format!("{}{{body}}", "{header:a}.".repeat(8))).is_ok());
        assert!(read(&format!("{}{{body}}", "{header:a}.".repeat(9))).is_err());
    }
}
