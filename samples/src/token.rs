//! JSON Web Tokens as providers make them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use shared::domain::signature::Algorithm;
use shared::domain::signature::scheme::{Claim, Encoding, Forms, JwtForm, JwtKey};

use crate::body::Body;
use crate::{Call, Keys, Timestamp, mac};

/// The header's value: a token for this call that was made at this time.
pub(crate) fn token(keys: &Keys, form: &JwtForm, call: &Call, at: Timestamp) -> String {
    let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let algorithm = match form.key {
        JwtKey::Secret => "HS256",
        JwtKey::Given | JwtKey::Published(_) | JwtKey::Told(_) => "RS256",
    };
    let signed = format!("{}.{}", part(&json!({ "alg": algorithm })), part(&claims(keys, form, call, at)));
    let signature = match form.key {
        JwtKey::Secret => mac(Algorithm::Sha256, keys.secret.as_bytes(), signed.as_bytes()),
        JwtKey::Given | JwtKey::Published(_) | JwtKey::Told(_) => {
            keys.pair.as_ref().and_then(|pair| pair.sign(signed.as_bytes()).ok()).unwrap_or_default()
        }
    };
    let word = if form.word.is_empty() { String::new() } else { format!("{} ", form.word) };
    format!("{word}{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn claims(keys: &Keys, form: &JwtForm, call: &Call, at: Timestamp) -> Json {
    let issuer = form.issuers.first().copied().unwrap_or("sample");
    let mut claims = match keys.known.scheme.forms {
        Forms::Token(None) => serde_json::from_str(&call.body).unwrap_or_else(|_| json!({})),
        Forms::Token(Some(claim)) => json!({ claim: call.body }),
        Forms::None | Forms::Payload | Forms::SignedPayload | Forms::Field(_) | Forms::Fields => json!({}),
    };
    for (name, value) in [("iat", at.unix_seconds()), ("exp", at.unix_seconds() + 60)] {
        claims[name] = value.into();
    }
    claims["iss"] = issuer.into();
    claims["jti"] = format!("sample-{}", at.unix_millis()).into();
    let url = keys.url.as_str();
    for claim in form.claims {
        let (name, value) = match claim {
            Claim::Given(name, kind) => (*name, json!(keys.options().get(kind.name()))),
            Claim::True(name) => (*name, json!(true)),
            Claim::AddressHash(name, encoding) => (*name, hash(*encoding, url).into()),
            Claim::BodyHash(name, encoding) => (*name, hash(*encoding, &call.body).into()),
            Claim::InBody(name, place) => (*name, json!(Body::of(call, keys.known.scheme).text(place))),
            Claim::RequestHash => {
                let path = url.splitn(4, '/').nth(3).and_then(|rest| rest.split('?').next()).unwrap_or_default();
                ("qsh", hash(Encoding::Hex, &format!("POST&/{path}&{}", call.query)).into())
            }
        };
        claims[name] = value;
    }
    claims
}

fn hash(encoding: Encoding, of: &str) -> String {
    let hash = Sha256::digest(of);
    match encoding {
        Encoding::Base64 => STANDARD.encode(hash),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(hash),
        Encoding::Hex | Encoding::HexOrBase64 | Encoding::Base64OfHex => hex::encode(hash),
    }
}
