//! The bytes that a signature covers, part by part.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;

use super::certificate::public_key_of;
use super::entries::entry;
use super::key_source::KeySource;
use super::listed::{self, Listed};
use super::options::{OptionKind, Options};
use super::part::Part;
use super::place::{At, Needed, parameter, required};
use super::published::{has_signed, key_of};
use super::refusal::NotAuthentic;
use super::{Signed, public_key};

/// What carries a proof.
#[derive(Clone, Copy)]
pub(super) struct Carrier<'a> {
    /// Where it is.
    pub(super) at: At<'a>,
    /// As it came; of a parameter or a field, decoded.
    pub(super) value: &'a str,
}

/// What the parts of the signed bytes are taken from.
#[derive(Clone, Copy)]
pub(super) struct SignedBytes<'a> {
    pub(super) carrier: Carrier<'a>,
    pub(super) signed: &'a Signed<'a>,
    pub(super) needed: &'a Needed,
    pub(super) options: &'a Options,
    /// What the provider publishes, as far as it is needed.
    pub(super) published: Option<&'a [u8]>,
    /// Between the entries of what carries the proof.
    pub(super) separator: Option<char>,
}

impl<'a> SignedBytes<'a> {
    /// Gives out the parts one by one: a body is not copied.
    pub(super) fn feed(self, parts: &[Part<'_>], update: &mut dyn FnMut(&[u8])) -> Result<(), NotAuthentic> {
        for part in parts {
            match part {
                Part::Text(text) => update(text.as_bytes()),
                Part::Header(name, _) => update(required(self.signed.received, name)?.as_bytes()),
                Part::Entry(name, _) => update(self.required_entry(name)?.as_bytes()),
                Part::Value(place, _) => update(self.needed.text(place)?.as_bytes()),
                Part::Query(name, _) => update(self.parameter(name)?.as_bytes()),
                Part::Given(name) => update(self.option(name)?.as_bytes()),
                Part::Body => update(self.signed.body),
                Part::BodyDigest => update(hex::encode(sha2::Sha256::digest(self.signed.body)).as_bytes()),
                Part::BodyChecksum => update(checksum(self.signed.body).as_bytes()),
                Part::Url => update(self.url()?.as_bytes()),
                Part::SortedForm => update(self.sorted_form()?.as_bytes()),
                Part::Target => update(listed::target(self.url()?).as_bytes()),
                Part::Listed(list, time) => {
                    update(Listed::of(self.signed.received, list, time)?.text().as_bytes());
                }
            }
        }
        Ok(())
    }

    /// Refuses a signed value that could hold a part of what follows it: see [`Holds`](super::part::Holds).
    pub(super) fn check_values(self, parts: &[Part<'_>]) -> Result<(), NotAuthentic> {
        for part in parts {
            let (value, holds) = match part {
                Part::Text(_)
                | Part::Given(_)
                | Part::Body
                | Part::BodyDigest
                | Part::BodyChecksum
                | Part::Url
                | Part::SortedForm
                | Part::Target => continue,
                Part::Listed(list, time) => {
                    Listed::of(self.signed.received, list, time)?.check(self.carrier.at)?;
                    continue;
                }
                Part::Header(name, holds) => (Cow::Borrowed(required(self.signed.received, name)?), holds),
                Part::Entry(name, holds) => (self.required_entry(name)?.into(), holds),
                Part::Value(place, holds) => (self.needed.text(place)?.into(), holds),
                Part::Query(name, holds) => (self.parameter(name)?.into(), holds),
            };
            if !holds.allows(&value) {
                return Err(NotAuthentic::Ambiguous { place: part.place(self.carrier.at), form: holds.to_string() });
            }
        }
        Ok(())
    }

    pub(super) fn required_entry(self, name: &str) -> Result<&'a str, NotAuthentic> {
        let missing =
            || NotAuthentic::Malformed { place: self.carrier.at.to_string(), form: format!("one entry `{name}=`") };
        entry(self.carrier.value, self.separator, name).ok_or_else(missing)
    }

    pub(super) fn url(self) -> Result<&'a str, NotAuthentic> {
        self.option(OptionKind::Url.name())
    }

    fn option(self, name: &str) -> Result<&'a str, NotAuthentic> {
        // A hook of such a provider has it from the day it is created.
        self.options.get(name).ok_or_else(|| NotAuthentic::NoMatch(self.carrier.at.to_string()))
    }

    fn parameter(self, name: &'static str) -> Result<String, NotAuthentic> {
        let value = parameter(&self.signed.received.query, name).map(|value| value.to_lowercase());
        value.ok_or_else(|| NotAuthentic::Missing(At::Query(name).to_string()))
    }

    /// Twilio signs a form as its fields in the order of their names, and of several values with one name each one once,
    /// in order. It signs any other body as the digest that it adds to the address, where only its name is read: what
    /// must be there, we know.
    fn sorted_form(self) -> Result<String, NotAuthentic> {
        let Signed { received, body, .. } = self.signed;
        if received.query.split('&').any(|parameter| parameter.starts_with("bodySHA256=")) {
            let before = if self.url()?.contains('?') { '&' } else { '?' };
            return Ok(format!("{before}bodySHA256={}", hex::encode(sha2::Sha256::digest(body))));
        }
        let mut fields: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            fields.entry(name).or_default().insert(value);
        }
        let pairs = fields.iter().flat_map(|(name, values)| values.iter().flat_map(move |value| [name, value]));
        let text: String = pairs.map(AsRef::as_ref).collect();
        // Such a form would be signed as another body is.
        let is_digest = text.get(1..).is_some_and(|rest| rest.starts_with("bodySHA256="));
        if is_digest { Err(NotAuthentic::NoMatch(self.carrier.at.to_string())) } else { Ok(text) }
    }
}

/// The CRC-32 that zip and Ethernet have, too.
fn checksum(body: &[u8]) -> String {
    let mut checksum = flate2::Crc::new();
    checksum.update(body);
    checksum.sum().to_string()
}

impl public_key::KeyForm<'_> {
    /// Whether the header is a signature of the call that the provider's public key verifies.
    pub(super) fn proves(&self, bytes: SignedBytes<'_>) -> Result<bool, NotAuthentic> {
        let Carrier { at, value } = bytes.carrier;
        let malformed = || NotAuthentic::Malformed { place: at.to_string(), form: "a signature".to_owned() };
        let signature = super::decode(self.encoding, value, None).ok_or_else(malformed)?;
        let mut message = Vec::new();
        bytes.feed(self.signed, &mut |part| message.extend_from_slice(part))?;
        let key = match self.source {
            KeySource::Owner => {
                let given = bytes.options.get("public_key");
                given.and_then(|text| public_key::read(self.key, text).ok())
            }
            KeySource::Certificate { .. } => {
                let key = bytes.published.and_then(public_key_of);
                key.and_then(|key| public_key::of_bytes(self.key, &key))
            }
            KeySource::KeySet { header, .. } => {
                let id = required(bytes.signed.received, header)?;
                let key = bytes.published.and_then(|key_set| key_of(key_set, id));
                let key = key.ok_or_else(|| NotAuthentic::UnknownKey(At::Header(header).to_string()))?;
                return Ok(has_signed(&key, self.key.token_algorithm(), &message, &signature));
            }
        };
        Ok(key.is_some_and(|key| key.verify_sig(&message, &signature).is_ok()))
    }
}
