//! What proves the calls of a scheme, in words, for people who set a hook up or look at a call.

use std::fmt;
use std::time::Duration;

use super::jwt::JwtForm;
use super::key::Key;
use super::part::Part;
use super::place::At;
use super::provider::Provider;
use super::public_key::PublicKeyForm;
use super::scheme::{Lifetime, MacForm, Proof, Scheme, Timing};
use super::{Algorithm, Place, providers};

impl Provider {
    /// What proves its calls, unless a hook chooses another of its schemes.
    pub fn proven_by(&'static self) -> String {
        if self == &providers::CUSTOM {
            return "what you describe".to_owned();
        }
        let scheme = self.main().scheme;
        let at = match scheme.place {
            Place::Header => At::Header(scheme.header),
            Place::Query(name) => At::Query(name),
            Place::Body(place) => At::Body(place),
            Place::Each(array, place) => At::Each(array, place),
            Place::Whole => At::Whole,
        };
        let algorithm = scheme.algorithms.all().first().copied();
        scheme.proof.in_words(at, algorithm.unwrap_or(Algorithm::Sha256))
    }
}

impl Scheme {
    /// How far the signed time of a call may be from the time of its arrival. If no time is signed, anyone who captures a
    /// call can send it again, at most until its token expires.
    pub fn tolerance(&self) -> Option<Duration> {
        match (&self.timing, &self.proof) {
            (
                Timing::Header { tolerance, .. } | Timing::Entry { tolerance, .. } | Timing::Body { tolerance, .. },
                _,
            )
            | (Timing::None, Proof::Jwt(JwtForm { lifetime: Lifetime::SinceIssue(tolerance), .. })) => Some(*tolerance),
            (Timing::None, _) => None,
        }
    }
}

impl Proof<'_> {
    /// Such as ``HMAC-SHA256 of `{body}` in the header `x-signature` ``. `algorithm` is that of a MAC.
    pub fn in_words(&self, at: At<'_>, algorithm: Algorithm) -> String {
        let what = match self {
            Self::Nothing => return "nothing".to_owned(),
            Self::Secret => "the secret".to_owned(),
            Self::Bearer => "the secret behind `Bearer`".to_owned(),
            Self::Basic => "a user name, and the secret as the password,".to_owned(),
            Self::Sns => "the signature of Amazon SNS".to_owned(),
            Self::Mac(form) => mac(form, algorithm),
            Self::Jwt(form) => token(form),
            Self::PublicKey(form) => format!("{} signature of {}", form.key, Parts(form.signed)),
        };
        match at {
            At::Header("") => format!("{what} in a header that you name"),
            At::Header(_) | At::Query(_) | At::Body(_) | At::Each(..) | At::Whole => format!("{what} in the {at}"),
        }
    }
}

fn mac(form: &MacForm<'_>, algorithm: Algorithm) -> String {
    let (function, signed) = (algorithm.as_str().to_uppercase(), Parts(form.signed));
    match form.key {
        Key::Hashed(_) => format!("{function} of the secret and {signed}"),
        Key::Verbatim | Key::Base64After(_) | Key::Hex | Key::VerbatimOrBase64After(_) | Key::Sha1 | Key::Sha256 => {
            format!("HMAC-{function} of {signed}")
        }
    }
}

fn token(form: &JwtForm) -> String {
    let algorithms: Vec<_> = form.algorithms.iter().map(|known| format!("{known:?}")).collect();
    format!("a JSON Web Token ({})", algorithms.join(", "))
}

/// What is signed.
struct Parts<'s>(&'s [Part<'s>]);

impl fmt::Display for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        self.0.iter().try_for_each(|part| part.fmt(f))?;
        f.write_str("`")
    }
}

/// Such as `{body}`.
impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&text.replace('\n', "⏎")),
            Self::Header(name, _) | Self::Entry(name, _) | Self::Given(name) => write!(f, "{{{name}}}"),
            Self::Value(place, _) => write!(f, "{{body {place}}}"),
            Self::Query(name, _) => write!(f, "{{parameter {name}}}"),
            Self::Body => f.write_str("{body}"),
            Self::BodyDigest => f.write_str("{hex of the SHA-256 of the body}"),
            Self::BodyChecksum => f.write_str("{CRC-32 of the body}"),
            Self::Url => f.write_str("{url}"),
            Self::SortedForm => f.write_str("{the fields of the form, sorted}"),
            Self::Target => f.write_str("{path and query of the url}"),
            Self::Listed(list, _) => write!(f, "{{the headers that {list} names}}"),
        }
    }
}

impl fmt::Display for PublicKeyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519Hex | Self::Ed25519Base64 => "Ed25519",
            Self::P256 => "ECDSA over P-256 with SHA-256",
            Self::Rsa => "RSA (PKCS#1 v1.5) with SHA-256",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_proof_has_words() {
        let expected = [
            ("github", "HMAC-SHA256 of `{body}` in the header `x-hub-signature-256`"),
            ("stripe", "HMAC-SHA256 of `{t}.{body}` in the header `stripe-signature`"),
            ("grafana", "a user name, and the secret as the password, in the header `authorization`"),
            ("cloudevents", "the secret behind `Bearer` in the header `authorization`"),
            ("amazon-sns", "the signature of Amazon SNS in the field `Signature` of the body"),
        ];
        for (name, words) in expected {
            assert_eq!(providers::named(name).unwrap().proven_by(), words);
        }
    }

    #[test]
    fn a_scheme_says_how_old_a_call_may_be() {
        for (name, minutes) in [("stripe", Some(5)), ("amazon-sns", Some(120)), ("github", None), ("grafana", None)] {
            let scheme = providers::named(name).unwrap().main().scheme;
            assert_eq!(scheme.tolerance(), minutes.map(Duration::from_mins), "{name}");
        }
    }

    #[test]
    fn only_providers_that_prove_nothing_have_no_words_for_it() {
        for provider in providers::listed() {
            let words = provider.proven_by();
            assert_eq!(words == "nothing", !provider.proves(), "{}: {words}", provider.name);
            assert_eq!(words.matches('`').count() % 2, 0, "{}: {words}", provider.name);
        }
    }
}
