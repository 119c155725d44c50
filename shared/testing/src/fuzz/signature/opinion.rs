//! Whether a call is authentic, worked out in another way than the product does.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::from_str;

use super::super::form;
use super::super::payload::walk;
use super::super::published::{Piece, Proof, Rule, Unit};
use super::{Delivery, hmac};

/// Which of several values counts.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// The only one: several count as a missing one.
    Only,
    /// The first.
    First,
}

impl Which {
    fn of<'v>(self, values: impl Iterator<Item = &'v str>) -> Option<&'v str> {
        let values: Vec<_> = values.collect();
        match self {
            Self::Only => values.first().copied().filter(|_| values.len() == 1),
            Self::First => values.first().copied(),
        }
    }
}

impl Delivery<'_> {
    /// Whether the call is authentic; `None` where this file cannot tell.
    pub(super) fn is_authentic(&self) -> Option<bool> {
        let (headers, proof) = &self.published;
        let opinions = headers.iter().filter_map(|header| Some((header, self.header(header)?)));
        let opinions: Vec<_> = opinions.map(|(header, value)| self.proves(proof, header, value)).collect();
        if opinions.contains(&Some(true)) { Some(true) } else { opinions.into_iter().try_fold(false, |_, one| one) }
    }

    fn proves(&self, proof: &Proof, header: &str, value: &str) -> Option<bool> {
        let after = |word: &str| {
            let (first, rest) = value.split_once(' ')?;
            (first.to_ascii_lowercase() == word).then(|| rest.trim_start_matches(' '))
        };
        match proof {
            Proof::Other => None,
            Proof::Secret => Some(self.secrets.contains(&value)),
            Proof::Bearer => Some(after("bearer").is_some_and(|token| self.secrets.contains(&token))),
            Proof::Basic => {
                let login = after("basic").and_then(|base64| STANDARD.decode(base64).ok());
                let username = self.option("username")?;
                Some(self.secrets.iter().any(|secret| login == Some(format!("{username}:{secret}").into_bytes())))
            }
            Proof::Mac(rule) => self.is_signed(rule, header, value),
        }
    }

    fn is_signed(&self, rule: &Rule, header: &str, value: &str) -> Option<bool> {
        // Leap seconds are not judged.
        let has_leap_second = |name| self.fact(rule, header, name, Which::First)?.get(17..19).map(|text| text == "60");
        if matches!(rule.time, Some((Unit::Rfc3339, _))) && rule.facts().any(|name| has_leap_second(name) == Some(true))
        {
            return None;
        }
        let Some(message) = self.message(rule, header, Which::Only) else { return Some(false) };
        let signatures: Vec<_> = rule.entries(value).filter_map(|entry| rule.signature(entry)).take(16).collect();
        let proven = self.secrets.iter().flat_map(|secret| rule.keys(secret)).any(|key| {
            let mac = hmac(self.signing.means.algorithm, &key, &message);
            let is_mac = |text: &&str| match rule.written {
                "base64url" => URL_SAFE_NO_PAD.encode(&mac) == text.trim_end_matches('='),
                written => {
                    (written.contains("hex") && hex::encode(&mac).eq_ignore_ascii_case(text))
                        || (written.contains("base64") && STANDARD.encode(&mac) == *text)
                }
            };
            signatures.iter().any(is_mac)
        });
        if proven { self.is_fresh(rule, header) } else { Some(false) }
    }

    /// Whether the time, the last fact that is signed, is near enough.
    fn is_fresh(&self, rule: &Rule, header: &str) -> Option<bool> {
        let Some((unit, tolerance)) = rule.time else { return Some(true) };
        let at = match rule.time_in_body {
            Some(place) => self.timestamp_in_body(place)?,
            None => self.fact(rule, header, rule.facts().last()?, Which::Only)?.to_owned(),
        };
        let millis = match unit {
            Unit::Seconds | Unit::Millis if !is_time(&at) => return Some(false),
            Unit::Seconds => at.parse::<i128>().ok()? * 1_000,
            Unit::Millis => at.parse().ok()?,
            Unit::Rfc3339 => rfc3339_millis(&at)?,
        };
        Some((millis - i128::from(self.now) * 1_000).abs() <= tolerance * 1_000)
    }

    fn timestamp_in_body(&self, place: &str) -> Option<String> {
        let text = std::str::from_utf8(self.body).ok()?;
        let raw = walk(text.strip_prefix('\u{feff}').unwrap_or(text), &[place]).ok()?;
        let raw = raw.unwrap_or_default();
        if raw.starts_with('"') { from_str(raw).ok() } else { Some(raw.to_owned()) }
    }

    /// What is signed, or `None` when a part of it is missing or is one that could move the borders between the parts.
    pub(super) fn message(&self, rule: &Rule, header: &str, which: Which) -> Option<Vec<u8>> {
        let (pieces, mut message) = (rule.pieces(), Vec::new());
        for (place, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => message.extend_from_slice(text.as_bytes()),
                Piece::Url => message.extend_from_slice(self.option("url")?.as_bytes()),
                Piece::Fields => message.extend_from_slice(&sorted_fields(self.body)?),
                Piece::Body => message.extend_from_slice(&self.signed_body(rule, which)),
                Piece::Fact(name) => {
                    let fact = self.fact(rule, header, name, which)?;
                    if matches!(which, Which::Only) && !is_clear(rule, &pieces, place, fact) {
                        return None;
                    }
                    message.extend_from_slice(fact.as_bytes());
                }
            }
        }
        Some(message)
    }

    /// The body, but of a form of Gitea's or its relatives' the one field that it may have.
    fn signed_body(&self, rule: &Rule, which: Which) -> Cow<'_, [u8]> {
        let fields = form::fields(self.header("content-type"), self.body);
        let Some((field, fields)) = rule.form_field.zip(fields) else { return Cow::Borrowed(self.body) };
        let is_alone = fields.len() == 1 || matches!(which, Which::First);
        let json = fields.into_iter().find(|(name, _)| name == field).filter(|_| is_alone);
        json.map_or(Cow::Borrowed(self.body), |(_, json)| Cow::Owned(json.into_bytes()))
    }

    /// A fact that is signed: an entry of the header with the proof, or another header.
    fn fact(&self, rule: &Rule, header: &str, name: &str, which: Which) -> Option<&str> {
        if !rule.is_entry(name) {
            return self.header(name);
        }
        let entries = rule.entries(self.header(header)?);
        which.of(entries.filter_map(|entry| entry.strip_prefix(&format!("{name}="))))
    }
}

/// The fields of a form, each one once and in order; `None` if they look like the digest that is signed of other bodies.
fn sorted_fields(body: &[u8]) -> Option<Vec<u8>> {
    let mut fields = form::pairs(body);
    fields.sort();
    fields.dedup();
    let text: String = fields.into_iter().flat_map(|(name, value)| [name, value]).collect();
    let is_digest = text.split_once("bodySHA256=").is_some_and(|(before, _)| before.len() == 1);
    (!is_digest).then(|| text.into_bytes())
}

/// Whether a fact ends where it must, whatever stands around it. A time, the last fact, has only digits: as many as its
/// unit has today if it touches the body, and else up to 15. Another fact has visible characters without the one that
/// follows it, or no colon if a date follows it.
fn is_clear(rule: &Rule, pieces: &[Piece], place: usize, fact: &str) -> bool {
    let next = pieces.get(place + 1);
    let touches =
        |piece: Option<&Piece>| matches!(piece, Some(Piece::Body | Piece::Fact(_) | Piece::Url | Piece::Fields));
    let is_last = !pieces[place + 1..].iter().any(|piece| matches!(piece, Piece::Fact(_)));
    match (rule.time, next) {
        (Some((Unit::Rfc3339, _)), _) if is_last => rfc3339_millis(fact).is_some(),
        (Some((unit, _)), _) if is_last => {
            let digits = if unit == Unit::Millis { 13 } else { 10 };
            let touches_body = touches(next) || place.checked_sub(1).is_some_and(|before| touches(pieces.get(before)));
            is_time(fact) && (!touches_body || fact.len() == digits)
        }
        (_, Some(Piece::Text(text))) => {
            let border = text.chars().next();
            !fact.is_empty() && fact.chars().all(|char| char.is_ascii_graphic() && Some(char) != border)
        }
        _ => !fact.is_empty() && fact.chars().all(|char| char.is_ascii_alphanumeric() || "-_".contains(char)),
    }
}

fn is_time(text: &str) -> bool {
    (1..=15).contains(&text.len()) && text.chars().all(|char| char.is_ascii_digit())
}

/// The milliseconds since 1970 of a date such as `2026-11-29T08:00:00.5Z`, by counting days.
fn rfc3339_millis(text: &str) -> Option<i128> {
    let number = |range: std::ops::Range<usize>| digits(text.get(range)?);
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !marks.iter().all(|(place, mark)| text.as_bytes().get(*place) == Some(mark)) {
        return None;
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let (millis, offset) = decimals_and_zone(text.get(19..)?)?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = usize::try_from(month).ok().and_then(|month| lengths.get(month.checked_sub(1)?))?;
    let before: i128 = lengths.iter().take(usize::try_from(month).ok()? - 1).sum();
    let leaps = |year: i128| year / 4 - year / 100 + year / 400;
    let is_valid = (1..=*length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    let days = (year - 1970) * 365 + leaps(year - 1) - leaps(1969) + before + day - 1;
    is_valid.then_some((((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1_000 + millis)
}

/// The milliseconds and the minutes of a text such as `.5+01:00`.
fn decimals_and_zone(text: &str) -> Option<(i128, i128)> {
    let (decimals, zone) = text.split_at(text.find(['Z', '+', '-'])?);
    let millis = match decimals.strip_prefix('.') {
        Some(decimals) if digits(decimals).is_some() => digits(&format!("{decimals:0<3}")[..3])?,
        None if decimals.is_empty() => 0,
        Some(_) | None => return None,
    };
    let [sign @ (b'+' | b'-'), _, _, b':', _, _] = zone.as_bytes() else { return (zone == "Z").then_some((millis, 0)) };
    let (hours, minutes) = (digits(zone.get(1..3)?)?, digits(zone.get(4..6)?)?);
    let offset = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
    Some((millis, if *sign == b'+' { offset } else { -offset }))
}

fn digits(text: &str) -> Option<i128> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_counted_from_1970() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:00:00.5Z", Some(951_825_600_500)),
            ("2025-11-29T08:00:00Z", Some(1_764_403_200_000)),
            ("2025-11-29T00:00:00.123456-08:00", Some(1_764_403_200_123)),
            ("2025-02-29T08:00:00Z", None),
            ("2025-11-29T08:00:00.Z", None),
            ("2025-11-29 08:00:00Z", None),
            ("2025-11-29T08:00:00", None),
            ("2025-11-29T08:00:00Z00:00", None),
        ] {
            assert_eq!(rfc3339_millis(text), millis, "{text}");
        }
    }
}
