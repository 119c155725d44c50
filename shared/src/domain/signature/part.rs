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

impl Part<'_> {
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
            | Self::Url => false,
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
            Self::Body | Self::BodyDigest => "the body".to_owned(),
            Self::Url => "the registered address".to_owned(),
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

fn is_all(value: &str, is_allowed: impl Fn(u8) -> bool) -> bool {
    !value.is_empty() && value.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::provider::Known;
    use super::super::providers;
    use super::super::scheme::{TimeForm, Timing, Worth};
    use super::super::signed_text::SignedText;
    use super::*;

    const FORMS: &[TimeForm] = &[TimeForm::Seconds, TimeForm::Millis, TimeForm::Rfc3339, TimeForm::HttpDate];

    /// What the texts of owners are made of, with `t` as the header of the time.
    const TOKENS: &[&str] = &["{header:a}", "{header:b}", "{header:t}", ".", ":", "\n", "T", "-", "Z", "1", "v0:", "_"];

    /// The address of the hook, which is fixed.
    const URL: &str = "https://hooks.example.com/1.2:3";

    /// An option of the hook, likewise.
    const GIVEN: &str = "6bkel3q5hs2b0";

    /// What each scheme signs, but of a form: its fields have no borders, as those who sign it must know.
    fn signed() -> impl Iterator<Item = (&'static str, &'static [Part<'static>])> {
        let all = providers::all().map(|known| (known.provider.name, known.scheme.proof.signed()));
        all.filter(|(_, parts)| !parts.is_empty() && !parts.contains(&Part::SortedForm))
    }

    /// What a value may hold; `None` for what is no such value.
    fn holds(part: &Part<'_>) -> Option<Holds> {
        match part {
            Part::Header(_, holds) | Part::Entry(_, holds) | Part::Value(_, holds) | Part::Query(_, holds) => {
                Some(*holds)
            }
            Part::Text(_) | Part::Given(_) | Part::Body | Part::BodyDigest | Part::Url | Part::SortedForm => None,
        }
    }

    fn fixed<'p>(part: &Part<'p>) -> Option<&'p str> {
        match part {
            Part::Text(text) => Some(text),
            Part::Url => Some(URL),
            Part::Given(_) => Some(GIVEN),
            Part::Header(..)
            | Part::Entry(..)
            | Part::Value(..)
            | Part::Query(..)
            | Part::Body
            | Part::BodyDigest
            | Part::SortedForm => None,
        }
    }

    /// Every way to cut `bytes` into these parts, as the values and the body.
    fn splittings<'b>(parts: &[Part<'_>], bytes: &'b [u8]) -> Vec<Vec<&'b [u8]>> {
        let Some((first, rest)) = parts.split_first() else {
            return if bytes.is_empty() { vec![Vec::new()] } else { Vec::new() };
        };
        if let Some(text) = fixed(first) {
            return bytes.strip_prefix(text.as_bytes()).map_or_else(Vec::new, |after| splittings(rest, after));
        }
        let fits = |value: &[u8]| {
            holds(first).is_none_or(|holds| std::str::from_utf8(value).is_ok_and(|value| holds.allows(value)))
        };
        let cuts = (0..=bytes.len()).map(|end| bytes.split_at(end)).filter(|(value, _)| fits(value));
        cuts.flat_map(|(value, after)| {
            splittings(rest, after).into_iter().map(move |others| [vec![value], others].concat())
        })
        .collect()
    }

    /// What the parts are when the values are these and the body is this one.
    fn filled(parts: &[Part<'_>], value: impl Fn(Holds) -> String, body: &str) -> Vec<(bool, String)> {
        let text = |part: &Part<'_>| match (fixed(part), holds(part)) {
            (Some(text), _) => (false, text.to_owned()),
            (None, Some(holds)) => (true, value(holds)),
            (None, None) => (true, body.to_owned()),
        };
        parts.iter().map(text).collect()
    }

    #[test]
    fn a_time_is_digits_alone_and_not_too_many() {
        for text in ["0", "1649367553", "1649367553000", "999999999999999"] {
            assert!(Holds::Time.allows(text), "{text}");
            assert_eq!(Holds::Seconds.allows(text), text.len() == 10, "{text}");
            assert_eq!(Holds::Millis.allows(text), text.len() == 13, "{text}");
        }
        for text in ["", "+1", "-1", " 1", "1 ", "1.5", "1e3", "0x1", "\u{661}", "1649367553,1649367553", "+164936755"]
        {
            assert!(![Holds::Time, Holds::Seconds, Holds::Millis].iter().any(|holds| holds.allows(text)), "{text}");
        }
        assert!(!Holds::Time.allows(&"0".repeat(16)));
    }

    #[test]
    fn a_time_of_rfc_3339_has_one_beginning_and_one_end() {
        for text in ["2026-11-29T08:00:00Z", "2026-11-29T08:00:00.123456789Z", "2020-01-01T00:00:00-07:00"] {
            assert!(Holds::Rfc3339.allows(text), "{text}");
        }
        for text in [
            "",
            "2026-11-29T08:00:00",
            "2026-11-29 08:00:00Z",
            "2026-11-29T08:00:00.Z",
            "2026-11-29T08:00:00ZZ",
            "12026-11-29T08:00:00Z",
            "2026-11-29T08:00:00Z{",
            "2026-11-29T08:00:00+7:00",
            "2026-11-29T08:00:00é",
        ] {
            assert!(!Holds::Rfc3339.allows(text), "{text}");
        }
    }

    #[test]
    fn a_time_of_http_has_one_length() {
        assert!(Holds::HttpDate.allows("Thu, 04 Jan 2024 18:05:25 GMT"));
        for text in [
            "",
            "Thu, 4 Jan 2024 18:05:25 GMT",
            "Thursday, 04-Jan-24 18:05:25 GMT",
            "Thu Jan  4 18:05:25 2024",
            "}Thu, 04 Jan 2024 18:05:25 GMT",
            "Thu, 04 Jan 2024 18:05:25 GMT ",
            "Thu, 04 Jan 2024 18:05:25 UTC",
        ] {
            assert!(!Holds::HttpDate.allows(text), "{text}");
        }
    }

    #[test]
    fn an_id_is_visible_and_has_no_border_in_it() {
        for text in ["msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f", "evt:1/2,3"] {
            assert!(Holds::AllBut('.').allows(text), "{text}");
            assert_eq!(Holds::Word.allows(text), !text.contains(':'), "{text}");
        }
        for text in ["", ".", "msg.1", "msg_1.1600000000", "a b", "a\t", "\0", "é"] {
            assert!(!Holds::AllBut('.').allows(text) && !Holds::Word.allows(text), "{text:?}");
        }
        for text in ["0fbbb90e-564b-4870-ac8b-78f9bc4e44a6", "B616CA65-564b-4870-ac8b-78f9bc4e44a6"] {
            assert!(Holds::Hex(36).allows(text) && !Holds::Hex(32).allows(text), "{text}");
        }
        assert!(!Holds::Hex(3).allows("12g") && !Holds::Hex(2).allows("é"));
    }

    #[test]
    fn what_is_signed_has_the_body_once_or_else_its_proof_is_worth_less() {
        for Known { provider, scheme } in providers::all().filter(|known| !known.scheme.proof.signed().is_empty()) {
            let bodies = scheme.proof.signed().iter().filter(|part| part.binds_the_body()).count();
            assert_eq!(bodies, usize::from(scheme.worth() == Worth::Verified), "{}", provider.name);
        }
    }

    #[test]
    fn a_time_that_is_checked_is_signed() {
        for Known { provider, scheme } in providers::all() {
            let signed = |name: &str| {
                scheme.proof.signed().iter().any(|part| match part {
                    Part::Header(known, holds) | Part::Entry(known, holds) | Part::Value(known, holds) => {
                        *known == name
                            && !matches!(
                                holds,
                                Holds::AllBut(_)
                                    | Holds::Word
                                    | Holds::Hex(_)
                                    | Holds::Without(_)
                                    | Holds::Lines
                                    | Holds::Anything
                            )
                    }
                    Part::Text(_)
                    | Part::Query(..)
                    | Part::Given(_)
                    | Part::Body
                    | Part::BodyDigest
                    | Part::Url
                    | Part::SortedForm => false,
                })
            };
            match &scheme.timing {
                Timing::None => {}
                Timing::Body { path, .. } => {
                    assert!(scheme.worth() == Worth::Verified || signed(path), "{}", provider.name);
                }
                Timing::Header { name, .. } | Timing::Entry { name, .. } => {
                    assert!(signed(name), "{}", provider.name);
                }
            }
        }
    }

    proptest! {
        /// An attacker who has captured a call must not be able to send it again with the borders between its parts
        /// elsewhere, whatever he puts into the values and the body.
        #[test]
        fn the_signed_bytes_of_every_scheme_can_be_read_in_one_way_only(
            id in "[!-~]{1,12}",
            time in "[0-9]{1,15}",
            decimals in "(\\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})",
            body in "([0-9a-zTZ.:,;=-]|2026-11-29T08:00:00Z|1600000000|1600000000000){0,6}",
        ) {
            let value = |holds| match holds {
                Holds::Time => time.clone(),
                Holds::Seconds => format!("{time:0>10.10}"),
                Holds::Millis => format!("{time:0>13.13}"),
                Holds::Rfc3339 => format!("2026-11-29T08:00:00{decimals}"),
                Holds::HttpDate => "Thu, 04 Jan 2024 18:05:25 GMT".to_owned(),
                Holds::Word => id.replace(|char: char| !char.is_ascii_alphanumeric(), "_"),
                Holds::Hex(digits) => format!("{time:a>digits$}"),
                Holds::AllBut(border) => id.replace(border, "_"),
                Holds::Without(border) => body.replace(border, ""),
                Holds::Lines => format!("{id}\n"),
                Holds::Anything => body.clone(),
            };
            for (name, parts) in signed() {
                let filled = filled(parts, value, &body);
                let bytes: String = filled.iter().map(|(_, text)| text.as_str()).collect();

                let found = splittings(parts, bytes.as_bytes());

                let values = filled.iter().filter(|(is_value, _)| *is_value);
                let expected: Vec<&[u8]> = values.map(|(_, text)| text.as_bytes()).collect();
                prop_assert_eq!(found, vec![expected], "{}: {}", name, bytes);
            }
        }

        /// The same for what the owner of a hook writes, as far as it is taken.
        #[test]
        fn the_signed_bytes_that_an_owner_describes_can_be_read_in_one_way_only(
            before in prop::collection::vec(0..TOKENS.len(), 0..5),
            after in prop::collection::vec(0..TOKENS.len(), 0..5),
            form in prop::option::of(prop::sample::select(FORMS)),
            ids in prop::array::uniform3("[!-~]{1,6}"),
            time in "[0-9]{1,15}",
            decimals in "(\\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2})",
            body in "([0-9a-zTZ.:,;=\n-]|2026-11-29T08:00:00Z|1600000000|1600000000000){0,6}",
        ) {
            let text = |tokens: &[usize]| tokens.iter().map(|token| TOKENS[*token]).collect::<String>();
            let text = format!("{}{{body}}{}", text(&before), text(&after));
            let Ok(signed) = SignedText::read(&text, form.map(|form| ("t", form))) else { return Ok(()) };
            let count = std::cell::Cell::new(0);
            let value = |holds| match holds {
                Holds::Time
                | Holds::Word
                | Holds::Hex(_)
                | Holds::Without(_)
                | Holds::Lines
                | Holds::Anything => unreachable!("it is not what an owner can ask for"),
                Holds::Seconds => format!("{time:0>10.10}"),
                Holds::Millis => format!("{time:0>13.13}"),
                Holds::Rfc3339 => format!("2026-11-29T08:00:00{decimals}"),
                Holds::HttpDate => "Thu, 04 Jan 2024 18:05:25 GMT".to_owned(),
                Holds::AllBut(border) => {
                    count.set(count.get() + 1);
                    ids[count.get() % 3].replace(border, if border == '_' { "a" } else { "_" })
                }
            };
            let parts = signed.parts();
            let filled = filled(&parts, value, &body);
            let bytes: String = filled.iter().map(|(_, text)| text.as_str()).collect();

            let found = splittings(&parts, bytes.as_bytes());

            let values = filled.iter().filter(|(is_value, _)| *is_value);
            let expected: Vec<&[u8]> = values.map(|(_, text)| text.as_bytes()).collect();
            prop_assert_eq!(found, vec![expected], "{}: {}", text, bytes);
        }
    }
}
