//! Signs calls with a secret that their hook's owner has given.

use bytes::Bytes;
use samples::{Call, Hook, Keys, Needs, SecretString, Timestamp, Unsignable};
use serde_json::Value as Json;

use super::{Delivery, Target};
use crate::host;

/// What a hook, as the API shows it, says of its calls.
pub(crate) fn hook_of(json: &Json) -> Hook {
    let text = |name: &str| json[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let options = json["provider_options"].as_object().into_iter().flatten();
    Hook {
        provider: text("provider"),
        header: text("secret_header_name"),
        algorithm: text("secret_algorithm"),
        url: text("url").unwrap_or_default(),
        options: options.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
    }
}

/// Makes proofs.
#[derive(Debug)]
pub(crate) struct Signer(Keys);

impl Signer {
    /// What must be known to sign calls of this hook.
    pub(crate) fn needs(hook: &Hook) -> Result<Needs, Unsignable> {
        hook.known().map(Hook::needs)
    }

    pub(crate) fn new(hook: &Hook, secret: Option<SecretString>) -> Result<Self, Unsignable> {
        Keys::for_hook(hook, secret).map(Self)
    }

    /// The same for calls of another address: some providers sign it.
    pub(crate) fn for_target(mut self, target: &Target) -> Self {
        self.0.url = target.to_string();
        self
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0
    }

    /// The delivery with a proof of now in the place of the one that the log masks. `None` if its body is no text: no
    /// provider sends and signs another.
    pub(crate) fn sign(&self, delivery: Delivery) -> Option<Delivery> {
        let Delivery { id, query, headers, body, mut masked } = delivery;
        let body = String::from_utf8(body.into()).ok()?;
        let call = Call { method: "POST".to_owned(), query, headers, body };
        let Call { query, headers, body, .. } = self.0.sign(&call, now());
        let is_parameter = |name: &str| form_urlencoded::parse(query.as_bytes()).any(|(known, _)| known == name);
        masked.retain(|name| !headers.contains_key(name) && !is_parameter(name));
        Some(Delivery { id, query, headers, body: Bytes::from(body), masked })
    }
}

/// By the clock of this machine.
pub(crate) fn now() -> Timestamp {
    let nanos = host::now_utc().unix_timestamp_nanos();
    Timestamp::from_unix_millis(i64::try_from(nanos / 1_000_000).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    const SECRET: &str = "a secret that both sides know";

    fn delivery(body: &'static [u8]) -> Delivery {
        Delivery {
            id: "01a209f7-0f9d-79ba-9712-2b2164476eb4".to_owned(),
            query: "shop=1".to_owned(),
            headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
            body: Bytes::from_static(body),
            masked: vec!["authorization".to_owned(), "x-hub-signature-256".to_owned()],
        }
    }

    fn signer() -> Signer {
        let hook = hook_of(&json!({
            "provider": null, "secret_algorithm": "sha256", "secret_header_name": "x-hub-signature-256",
            "url": "https://hooks.example.com/hooks/1/trigger", "provider_options": {},
        }));
        Signer::new(&hook, Some(SecretString::new(SECRET.to_owned()))).unwrap()
    }

    #[test]
    fn a_delivery_gets_the_signature_that_the_provider_would_have_made() {
        let signed = signer().sign(delivery(b"{\"ref\": \"refs/heads/main\"}")).unwrap();

        // printf %s '{"ref": "refs/heads/main"}' | openssl dgst -sha256 -hmac 'a secret that both sides know'
        let expected = "sha256=07b8baad30b7cb98f7ea00e3cfc4fd15efeae0f593464e018f26c3e536311e15";
        assert_eq!(signed.headers["x-hub-signature-256"], expected);
        assert_eq!(&*signed.body, b"{\"ref\": \"refs/heads/main\"}");
        assert_eq!(signed.masked, ["authorization"]);
    }

    #[test]
    fn a_proof_in_the_query_stands_beside_the_parameters_of_the_call() {
        let hook = hook_of(&json!({ "provider": "pandadoc" }));
        let sender = Signer::new(&hook, Some(SecretString::new(SECRET.to_owned()))).unwrap();
        let masked = vec!["signature".to_owned()];

        let signed = sender.sign(Delivery { masked, ..delivery(b"{}") }).unwrap();

        // printf %s '{}' | openssl dgst -sha256 -hmac 'a secret that both sides know'
        let expected = "171ed88cf0704f5ec0d3adce487a7d6b6791ca9aeb343878586a73b166410c97";
        assert_eq!(signed.query, format!("shop=1&signature={expected}"));
        assert_eq!(signed.masked, [""; 0]);
    }

    #[test]
    fn bytes_that_are_no_text_are_not_signed() {
        assert_eq!(signer().sign(delivery(b"\xff\xfe")), None);
    }

    #[test]
    fn neither_a_signer_nor_what_it_signed_shows_the_secret() {
        assert!(!format!("{:?}", signer()).contains(SECRET));
        // What GitLab and others send as a proof is the secret itself.
        let hook = hook_of(&json!({ "provider": "gitlab", "secret_header_name": "x-gitlab-token" }));
        let signer = Signer::new(&hook, Some(SecretString::new(SECRET.to_owned()))).unwrap();
        let proven = signer.sign(delivery(b"{}")).unwrap();
        assert!(proven.headers.values().any(|value| value == SECRET));
        assert!(!format!("{proven:?}").contains(SECRET));
    }
}
