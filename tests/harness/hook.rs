//! Hooks, and the calls that providers make to them.

use bytes::Bytes;
use http::Method;
use serde_json::{Value as Json, json};

use crate::call::Call;
use crate::signing::{Hash, hmac};
use crate::stack::Pipehook;

/// What asks for a hook that GitHub calls: it deploys application 42, with one variable.
pub fn github_hook() -> Json {
    signed_hook("x-hub-signature-256", Hash::Sha256)
}

/// What asks for a hook whose calls are signed in this header.
pub fn signed_hook(header: &str, hash: Hash) -> Json {
    let mut hook = open_hook();
    hook["requires_secret"] = true.into();
    hook["secret_algorithm"] = hash.name().into();
    hook["secret_header_name"] = header.into();
    hook
}

/// What asks for a hook that takes unsigned calls.
pub fn open_hook() -> Json {
    json!({
        "name": "deploy the shop",
        "requires_secret": false,
        "action_type": "deploy",
        "resource_type": "application",
        "resource_id": 42,
        "settings": { "variables": [{ "name": "branch", "type": "string", "path": "ref", "default_value": "main" }] },
    })
}

/// A hook that was created.
#[derive(Debug, Clone)]
pub struct Hook<'s> {
    stack: &'s Pipehook,
    /// The answer to its creation.
    pub json: Json,
    /// Its id.
    pub id: String,
    /// Its secret; empty when it has none.
    pub secret: String,
}

impl<'s> Hook<'s> {
    pub(crate) fn new(stack: &'s Pipehook, json: Json) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let (id, secret) = (text("id"), text("secret"));
        Self { stack, json, id, secret }
    }

    /// What is stored of it, in DynamoDB's JSON.
    pub async fn item(&self) -> Json {
        let item = self.stack.item("HooksTable", &json!({ "id": { "S": self.id } })).await;
        assert!(item.is_object(), "the hook is not stored");
        item
    }

    /// A call of the hook's URL with this JSON text, unsigned.
    pub fn unsigned(&self, body: impl Into<Bytes>) -> Call<'s> {
        let url = self.json["url"].as_str().unwrap().to_owned();
        Call::new(self.stack, Method::POST, url).header("content-type", "application/json").body(body)
    }

    /// A call with this JSON text, signed as GitHub does.
    pub fn signed(&self, body: impl Into<Bytes>) -> Call<'s> {
        let body = body.into();
        let signature = format!("sha256={}", hex::encode(self.mac(Hash::Sha256, &body)));
        self.unsigned(body).header("x-hub-signature-256", signature)
    }

    /// A push as GitHub announces it.
    pub fn push(&self) -> Call<'s> {
        let body = json!({ "ref": "refs/heads/main", "repository": { "full_name": "example/shop" } });
        self.signed(body.to_string()).header("x-github-event", "push")
    }

    /// The HMAC of a body under the hook's secret.
    pub fn mac(&self, hash: Hash, body: &[u8]) -> Vec<u8> {
        hmac(hash, &self.secret, body)
    }

    /// The hook's item, behind the product's back: changes an attribute, or removes it when `value` is null. As those who
    /// change hooks do, it waits until no copy of the hook is used.
    pub async fn damage(&self, attribute: &str, value: &Json) {
        let key = json!({ "id": { "S": self.id } });
        self.stack.damage("HooksTable", &key, attribute, value).await;
        self.stack.copies_run_out().await;
    }
}

/// A hook as lists and logged calls show it: without its creator, and without how its calls are proven.
pub fn relation_of(hook: &Json) -> Json {
    const PROVEN: [&str; 7] = [
        "proven_by",
        "secret",
        "secret_algorithm",
        "secret_header_name",
        "secret_since",
        "provider_options",
        "verification",
    ];
    let mut relation = hook.clone();
    for name in PROVEN.iter().chain(&["created_by_user"]) {
        assert!(relation.as_object_mut().unwrap().remove(*name).is_some(), "{name}");
    }
    relation
}
