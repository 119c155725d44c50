//! Signatures that are verified with a public key of the provider's, which the hook's owner has copied.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::encoding::Encoding;
use super::key_source::KeySource;
use super::part::Part;
use crate::domain::Invalid;

/// How a provider shows its public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKeyForm {
    /// 32 bytes of Ed25519 in hex.
    Ed25519Hex,
    /// A key of Ed25519: its 32 bytes in base64, or `SubjectPublicKeyInfo` in base64 or PEM.
    Ed25519Base64,
    /// A key of ECDSA over P-256, as `SubjectPublicKeyInfo` in base64 or PEM.
    P256,
    /// A key of RSA, as `SubjectPublicKeyInfo` or PKCS#1 in PEM or base64.
    Rsa,
}

impl PublicKeyForm {
    /// The name that JSON Web Key Sets have for the algorithm.
    pub(super) fn token_algorithm(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Ed25519Hex | Self::Ed25519Base64 => jsonwebtoken::Algorithm::EdDSA,
            Self::P256 => jsonwebtoken::Algorithm::ES256,
            Self::Rsa => jsonwebtoken::Algorithm::RS256,
        }
    }
}

/// A signature that is made with a private key: what is signed, and how the signature is written.
#[derive(Debug)]
pub struct KeyForm<'s> {
    /// The form of the key, and with it the algorithm.
    pub key: PublicKeyForm,
    /// Where the key is.
    pub source: KeySource,
    /// How the signature is written.
    pub encoding: Encoding,
    /// What is signed.
    pub signed: &'s [Part<'s>],
}

/// A public key that can verify, if this is one.
pub(super) fn read(form: PublicKeyForm, text: &str) -> Result<ParsedPublicKey, Invalid> {
    let refused = || Invalid::new(format!("must be {}", described(form)));
    let bytes = match form {
        PublicKeyForm::Ed25519Hex => hex::decode(text).ok().filter(|key| key.len() == ED25519_BYTES),
        PublicKeyForm::Ed25519Base64 | PublicKeyForm::P256 | PublicKeyForm::Rsa => der(text),
    };
    of_bytes(form, &bytes.ok_or_else(refused)?).ok_or_else(refused)
}

/// The key of this form in `SubjectPublicKeyInfo`.
pub(super) fn of_bytes(form: PublicKeyForm, bytes: &[u8]) -> Option<ParsedPublicKey> {
    ParsedPublicKey::new(algorithm(form), bytes).ok()
}

const ED25519_BYTES: usize = 32;

fn described(form: PublicKeyForm) -> &'static str {
    match form {
        PublicKeyForm::Ed25519Hex => "a public key of Ed25519: 64 hexadecimal digits",
        PublicKeyForm::Ed25519Base64 => "a public key of Ed25519, in base64 or PEM",
        PublicKeyForm::P256 => "a public key of ECDSA over P-256, in PEM or base64",
        PublicKeyForm::Rsa => "a public key of RSA with 2048 to 8192 bits, in PEM or base64",
    }
}

fn algorithm(form: PublicKeyForm) -> &'static dyn VerificationAlgorithm {
    match form {
        PublicKeyForm::Ed25519Hex | PublicKeyForm::Ed25519Base64 => &ED25519,
        PublicKeyForm::P256 => &ECDSA_P256_SHA256_ASN1,
        PublicKeyForm::Rsa => &RSA_PKCS1_2048_8192_SHA256,
    }
}

/// The bytes that base64 says, alone or in a PEM block (RFC 7468).
pub(super) fn der(text: &str) -> Option<Vec<u8>> {
    let base64 = match text.trim().split("-----").collect::<Vec<_>>()[..] {
        [base64] => base64,
        ["", begin, base64, end, ""] if is_block(begin, end) => base64,
        _ => return None,
    };
    // What was pasted as one line has spaces where the line breaks were.
    STANDARD.decode(base64.split_whitespace().collect::<String>()).ok()
}

fn is_block(begin: &str, end: &str) -> bool {
    let label = begin.strip_prefix("BEGIN ").filter(|label| !label.contains(char::is_control));
    label.is_some() && label == end.strip_prefix("END ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISCORD: &str = "79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664";
    const SENDGRID: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw\
                            +2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

    #[test]
    fn a_key_is_one_of_its_form_and_of_no_other() {
        let forms = [PublicKeyForm::Ed25519Hex, PublicKeyForm::Ed25519Base64, PublicKeyForm::P256, PublicKeyForm::Rsa];
        for form in forms {
            assert_eq!(read(form, DISCORD).is_ok(), form == PublicKeyForm::Ed25519Hex, "{form:?}");
            assert_eq!(read(form, SENDGRID).is_ok(), form == PublicKeyForm::P256, "{form:?}");
            for text in ["", "00", "not a key", &"0".repeat(63), &"A".repeat(2048), "-----BEGIN PUBLIC KEY-----"] {
                let reason = read(form, text).unwrap_err().to_string();
                assert!(reason.starts_with("must be a public key of "), "{form:?} {text}: {reason}");
            }
        }
    }

    #[test]
    fn a_key_of_ed25519_is_taken_as_its_bytes_and_as_the_pem_that_holds_them() {
        let bytes = hex::decode(DISCORD).unwrap();
        // RFC 8410 section 4: what stands before the 32 bytes.
        let der = [&hex::decode("302a300506032b6570032100").unwrap(), bytes.as_slice()].concat();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&der));
        for text in [STANDARD.encode(&bytes), STANDARD.encode(&der), pem] {
            assert!(read(PublicKeyForm::Ed25519Base64, &text).is_ok(), "{text}");
        }
        for length in [31, 33, 43] {
            let short = STANDARD.encode(&der[der.len().saturating_sub(length)..]);
            assert!(read(PublicKeyForm::Ed25519Base64, &short).is_err(), "{length}");
        }
    }

    #[test]
    fn a_key_in_pem_is_taken_with_its_line_breaks_and_on_one_line() {
        let (first, rest) = SENDGRID.split_at(64);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{first}\n{rest}\n-----END PUBLIC KEY-----\n");
        for text in [&pem, &pem.replace('\n', " "), &pem.replace('\n', "\r\n"), &format!("{first} {rest}")] {
            assert!(read(PublicKeyForm::P256, text).is_ok(), "{text}");
        }
    }

    #[test]
    fn marks_that_are_no_pair_of_pem_surround_no_key() {
        let marked = |before, begin, end, after| format!("{before}-----{begin}-----{SENDGRID}-----{end}-----{after}");
        let (begin, end) = ("BEGIN PUBLIC KEY", "END PUBLIC KEY");
        assert!(read(PublicKeyForm::P256, &marked("\n", begin, end, "\n")).is_ok());
        for (before, begin, end, after) in [
            ("a ", begin, end, ""),
            ("", begin, end, " a"),
            ("", "BEGIN PU\nBLIC KEY", "END PU\nBLIC KEY", ""),
            ("", begin, "END CERTIFICATE", ""),
            ("", end, begin, ""),
            ("", "", "", ""),
        ] {
            assert!(
                read(PublicKeyForm::P256, &marked(before, begin, end, after)).is_err(),
                "{before} {begin} {end} {after}"
            );
        }
        assert!(read(PublicKeyForm::P256, &format!("-----{begin}-----{SENDGRID}")).is_err());
    }
}
