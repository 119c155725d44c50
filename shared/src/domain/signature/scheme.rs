//! What a signature scheme is. The schemes themselves are data: [`providers`](super::providers) lists them.

pub use super::encoding::Encoding;
use super::entries::entries;
pub use super::handshake::{AskedAt, Challenge, Characters, Echo, HandOver, Handshake, Method, Proven};
pub use super::jwt::{ANY_HS, Account, Claim, ES256, HS256, JwtForm, JwtKey, Lifetime, RS256};
pub use super::key::{Key, Order};
pub use super::key_source::KeySource;
pub use super::mark::Mark;
pub use super::part::{Holds, Part};
pub use super::place::Place;
pub use super::public_key::KeyForm;
pub use super::published::KeySet;
pub use super::timing::{TimeForm, Timing};
pub use super::worth::Worth;
use super::{Algorithm, Algorithms};
use crate::domain::Invalid;
use crate::domain::secret::{HookSecret, SecretString};

/// How one provider signs its calls, and what it says of them.
#[derive(Debug)]
pub struct Scheme {
    /// Where the proof is.
    pub place: Place,
    /// The header that carries the proof, in lower case. If the proof is in a header and this is empty, the owner of the
    /// hook names it.
    pub header: &'static str,
    /// More headers in which the same proof may stand, such as one for each of several secrets.
    pub other_headers: &'static [&'static str],
    /// The algorithms with which this entry applies; a provider that has only one leaves no choice.
    pub algorithms: Algorithms,
    /// What is in that place.
    pub proof: Proof<'static>,
    /// In which forms calls come that are not JSON.
    pub forms: Forms,
    /// How replays are stopped.
    pub timing: Timing<'static>,
    /// Where the delivery's id is: the first one present counts.
    pub delivery_id: &'static [Source],
    /// Where the event's name is, likewise.
    pub event: &'static [Source],
    /// The calls with which the provider asks whether the URL is there.
    pub handshakes: &'static [Handshake],
    /// How the provider hands over its secret, if its users can neither choose nor copy it.
    pub hand_over: Option<&'static HandOver>,
    /// Whether nothing but a JSON object is a delivery. The provider has its secret sign texts that a stranger may
    /// choose: see [`Echo::Proof`].
    pub only_objects: bool,
    /// What tells the provider's test from an event: any one is enough. Such a call is answered and never queued.
    pub tests: &'static [Mark],
    /// What tells the calls whose answer must be empty, because the provider would show it or take it for an error.
    pub unanswered: &'static [Mark],
    /// What the provider is told when its call was accepted.
    pub reply: Reply,
}

/// How an accepted call is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// With a message for people.
    Message,
    /// With this text, as the provider takes anything else for a failure.
    Text(&'static str),
    /// With this JSON, likewise.
    Json(&'static str),
    /// With a message for people, and with this header of the call, whose name is in lower case.
    Repeating(&'static str),
    /// With a message for people, and with an option of the hook in a header.
    Showing(&'static Shown),
}

/// An option of the hook that an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The name of the option.
    pub option: &'static str,
    /// The header, in lower case.
    pub header: &'static str,
}

/// What proves a call. In the table, it lasts as long as the program; of a scheme that the owner of a hook describes, it
/// borrows from the hook.
#[derive(Debug)]
pub enum Proof<'s> {
    /// The secret itself.
    Secret,
    /// The secret behind the word `Bearer`.
    Bearer,
    /// A user name and the secret, the password, as in HTTP Basic authentication.
    Basic,
    /// One or several MACs.
    Mac(MacForm<'s>),
    /// A JSON Web Token that is signed with the secret, or with a private key.
    Jwt(&'s JwtForm),
    /// A signature of the provider's private key.
    PublicKey(KeyForm<'s>),
    /// A message of Amazon SNS, which has its proof in its own way.
    Sns,
    /// Nothing: the provider proves nothing.
    Nothing,
}

/// How a header holds MACs, and of what.
#[derive(Debug)]
pub struct MacForm<'s> {
    /// What separates the header's entries; `None` when the whole header is one. API Gateway joins two headers of one
    /// name with a comma: where that separates signatures, any of them may match.
    pub separator: Option<char>,
    /// The prefix of a signature.
    pub prefix: Prefix<'s>,
    /// How a signature is written.
    pub encoding: Encoding,
    /// What is signed.
    pub signed: &'s [Part<'s>],
    /// How the secret becomes the key.
    pub key: Key,
}

/// The prefix of a signature in its entry.
#[derive(Debug)]
pub enum Prefix<'s> {
    /// Nothing.
    None,
    /// This text; entries without it are no signatures.
    Text(&'s str),
    /// The algorithm's name and an equals sign.
    Algorithm,
    /// The algorithm's name and an equals sign, or `v1=`, or nothing.
    Optional,
    /// Whatever ends with the last of these characters, such as the id of a key.
    UpTo(char),
}

/// In which forms a provider sends its calls, where it does not send JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// In none.
    None,
    /// As a JSON Web Token that says it: all that is said, or the JSON in the text of one claim.
    Token(Option<&'static str>),
    /// With the JSON in the one field `payload`. The form is signed as it is sent.
    Payload,
    /// With the JSON in the one field `payload`. The JSON is signed, before it is put there.
    SignedPayload,
    /// With the JSON in the one field of this name. The form is signed as it is sent.
    Field(&'static str),
    /// With the JSON, an object, in the one field `payload`; or with the values as fields. The form is signed as it is
    /// sent.
    Fields,
}

/// Where a fact about a delivery is.
#[derive(Debug)]
pub enum Source {
    /// In a header, by its name in lower case.
    Header(&'static str),
    /// In the first header, if the second is there too: others use the first one's name for something else.
    HeaderBeside(&'static str, &'static str),
    /// In the body.
    Body(&'static str),
    /// Nowhere: the body's digest replaces it. For providers that do not number deliveries but whose bodies differ from
    /// event to event, so that only a retry repeats one.
    BodyDigest,
}

impl Scheme {
    /// The places in the body that the scheme, its handshakes and its marks name.
    pub fn body_places(&self) -> impl Iterator<Item = &'static str> {
        let of_source = |source: &Source| match source {
            Source::Body(place) => Some(*place),
            Source::Header(_) | Source::HeaderBeside(..) | Source::BodyDigest => None,
        };
        let of_timing = match &self.timing {
            Timing::Body { path, .. } => Some(*path),
            Timing::None | Timing::Header { .. } | Timing::Entry { .. } => None,
        };
        let sources = self.delivery_id.iter().chain(self.event).filter_map(of_source);
        let of_handshakes = self.handshakes.iter().flat_map(Handshake::body_places);
        let of_marks = self.tests.iter().chain(self.unanswered).flat_map(|mark| mark.body_places());
        let handed_over = self.hand_over.and_then(|hand_over| hand_over.at.in_body());
        of_timing.into_iter().chain(handed_over).chain(sources).chain(of_handshakes).chain(of_marks)
    }

    /// A secret that the provider issued, as the provider shows it.
    pub fn read_secret(&self, text: String) -> Result<HookSecret, Invalid> {
        let secret = HookSecret::new(self.key_form().without_version(text))?;
        self.check_secret(&secret)?;
        Ok(secret)
    }

    /// Refuses a secret that cannot be this scheme's key, or that no call can show.
    pub fn check_secret(&self, secret: &HookSecret) -> Result<(), Invalid> {
        let is_sent = self.place == Place::Header && matches!(self.proof, Proof::Secret | Proof::Bearer);
        if is_sent && !secret.expose().bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(Invalid::new("must be printable ASCII, because the provider sends it in a header"));
        }
        self.key_form().bytes(secret).map(drop)
    }

    /// A secret of these 32 random bytes in the form that the scheme expects.
    pub fn generate_secret(&self, random: &[u8; 32]) -> HookSecret {
        HookSecret::trusted(SecretString::new(self.key_form().write(random)))
    }

    pub(super) fn key_form(&self) -> Key {
        match &self.proof {
            Proof::Mac(form) => form.key,
            Proof::Secret
            | Proof::Bearer
            | Proof::Basic
            | Proof::Jwt(_)
            | Proof::PublicKey(_)
            | Proof::Sns
            | Proof::Nothing => Key::Verbatim,
        }
    }

    /// Whether a hook and its provider share a secret.
    pub fn has_secret(&self) -> bool {
        match &self.proof {
            Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Mac(_) => true,
            Proof::Jwt(form) => matches!(form.key, JwtKey::Secret | JwtKey::Told(_)),
            Proof::PublicKey(_) | Proof::Sns | Proof::Nothing => false,
        }
    }

    /// Whether the hook's algorithm means something.
    pub fn has_algorithm(&self) -> bool {
        matches!(self.proof, Proof::Mac(_))
    }

    /// Whether the owner of the hook names the header with the proof.
    pub fn lets_name_the_header(&self) -> bool {
        self.place == Place::Header && self.header.is_empty()
    }

    /// What it means that a call was accepted.
    pub fn worth(&self) -> Worth {
        match &self.proof {
            Proof::Mac(_) | Proof::PublicKey(_) if self.proof.signed().iter().any(Part::binds_the_body) => {
                Worth::Verified
            }
            Proof::Jwt(form) if form.binds_body() || self.place == Place::Whole => Worth::Verified,
            Proof::Sns => Worth::Verified,
            Proof::Mac(_) | Proof::PublicKey(_) | Proof::Jwt(_) | Proof::Secret | Proof::Bearer | Proof::Basic => {
                Worth::Authenticated
            }
            Proof::Nothing => Worth::None,
        }
    }
}

impl<'s> Proof<'s> {
    /// What is signed.
    pub(super) fn signed(&self) -> &'s [Part<'s>] {
        match self {
            Self::Mac(form) => form.signed,
            Self::PublicKey(form) => form.signed,
            Self::Secret | Self::Bearer | Self::Basic | Self::Jwt(_) | Self::Sns | Self::Nothing => &[],
        }
    }

    /// The places in the body whose values are signed, or compared with what is.
    pub(super) fn signed_places(&self) -> Vec<&'static str> {
        if let Self::Jwt(form) = self {
            return form.body_places().collect();
        }
        self.signed().iter().filter_map(Part::value).collect()
    }

    /// What separates the entries of what carries the proof.
    pub(super) fn separator(&self) -> Option<char> {
        match self {
            Self::Mac(form) => form.separator,
            Self::Secret
            | Self::Bearer
            | Self::Basic
            | Self::Jwt(_)
            | Self::PublicKey(_)
            | Self::Sns
            | Self::Nothing => None,
        }
    }
}

impl MacForm<'_> {
    /// What the header must hold, in words.
    pub(super) fn described(&self, algorithm: Algorithm) -> String {
        let encoding = match self.encoding {
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
            Encoding::HexOrBase64 => "hex or base64",
            Encoding::Base64Url => "base64url",
            Encoding::Base64OfHex => "the base64 of hex",
        };
        let prefix = match self.prefix {
            Prefix::None | Prefix::Optional => String::new(),
            Prefix::Text(text) => format!(" after `{text}`"),
            Prefix::Algorithm => format!(" after `{}=`", algorithm.as_str()),
            Prefix::UpTo(end) => format!(" after the last `{end}`"),
        };
        format!("an HMAC-{} in {encoding}{prefix}", algorithm.as_str().to_ascii_uppercase())
    }

    /// The signatures in the header, as text.
    pub(super) fn signatures<'h>(&self, header: &'h str, algorithm: Algorithm) -> impl Iterator<Item = &'h str> {
        entries(header, self.separator).filter_map(move |entry| self.prefix.strip(entry, algorithm))
    }
}

impl Prefix<'_> {
    /// The signature in an entry, if the entry holds one.
    fn strip<'e>(&self, entry: &'e str, algorithm: Algorithm) -> Option<&'e str> {
        let after_algorithm = || entry.strip_prefix(algorithm.as_str()).and_then(|rest| rest.strip_prefix('='));
        match self {
            Self::None => Some(entry),
            Self::Text(text) => entry.strip_prefix(text),
            Self::UpTo(end) => entry.rsplit_once(*end).map(|(_, signature)| signature),
            Self::Algorithm => after_algorithm(),
            Self::Optional => after_algorithm().or_else(|| entry.strip_prefix("v1=")).or(Some(entry)),
        }
    }
}
