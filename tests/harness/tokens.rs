//! Access tokens of programs, and those that the product did not issue, or not now.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value as Json, json};
use shared::auth::{ApiToken as Presented, Login, SigningKey};
use shared::config;
use shared::domain::id::{EnvironmentId, ProjectId, TokenId};
use shared::domain::key::KeyRing;
use shared::domain::secret::SecretString;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{TOKEN_LIFETIME, TokenKind};
use shared::ports::Random;

use crate::call::Call;
use crate::stack::Pipehook;
use crate::user::User;

/// A token that a user made for a program.
#[derive(Debug, Clone)]
pub struct ApiToken<'s> {
    stack: &'s Pipehook,
    /// The id, which is no secret.
    pub id: String,
    /// The token itself.
    pub text: String,
}

impl<'s> ApiToken<'s> {
    /// A token of the user, put into the table as the product does it.
    pub async fn of(stack: &'s Pipehook, user: &User<'_>, kind: TokenKind, role_id: i64) -> Self {
        let (random, now) = (Random::new(config::fill_random), Timestamp::from(SystemTime::now()));
        let presented = Presented::new(kind, TokenId::from_random(random.bytes()), random.bytes());
        let owner = match kind {
            TokenKind::Personal => format!("USER#{}", user.id),
            TokenKind::Project => format!("PROJECT#{}", user.project),
        };
        let text = |text: &str| json!({ "S": text });
        let number = |number: i64| json!({ "N": number.to_string() });
        let (id, now, until) = (presented.id().to_string(), now.to_string(), now.plus(TOKEN_LIFETIME).to_string());
        let item = json!({
            "id": text(&id), "owner": text(&owner), "kind": text(kind.as_str()), "name": text("a program"),
            "secret_hash": { "B": BASE64_STANDARD.encode(presented.hash()) }, "role_id": number(role_id),
            "user_id": number(user.id), "project_id": number(user.project), "valid_until": text(&until),
            "created_at": text(&now), "updated_at": text(&now),
        });
        stack.put_item("TokensTable", &item).await;
        Self { stack, id, text: presented.expose().to_owned() }
    }

    /// A call with the token.
    pub fn call(&self, method: &str, path: &str) -> Call<'s> {
        self.stack.call(method, path).bearer(&self.text)
    }

    /// What is stored of it.
    pub async fn item(&self) -> Json {
        Self::item_of(self.stack, &self.id).await
    }

    /// What is stored of the token with this id.
    pub async fn item_of(stack: &Pipehook, id: &str) -> Json {
        stack.item("TokensTable", &json!({ "id": { "S": id } })).await
    }

    /// Changes what is stored of it, behind the product's back.
    pub async fn damage(&self, attribute: &str, value: &Json) {
        self.stack.damage("TokensTable", &json!({ "id": { "S": self.id } }), attribute, value).await;
    }
}

/// Makes tokens after the model of one that is valid.
pub struct Forger {
    model: String,
    login: Login,
    key: String,
}

impl Forger {
    /// Knows a user's token, and the key that signed it.
    pub async fn of(stack: &Pipehook, user: &User<'_>) -> Self {
        let model = user.access_token.clone();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(model.split('.').nth(1).unwrap()).unwrap();
        let claims: Json = serde_json::from_slice(&claims).unwrap();
        let login = Login {
            user_id: claims["sub"].as_str().unwrap().parse().unwrap(),
            session_id: claims["sid"].as_str().unwrap().parse().unwrap(),
            project_id: ProjectId::new(claims["project_id"].as_i64().unwrap()).unwrap(),
            environment_id: EnvironmentId::new(claims["environment_id"].as_i64().unwrap()).unwrap(),
        };
        let key = stack.key("SigningKey").await;
        Self { model, login, key }
    }

    /// A genuine token that was issued this long ago.
    pub fn issued(&self, ago: Duration) -> String {
        sign(&self.key, &self.login, ago)
    }

    /// A token that another installation issued just now.
    pub fn foreign(&self) -> String {
        sign(&"x".repeat(64), &self.login, Duration::ZERO)
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

fn sign(key: &str, login: &Login, ago: Duration) -> String {
    let keys: KeyRing<SigningKey> = KeyRing::derive(&SecretString::new(key.to_owned())).unwrap();
    let at = Timestamp::from(SystemTime::now() - ago);
    keys.newest().issue(login, at).unwrap().expose().to_owned()
}
