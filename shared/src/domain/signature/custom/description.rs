//! How the owner of a hook describes a scheme, field by field, and what is refused of it.

use std::time::Duration;

use super::super::header_name::SecretHeaderName;
use super::super::public_key::PublicKeyForm;
use super::super::scheme::{Encoding, TimeForm};
use super::super::signed_text::SignedText;
use super::{Algorithm, CustomProof, Kind, Place, SignedTime, Verification};
use crate::domain::Invalid;
use crate::domain::invalid::check_field_name;
use crate::domain::mask::is_credential;
use crate::domain::payload::Path;

/// A scheme as text. What is left out has a default, or means nothing with the kind of proof.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// `hmac`, `token`, `basic` or `public_key`.
    pub kind: String,
    /// The header that carries the proof.
    pub header: Option<String>,
    /// The hash function of an HMAC, or what the public key is for.
    pub algorithm: Option<String>,
    /// How the signature is written.
    pub encoding: Option<String>,
    /// What stands before the signature, or before the token.
    pub prefix: Option<String>,
    /// What stands between several signatures.
    pub separator: Option<String>,
    /// What is signed: [`SignedText`].
    pub signed: Option<String>,
    /// The header with the time of the signature.
    pub timestamp: Option<TimeDescription>,
    /// Where the delivery's id is.
    pub delivery_id: Option<Origin>,
    /// Where the event's name is.
    pub event: Option<Origin>,
}

/// A time that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeDescription {
    /// The header.
    pub header: String,
    /// `seconds`, `millis` or `rfc3339`.
    pub format: String,
    /// How far it may be from the clock.
    pub tolerance_seconds: Option<i64>,
}

/// Where a fact is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In this header.
    Header(String),
    /// At this path of the body.
    Body(String),
}

const KINDS: &str = "must be one of hmac, token, basic, public_key";
const FORMS: &[(&str, TimeForm)] =
    &[("seconds", TimeForm::Seconds), ("millis", TimeForm::Millis), ("rfc3339", TimeForm::Rfc3339)];
const ENCODINGS: &[(&str, Encoding)] =
    &[("hex", Encoding::Hex), ("base64", Encoding::Base64), ("base64url", Encoding::Base64Url)];
const KEYS: &[(&str, PublicKeyForm)] =
    &[("ed25519", PublicKeyForm::Ed25519Base64), ("ecdsa_p256", PublicKeyForm::P256), ("rsa", PublicKeyForm::Rsa)];

/// In seconds, both.
const DEFAULT_TOLERANCE: i64 = 300;
const MAX_TOLERANCE: i64 = 48 * 60 * 60;

const MAX_PREFIX_CHARS: usize = 64;
const BEARER: &str = "Bearer";
const AUTHORIZATION: &str = "authorization";

type Faults = Vec<(&'static str, Invalid)>;

/// Reads a description, with all that is at fault in it.
pub(super) fn read(description: &Description) -> Result<Verification, Faults> {
    let mut reading = Reading { description, faults: Vec::new() };
    let time = reading.time();
    let proof = match description.kind.as_str() {
        "hmac" => reading.hmac(time.as_ref()),
        "token" => reading.token(),
        "basic" => Some(reading.basic()),
        "public_key" => reading.public_key(time.as_ref()),
        _ => reading.fault("type", KINDS),
    };
    let header = reading.header();
    reading.check_time(proof.as_ref(), time.as_ref());
    let [delivery_id, event] = [("delivery_id", &description.delivery_id), ("event", &description.event)]
        .map(|(field, origin)| reading.place(field, origin.as_ref(), header.as_ref()));
    match (reading.faults, proof, header) {
        (faults, Some(proof), Some(header)) if faults.is_empty() => {
            Ok(Verification { proof, header, time, delivery_id, event })
        }
        (faults, ..) => Err(faults),
    }
}

struct Reading<'d> {
    description: &'d Description,
    faults: Faults,
}

impl Reading<'_> {
    fn fault<T>(&mut self, field: &'static str, reason: impl Into<std::borrow::Cow<'static, str>>) -> Option<T> {
        self.faults.push((field, Invalid::new(reason)));
        None
    }

    fn take<T>(&mut self, field: &'static str, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|reason| self.faults.push((field, reason))).ok()
    }

    /// Refuses the fields that say nothing with this kind of proof: their author meant something.
    fn refuse(&mut self, fields: &[&'static str]) {
        let Description { kind, algorithm, encoding, prefix, separator, signed, timestamp, .. } = self.description;
        let given = [
            ("algorithm", algorithm.is_some()),
            ("encoding", encoding.is_some()),
            ("prefix", prefix.is_some()),
            ("separator", separator.is_some()),
            ("signed", signed.is_some()),
            ("timestamp", timestamp.is_some()),
        ];
        for (field, _) in given.iter().filter(|(field, is_given)| *is_given && fields.contains(field)) {
            let reason = format!("must be left out: it means nothing with the type `{kind}`");
            self.faults.push((field, Invalid::new(reason)));
        }
    }

    fn hmac(&mut self, time: Option<&SignedTime>) -> Option<CustomProof> {
        let algorithm = self.description.algorithm.as_deref().map_or(Ok(Algorithm::Sha256), str::parse);
        let algorithm = self.take("algorithm", algorithm);
        let encoding = self.encoding(Encoding::Hex);
        let separator = self.separator();
        let prefix = self.prefix(separator.unwrap_or_default());
        let signed = self.signed(time);
        let (algorithm, encoding, separator) = (algorithm?, encoding?, separator.ok()?);
        Some(CustomProof::Hmac { algorithm, encoding, prefix: prefix?, separator, signed: signed? })
    }

    fn token(&mut self) -> Option<CustomProof> {
        self.refuse(&["algorithm", "encoding", "separator", "signed", "timestamp"]);
        let is_bearer = match self.description.prefix.as_deref().map(str::trim_end) {
            None => false,
            Some(word) if word.eq_ignore_ascii_case(BEARER) => true,
            Some(_) => {
                let reason =
                    "must be `Bearer`, or be left out: make any other word before the token a part of the `secret`";
                return self.fault("prefix", reason);
            }
        };
        Some(CustomProof::Token { is_bearer })
    }

    fn basic(&mut self) -> CustomProof {
        self.refuse(&["algorithm", "encoding", "prefix", "separator", "signed", "timestamp"]);
        CustomProof::Basic
    }

    fn public_key(&mut self, time: Option<&SignedTime>) -> Option<CustomProof> {
        self.refuse(&["prefix", "separator"]);
        let key = match self.description.algorithm.as_deref() {
            Some(name) => self.take("algorithm", one_of(KEYS, name)),
            None => self.fault("algorithm", format!("is required: {}", choice(KEYS))),
        };
        let encoding = self.encoding(Encoding::Base64);
        let signed = self.signed(time);
        Some(CustomProof::PublicKey { key: key?, encoding: encoding?, signed: signed? })
    }

    fn encoding(&mut self, default: Encoding) -> Option<Encoding> {
        let encoding = self.description.encoding.as_deref().map_or(Ok(default), |name| one_of(ENCODINGS, name));
        self.take("encoding", encoding)
    }

    /// One that a signature may hold would cut it.
    fn separator(&mut self) -> Result<Option<char>, ()> {
        let Some(text) = &self.description.separator else { return Ok(None) };
        let mut chars = text.chars();
        let separator = chars.next().filter(|_| chars.next().is_none());
        let is_apart = |char: &char| *char == ' ' || (char.is_ascii_punctuation() && !"+/=-_".contains(*char));
        let Some(separator) = separator.filter(is_apart) else {
            let reason = "must be one character that no signature holds, such as a comma or a space";
            self.faults.push(("separator", Invalid::new(reason)));
            return Err(());
        };
        Ok(Some(separator))
    }

    fn prefix(&mut self, separator: Option<char>) -> Option<String> {
        let prefix = self.description.prefix.clone().unwrap_or_default();
        let is_text = prefix.chars().all(|char| char == ' ' || char.is_ascii_graphic()) && !prefix.starts_with(' ');
        if !is_text || prefix.len() > MAX_PREFIX_CHARS {
            let reason =
                format!("must be at most {MAX_PREFIX_CHARS} printable ASCII characters, the first one no space");
            return self.fault("prefix", reason);
        }
        if separator.is_some_and(|separator| prefix.contains(separator)) {
            return self.fault("prefix", "must not contain the `separator`: the signatures are cut there");
        }
        Some(prefix)
    }

    fn signed(&mut self, time: Option<&SignedTime>) -> Option<SignedText> {
        let Some(text) = &self.description.signed else { return Some(SignedText::body()) };
        let signed = SignedText::read(text, time.map(|time| (&*time.header, time.form)));
        let signed = self.take("signed", signed)?;
        let header = self.description.header.as_ref().map(|header| header.to_ascii_lowercase());
        if header.is_some_and(|header| signed.covers(&header)) {
            return self
                .fault("signed", "must not have the `header` that carries the signature: it cannot sign itself");
        }
        Some(signed)
    }

    fn time(&mut self) -> Option<SignedTime> {
        let TimeDescription { header, format, tolerance_seconds } = self.description.timestamp.as_ref()?;
        let header = self.take("timestamp.header", check_field_name(header).map(|()| header.to_ascii_lowercase()));
        let form = self.take("timestamp.format", one_of(FORMS, format));
        let seconds = tolerance_seconds.unwrap_or(DEFAULT_TOLERANCE);
        let tolerance = u64::try_from(seconds).ok().filter(|_| (1..=MAX_TOLERANCE).contains(&seconds));
        let tolerance = tolerance.map(Duration::from_secs).or_else(|| {
            let reason = format!("must be 1 to {MAX_TOLERANCE}: within that time, a captured call can be sent again");
            self.fault("timestamp.tolerance_seconds", reason)
        });
        Some(SignedTime { header: header?, form: form?, tolerance: tolerance? })
    }

    /// A time that is not signed stops no one: who sends a captured call again writes another one.
    fn check_time(&mut self, proof: Option<&CustomProof>, time: Option<&SignedTime>) {
        let signed = match proof {
            Some(CustomProof::Hmac { signed, .. } | CustomProof::PublicKey { signed, .. }) => signed,
            Some(CustomProof::Token { .. } | CustomProof::Basic) | None => return,
        };
        if let Some(time) = time.filter(|time| !signed.covers(&time.header)) {
            let reason = format!(
                "must have `{{header:{}}}`, the header of `timestamp`: anyone can change a time that is not signed",
                time.header
            );
            self.faults.push(("signed", Invalid::new(reason)));
        }
    }

    fn header(&mut self) -> Option<SecretHeaderName> {
        let (is_token, is_basic) = (self.description.kind == "token", self.description.kind == "basic");
        let Some(name) = self.description.header.as_deref() else {
            let own = is_basic.then(SecretHeaderName::authorization);
            return own.or_else(|| self.fault("header", "is required: the name of the header that carries the proof"));
        };
        let is_authorization = name.eq_ignore_ascii_case(AUTHORIZATION);
        if is_basic && !is_authorization {
            return self.fault("header", "must be `authorization`, or be left out: HTTP sends a password there");
        }
        if is_authorization {
            let reason = "must not be `authorization`, because no signature arrives there: take the type `token` with \
                          the prefix `Bearer` for a token, the type `basic` for a user name and a password, and let the \
                          sender put a signature into a header of its own, such as `x-signature`";
            let is_fine = is_token || is_basic;
            return if is_fine { Some(SecretHeaderName::authorization()) } else { self.fault("header", reason) };
        }
        self.take("header", name.parse())
    }

    /// What is there goes into jobs and the log, where no secret may be.
    fn place(
        &mut self,
        field: &'static str,
        origin: Option<&Origin>,
        proof: Option<&SecretHeaderName>,
    ) -> Option<Place> {
        let place = match origin? {
            Origin::Header(name) => {
                let name = name.to_ascii_lowercase();
                if is_credential(&name) || proof.is_some_and(|proof| proof.as_str() == name) {
                    return self.fault(field, "must not be a header with the proof of a call or with credentials");
                }
                check_field_name(&name).map(|()| Place::Header(name))
            }
            Origin::Body(path) => path.parse().and_then(Path::to_one).map(Place::Body),
        };
        self.take(field, place)
    }
}

/// The value of this name.
fn one_of<T: Copy>(known: &[(&str, T)], name: &str) -> Result<T, Invalid> {
    let found = known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    found.ok_or_else(|| Invalid::new(choice(known)))
}

fn choice<T>(known: &[(&str, T)]) -> String {
    format!("must be one of {}", known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
}

fn name_of<T: PartialEq>(known: &[(&'static str, T)], value: &T) -> Option<String> {
    known.iter().find(|(_, known)| known == value).map(|(name, _)| (*name).to_owned())
}

impl Verification {
    /// The description that makes this scheme, with what is in effect where something was left out.
    pub fn described(&self) -> Description {
        let kind = match self.kind() {
            Kind::Hmac => "hmac",
            Kind::Token => "token",
            Kind::Basic => "basic",
            Kind::PublicKey => "public_key",
        };
        let header = Some(self.header.as_str().to_owned());
        let mut description = Description { kind: kind.to_owned(), header, ..Description::default() };
        match &self.proof {
            CustomProof::Hmac { algorithm, encoding, prefix, separator, signed } => {
                description.algorithm = Some(algorithm.as_str().to_owned());
                description.encoding = name_of(ENCODINGS, encoding);
                description.prefix = Some(prefix.clone());
                description.separator = separator.map(String::from);
                description.signed = Some(signed.to_string());
            }
            CustomProof::Token { is_bearer } => {
                description.prefix = is_bearer.then(|| BEARER.to_owned());
            }
            CustomProof::Basic => {}
            CustomProof::PublicKey { key, encoding, signed } => {
                description.algorithm = name_of(KEYS, key);
                description.encoding = name_of(ENCODINGS, encoding);
                description.signed = Some(signed.to_string());
            }
        }
        description.timestamp = self.time.as_ref().map(|time| TimeDescription {
            header: time.header.clone(),
            format: name_of(FORMS, &time.form).unwrap_or_default(),
            tolerance_seconds: i64::try_from(time.tolerance.as_secs()).ok(),
        });
        let origin = |place: &Place| match place {
            Place::Header(name) => Origin::Header(name.clone()),
            Place::Body(path) => Origin::Body(path.to_string()),
        };
        description.delivery_id = self.delivery_id.as_ref().map(origin);
        description.event = self.event.as_ref().map(origin);
        description
    }
}
