//! How the secret of a hook becomes the key of a MAC.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::Algorithm;
use crate::domain::Invalid;
use crate::domain::secret::HookSecret;

/// How the secret becomes the key of the MAC.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    /// Its characters as they are.
    Verbatim,
    /// The bytes whose base64 follows this prefix.
    Base64After(&'static str),
    /// The bytes that it says in hex.
    Hex,
    /// The bytes whose base64 follows this prefix, or all of its characters: the provider has shown keys of both kinds.
    /// A MAC under either counts.
    VerbatimOrBase64After(&'static str),
    /// The SHA-1 of its characters.
    Sha1,
    /// The SHA-256 of its characters.
    Sha256,
    /// Its characters, which are hashed with what is signed. That is a hash and no HMAC.
    Hashed(Order),
}

/// Where a secret stands that is hashed with what is signed. Either is weaker than an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Before it. An attacker who has captured a call can sign it again with bytes added to its end (length extension).
    /// The first of them, 0x80, makes any text invalid, so a body that is not UTF-8 is refused.
    Before,
    /// Behind it: as strong as the hash function is against collisions.
    Behind,
}

/// Some, such as Supabase, show a key with the version of its scheme before it: `v1,whsec_…`.
const VERSION: &str = "v1,";

/// The shortest key that cannot be guessed (128 bits).
const MIN_BYTES: usize = 16;

/// Providers show a key with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Key {
    /// A secret without what some providers show before its prefix.
    pub(super) fn without_version(self, mut secret: String) -> String {
        let has_version = |prefix| secret.strip_prefix(VERSION).is_some_and(|rest| rest.starts_with(prefix));
        match self {
            Self::Base64After(prefix) if has_version(prefix) => drop(secret.drain(..VERSION.len())),
            Self::Base64After(_)
            | Self::Verbatim
            | Self::Hex
            | Self::VerbatimOrBase64After(_)
            | Self::Sha1
            | Self::Sha256
            | Self::Hashed(_) => {}
        }
        secret
    }

    /// The secret that has these bytes as its key, or, if it is used verbatim, says them in hex.
    pub(super) fn write(self, key: &[u8; 32]) -> String {
        match self {
            Self::Verbatim | Self::Hex | Self::Sha1 | Self::Sha256 | Self::Hashed(_) => hex::encode(key),
            Self::Base64After(prefix) | Self::VerbatimOrBase64After(prefix) => {
                format!("{prefix}{}", BASE64.encode(key))
            }
        }
    }

    /// The key's bytes, if the secret has this form and enough of them.
    pub(super) fn bytes(self, secret: &HookSecret) -> Result<Zeroizing<Vec<u8>>, Invalid> {
        match self {
            Self::Verbatim | Self::VerbatimOrBase64After(_) | Self::Hashed(_) => Ok(verbatim(secret)),
            Self::Sha1 => Ok(hashed(Algorithm::Sha1, secret)),
            Self::Sha256 => Ok(hashed(Algorithm::Sha256, secret)),
            Self::Base64After(prefix) => decode(secret.expose(), prefix),
            Self::Hex => decode_hex(secret.expose()),
        }
    }

    /// Every key that the secret can mean.
    pub(super) fn readings(self, secret: &HookSecret) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
        let other = match self {
            Self::Verbatim | Self::Base64After(_) | Self::Hex | Self::Sha1 | Self::Sha256 | Self::Hashed(_) => None,
            Self::VerbatimOrBase64After(prefix) => decode(secret.expose(), prefix).ok(),
        };
        self.bytes(secret).ok().into_iter().chain(other)
    }
}

fn verbatim(secret: &HookSecret) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.expose().as_bytes().to_vec())
}

fn hashed(algorithm: Algorithm, secret: &HookSecret) -> Zeroizing<Vec<u8>> {
    let mut hash = algorithm.hash();
    hash.update(secret.expose().as_bytes());
    Zeroizing::new(hash.end())
}

fn decode_hex(secret: &str) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    let key = hex::decode(secret).map(Zeroizing::new);
    let key = key.map_err(|_| Invalid::new("must be the key in hexadecimal digits, as the provider shows it"))?;
    check_length(key, "hexadecimal digits")
}

fn decode(secret: &str, prefix: &str) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    let key = secret.strip_prefix(prefix).and_then(|base64| BASE64.decode(base64).ok()).map(Zeroizing::new);
    let other_form = || match prefix {
        "" => Invalid::new("must be the base64 of the key, as the provider shows it"),
        prefix => Invalid::new(format!("must be `{prefix}` and the base64 of the key, as the provider shows it")),
    };
    check_length(key.ok_or_else(other_form)?, "base64")
}

fn check_length(key: Zeroizing<Vec<u8>>, written: &str) -> Result<Zeroizing<Vec<u8>>, Invalid> {
    // An HMAC fills its key up with zeros, so those at the end make it no longer: a key of zeros is the empty key.
    let used = key.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    if used < MIN_BYTES {
        let reason =
            format!("must be the {written} of a key of at least {MIN_BYTES} bytes, not counting zeros at its end");
        return Err(Invalid::new(reason));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Algorithm;
    use super::super::providers::{self, find};
    use super::super::scheme::Proof;
    use super::*;

    const STANDARD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn read(header: &str, text: &str) -> Result<String, String> {
        let read = find(header, Algorithm::Sha256).scheme.read_secret(text.to_owned());
        read.map(|secret| secret.expose().to_owned()).map_err(|reason| reason.to_string())
    }

    #[test]
    fn a_key_in_base64_must_be_one() {
        for text in [
            "whsec_not base64, is it?",
            "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "WHSEC_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "v2,whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "v1,v1,whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "v1,C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "whsec_AA==============",
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD====",
        ] {
            let reason = read("webhook-signature", text).unwrap_err();
            assert_eq!(reason, "must be `whsec_` and the base64 of the key, as the provider shows it", "{text}");
        }
    }

    #[test]
    fn a_key_in_base64_has_at_least_16_bytes_which_zeros_at_its_end_do_not_add_to() {
        let secret = |key: &[u8]| format!("whsec_{}", BASE64.encode(key));
        let one_byte = [vec![7; 1], vec![0; 31]].concat();
        for key in [&[7; 15][..], &[0; 16], &[0; 64], &one_byte, &[[7; 15], [0; 15]].concat()] {
            for header in ["webhook-signature", "svix-signature"] {
                let reason = read(header, &secret(key)).unwrap_err();
                assert!(reason.contains("a key of at least 16 bytes"), "{key:?}: {reason}");
            }
        }
        for key in [&[7; 16][..], &[7; 64], &[[0; 15], [7; 15]].concat()] {
            assert!(read("webhook-signature", &secret(key)).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn a_key_is_taken_with_and_without_padding_and_with_the_version_before_it() {
        let padded = "whsec_uiUSw19T4THCal3kh6HzYS1mAg0wCQo48CKELBvrj5I=";
        for text in [STANDARD, padded, padded.trim_end_matches('=')] {
            for header in ["webhook-signature", "svix-signature"] {
                assert_eq!(read(header, text).as_deref(), Ok(text));
                assert_eq!(read(header, &format!("v1,{text}")).as_deref(), Ok(text));
            }
        }
        // Of other schemes, all of it is the key.
        for header in ["x-signature", "stripe-signature", "x-gitlab-token"] {
            let text = format!("v1,{STANDARD}");
            assert_eq!(read(header, &text), Ok(text));
        }
    }

    #[test]
    fn a_secret_that_is_sent_in_a_header_can_be_sent_in_one() {
        for text in ["a secret of 24 characters", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"] {
            assert!(read("x-gitlab-token", text).is_ok(), "{text}");
        }
        for text in ["ein Schlüssel mit Umlaut", "秘密の言葉はとても長いので安全です", "a secret with \u{200b} in it"]
        {
            let reason = read("x-gitlab-token", text).unwrap_err();
            assert_eq!(reason, "must be printable ASCII, because the provider sends it in a header", "{text}");
            assert!(read("x-hub-signature-256", text).is_ok(), "as a key, it is as good as any: {text}");
        }
    }

    #[test]
    fn what_is_generated_is_taken() {
        for scheme in providers::all().map(|known| known.scheme).filter(|scheme| scheme.has_secret()) {
            let generated = scheme.generate_secret(&[7; 32]);
            assert!(scheme.read_secret(generated.expose().to_owned()).is_ok(), "{}", scheme.header);
        }
    }

    proptest! {
        #[test]
        fn no_scheme_takes_a_short_key_or_a_secret_that_changes_on_its_way(
            text in prop_oneof!["\\PC{10,40}", "(v1,)?whsec_[A-Za-z0-9+/=]{0,40}", "[ \0\n\ta]{16,20}"],
        ) {
            for scheme in providers::all().map(|known| known.scheme) {
                let Ok(secret) = scheme.read_secret(text.clone()) else { continue };
                let shown = secret.expose();
                prop_assert_eq!(shown.trim(), shown);
                prop_assert!(!shown.chars().any(char::is_control));
                let key = match &scheme.proof {
                    Proof::Mac(form) => form.key.bytes(&secret).unwrap(),
                    Proof::Secret
                    | Proof::Bearer
                    | Proof::Basic
                    | Proof::Jwt(_)
                    | Proof::PublicKey(_)
                    | Proof::Sns
                    | Proof::Nothing => Zeroizing::new(shown.as_bytes().to_vec()),
                };
                prop_assert!(key.len() >= 16 && key.iter().rposition(|byte| *byte != 0) >= Some(15));
                let again = scheme.read_secret(shown.to_owned()).unwrap();
                prop_assert_eq!(again.expose(), shown);
            }
        }
    }
}
