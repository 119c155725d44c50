//! Signed calls, and a second opinion on each.

mod opinion;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::Digest as _;
use shared::domain::id::RequestId;
use shared::domain::payload::Path;
use shared::domain::received::Received;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::scheme::Timing;
use shared::domain::signature::{Algorithm, Options, Signed, check_time_in_body, providers};
use shared::domain::signing::{Means, SecretHeaderName, Signing};
use shared::domain::timestamp::Timestamp;
use shared::payload::Payload;

use self::opinion::Which;
use super::published::{self, Proof};
use super::sections;

/// `sha256 x-hub-signature-256 1700000000`: the algorithm, the signature header, and the clock. If the hook names its
/// provider, `@razorpay x-razorpay-signature 1700000000`. Then lines of headers, where `secret`, `url` and `username`
/// stand for a valid secret and for options instead; then the body. In the signature header `{{hex}}`, `{{base64}}` and
/// `{{base64url}}` become the right MAC, which no fuzzer would find. A call is accepted if and only if the recomputation
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
    /// Where the proof may be, and what it must be.
    published: (Vec<String>, Proof),
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
        let (kind, first) = first.split_once(' ')?;
        let (header, now) = first.split_once(' ')?;
        let lines = lines.iter().filter_map(|line| line.split_once(": "));
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in lines.clone().filter(|(name, _)| !["secret", "url", "username"].contains(name)) {
            let joined = headers.get(name).map(|known| format!("{known},{value}"));
            headers.insert(name.to_owned(), joined.unwrap_or_else(|| value.to_owned()));
        }
        let means = match kind.strip_prefix('@') {
            Some(provider) => means_of(provider, header, lines.clone())?,
            None => Means::of_header(header.parse().ok()?, kind.parse().ok()?),
        };
        let header = means.header_name.as_ref()?.as_str().to_owned();
        let published = match kind.strip_prefix('@') {
            Some(provider) => published::of_provider(provider, &header),
            None => (vec![header.clone()], published::of_header(&header, means.algorithm.as_str())),
        };
        Some(Self {
            signing: Signing::without_secret(means),
            published,
            // The years 2000 to 9000: timestamps are clamped to what RFC 3339 can print, and so is this clock.
            now: now.parse().ok().filter(|now| (946_684_800..=221_845_392_000).contains(now))?,
            secrets: lines.filter(|(name, _)| *name == "secret").map(|(_, value)| value).take(3).collect(),
            headers,
            body,
        })
    }

    /// Puts the right MAC where a header with the proof asks for it. Of a fact that is there twice the first is signed:
    /// such a call must be refused although its MAC is right.
    fn sign(&mut self) {
        let Proof::Mac(rule) = self.published.1.clone() else { return };
        for header in self.published.0.clone() {
            let key = self.secrets.first().and_then(|secret| rule.keys(secret).into_iter().next());
            let mac = self.message(&rule, &header, Which::First).zip(key);
            let Some(mac) = mac.map(|(message, key)| hmac(self.signing.means.algorithm, &key, &message)) else {
                return;
            };
            if let Some(value) = self.headers.get_mut(&header) {
                for (mark, text) in [
                    ("{{hex}}", hex::encode(&mac)),
                    ("{{base64}}", STANDARD.encode(&mac)),
                    ("{{base64url}}", URL_SAFE_NO_PAD.encode(&mac)),
                ] {
                    *value = value.replacen(mark, &text, 32);
                }
            }
        }
    }

    fn is_accepted(&self) -> bool {
        let received = self.received();
        let content_type = received.header("content-type");
        let scheme = self.signing.scheme();
        let payload = Payload::new(scheme.forms, content_type, &received.body);
        let signed = Signed { received: &received, body: &payload.signed(), values: &payload };
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
            is_test: false,
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.signing.means.options.get(name)
    }
}

/// How the calls of a hook are proven that names its provider, this header, and these options.
fn means_of<'a>(provider: &str, header: &str, lines: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Means> {
    let provider = providers::named(provider)?;
    let known = |name: &str| provider.options.iter().any(|kind| kind.name() == name);
    let given = lines.filter(|(name, _)| known(name)).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = Options::new(provider.options, &given.collect()).ok()?;
    Means::of_provider(provider, Some(SecretHeaderName::of_provider(provider, header).ok()?), None, options).ok()
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
mod tests;
