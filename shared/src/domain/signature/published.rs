//! What providers publish to verify their calls with: where it is, and what is looked for in it.

use std::borrow::Cow;
use std::fmt;

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{JwkSet, PublicKeyUse};

use super::certificate::public_key_of;

/// An address on a host of a provider's, to which Pipehook sends requests of its own. The table makes one, or a host that
/// the table allows: never a call by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderUrl(Cow<'static, str>);

impl ProviderUrl {
    /// An address of the table.
    pub(super) fn of_table(url: &'static str) -> Self {
        Self(Cow::Borrowed(url))
    }

    /// An address that a call names, on a host of which the caller has made sure that it is the provider's.
    pub(super) fn on_allowed_host(url: String) -> Self {
        Self(Cow::Owned(url))
    }

    /// Any address.
    #[cfg(test)]
    pub(crate) fn for_test(url: &str) -> Self {
        Self(Cow::Owned(url.to_owned()))
    }

    /// The address as text: `https`, and without a port.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a call says that it can be verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it is published.
    pub at: ProviderUrl,
    /// Which of the keys in a key set, by its id; `None` if it is a certificate.
    pub key_id: Option<String>,
}

impl Wanted {
    /// Whether this document has it.
    pub fn is_in(&self, document: &[u8]) -> bool {
        match &self.key_id {
            Some(id) => key_of(document, id).is_some(),
            None => public_key_of(document).is_some(),
        }
    }
}

/// The key with this id in a JSON Web Key Set (RFC 7517).
pub(super) fn key_of(key_set: &[u8], id: &str) -> Option<DecodingKey> {
    let set: JwkSet = serde_json::from_slice(key_set).ok()?;
    let key = set.find(id)?;
    let signs = key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    DecodingKey::from_jwk(key).ok().filter(|_| signs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_found_by_its_id_among_keys_of_kinds_that_we_do_not_know() {
        let rsa =
            |id: &str, purpose: &str| json!({ "kty": "RSA", "kid": id, "use": purpose, "n": "AQAB", "e": "AQAB" });
        let set = json!({ "keys": [{ "kty": "XYZ", "kid": "x" }, rsa("a", "sig"), rsa("b", "enc")] }).to_string();
        for (id, is_there) in [("a", true), ("b", false), ("x", false), ("", false), ("A", false)] {
            assert_eq!(key_of(set.as_bytes(), id).is_some(), is_there, "{id}");
        }
        for document in ["", "{}", "[]", "<html>", r#"{"keys": {}}"#, r#"{"keys": [{"kid": "a"}]}"#] {
            assert!(key_of(document.as_bytes(), "a").is_none(), "{document}");
        }
    }
}
