//! What a provider does to prove its calls, driven by the table as the verifier is, and written apart from it.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};
use shared::domain::signature::Algorithm;
use shared::domain::signature::scheme::{
    Claim, Encoding, Holds, Key, MacForm, Order, Part, Place, Prefix, Proof, Scheme, TimeForm, Timing,
};
use shared::domain::signing::SecretHeaderName;

use crate::body::Body;
use crate::call::NUMBER;
use crate::file::File;
use crate::token::token;
use crate::{Call, Keys, Timestamp, mac};

/// What a scheme signs.
pub(crate) fn signed_parts(scheme: &'static Scheme) -> &'static [Part<'static>] {
    match &scheme.proof {
        Proof::Mac(form) => form.signed,
        Proof::PublicKey(form) => form.signed,
        Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Jwt(_) | Proof::Sns | Proof::Nothing => &[],
    }
}

/// The call with the query of the registered address, if that is proven as the call has it.
fn at_registered_query(call: Call, scheme: &'static Scheme, url: &str) -> Call {
    let is_proven = matches!(&scheme.proof, Proof::Jwt(form) if form.claims.contains(&Claim::RequestHash));
    match url.split_once('?') {
        Some((_, query)) if is_proven && call.query.is_empty() => Call { query: query.to_owned(), ..call },
        _ => call,
    }
}

impl Keys {
    /// The call with its proof, signed at this time.
    #[must_use]
    pub fn sign(&self, call: &Call, at: Timestamp) -> Call {
        let scheme = self.known.scheme;
        let Some(means) = self.means().filter(|_| !matches!(scheme.proof, Proof::Nothing | Proof::Sns)) else {
            return call.clone();
        };
        let call = at_registered_query(completed(call.clone(), scheme, at), scheme, &self.url);
        self.put(&call, |values, _| self.proof(means.algorithm, &call, values, at))
    }

    /// The call with what this makes of its proof, or of each one; of one that it does not have, it makes it of nothing.
    #[must_use]
    pub fn with_proof(&self, call: &Call, change: impl Fn(&str) -> String) -> Call {
        self.put(call, |_, proof| change(proof))
    }

    /// Puts into each place of a proof what this makes of the values beside it, and of what is in the place.
    fn put(&self, call: &Call, proof: impl Fn(&Body, &str) -> String) -> Call {
        let scheme = self.known.scheme;
        let mut body = Body::of(call, scheme);
        let put_into = |body: &mut Body, place: &str| {
            let made = proof(body, &body.text(place).unwrap_or_default());
            body.set(place, made.into());
        };
        match scheme.place {
            Place::Header => {
                let header = self.means().and_then(|means| means.header_name);
                let Some(header) = header.as_ref().map(SecretHeaderName::as_str) else { return call.clone() };
                call.clone().with(header, proof(&body, call.header(header).unwrap_or_default()))
            }
            Place::Query(name) => {
                let (here, others): (Vec<_>, Vec<_>) =
                    form_urlencoded::parse(call.query.as_bytes()).partition(|(known, _)| known == name);
                let made = proof(&body, here.first().map_or("", |(_, value)| value));
                let mut query = form_urlencoded::Serializer::new(String::new());
                let query = query.extend_pairs(others).append_pair(name, &made).finish();
                Call { query, ..call.clone() }
            }
            Place::Body(place) => {
                put_into(&mut body, place);
                body.put_into(call)
            }
            Place::Whole => {
                let whole = proof(&body, &call.body);
                Call { body: whole, ..call.clone() }.with("content-type", "application/jwt")
            }
            Place::Each(array, place) => {
                body.each(array, |element| put_into(element, place));
                body.put_into(call)
            }
        }
    }

    /// What proves the call, or the element of it that has these values.
    fn proof(&self, algorithm: Algorithm, call: &Call, values: &Body, at: Timestamp) -> String {
        let scheme = self.known.scheme;
        match &scheme.proof {
            // See `sign`.
            Proof::Nothing | Proof::Sns => String::new(),
            Proof::Jwt(form) => token(self, form, call, at),
            Proof::Secret => self.secret.clone(),
            Proof::Bearer => format!("Bearer {}", self.secret),
            Proof::Basic => {
                let username = self.told.get("username").map(String::as_str).unwrap_or_default();
                format!("Basic {}", STANDARD.encode(format!("{username}:{}", self.secret)))
            }
            Proof::PublicKey(form) => {
                let signature = self.pair.as_ref().and_then(|pair| pair.sign(&self.message(call, values, at)).ok());
                encode(form.encoding, &signature.unwrap_or_default())
            }
            Proof::Mac(form) => {
                let message = self.message(call, values, at);
                let signature = encode(form.encoding, &self.code(form.key, algorithm, &message));
                let signature = match form.prefix {
                    Prefix::None | Prefix::Optional => signature,
                    Prefix::Text(text) => format!("{text}{signature}"),
                    Prefix::UpTo(end) => format!("sample{end}{signature}"),
                    Prefix::Algorithm => format!("{}={signature}", algorithm.as_str()),
                };
                format!("{}{signature}", self.entries(form, at))
            }
        }
    }

    /// What stands before the signature in a header that is a list.
    fn entries(&self, form: &MacForm<'_>, at: Timestamp) -> String {
        let file = File::of(self.known.provider.name);
        let space = file.as_ref().map_or("", File::after_separator);
        let separator = format!("{}{space}", form.separator.unwrap_or(','));
        let entries = form.signed.iter().filter_map(Part::entry);
        let text = |(name, holds)| format!("{name}={}{separator}", entry(self.known.scheme, name, holds, at));
        entries.map(text).collect::<Vec<_>>().concat()
    }

    /// The bytes that are signed.
    fn message(&self, call: &Call, values: &Body, at: Timestamp) -> Vec<u8> {
        let scheme = self.known.scheme;
        let text = |part: &Part<'_>| match part {
            Part::Text(text) => (*text).to_owned(),
            Part::Header(name, _) => call.header(name).unwrap_or_default().to_owned(),
            Part::Entry(name, holds) => entry(scheme, name, *holds, at),
            Part::Given(name) => self.options().remove(*name).unwrap_or_default(),
            Part::Value(place, _) => values.text(place).unwrap_or_default(),
            Part::Query(name, _) => {
                let mut values = form_urlencoded::parse(call.query.as_bytes());
                values.find(|(known, _)| known == name).map(|(_, value)| value.to_lowercase()).unwrap_or_default()
            }
            Part::Body => call.body.clone(),
            Part::BodyDigest => hex::encode(Sha256::digest(&call.body)),
            Part::BodyChecksum => crc32(call.body.as_bytes()).to_string(),
            Part::Url => self.url.clone(),
            Part::SortedForm => sorted_form(call, &self.url),
            Part::Target => target(&self.url),
            Part::Listed(list, _) => {
                let names = call.header(list).unwrap_or_default().split(',');
                let headers = names.map(|name| format!("{name}:{}", call.header(name).unwrap_or_default()));
                headers.collect::<Vec<_>>().join(";")
            }
        };
        signed_parts(scheme).iter().map(text).collect::<String>().into_bytes()
    }

    /// The MAC, or the hash that a provider takes for one.
    fn code(&self, key: Key, algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
        let secret = self.secret.as_bytes();
        let hashed = match key {
            Key::Hashed(Order::Before) => [secret, message].concat(),
            Key::Hashed(Order::Behind) => [message, secret].concat(),
            Key::Verbatim
            | Key::VerbatimOrBase64After(_)
            | Key::Base64After(_)
            | Key::Hex
            | Key::Sha1
            | Key::Sha256 => return mac(algorithm, &self.key(key), message),
        };
        match algorithm {
            Algorithm::Sha1 => Sha1::digest(hashed).to_vec(),
            Algorithm::Sha256 => Sha256::digest(hashed).to_vec(),
            Algorithm::Sha512 => Sha512::digest(hashed).to_vec(),
        }
    }

    fn key(&self, key: Key) -> Vec<u8> {
        let after = |prefix| {
            let base64 = self.secret.strip_prefix(prefix).unwrap_or_default().trim_end_matches('=');
            STANDARD_NO_PAD.decode(base64).unwrap_or_default()
        };
        match key {
            Key::Verbatim | Key::VerbatimOrBase64After(_) | Key::Hashed(_) => self.secret.clone().into_bytes(),
            Key::Sha1 => Sha1::digest(&self.secret).to_vec(),
            Key::Sha256 => Sha256::digest(&self.secret).to_vec(),
            Key::Base64After(prefix) => after(prefix),
            Key::Hex => hex::decode(&self.secret).unwrap_or_default(),
        }
    }
}

/// The call with the headers that are signed and that it does not have: the time, and ids.
fn completed(call: Call, scheme: &'static Scheme, at: Timestamp) -> Call {
    let headers = signed_parts(scheme).iter().filter_map(Part::header);
    let call = with_list(call, scheme, at);
    headers.fold(call, |call, (name, holds)| {
        let form = match &scheme.timing {
            Timing::Header { name: timed, form, .. } if *timed == name => Some(*form),
            Timing::Header { .. } | Timing::Entry { .. } | Timing::Body { .. } | Timing::None => None,
        };
        // A time is that of the signature, whatever the call had there.
        match form {
            Some(form) => call.with(name, written(form, at)),
            None => call.or_with(name, || value(holds, at)),
        }
    })
}

/// The call with a list of all its own headers and with its time, where the scheme signs such a list.
fn with_list(call: Call, scheme: &'static Scheme, at: Timestamp) -> Call {
    let list = |part: &Part<'_>| if let Part::Listed(list, time) = part { Some((*list, *time)) } else { None };
    let Some((list, time)) = signed_parts(scheme).iter().find_map(list) else { return call };
    let own = call.headers.keys().map(String::as_str).filter(|name| name.starts_with("x-"));
    let names: BTreeSet<_> = own.filter(|name| *name != scheme.header).chain([list, time]).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(",");
    call.with(list, names).with(time, written(TimeForm::Millis, at))
}

/// The path of an address and its query, escaped twice, as Contentful signs them.
fn target(url: &str) -> String {
    let target = url.splitn(4, '/').nth(3).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    format!("/{path}?{}", query.replace('%', "%25"))
}

fn entry(scheme: &Scheme, name: &str, holds: Holds, at: Timestamp) -> String {
    match &scheme.timing {
        Timing::Entry { name: timed, form, .. } if *timed == name => written(*form, at),
        Timing::Entry { .. } | Timing::Header { .. } | Timing::Body { .. } | Timing::None => value(holds, at),
    }
}

fn value(holds: Holds, at: Timestamp) -> String {
    match holds {
        Holds::Time | Holds::Seconds => written(TimeForm::Seconds, at),
        Holds::Millis => written(TimeForm::Millis, at),
        Holds::Rfc3339 => written(TimeForm::Rfc3339, at),
        Holds::HttpDate => written(TimeForm::HttpDate, at),
        Holds::Word | Holds::AllBut(_) | Holds::Without(_) | Holds::Anything => format!("sample{NUMBER}"),
        Holds::Lines => format!("sample{NUMBER}\n"),
        Holds::Hex(digits) => format!("{NUMBER:0>digits$}"),
    }
}

fn written(form: TimeForm, at: Timestamp) -> String {
    match form {
        TimeForm::Seconds => at.unix_seconds().to_string(),
        TimeForm::Millis => at.unix_millis().to_string(),
        TimeForm::Rfc3339 => at.to_string(),
        TimeForm::HttpDate => http_date(at),
    }
}

/// Such as `Sat, 29 Nov 2025 08:00:00 GMT`.
fn http_date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.to_string();
    let since = usize::try_from(at.unix_seconds() / 86_400).unwrap_or_default();
    let month = text[5..7].parse::<usize>().unwrap_or(1) - 1;
    format!("{}, {} {} {} {} GMT", DAYS[since % 7], &text[8..10], MONTHS[month], &text[..4], &text[11..19])
}

fn encode(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Hex | Encoding::HexOrBase64 => hex::encode(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64OfHex => STANDARD.encode(hex::encode(bytes)),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
    }
}

/// What Twilio signs after the address: of a form its fields, sorted, each value of a name once; of any other body its
/// digest, which it adds to the address.
fn sorted_form(call: &Call, url: &str) -> String {
    if !call.is_form() {
        let before = if url.contains('?') { '&' } else { '?' };
        return format!("{before}bodySHA256={}", hex::encode(Sha256::digest(&call.body)));
    }
    let mut fields: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(call.body.as_bytes()) {
        fields.entry(name).or_default().insert(value);
    }
    let pairs = fields.iter().flat_map(|(name, values)| values.iter().map(move |value| format!("{name}{value}")));
    pairs.collect()
}

/// CRC-32, bit by bit (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
