//! A login with the password, for what a token cannot do: making, rotating and revoking tokens.

use serde::Deserialize;
use serde_json::json;

use crate::{
    api::{Address, Client, segment},
    arguments::LoginAgain,
    terminal::{self, Trouble},
    token::Token,
};

use super::Context;

const NO_TERMINAL: &str = "Give a file with --password-file; or keep a token instead: pipehook login --with-token";

/// The routes of a user's own tokens.
pub(crate) const OWN_TOKENS: &str = "/users/personal-access-tokens";

/// Someone who is logged in, until `close`.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) email: String,
}

/// A token that was just made.
#[derive(Debug, Deserialize)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) token: Token,
    pub(crate) expires_at: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: Token,
}

impl Session {
    /// Asks for what is not given.
    pub(crate) async fn open(context: &Context, address: Address, again: &LoginAgain) -> Result<Self, Trouble> {
        let email = match &again.email {
            Some(email) => email.clone(),
            None => terminal::line(&format!("E-mail address at {address}"), "Give it with --email.").await?,
        };
        let password = match &again.password_file {
            Some(file) => terminal::read_secret(file)?,
            None => terminal::secret(&format!("Password of {email}"), NO_TERMINAL).await?,
        };
        let client = context.client_of(address, None)?;
        let body = json!({ "email": email, "password": password.as_str() });
        let answer = client.post("/users/login", &body).await.map_err(|trouble| of_login(trouble, &email))?;
        let tokens: Tokens = answer.read()?;
        Ok(Self { client: client.with_token(tokens.access_token)?, email })
    }

    /// Logs out. If that fails, the session ends by itself within the hour.
    pub(crate) async fn close(self) {
        let _ = self.client.post("/users/logout", &json!({})).await;
    }

    pub(crate) async fn revoke_own(&self, id: &str) -> Result<(), Trouble> {
        self.client.delete(&format!("{OWN_TOKENS}/{}/revoke", segment(id))).await.map(drop)
    }
}

/// The API does not say which of the two is wrong.
fn of_login(mut trouble: Trouble, email: &str) -> Trouble {
    match trouble.status {
        Some(401) => trouble.hint = Some(format!("Check the password of {email}, and the address of the deployment.")),
        Some(429) => trouble.hint = Some("Wait 15 minutes before the next attempt.".to_owned()),
        Some(_) | None => {}
    }
    trouble
}
