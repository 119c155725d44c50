//! Creates a user, or changes the one that has the e-mail address. It has no route: an administrator invokes it
//! (`aws lambda invoke`), guarded by IAM.

use serde::Serialize;
use serde_json::value::RawValue;
use shared::auth::{CannotHash, Password, Passwords};
use shared::domain::id::{EnvironmentId, ProjectId};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::{Email, User, UserName};
use shared::http::user::UserBody;
use shared::http::{ApiError, Fields, read};
use shared::ports::{AllocateUserId, FindCredentials, InsertUser, PasswordHash, Random, StoreError, UpdateUser};
use shared::start::{Command, CommandError};

/// The function and what it needs.
pub struct UserPut<Users> {
    /// Where users are.
    pub users: Users,
    /// What hashes passwords.
    pub passwords: Passwords,
    /// What salts and generated passwords are made of.
    pub random: Random,
}

/// What an administrator asks for.
struct UserDraft {
    email: Email,
    name: UserName,
    project_id: ProjectId,
    environment_id: EnvironmentId,
    password: Option<Password>,
    active: Option<bool>,
}

/// The user as it is now.
#[derive(Serialize)]
struct PutAnswer<'a> {
    #[serde(flatten)]
    user: UserBody<'a>,
    /// In clear, this once, when it was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'a str>,
}

/// Why a user was not put.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The input is at fault.
    #[error("{0}")]
    Input(String),
    /// The table did not take the user.
    #[error("the user could not be saved")]
    Store(#[from] StoreError),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] CannotHash),
    /// The answer could not be written.
    #[error("the user was saved, but the answer could not be written")]
    Answer(#[from] serde_json::Error),
}

impl<Users: AllocateUserId + FindCredentials + InsertUser + UpdateUser> Command for UserPut<Users> {
    type Answer = Box<RawValue>;
    type Error = PutError;

    async fn run(&self, input: &RawValue, clock: fn() -> Timestamp, _: Timestamp) -> Result<Box<RawValue>, PutError> {
        self.handle(input, clock()).await
    }
}

impl<Users: AllocateUserId + FindCredentials + InsertUser + UpdateUser> UserPut<Users> {
    /// Puts the user that `input` describes and answers with it.
    pub async fn handle(&self, input: &RawValue, now: Timestamp) -> Result<Box<RawValue>, PutError> {
        let draft = UserDraft::read(input)?;
        let known = self.users.find_credentials(&draft.email).await?;
        let (user, generated) = match known {
            Some(known) => (self.change(known.user, draft, now).await?, None),
            None => self.create(draft, now).await?,
        };
        let password = generated.as_ref().map(Password::expose);
        Ok(serde_json::value::to_raw_value(&PutAnswer { user: UserBody::from(&user), password })?)
    }

    /// Creates the user, with a generated password if none is given.
    async fn create(&self, draft: UserDraft, now: Timestamp) -> Result<(User, Option<Password>), PutError> {
        let (password, generated) = if let Some(password) = draft.password {
            (password, None)
        } else {
            let password = Password::generate(self.random.bytes());
            (password.clone(), Some(password))
        };
        let user = User {
            id: self.users.allocate_user_id().await?,
            email: draft.email,
            name: draft.name,
            project_id: draft.project_id,
            environment_id: draft.environment_id,
            active: draft.active.unwrap_or(true),
            password_set_at: now,
            created_at: now,
            updated_at: now,
        };
        self.users.insert_user(&user, &self.hash(&password)?).await?;
        Ok((user, generated))
    }

    /// Changes the user. Without a password, the one that the user has stays: an administrator who deactivates a user
    /// must not have to know or replace it.
    async fn change(&self, known: User, draft: UserDraft, now: Timestamp) -> Result<User, PutError> {
        let active = draft.active.unwrap_or(known.active);
        let UserDraft { name, project_id, environment_id, password, .. } = draft;
        let user = User { name, project_id, environment_id, active, updated_at: now, ..known };
        let hash = password.map(|password| self.hash(&password)).transpose()?;
        self.users.update_user(&user, hash.as_ref()).await?;
        Ok(user)
    }
}

impl<Users> UserPut<Users> {
    fn hash(&self, password: &Password) -> Result<PasswordHash, CannotHash> {
        self.passwords.hash(password, self.random.bytes())
    }
}

impl CommandError for PutError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Input(_) => "InvalidInput",
            Self::Store(StoreError::Conflict | StoreError::Full { .. }) => "Conflict",
            Self::Store(StoreError::Unavailable(_)) => "Unavailable",
            Self::Store(StoreError::Corrupt { .. }) | Self::Hash(_) | Self::Answer(_) => "Internal",
        }
    }
}

impl UserDraft {
    fn read(input: &RawValue) -> Result<Self, PutError> {
        let mut fields = Fields::of_body(input.get())?;
        let email = fields.required("email", read::parsed);
        let name = fields.required("name", read::parsed);
        let project_id = fields.required("project_id", read::integer(ProjectId::new));
        let environment_id = fields.required("environment_id", read::integer(EnvironmentId::new));
        let password = fields.optional("password", |value| Password::choose(read::text(value)?));
        let active = fields.optional("active", read::boolean);
        let draft = (|| {
            let (project_id, environment_id) = (project_id?, environment_id?);
            Some(Self { email: email?, name: name?, project_id, environment_id, password, active })
        })();
        Ok(fields.finish(draft)?)
    }
}

impl From<ApiError> for PutError {
    /// An administrator reads one message, so it includes those of the fields.
    fn from(error: ApiError) -> Self {
        let ApiError::Invalid(errors) = error else { return Self::Input(error.to_string()) };
        Self::Input(errors.to_string())
    }
}
