//! Signed calls, and a second opinion on each.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::from_str;
use sha2::Digest as _;
use shared::domain::id::RequestId;
use shared::domain::payload::Path;
use shared::domain::received::Received;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::scheme::Timing;
use shared::domain::signature::{Algorithm, Signed, check_time_in_body};
use shared::domain::signing::{Means, Signing};
use shared::domain::timestamp::Timestamp;
use shared::payload::Payload;

use super::payload::walk;
use super::published::Rule;
use super::{form, sections};

/// `sha256 x-hub-signature-256 1700000000`: the algorithm, the signature header, and the clock; lines of headers, where
/// `secret` stands for a valid secret instead; then the body. In the signature header `{{hex}}` and
/// `{{base64}}` become the right MAC, which no fuzzer would find. A call is accepted if and only if the recomputation
/// of this file says so: with what `docs/providers.md` says, and an HMAC made from the hash function alone.
///
/// # Panics
///
/// When the two disagree.
pub fn signature_headers(input: &[u8]) {
    let Some(mut delivery) = sections(input).and_then(|(lines, body)| Delivery::read(&lines, body)) else { return };
    delivery.sign();
    let accepted = delivery.is_accepted();
    if let Some(expected) = delivery.is_authentic() {
        assert_eq!(accepted, expected);
    }
}

struct Delivery<'a> {
    signing: Signing,
    /// Unix seconds.
    now: i64,
    secrets: Vec<&'a str>,
    /// Of two with one name, API Gateway makes one.
    headers: BTreeMap<String, String>,
    body: &'a [u8],
}

impl<'a> Delivery<'a> {
    fn read(lines: &[&'a str], body: &'a [u8]) -> Option<Self> {
        let (first, lines) = lines.split_first()?;
        let (algorithm, first) = first.split_once(' ')?;
        let (header, now) = first.split_once(' ')?;
        let lines = lines.iter().filter_map(|line| line.split_once(": "));
        let signing = Signing {
            means: Means::of_header(header.parse().ok()?, algorithm.parse().ok()?),
            secret: None,
            previous: None,
        };
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in lines.clone().filter(|(name, _)| *name != "secret") {
            let joined = headers.get(name).map(|known| format!("{known},{value}"));
            headers.insert(name.to_owned(), joined.unwrap_or_else(|| value.to_owned()));
        }
        Some(Self {
            signing,
            // The years 2000 to 9000: timestamps are clamped to what RFC 3339 can print, and so is this clock.
            now: now.parse().ok().filter(|now| (946_684_800..=221_845_392_000).contains(now))?,
            secrets: lines.filter(|(name, _)| *name == "secret").map(|(_, value)| value).take(3).collect(),
            headers,
            body,
        })
    }

    /// Puts the right MAC where the signature header asks for it. Of a fact that is there twice the first is signed:
    /// such a call must be refused although its MAC is right.
    fn sign(&mut self) {
        let Some(rule) = self.rule() else { return };
        let mac = self.message(&rule, Which::First).zip(self.secrets.first().and_then(|secret| rule.key(secret)));
        let Some(mac) = mac.map(|(message, key)| hmac(self.signing.means.algorithm, &key, &message)) else { return };
        let (hex, base64) = (hex::encode(&mac), STANDARD.encode(&mac));
        if let Some(value) = self.headers.get_mut(self.signing.means.header_name.as_str()) {
            *value = value.replacen("{{hex}}", &hex, 32).replacen("{{base64}}", &base64, 32);
        }
    }

    fn is_accepted(&self) -> bool {
        let received = self.received();
        let content_type = received.header("content-type");
        let scheme = self.signing.scheme();
        let payload = Payload::new(scheme.forms, content_type, &received.body);
        let signed = Signed { received: &received, body: &payload.signed() };
        let secret = |text: &&str| HookSecret::trusted(SecretString::new((*text).to_owned()));
        let text_at = |place: &str| {
            let path: Path = place.parse().ok()?;
            payload.select([&path]).ok()?.at(&path)?.as_text().map(str::to_owned)
        };
        let timestamp = if let Timing::Body { path, .. } = &scheme.timing { text_at(path) } else { None };
        self.secrets.iter().any(|text| self.signing.verify(Some(&secret(text)), &signed).is_ok())
            && check_time_in_body(scheme, |_| timestamp.as_deref(), received.received_at).is_ok()
    }

    fn received(&self) -> Received {
        let received_at = Timestamp::from_unix_seconds(self.now);
        Received {
            id: RequestId::at(received_at, [0; 10]),
            received_at,
            ip_address: None,
            headers: self.headers.clone(),
            query: String::new(),
            body: self.body.to_vec().into(),
            retry_of: None,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Whether the call is authentic, by another way; `None` where this file cannot tell.
    fn is_authentic(&self) -> Option<bool> {
        let Some(value) = self.header(self.signing.means.header_name.as_str()) else { return Some(false) };
        let Some(rule) = self.rule() else { return Some(self.secrets.contains(&value)) };
        let keys: Option<Vec<_>> = self.secrets.iter().map(|secret| rule.key(secret)).collect();
        let Some((keys, message)) = keys.zip(self.message(&rule, Which::Only)) else { return Some(false) };
        let signatures: Vec<_> = rule.entries(value).filter_map(|entry| rule.signature(entry)).take(16).collect();
        let proven = keys.iter().any(|key| {
            let mac = hmac(self.signing.means.algorithm, key, &message);
            let (hex, base64) = (hex::encode(&mac), STANDARD.encode(&mac));
            let is_mac = |text: &&str| {
                (rule.written.contains("hex") && hex.eq_ignore_ascii_case(text))
                    || (rule.written.contains("base64") && base64 == *text)
            };
            signatures.iter().any(is_mac)
        });
        if proven { self.is_fresh(&rule) } else { Some(false) }
    }

    /// Whether the last fact that is signed before the body, a timestamp in every scheme, is at most 300 s away.
    fn is_fresh(&self, rule: &Rule) -> Option<bool> {
        let now = i128::from(self.now);
        let near = |at: &str, unit: i128| {
            is_time(at) && at.parse().is_ok_and(|at: i128| (at - now * unit).abs() <= 300 * unit)
        };
        if let Some(place) = rule.time_in_body {
            return self.timestamp_in_body(place).map(|at| near(&at, 1_000));
        }
        let name = rule.facts().last().filter(|_| rule.is_timed);
        Some(name.is_none_or(|name| self.fact(rule, name, Which::Only).is_some_and(|at| near(at, 1))))
    }

    fn timestamp_in_body(&self, place: &str) -> Option<String> {
        let text = std::str::from_utf8(self.body).ok()?;
        let raw = walk(text.strip_prefix('\u{feff}').unwrap_or(text), &[place]).ok()?;
        let raw = raw.unwrap_or_default();
        if raw.starts_with('"') { from_str(raw).ok() } else { Some(raw.to_owned()) }
    }

    /// What is signed, or `None` when a part of it is missing or is one that could move the borders between the parts:
    /// a fact with the character that ends it, or a time, the last of them, that is not all digits.
    fn message(&self, rule: &Rule, which: Which) -> Option<Vec<u8>> {
        let (mut message, mut rest) = (String::new(), rule.before_body);
        while let Some((text, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            let fact = self.fact(rule, name, which)?;
            let is_clear = if after.contains('{') {
                !fact.is_empty() && fact.chars().all(|char| char.is_ascii_graphic() && !after.starts_with(char))
            } else {
                is_time(fact)
            };
            if matches!(which, Which::Only) && !is_clear {
                return None;
            }
            message = message + text + fact;
            rest = after;
        }
        Some([message.as_bytes(), rest.as_bytes(), &self.signed_body(rule, which)].concat())
    }

    /// The body, but of a form of Gitea's or its relatives' the one field that it may have.
    fn signed_body(&self, rule: &Rule, which: Which) -> Cow<'_, [u8]> {
        let fields = form::fields(self.header("content-type"), self.body);
        let Some((field, fields)) = rule.form_field.zip(fields) else { return Cow::Borrowed(self.body) };
        let is_alone = fields.len() == 1 || matches!(which, Which::First);
        let json = fields.into_iter().find(|(name, _)| name == field).filter(|_| is_alone);
        json.map_or(Cow::Borrowed(self.body), |(_, json)| Cow::Owned(json.into_bytes()))
    }

    /// A fact that is signed: a header, whose names here have hyphens, or an entry of the signature header.
    fn fact(&self, rule: &Rule, name: &str, which: Which) -> Option<&str> {
        if name.contains('-') {
            return self.header(name);
        }
        let entries = rule.entries(self.header(self.signing.means.header_name.as_str())?);
        which.of(entries.filter_map(|entry| entry.strip_prefix(&format!("{name}="))))
    }

    /// `None` for the one provider that sends the secret itself.
    fn rule(&self) -> Option<Rule> {
        Rule::find(self.signing.means.header_name.as_str(), self.signing.means.algorithm.as_str())
    }
}

fn is_time(text: &str) -> bool {
    (1..=15).contains(&text.len()) && text.chars().all(|char| char.is_ascii_digit())
}

/// Which of several values counts.
#[derive(Clone, Copy)]
enum Which {
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

/// HMAC as RFC 2104 defines it.
fn hmac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    let hash = |bytes: &[u8]| match algorithm {
        Algorithm::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
        Algorithm::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
        Algorithm::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
    };
    let block = if algorithm == Algorithm::Sha512 { 128 } else { 64 };
    let mut key = if key.len() > block { hash(key) } else { key.to_vec() };
    key.resize(block, 0);
    let pad = |byte: u8| key.iter().map(|key| key ^ byte).collect::<Vec<u8>>();
    hash(&[pad(0x5c), hash(&[&pad(0x36), message].concat())].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::signature::providers::BY_HEADER;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    /// A call that is signed as its provider does.
    fn genuine(algorithm: Algorithm, header: &str) -> String {
        let head = format!("{} {header} 1700000000\nsecret: {SECRET}\n", algorithm.as_str());
        let lines: Vec<_> = head.lines().collect();
        let rule = Delivery::read(&lines, b"").and_then(|delivery| delivery.rule());
        let Some(rule) = rule else { return format!("{head}{header}: {SECRET}\n\n{{}}") };
        let (headers, entries): (Vec<_>, Vec<_>) = rule.facts().partition(|name| name.contains('-'));
        let headers: Vec<_> = headers.iter().map(|name| format!("{name}: 1700000000\n")).collect();
        let entries: Vec<_> = entries.iter().map(|name| format!("{name}=1700000000{}", rule.separator)).collect();
        let (headers, entries) = (headers.concat(), entries.concat());
        let mac = if rule.written == "base64" { "{{base64}}" } else { "{{hex}}" };
        let body = r#"{"webhookTimestamp":1700000000000}"#;
        format!("{head}{headers}{header}: {entries}{}{mac}\n\n{body}", rule.prefixes[0])
    }

    #[test]
    fn both_opinions_accept_a_form_with_signed_json_alone_and_refuse_it_with_another_field() {
        for header in ["x-gitea-signature", "x-forgejo-signature", "x-gogs-signature"] {
            for (body, expected) in [("payload=%7B%7D", true), ("payload=%7B%7D&x=1", false), ("{}", true)] {
                let form = "content-type: application/x-www-form-urlencoded";
                let input =
                    format!("sha256 {header} 1700000000\nsecret: {SECRET}\n{header}: {{{{hex}}}}\n{form}\n\n{body}");
                let (lines, body) = sections(input.as_bytes()).unwrap();
                let mut delivery = Delivery::read(&lines, body).unwrap();
                delivery.sign();
                assert_eq!((delivery.is_accepted(), delivery.is_authentic()), (expected, Some(expected)), "{input}");
            }
        }
    }

    #[test]
    fn both_opinions_accept_a_genuine_call_of_every_scheme_and_refuse_it_with_another_body() {
        let unknown = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512].map(|algorithm| ("x-any", algorithm));
        let schemes = BY_HEADER.iter().map(|known| known.scheme);
        let known = schemes.flat_map(|scheme| scheme.algorithms.iter().map(|algorithm| (scheme.header, *algorithm)));
        for (header, algorithm) in known.chain(unknown) {
            let input = genuine(algorithm, header);
            let (lines, body) = sections(input.as_bytes()).unwrap();
            let mut delivery = Delivery::read(&lines, body).unwrap();
            delivery.sign();
            assert!(delivery.is_accepted() && delivery.is_authentic() == Some(true), "{input}");
            delivery.body = b"{}";
            let proves_nothing = header == "x-gitlab-token";
            assert!(delivery.is_accepted() == proves_nothing, "{input}");
            assert_eq!(delivery.is_authentic(), Some(proves_nothing), "{input}");
        }
    }
}
