//! The events that carry the bodies: what API Gateway makes of a delivery, signed as GitHub signs it.

use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value as Json;
use sha2::Sha256;

use super::Failure;

const SAMPLE: &str = include_str!("../../../events/hook-trigger/github-push.json");

/// The first hook of `events/seed.json`, and its published secret.
pub const HOOK_ID: &str = "5b0c1d6e-3f2a-4e7b-9c48-d1a0f6e27b35";
/// The hook of `events/seed.json` that runs a pipeline of ours for the same calls. It has the same secret.
pub const RUNNING_HOOK_ID: &str = "6e1f9b52-7c04-4d8a-93b7-2f58a0d4c1e6";
/// See [`HOOK_ID`].
pub const SECRET: &str = "It's a Secret to Everybody";

/// A placeholder for the delivery's id.
const DELIVERY: &str = "{{delivery}}";

/// A webhook call that can be made as often as needed: each delivery has an id of its own, or it would be a duplicate,
/// which the queue drops.
#[derive(Debug, Clone)]
pub struct Event {
    before: String,
    after: String,
}

impl Event {
    /// The call with this body and this `X-Hub-Signature-256`.
    pub fn new(body: &str, signature: &str) -> Result<Self, Failure> {
        let mut event: Json = serde_json::from_str(SAMPLE)?;
        let headers = &mut event["headers"];
        headers["content-length"] = body.len().to_string().into();
        headers["x-hub-signature-256"] = signature.into();
        headers["x-github-delivery"] = DELIVERY.into();
        event["body"] = body.into();
        let event = event.to_string();
        let (before, after) = event.split_once(DELIVERY).ok_or("the event has no delivery")?;
        Ok(Self { before: before.to_owned(), after: after.to_owned() })
    }

    /// The call as a server gets it: bytes of HTTP/1.1 for this path.
    pub fn over_http(path: &str, body: &str, signature: &str) -> Self {
        let before = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             X-GitHub-Event: push\r\nX-Hub-Signature-256: {signature}\r\nX-GitHub-Delivery: ",
            body.len()
        );
        Self { before, after: format!("\r\n\r\n{body}") }
    }

    /// The call with this body and the signature that proves it.
    pub fn signed(body: &str) -> Result<Self, Failure> {
        Self::new(body, &github_signature(body.as_bytes())?)
    }

    /// The same call of the hook that runs a pipeline of ours.
    #[must_use]
    pub fn to_running_hook(self) -> Self {
        self.to_hook(RUNNING_HOOK_ID)
    }

    /// The same call of another hook.
    #[must_use]
    pub fn to_hook(self, id: &str) -> Self {
        let to_other = |text: String| text.replace(HOOK_ID, id);
        Self { before: to_other(self.before), after: to_other(self.after) }
    }

    /// The event of one delivery.
    pub fn delivery(&self, id: &str) -> String {
        [&self.before, id, &self.after].concat()
    }

    /// The event of a delivery that there was not yet.
    pub fn next(&self) -> String {
        self.delivery(&next_delivery())
    }
}

/// The id of a delivery, in the form of GitHub's, that this process has not given out yet.
pub fn next_delivery() -> String {
    static DELIVERIES: AtomicU64 = AtomicU64::new(1);
    format!("3f8c1b60-1b9e-11f1-8d24-{:012x}", DELIVERIES.fetch_add(1, Ordering::Relaxed))
}

/// What GitHub writes into `X-Hub-Signature-256`.
pub fn github_signature(body: &[u8]) -> Result<String, Failure> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes())?;
    mac.update(body);
    Ok(format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_deliveries_have_the_same_id() {
        let event = Event::signed("{}").unwrap();
        let id = |event: String| {
            let event: Json = serde_json::from_str(&event).unwrap();
            event["headers"]["x-github-delivery"].as_str().unwrap().to_owned()
        };
        let ids: BTreeSet<_> = (0..100).map(|_| id(event.next())).collect();
        assert_eq!(ids.len(), 100);
    }

    #[test]
    fn the_signature_is_that_of_githubs_documentation() {
        // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
        let documented = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(github_signature(b"Hello, World!").unwrap(), documented);
    }
}
