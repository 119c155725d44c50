//! What the item of a hook says of its calls' proof besides the secret, as JSON: the options of the provider, and the
//! scheme that the hook's owner has described.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::Invalid;
use crate::domain::signature::custom::{Description, Origin, TimeDescription, Verification};
use crate::domain::signature::{OptionKind, Options};

#[derive(Serialize, Deserialize)]
struct StoredVerification {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    separator: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timestamp: Option<StoredTime>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivery_id: Option<StoredOrigin>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<StoredOrigin>,
}

#[derive(Serialize, Deserialize)]
struct StoredTime {
    header: String,
    format: String,
    tolerance_seconds: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredOrigin {
    Header(String),
    Body(String),
}

/// The options that are not secret; `None` if the hook has no such options.
pub(super) fn encode_options(options: &Options) -> Option<String> {
    let options: BTreeMap<_, _> = options.iter().collect();
    (!options.is_empty()).then(|| json(&options))
}

pub(super) fn decode_options(kinds: &'static [OptionKind], json: &str) -> Result<Options, Invalid> {
    let given = serde_json::from_str(json).map_err(|_| Invalid::new("is not JSON"))?;
    Options::new(kinds, &given).map_err(|_| Invalid::new("are not those of the provider"))
}

/// It has string keys and no foreign `Serialize`, so that it cannot fail.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn encode_verification(verification: &Verification) -> String {
    let described = verification.described();
    let origin = |origin| match origin {
        Origin::Header(name) => StoredOrigin::Header(name),
        Origin::Body(path) => StoredOrigin::Body(path),
    };
    let time = |time: TimeDescription| StoredTime {
        header: time.header,
        format: time.format,
        tolerance_seconds: time.tolerance_seconds,
    };
    let stored = StoredVerification {
        kind: described.kind,
        header: described.header,
        algorithm: described.algorithm,
        encoding: described.encoding,
        prefix: described.prefix,
        separator: described.separator,
        signed: described.signed,
        timestamp: described.timestamp.map(time),
        delivery_id: described.delivery_id.map(origin),
        event: described.event.map(origin),
    };
    json(&stored)
}

pub(super) fn decode_verification(json: &str) -> Result<Verification, Invalid> {
    let stored: StoredVerification = serde_json::from_str(json).map_err(|_| Invalid::new("is not JSON"))?;
    let origin = |origin| match origin {
        StoredOrigin::Header(name) => Origin::Header(name),
        StoredOrigin::Body(path) => Origin::Body(path),
    };
    let time = |time: StoredTime| TimeDescription {
        header: time.header,
        format: time.format,
        tolerance_seconds: time.tolerance_seconds,
    };
    let description = Description {
        kind: stored.kind,
        header: stored.header,
        algorithm: stored.algorithm,
        encoding: stored.encoding,
        prefix: stored.prefix,
        separator: stored.separator,
        signed: stored.signed,
        timestamp: stored.timestamp.map(time),
        delivery_id: stored.delivery_id.map(origin),
        event: stored.event.map(origin),
    };
    Verification::new(&description).map_err(|_| Invalid::new("is not a scheme"))
}

#[cfg(test)]
mod tests {
    use super::super::hook_item;
    use super::*;
    use crate::domain::hook::Hook;
    use crate::domain::sealing::SealedSecret;
    use crate::domain::signature::provider::Worth;
    use crate::domain::signature::providers;
    use crate::domain::signing::{CurrentSecret, Means, Signing};
    use crate::fixtures;
    use crate::ports::StoreError;

    fn hook() -> Hook {
        let text = |text: &str| Some(text.to_owned());
        let header = "X-Time".to_owned();
        let time = TimeDescription { header, format: "rfc3339".to_owned(), tolerance_seconds: Some(7) };
        let description = Description {
            kind: "hmac".to_owned(),
            header: text("X-Signature"),
            algorithm: text("sha512"),
            encoding: text("base64url"),
            prefix: text("v1 "),
            separator: text(","),
            signed: text("{header:x-id}\n{header:x-time}{body}"),
            timestamp: Some(time),
            delivery_id: Some(Origin::Header("X-Id".to_owned())),
            event: Some(Origin::Body(r"a\.b.c".to_owned())),
        };
        let means = Means::of_verification(Verification::new(&description).unwrap(), Options::default());
        let mut hook = fixtures::hook();
        hook.relation.requires_secret = true;
        hook.relation.provider = Some(&providers::CUSTOM);
        hook.relation.proof = Worth::Verified;
        let secret = SealedSecret::from_bytes(vec![1]);
        let current = Some(CurrentSecret { secret, since: hook.relation.created_at });
        hook.signing = Some(Signing { current, ..Signing::without_secret(means) });
        hook
    }

    #[test]
    fn a_scheme_that_was_stored_is_read_back() {
        assert_eq!(hook_item::decode(&hook_item::encode(&hook())).unwrap(), hook());
    }

    #[test]
    fn a_hook_whose_scheme_is_missing_or_damaged_is_corrupt_and_never_verified_in_another_way() {
        let mut missing = hook_item::encode(&hook());
        missing.remove("verification");
        let damaged = ["{}", "not JSON", r#"{"type":"hmac","header":"x-signature","signed":"no body"}"#].map(|json| {
            let mut item = hook_item::encode(&hook());
            item.insert("verification".to_owned(), super::super::item::text(json));
            item
        });
        for item in damaged.iter().chain([&missing]) {
            for error in [hook_item::decode(item).unwrap_err(), hook_item::decode_relation(item).unwrap_err()] {
                assert!(matches!(error, StoreError::Corrupt { attribute: "verification", .. }), "{error}");
            }
        }
    }
}
