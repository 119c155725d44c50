//! Access tokens that the product did not issue, or not now.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use shared::auth::{Identity, SigningKey};
use shared::domain::id::{EnvironmentId, ProjectId};
use shared::domain::key::KeyRing;
use shared::domain::secret::SecretString;
use shared::domain::timestamp::Timestamp;

use crate::stack::Pipehook;
use crate::user::User;

/// Makes tokens after the model of one that is valid.
pub struct Forger {
    model: String,
    identity: Identity,
    key: String,
}

impl Forger {
    /// Knows a user's token, and the key that signed it.
    pub async fn of(stack: &Pipehook, user: &User<'_>) -> Self {
        let model = user.access_token.clone();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(model.split('.').nth(1).unwrap()).unwrap();
        let claims: Json = serde_json::from_slice(&claims).unwrap();
        let identity = Identity {
            user_id: claims["sub"].as_str().unwrap().parse().unwrap(),
            session_id: claims["sid"].as_str().unwrap().parse().unwrap(),
            project_id: ProjectId::new(claims["project_id"].as_i64().unwrap()).unwrap(),
            environment_id: EnvironmentId::new(claims["environment_id"].as_i64().unwrap()).unwrap(),
        };
        let key = stack.key("SigningKey").await;
        Self { model, identity, key }
    }

    /// A genuine token that was issued this long ago.
    pub fn issued(&self, ago: Duration) -> String {
        sign(&self.key, &self.identity, ago)
    }

    /// A token that another installation issued just now.
    pub fn foreign(&self) -> String {
        sign(&"x".repeat(64), &self.identity, Duration::ZERO)
    }

    /// The model with other claims, under its own signature.
    pub fn forged(&self, change: impl FnOnce(&mut Json)) -> String {
        let [header, claims, signature] = self.parts();
        let mut claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        change(&mut claims);
        format!("{header}.{}.{signature}", BASE64_URL_SAFE_NO_PAD.encode(claims.to_string()))
    }

    /// The model's claims under `"alg": "none"`, with an empty signature and with the model's own.
    pub fn unsigned(&self) -> [String; 2] {
        let [_, claims, signature] = self.parts();
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        [format!("{header}.{claims}."), format!("{header}.{claims}.{signature}")]
    }

    fn parts(&self) -> [&str; 3] {
        self.model.split('.').collect::<Vec<_>>().try_into().unwrap()
    }
}

fn sign(key: &str, identity: &Identity, ago: Duration) -> String {
    let keys: KeyRing<SigningKey> = KeyRing::derive(&SecretString::new(key.to_owned())).unwrap();
    let at = Timestamp::from(SystemTime::now() - ago);
    keys.newest().issue(identity, at).unwrap().expose().to_owned()
}
