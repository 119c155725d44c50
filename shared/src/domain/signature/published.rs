//! What providers publish to verify their calls with: where it is, and what is looked for in it.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::{Value, json};

use super::certificate::public_key_of;
use crate::domain::secret::{HookSecret, SecretString};

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

/// Where a provider publishes the keys that it signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySet {
    /// Here.
    At(&'static str),
    /// On a host of the hook's own: the value of this option stands between these two.
    On {
        /// The option, a part of a host's name.
        option: &'static str,
        /// What stands before it.
        before: &'static str,
        /// What stands behind it.
        behind: &'static str,
    },
}

impl KeySet {
    /// The address, for a hook whose options are these.
    pub(super) fn address<'o>(self, option: impl Fn(&str) -> Option<&'o str>) -> Option<ProviderUrl> {
        match self {
            Self::At(url) => Some(ProviderUrl::of_table(url)),
            Self::On { option: name, before, behind } => {
                Some(ProviderUrl::on_allowed_host(format!("{before}{}{behind}", option(name)?)))
            }
        }
    }
}

/// Where the keys are, in words.
impl fmt::Display for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(url) => f.write_str(url),
            Self::On { option, before, behind } => write!(f, "{before}{{{option}}}{behind}"),
        }
    }
}

/// What a call says that it can be verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it is published.
    pub at: ProviderUrl,
    /// Which of the keys in a key set, by its id; `None` if it is a certificate.
    pub key_id: Option<String>,
    /// The account, of a provider that tells its keys to those only who have one.
    pub account: Option<String>,
}

/// What a provider is asked.
#[derive(Debug)]
pub struct Question {
    /// Where.
    pub at: ProviderUrl,
    /// The JSON that is sent there, with the secret of an account. `None` if a document is read that is there for all.
    pub json: Option<SecretString>,
}

impl Wanted {
    /// The certificate at this address.
    pub(super) fn certificate(at: ProviderUrl) -> Self {
        Self { at, key_id: None, account: None }
    }

    /// A key of the key set at this address.
    pub(super) fn key(at: ProviderUrl, id: String) -> Self {
        Self { at, key_id: Some(id), account: None }
    }

    /// A key that the provider tells the owner of this account at this address.
    pub(super) fn told(at: ProviderUrl, id: String, account: String) -> Self {
        Self { at, key_id: Some(id), account: Some(account) }
    }

    /// The same for all that one document answers.
    pub fn document(&self) -> (ProviderUrl, Option<String>) {
        let told =
            self.account.as_ref().map(|account| format!("{account} {}", self.key_id.as_deref().unwrap_or_default()));
        (self.at.clone(), told)
    }

    /// What the provider is asked; `secret` is that of the account.
    pub fn question(&self, secret: Option<&HookSecret>) -> Question {
        let json = self.account.as_ref().zip(secret).map(|(account, secret)| {
            let json = json!({ "client_id": account, "secret": secret.expose(), "key_id": self.key_id });
            SecretString::new(json.to_string())
        });
        Question { at: self.at.clone(), json }
    }

    /// Whether this document has it.
    pub fn is_in(&self, document: &[u8]) -> bool {
        match (&self.key_id, &self.account) {
            (Some(id), Some(_)) => told_key_of(document, id).is_some(),
            (Some(id), None) => key_of(document, id).is_some(),
            (None, _) => public_key_of(document).is_some(),
        }
    }
}

/// The key with this id in a JSON Web Key Set (RFC 7517).
pub(super) fn key_of(key_set: &[u8], id: &str) -> Option<DecodingKey> {
    let set: Value = serde_json::from_slice(key_set).ok()?;
    set["keys"].as_array()?.iter().find(|key| key["kid"] == id).and_then(verifying)
}

/// The key with this id in an answer such as `{"key": {"kid": "…", "expired_at": null, …}}`.
pub(super) fn told_key_of(answer: &[u8], id: &str) -> Option<DecodingKey> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    answer.get("key").filter(|key| key["kid"] == id && key["expired_at"].is_null()).and_then(verifying)
}

/// The key, if it is one of a kind that providers sign with, and not one to encrypt with.
fn verifying(key: &Value) -> Option<DecodingKey> {
    let part = |name: &str| key[name].as_str();
    let signs = key["use"].is_null() || key["use"] == "sig";
    let read = match part("kty").filter(|_| signs)? {
        "RSA" => DecodingKey::from_rsa_components(part("n")?, part("e")?),
        "EC" => DecodingKey::from_ec_components(part("x")?, part("y")?),
        "OKP" => DecodingKey::from_ed_components(part("x")?),
        _ => return None,
    };
    read.ok()
}

/// Whether the signature is one of the message that this key has made.
pub(super) fn has_signed(key: &DecodingKey, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
    jsonwebtoken::crypto::verify(&URL_SAFE_NO_PAD.encode(signature), message, key, algorithm).unwrap_or(false)
}

/// Whether the key with this id is good for a channel of Microsoft's. Its `endorsements` name those for which it is; if it
/// has none, it is good for all. <https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication>
pub(super) fn endorses(key_set: &[u8], id: &str, channel: &str) -> bool {
    let set: Value = serde_json::from_slice(key_set).unwrap_or_default();
    let keys = set["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let endorsements = keys.iter().find(|key| key["kid"] == id).map(|key| &key["endorsements"]);
    match endorsements.map(|all| all.as_array().map(Vec::as_slice)) {
        Some(Some(all)) if !all.is_empty() => all.iter().any(|one| *one == *channel),
        Some(_) => true,
        None => false,
    }
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

    #[test]
    fn a_key_is_good_for_the_channels_that_it_names_and_for_all_if_it_names_none() {
        let key = |endorsements: serde_json::Value| json!({ "keys": [{ "kid": "a", "endorsements": endorsements }] });
        for (endorsements, is_good) in [
            (json!(["webchat", "msteams"]), true),
            (json!(["webchat"]), false),
            (json!(["MSTEAMS", " msteams"]), false),
            (json!([]), true),
            (json!(null), true),
        ] {
            let set = key(endorsements.clone()).to_string();
            assert_eq!(endorses(set.as_bytes(), "a", "msteams"), is_good, "{endorsements}");
            assert!(!endorses(set.as_bytes(), "b", "msteams"), "the key of another id");
        }
        assert!(!endorses(b"<html>", "a", "msteams"));
    }

    #[test]
    fn a_key_that_is_told_has_the_id_that_was_asked_for_and_has_not_expired() {
        // https://plaid.com/docs/api/webhooks/webhook-verification/
        let answer = json!({ "key": {
            "alg": "ES256", "created_at": 1_560_466_150, "crv": "P-256", "expired_at": null,
            "kid": "bfbd5111-8e33-4643-8ced-b2e642a72f3c", "kty": "EC", "use": "sig",
            "x": "hKXLGIjWvCBv-cP5euCTxl8g9GLG9zHo_3pO5NN1DwQ", "y": "shhexqPB7YffGn6fR6h2UhTSuCtPmfzQJ6ENVIoO4Ys",
        }, "request_id": "RZ6Omi1bzzwDaLo" });
        let is_told = |answer: &serde_json::Value, id: &str| told_key_of(answer.to_string().as_bytes(), id).is_some();
        let with = |name: &str, value: serde_json::Value| {
            let mut answer = answer.clone();
            answer["key"][name] = value;
            answer
        };
        let id = "bfbd5111-8e33-4643-8ced-b2e642a72f3c";
        assert!(is_told(&answer, id) && !is_told(&answer, "another"));
        assert!(!is_told(&with("expired_at", json!(1_560_466_151)), id));
        assert!(!is_told(&with("use", json!("enc")), id) && !is_told(&with("kid", json!(null)), id));
        for other in [json!({}), json!({ "keys": [answer["key"]] }), json!({ "error_code": "INVALID_API_KEYS" })] {
            assert!(!is_told(&other, id), "{other}");
        }
    }

    #[test]
    fn the_secret_of_an_account_is_sent_in_a_question_and_shown_nowhere() {
        let at = ProviderUrl::for_test("https://keys.example/get");
        let wanted = Wanted::told(at.clone(), "1".to_owned(), "acme".to_owned());
        let secret = HookSecret::trusted(SecretString::new("a secret of an account".to_owned()));
        let question = wanted.question(Some(&secret));
        let expected = r#"{"client_id":"acme","key_id":"1","secret":"a secret of an account"}"#;
        assert_eq!(question.json.as_ref().map(SecretString::expose), Some(expected));
        assert!(!format!("{question:?} {wanted:?}").contains("a secret"));
        assert!(Wanted::key(at.clone(), "1".to_owned()).question(Some(&secret)).json.is_none());
        let other = Wanted::told(at, "1".to_owned(), "other".to_owned());
        assert_ne!(wanted.document(), other.document());
    }

    #[test]
    fn keys_are_at_the_address_that_the_options_of_the_hook_lead_to() {
        let set = KeySet::On { option: "subdomain", before: "https://", behind: ".example.com/keys" };
        let address = |value: Option<&'static str>| set.address(|_| value).map(|url| url.to_string());
        assert_eq!(address(Some("acme")).as_deref(), Some("https://acme.example.com/keys"));
        assert_eq!(address(None), None);
        assert_eq!(set.to_string(), "https://{subdomain}.example.com/keys");
    }
}
