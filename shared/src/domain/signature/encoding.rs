//! Signatures as text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// How a signature's bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal, in either case.
    Hex,
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
    /// Either; a digest is shorter in base64 than in hex, so that no text is both.
    HexOrBase64,
    /// Base64 with the alphabet for addresses, without padding (RFC 4648 section 5).
    Base64Url,
    /// The base64 of the hexadecimal digits, in lower case.
    Base64OfHex,
}

/// The bytes that `text` encodes, which must be `length`, or `None` when it encodes anything else.
pub(super) fn decode(encoding: Encoding, text: &str, length: Option<usize>) -> Option<Vec<u8>> {
    let hex = || hex::decode(text).ok();
    let base64 = || STANDARD.decode(text).ok();
    let bytes = match encoding {
        Encoding::Hex => hex(),
        Encoding::Base64 => base64(),
        Encoding::HexOrBase64 => hex().or_else(base64),
        Encoding::Base64OfHex => base64().and_then(|digits| hex::decode(digits).ok()),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok(),
    };
    bytes.filter(|bytes| length.is_none_or(|length| bytes.len() == length))
}

/// The text that encodes `bytes`.
pub(super) fn encode(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Hex | Encoding::HexOrBase64 => hex::encode(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
        Encoding::Base64OfHex => STANDARD.encode(hex::encode(bytes)),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
    }
}
