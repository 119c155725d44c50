//! What every command has at hand: which deployment is asked, and where its answer goes.

use crate::{
    api::{Address, Client},
    arguments::Common,
    deployments::Deployments,
    host,
    terminal::{Interrupts, Kind, Screen, Trouble},
    token::{self, Token, TokenError},
};

#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) common: Common,
    pub(crate) screen: Screen,
    pub(crate) interrupts: Interrupts,
}

impl Context {
    /// The deployment, with a token. The environment comes before the login.
    pub(crate) fn client(&self) -> Result<Client, Trouble> {
        let (address, token) = self.target()?;
        let token = token.ok_or_else(|| {
            Trouble::new(Kind::NotLoggedIn, format!("No one is logged in to {address}."))
                .hint(format!("Log in: pipehook login {address}\nOr set {} to a token.", token::VARIABLE))
        })?;
        self.client_of(address, Some(token))
    }

    /// One at this address.
    pub(crate) fn client_of(&self, address: Address, token: Option<Token>) -> Result<Client, Trouble> {
        Client::new(address, token, self.interrupts.clone())
    }

    /// Where to ask, and as whom. The token of a login is for the address of that login alone.
    pub(crate) fn target(&self) -> Result<(Address, Option<Token>), Trouble> {
        if let Some(name) = &self.common.deployment {
            // A token of the environment belongs to the address of the environment.
            let known = Deployments::read()?;
            let (_, found) = known.find(Some(name))?;
            return Ok((found.url.clone(), Some(found.token.clone())));
        }
        let given = self.given_token()?;
        let known = match (&self.common.url, &given) {
            // Nothing of the file is needed.
            (Some(address), Some(_)) => return Ok((address.clone(), given)),
            (Some(_) | None, _) => Deployments::read()?,
        };
        if let Some(address) = &self.common.url {
            let token = known.at(address).map(|found| found.token.clone());
            return Ok((address.clone(), token));
        }
        let (_, found) = known.find(None)?;
        Ok((found.url.clone(), given.or_else(|| Some(found.token.clone()))))
    }

    /// Of a file or the environment.
    fn given_token(&self) -> Result<Option<Token>, Trouble> {
        match Token::read(self.common.token_file.as_deref()) {
            Ok(token) => Ok(Some(token)),
            Err(TokenError::Missing) => Ok(None),
            Err(error @ (TokenError::Twice | TokenError::Unreadable(..) | TokenError::Malformed(_))) => {
                Err(Trouble::usage(format!("{error}.")))
            }
        }
    }
}

/// The variable that holds the secret of a hook.
pub(crate) const SECRET_VARIABLE: &str = "PIPEHOOK_SECRET";

/// Text of the environment, if it is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    host::variable(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty())
}
