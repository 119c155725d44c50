//! The borders between the parts of what is signed.

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
fn signed() -> impl Iterator<Item = Known> {
    providers::all().filter(|known| {
        let parts = known.scheme.proof.signed();
        !parts.is_empty() && !parts.contains(&Part::SortedForm)
    })
}

/// What a value may hold; `None` for what is no such value.
fn holds(part: &Part<'_>) -> Option<Holds> {
    match part {
        Part::Header(_, holds) | Part::Entry(_, holds) | Part::Value(_, holds) | Part::Query(_, holds) => Some(*holds),
        // Its own borders are those of its module.
        Part::Listed(..) => Some(Holds::Without('\n')),
        Part::Text(_)
        | Part::Given(_)
        | Part::Body
        | Part::BodyDigest
        | Part::BodyChecksum
        | Part::Url
        | Part::SortedForm
        | Part::Target => None,
    }
}

fn fixed<'p>(part: &Part<'p>) -> Option<&'p str> {
    match part {
        Part::Text(text) => Some(text),
        Part::Url | Part::Target => Some(URL),
        Part::Given(_) => Some(GIVEN),
        Part::Header(..)
        | Part::Entry(..)
        | Part::Value(..)
        | Part::Query(..)
        | Part::Body
        | Part::BodyDigest
        | Part::BodyChecksum
        | Part::SortedForm
        | Part::Listed(..) => None,
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
    for text in ["", "+1", "-1", " 1", "1 ", "1.5", "1e3", "0x1", "\u{661}", "1649367553,1649367553", "+164936755"] {
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
                Part::Listed(_, time) => *time == name,
                Part::Text(_)
                | Part::Query(..)
                | Part::Given(_)
                | Part::Body
                | Part::BodyDigest
                | Part::BodyChecksum
                | Part::Url
                | Part::SortedForm
                | Part::Target => false,
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
        for Known { provider, scheme } in signed() {
            let (parts, only_objects) = (scheme.proof.signed(), scheme.only_objects);
            let filled = filled(parts, value, &if only_objects { format!(" {{{body}") } else { body.clone() });
            let bytes: String = filled.iter().map(|(_, text)| text.as_str()).collect();

            let mut found = splittings(parts, bytes.as_bytes());
            // The body of such a scheme is its last part.
            let is_object = |body: &&[u8]| body.trim_ascii_start().starts_with(b"{");
            found.retain(|values| !only_objects || values.last().is_some_and(is_object));

            let values = filled.iter().filter(|(is_value, _)| *is_value);
            let expected: Vec<&[u8]> = values.map(|(_, text)| text.as_bytes()).collect();
            prop_assert_eq!(found, vec![expected], "{}: {}", provider.name, bytes);
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
