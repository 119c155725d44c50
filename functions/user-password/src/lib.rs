//! `PUT /users/me/password`: the caller's password for another one. The session goes on in which the caller does so; all
//! others end.

use shared::auth::{AccessTokens, Password, Passwords};
use shared::domain::login::{LoginAttempt, Network};
use shared::http::user::admit;
use shared::http::{ApiError, Call, Endpoint, FieldErrors, Response, ResponseExt as _, read};
use shared::ports::{
    AdmitLogin, ChangePassword, Credentials, FindCredentialsOf, ForgiveLogin, PasswordChange, PasswordChanged, Random,
};

/// The endpoint and what it needs.
pub struct UserPassword<Users> {
    /// Where users, attempts to log in and sessions are.
    pub users: Users,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// What verifies and hashes passwords.
    pub passwords: Passwords,
    /// What salts are made of.
    pub random: Random,
}

impl<Users: AdmitLogin + ChangePassword + FindCredentialsOf + ForgiveLogin> Endpoint for UserPassword<Users> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let login = call.authenticate_login(&self.tokens).await?;
        let (current, new) = read_passwords(call)?;
        let credentials = self.users.find_credentials_of(login.user_id).await?;
        let is_caller = |of: &Credentials| of.user.active && of.user.project_id == login.project_id;
        let credentials = credentials.filter(is_caller).ok_or(ApiError::Unauthenticated)?;
        let user = &credentials.user;

        // A stolen access token must not be a way to guess the password past the bounds of a login.
        let network = Network::of(call.received().ip_address.as_deref());
        let attempt = LoginAttempt::new(&user.email, network, call.received_at(), Some(user.password_set_at));
        let admission = admit(&self.users, &attempt).await?;
        if !self.passwords.verify(&current, Some(&credentials.password_hash)) {
            return Err(wrong_password());
        }
        self.users.forgive_login(&attempt, admission).await?;

        let new = self.passwords.hash(&new, self.random.bytes())?;
        let at = user.new_password_set_at(call.received_at());
        let change = PasswordChange { of: &credentials, session: login.session_id, new: &new, at };
        match self.users.change_password(&change).await? {
            PasswordChanged::Changed => Ok(Response::no_content()),
            PasswordChanged::SessionEnded => Err(ApiError::Unauthenticated),
        }
    }
}

/// Any text may be tried as the current password, as in a login.
fn read_passwords(call: &Call) -> Result<(Password, Password), ApiError> {
    let mut fields = call.fields()?;
    let current = fields.required("current_password", |value| Password::attempt(read::text(value)?));
    let new = fields.required("new_password", |value| Password::choose(read::text(value)?));
    let passwords = current.zip(new);
    if passwords.as_ref().is_some_and(|(current, new)| new.is(current)) {
        fields.refuse("new_password", "must differ from `current_password`");
    }
    fields.finish(passwords)
}

/// Not a 401: clients take one for the end of the session.
fn wrong_password() -> ApiError {
    let mut errors = FieldErrors::default();
    errors.add("current_password", "is not the password of the user");
    ApiError::Invalid(errors)
}
