//! The parts that make up the signed bytes, and what keeps one apart from the next.

use std::fmt;

/// A part of the signed bytes.
#[derive(Debug)]
pub enum Part {
    /// These very characters.
    Text(&'static str),
    /// The value of a header.
    Header(&'static str, Holds),
    /// The value of an entry of the signature header, such as `t` in `t=1,v1=..`.
    Entry(&'static str, Holds),
    /// The body as it arrived; of [`Forms::SignedPayload`](super::scheme::Forms::SignedPayload), the JSON.
    Body,
}

/// What a signed value may hold. A MAC does not cover the borders between the parts: if an id held the text that stands
/// behind it, then a captured call could be sent again with the borders elsewhere, as one with another id, another time
/// and a part of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A Unix time: up to 15 digits and nothing else.
    Time,
    /// Visible ASCII characters but this one, with which the next part begins.
    AllBut(char),
}

/// Milliseconds have 13 digits until the year 2286.
const MAX_TIME_DIGITS: usize = 15;

impl Holds {
    /// Whether a value holds only what it may, and something.
    pub(super) fn allows(self, value: &str) -> bool {
        match self {
            Self::Time => value.len() <= MAX_TIME_DIGITS && is_all(value, |byte| byte.is_ascii_digit()),
            Self::AllBut(border) => is_all(value, |byte| byte.is_ascii_graphic() && char::from(byte) != border),
        }
    }
}

impl Part {
    /// Where the value of this part is, in a call with this signature header.
    pub(super) fn place(&self, header: &str) -> String {
        match self {
            Self::Text(_) => "the signed text".to_owned(),
            Self::Header(name, _) => format!("the header `{name}`"),
            Self::Entry(name, _) => format!("the entry `{name}` of the header `{header}`"),
            Self::Body => "the body".to_owned(),
        }
    }
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time => write!(f, "1 to {MAX_TIME_DIGITS} digits"),
            Self::AllBut(border) => write!(f, "visible ASCII characters other than `{border}`"),
        }
    }
}

fn is_all(value: &str, is_allowed: impl Fn(u8) -> bool) -> bool {
    !value.is_empty() && value.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::providers;
    use super::super::scheme::{MacForm, Proof, Scheme, Timing};
    use super::*;

    fn mac_forms() -> impl Iterator<Item = (&'static Scheme, &'static MacForm)> {
        providers::all().filter_map(|scheme| match &scheme.proof {
            Proof::Mac(form) => Some((scheme, form)),
            Proof::Secret => None,
        })
    }

    /// What a value in front of the body may hold; `None` for what is no such value.
    fn holds(part: &Part) -> Option<Holds> {
        match part {
            Part::Header(_, holds) | Part::Entry(_, holds) => Some(*holds),
            Part::Text(_) | Part::Body => None,
        }
    }

    /// Every way to cut `bytes` into these parts, as the values and the body; with `strict`, only those whose values
    /// hold what they may.
    fn splittings<'b>(parts: &[Part], bytes: &'b [u8], strict: bool) -> Vec<Vec<&'b [u8]>> {
        let Some((first, rest)) = parts.split_first() else {
            return if bytes.is_empty() { vec![Vec::new()] } else { Vec::new() };
        };
        let then = |value: &'b [u8], after: &'b [u8]| {
            splittings(rest, after, strict).into_iter().map(move |others| [vec![value], others].concat())
        };
        match first {
            Part::Text(text) => {
                bytes.strip_prefix(text.as_bytes()).map_or_else(Vec::new, |after| splittings(rest, after, strict))
            }
            Part::Body => then(bytes, &[]).collect(),
            Part::Header(_, holds) | Part::Entry(_, holds) => (0..=bytes.len())
                .map(|end| bytes.split_at(end))
                .filter(|(value, _)| !strict || std::str::from_utf8(value).is_ok_and(|value| holds.allows(value)))
                .flat_map(|(value, after)| then(value, after))
                .collect(),
        }
    }

    /// What is signed when the parts have these values and this body.
    fn join(parts: &[Part], values: &[String], body: &str) -> Vec<u8> {
        let mut values = values.iter();
        let text = |part: &Part| match part {
            Part::Text(text) => (*text).to_owned(),
            Part::Header(..) | Part::Entry(..) => values.next().unwrap().clone(),
            Part::Body => body.to_owned(),
        };
        parts.iter().map(text).collect::<String>().into_bytes()
    }

    #[test]
    fn a_time_is_digits_alone_and_not_too_many() {
        for text in ["0", "1649367553", "1649367553000", "999999999999999"] {
            assert!(Holds::Time.allows(text), "{text}");
        }
        for text in ["", "+1", "-1", " 1", "1 ", "1.5", "1e3", "0x1", "\u{661}", "1649367553,1649367553"] {
            assert!(!Holds::Time.allows(text), "{text}");
        }
        assert!(!Holds::Time.allows(&"0".repeat(16)));
    }

    #[test]
    fn an_id_is_visible_and_has_no_border_in_it() {
        for text in ["msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", "f5e5f430-f57b-4e6e-9fac-d9128cd7232f", "evt:1/2,3"] {
            assert!(Holds::AllBut('.').allows(text), "{text}");
        }
        for text in ["", ".", "msg.1", "msg_1.1600000000", "a b", "a\t", "\0", "é"] {
            assert!(!Holds::AllBut('.').allows(text), "{text:?}");
        }
    }

    #[test]
    fn each_value_ends_where_a_character_stands_that_it_may_not_hold() {
        for (scheme, form) in mac_forms() {
            for pair in form.signed.windows(2) {
                let Some(holds) = holds(&pair[0]) else { continue };
                let Part::Text(border) = &pair[1] else { panic!("{}: no text behind a value", scheme.header) };
                let border = border.chars().next().unwrap();
                assert!(!holds.allows(&format!("1{border}")), "{}: {border}", scheme.header);
            }
            assert!(form.signed.iter().filter(|part| matches!(part, Part::Body)).count() == 1, "{}", scheme.header);
            assert!(matches!(form.signed.last(), Some(Part::Body)), "{}: the body has no border", scheme.header);
        }
    }

    #[test]
    fn a_time_that_is_checked_is_signed() {
        for scheme in providers::all() {
            let signed = |name: &str| match &scheme.proof {
                Proof::Secret => false,
                Proof::Mac(form) => form.signed.iter().any(|part| match part {
                    Part::Header(known, holds) | Part::Entry(known, holds) => *known == name && *holds == Holds::Time,
                    Part::Text(_) | Part::Body => false,
                }),
            };
            match &scheme.timing {
                Timing::None | Timing::BodyMillis { .. } => {}
                Timing::Header { name, .. } | Timing::Entry { name, .. } => assert!(signed(name), "{}", scheme.header),
            }
        }
    }

    proptest! {
        #[test]
        fn the_signed_bytes_of_every_scheme_can_be_read_in_one_way_only(
            id in "[!-~]{1,12}", time in "[0-9]{1,15}", body in "[0-9a-z.:,;= ]{0,24}",
        ) {
            for (scheme, form) in mac_forms() {
                let allowed = form.signed.iter().filter_map(holds).map(|holds| {
                    let id = id.replace('.', "_");
                    if holds == Holds::Time { time.clone() } else { id }
                });
                let values: Vec<String> = allowed.collect();
                let bytes = join(form.signed, &values, &body);

                let found = splittings(form.signed, &bytes, true);

                let expected: Vec<&[u8]> = values.iter().map(String::as_bytes).chain([body.as_bytes()]).collect();
                prop_assert_eq!(found, vec![expected], "{}", scheme.header);
            }
        }

        #[test]
        fn other_readings_of_signed_bytes_have_a_value_that_is_refused(body in "[0-9.:]{0,24}") {
            for (scheme, form) in mac_forms() {
                let values: Vec<_> = form.signed.iter().filter_map(holds).map(|_| "1600000000".to_owned()).collect();
                let bytes = join(form.signed, &values, &body);
                let readings = splittings(form.signed, &bytes, false);
                prop_assert!(readings.len() == 1 || !values.is_empty(), "{}", scheme.header);
                let is_allowed = |reading: &Vec<&[u8]>| {
                    let mut values = form.signed.iter().filter_map(holds).zip(reading);
                    values.all(|(holds, value)| holds.allows(std::str::from_utf8(value).unwrap()))
                };
                prop_assert_eq!(readings.iter().filter(|reading| is_allowed(reading)).count(), 1, "{}", scheme.header);
            }
        }
    }
}
