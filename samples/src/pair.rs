//! Pairs of keys. A hook knows the public one.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::domain::secret::SecretString;
use shared::domain::signature::PublicKeyForm;
use zeroize::Zeroizing;

/// The lines around a private key in PEM (RFC 7468 section 10).
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// A pair of keys.
pub(crate) enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pair")
    }
}

impl Pair {
    #[expect(clippy::expect_used, reason = "the library makes keys of these sizes, of any seed")]
    pub(crate) fn of(form: PublicKeyForm, number: u8) -> Self {
        let pair = match form {
            PublicKeyForm::Ed25519Hex | PublicKeyForm::Ed25519Base64 => {
                Ed25519KeyPair::from_seed_unchecked(&[number; 32]).map(Self::Ed25519).map_err(|_| Unspecified)
            }
            PublicKeyForm::P256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map(Self::P256),
            PublicKeyForm::Rsa => RsaKeyPair::generate(KeySize::Rsa2048).map(Self::Rsa),
        };
        pair.expect("a pair of keys can be made")
    }

    /// The pair whose private key is this text. The error names the kind of key that is meant.
    pub(crate) fn of_pem(form: PublicKeyForm, pem: Option<SecretString>) -> Result<Self, &'static str> {
        let kind = match form {
            PublicKeyForm::Ed25519Hex | PublicKeyForm::Ed25519Base64 => "of Ed25519",
            PublicKeyForm::P256 => "of the curve P-256",
            PublicKeyForm::Rsa => "of RSA",
        };
        let pem = pem.ok_or(kind)?;
        let text = pem.expose().trim().strip_prefix(BEGIN).and_then(|text| text.strip_suffix(END)).ok_or(kind)?;
        let text = Zeroizing::new(text.split_ascii_whitespace().collect::<String>());
        let der = Zeroizing::new(STANDARD.decode(text.as_bytes()).map_err(|_| kind)?);
        let pair = match form {
            PublicKeyForm::Ed25519Hex | PublicKeyForm::Ed25519Base64 => {
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(Self::Ed25519)
            }
            PublicKeyForm::P256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der).map(Self::P256),
            PublicKeyForm::Rsa => RsaKeyPair::from_pkcs8(&der).map(Self::Rsa),
        };
        pair.map_err(|_| kind)
    }

    /// The public key, as the provider shows it.
    pub(crate) fn public(&self, form: PublicKeyForm) -> String {
        let der = |der: Result<PublicKeyX509Der<'_>, Unspecified>| {
            der.map(|der| STANDARD.encode(der.as_ref())).unwrap_or_default()
        };
        match self {
            Self::Ed25519(pair) => match form {
                PublicKeyForm::Ed25519Hex => hex::encode(pair.public_key()),
                PublicKeyForm::Ed25519Base64 | PublicKeyForm::P256 | PublicKeyForm::Rsa => {
                    STANDARD.encode(pair.public_key())
                }
            },
            Self::P256(pair) => der(pair.public_key().as_der()),
            Self::Rsa(pair) => der(pair.public_key().as_der()),
        }
    }

    /// A signature of the message.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match self {
            Self::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::P256(pair) => Ok(pair.sign(&random, message)?.as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                Ok(signature)
            }
        }
    }
}
