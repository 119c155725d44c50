//! The values that a hook is given beside its secret.

use std::collections::BTreeMap;
use std::slice::from_ref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::domain::secret::SecretString;
use shared::domain::signature::{OptionKind, Options, PublicKeyForm, providers, read_secret_options};

use super::sections;

/// The name of a provider, an empty line, and a value for each of its options. A value is taken if and only if it is one
/// of its kind, and is kept as it was given. A key that is taken is taken in any other wrapping as well.
///
/// # Panics
///
/// When that is not so.
pub fn option_values(input: &[u8]) {
    let Some((lines, value)) = sections(input) else { return };
    let (Some(provider), Ok(value)) = (lines.first().and_then(|name| providers::named(name)), str::from_utf8(value))
    else {
        return;
    };
    for kind in provider.options {
        let taken = read(from_ref(kind), value);
        match kind {
            OptionKind::Url => assert_eq!(taken, is_url(value), "{value:?}"),
            OptionKind::Username => assert_eq!(taken, is_username(value), "{value:?}"),
            OptionKind::PublicKey(form) if taken => {
                let bytes = key_bytes(*form, value);
                assert!(bytes.as_ref().is_some_and(|bytes| is_key(*form, bytes)), "{value:?}");
                for wrapped in wrappings(*form, &bytes.unwrap_or_default()) {
                    assert!(read(from_ref(kind), &wrapped), "{value:?} as {wrapped:?}");
                }
            }
            OptionKind::PublicKey(_) => {}
            OptionKind::Id(..) | OptionKind::Audience => assert_eq!(taken, is_id(value), "{value:?}"),
            OptionKind::Email => {
                let (name, host) = value.split_once('@').unwrap_or_default();
                assert_eq!(taken, is_id(value) && !name.is_empty() && host.contains('.'), "{value:?}");
            }
            OptionKind::Environment(_, _, all) => {
                assert_eq!(taken, all.iter().any(|(known, _)| *known == value), "{value:?}");
            }
            OptionKind::Subdomain => {
                let is_inner = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
                let is_label = (1..=63).contains(&value.len()) && value.chars().all(is_inner);
                assert_eq!(taken, is_label && value.trim_matches('-') == value, "{value:?}");
            }
            OptionKind::TopicArn => assert_eq!(taken, is_topic(value), "{value:?}"),
            OptionKind::VerifyToken => assert_eq!(taken, is_token(value), "{value:?}"),
        }
    }
}

/// Whether the value is taken; if so, it is kept as it is.
fn read(kind: &'static [OptionKind], value: &str) -> bool {
    let [one] = kind else { return false };
    let given = BTreeMap::from([(one.name().to_owned(), value.to_owned())]);
    let (open, secret) = (Options::new(kind, &given), read_secret_options(kind, &given));
    let (Ok(open), Ok(secret)) = (open, secret) else { return false };
    let kept = [open.get(one.name()), secret.get(one.name()).map(SecretString::expose)];
    assert!(kept == if one.is_secret() { [None, Some(value)] } else { [Some(value), None] });
    true
}

/// The ARN of a topic: six parts, of which the last four could be a part of a host or of a query.
fn is_topic(value: &str) -> bool {
    let is_of = |part: &str, most, more: &str| {
        (1..=most).contains(&part.len()) && part.chars().all(|char| char.is_ascii_alphanumeric() || more.contains(char))
    };
    let parts: Vec<_> = value.split(':').collect();
    let ["arn", "aws" | "aws-cn" | "aws-us-gov", "sns", region, account, name] = parts[..] else { return false };
    let is_region =
        region.len() > 2 && is_of(region, 32, "-") && !region.contains(|char: char| char.is_ascii_uppercase());
    let is_account = account.len() == 12 && account.parse::<u64>().is_ok() && !account.contains('+');
    is_region && is_account && is_of(name, 256, "-_.")
}

/// An address: its scheme, then at least one character of a host, and nothing that is invisible or no ASCII.
fn is_url(value: &str) -> bool {
    let Some(("http" | "https", rest)) = value.split_once("://") else { return false };
    let begins_with_a_host = rest.chars().next().is_some_and(|char| !"/?#:".contains(char));
    begins_with_a_host && value.chars().count() <= 2_048 && value.chars().all(|char| ('!'..='~').contains(&char))
}

fn is_line(value: &str) -> bool {
    value.trim() == value && !value.chars().any(char::is_control)
}

fn is_token(value: &str) -> bool {
    is_line(value) && (16..=512).contains(&value.chars().count())
}

fn is_id(value: &str) -> bool {
    is_line(value) && (1..=2_048).contains(&value.chars().count())
}

fn is_username(value: &str) -> bool {
    is_id(value) && !value.contains(':')
}

/// The bytes that a key says, by another way: what is between the marks of PEM, without white space.
fn key_bytes(form: PublicKeyForm, value: &str) -> Option<Vec<u8>> {
    match form {
        PublicKeyForm::Ed25519Hex => hex::decode(value).ok(),
        PublicKeyForm::Ed25519Base64 | PublicKeyForm::P256 | PublicKeyForm::Rsa => {
            let inner = match value.trim().strip_prefix("-----BEGIN ") {
                Some(rest) => {
                    let (label, rest) = rest.split_once("-----")?;
                    rest.strip_suffix(&*format!("-----END {label}-----"))?
                }
                None => value,
            };
            STANDARD.decode(inner.chars().filter(|char| !char.is_whitespace()).collect::<String>()).ok()
        }
    }
}

/// Whether bytes can be a key of this form, by their length and how they begin.
fn is_key(form: PublicKeyForm, bytes: &[u8]) -> bool {
    match form {
        PublicKeyForm::Ed25519Hex => bytes.len() == 32,
        // RFC 8410 section 4: 12 bytes stand before them in a `SubjectPublicKeyInfo`. What follows one is not looked at.
        PublicKeyForm::Ed25519Base64 => matches!((bytes.len(), bytes[0]), (32, _) | (44.., 0x30)),
        // A point, alone or in a `SubjectPublicKeyInfo`.
        PublicKeyForm::P256 => matches!((bytes.len(), bytes[0]), (65, 4) | (59.., 0x30) | (33, 2 | 3)),
        // No shorter than a modulus of 2,048 bits.
        PublicKeyForm::Rsa => bytes.len() > 256 && bytes[0] == 0x30,
    }
}

/// The same key as people paste it.
fn wrappings(form: PublicKeyForm, bytes: &[u8]) -> Vec<String> {
    match form {
        PublicKeyForm::Ed25519Hex => vec![hex::encode(bytes), hex::encode_upper(bytes)],
        PublicKeyForm::Ed25519Base64 | PublicKeyForm::P256 | PublicKeyForm::Rsa => {
            let base64 = STANDARD.encode(bytes);
            let lines: Vec<_> = base64.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
            let pem = |end: &str| {
                let lines = lines.join(end);
                format!("-----BEGIN PUBLIC KEY-----{end}{lines}{end}-----END PUBLIC KEY-----{end}")
            };
            vec![pem("\n"), pem("\r\n"), lines.join(" "), base64]
        }
    }
}

#[cfg(test)]
mod tests {
    use samples::{Keys, Sample};

    use super::*;

    #[test]
    fn the_options_of_every_sample_are_taken_in_every_wrapping_and_not_cut() {
        let mut keys = 0;
        for sample in Sample::all() {
            let provider = sample.known.provider;
            let hook = Keys::of(sample.known, 7).hook();
            for kind in provider.options {
                let Some(value) = hook["provider_options"][kind.name()].as_str() else { continue };
                assert!(read(from_ref(kind), value), "{}: {value}", provider.name);
                option_values(format!("{}\n\n{value}", provider.name).as_bytes());
                if let OptionKind::PublicKey(_) = kind {
                    keys += 1;
                    assert!(!read(from_ref(kind), &value[4..]), "{}: {value}", provider.name);
                }
            }
        }
        assert!(keys > 3, "{keys}");
    }
}
