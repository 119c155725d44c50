//! Tokens that users make for programs, as JSON.

use serde::Serialize;

use super::call::Call;
use super::error::ApiError;
use super::fields::{Fields, read};
use super::user::CreatorBody;
use crate::auth::ApiToken;
use crate::domain::id::{ProjectId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Scope, Token, TokenKind, TokenOwner, token_expiry};
use crate::domain::user::User;

/// A token. What a list shows of it is the same without `token` and `project`.
#[derive(Serialize)]
pub struct TokenBody<'a> {
    id: String,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    /// In clear, this once, in the answer that hands it out. Null afterwards, and left out in a list.
    #[serde(skip_serializing_if = "Field::is_left_out")]
    token: Field<'a>,
    status: &'static str,
    #[serde(flatten)]
    of_kind: OfKind<'a>,
    user_id: i64,
    project_id: i64,
    last_used_at: Option<String>,
    expires_at: String,
    revoked_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// What only one kind of token has.
#[derive(Serialize)]
#[serde(untagged)]
enum OfKind<'a> {
    Personal {
        user: Option<CreatorBody<'a>>,
    },
    Project {
        role: RoleBody,
        /// Always null: projects have no names here. Left out in a list.
        #[serde(skip_serializing_if = "Field::is_left_out")]
        project: Field<'a>,
    },
}

/// A field that a list leaves out.
#[derive(Serialize)]
#[serde(untagged)]
enum Field<'a> {
    LeftOut,
    Null,
    Text(&'a str),
}

impl Field<'_> {
    fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }
}

#[derive(Serialize)]
struct RoleBody {
    id: i64,
    name: &'static str,
    description: &'static str,
    is_predefined: bool,
    permissions: &'static [&'static str],
    created_at: &'static str,
    updated_at: &'static str,
}

impl<'a> TokenBody<'a> {
    /// The token at `now`. `user` is whose it is, if it is personal.
    pub fn new(token: &'a Token, user: Option<&'a User>, now: Timestamp) -> Self {
        let mut body = Self::of_list(token, user, now);
        body.token = Field::Null;
        if let OfKind::Project { project, .. } = &mut body.of_kind {
            *project = Field::Null;
        }
        body
    }

    /// The same as an item of a list.
    pub fn of_list(token: &'a Token, user: Option<&'a User>, now: Timestamp) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name.as_str(),
            kind: token.kind.as_str(),
            token: Field::LeftOut,
            status: token.status(now).as_str(),
            of_kind: match token.kind {
                TokenKind::Personal => OfKind::Personal { user: user.map(CreatorBody::from) },
                TokenKind::Project => OfKind::Project { role: RoleBody::from(token.scope), project: Field::LeftOut },
            },
            user_id: token.user_id.get(),
            project_id: token.project_id.get(),
            last_used_at: token.last_used.map(|at| at.to_string()),
            expires_at: token.expires_at.to_string(),
            revoked_at: token.revoked_at.map(|at| at.to_string()),
            created_at: token.created_at.to_string(),
            updated_at: token.updated_at.to_string(),
        }
    }

    /// Shows the token in clear, as only the answer does that hands it out.
    #[must_use]
    pub fn with_token(mut self, token: &'a ApiToken) -> Self {
        self.token = Field::Text(token.expose());
        self
    }
}

impl From<Scope> for RoleBody {
    fn from(scope: Scope) -> Self {
        let (name, description, permissions): (_, _, &[_]) = match scope {
            Scope::All => ("all", "All of the project, as the user of the token", &["*"]),
            Scope::Report => ("report", "Claims actions and reports on them", &["action:claim", "action:report"]),
        };
        // Roles are part of the product, and the clients want to know since when they exist.
        let (created_at, updated_at) = ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z");
        Self { id: scope.role_id(), name, description, is_predefined: true, permissions, created_at, updated_at }
    }
}

/// Whose tokens the path names: those of the project, which must be the caller's, else the caller's own.
pub fn read_owner(call: &Call, user: UserId, project: ProjectId) -> Result<TokenOwner, ApiError> {
    match call.optional_path_parameter::<ProjectId>("project_id", "The project")? {
        Some(named) if named == project => Ok(TokenOwner::Project(project)),
        Some(_) => Err(ApiError::NotFound("The project")),
        None => Ok(TokenOwner::User(user)),
    }
}

/// The field `expires_at` of a token that is made or rotated at `now`.
pub fn read_expiry(fields: &mut Fields<'_>, now: Timestamp) -> Option<Timestamp> {
    let expiry = |chosen| token_expiry(chosen, now);
    if !fields.has("expires_at") {
        return expiry(None).ok();
    }
    fields.optional("expires_at", |value| expiry(Some(read::parsed(value)?)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json, to_value};

    use super::*;
    use crate::fixtures;

    #[test]
    fn a_token_is_shown_in_clear_by_one_answer_and_left_out_of_lists() {
        let token = fixtures::token();
        let (now, presented) = (token.created_at, ApiToken::new(token.kind, token.id, [2; 32]));
        let whole = to_value(TokenBody::new(&token, None, now)).unwrap();
        let item = to_value(TokenBody::of_list(&token, None, now)).unwrap();
        let handed_out = to_value(TokenBody::new(&token, None, now).with_token(&presented)).unwrap();
        for field in ["token", "project"] {
            assert_eq!((whole.get(field), item.get(field)), (Some(&Json::Null), None), "{field}");
        }
        assert_eq!(handed_out["token"], presented.expose());
        assert_eq!((&whole["role"]["id"], &whole["status"]), (&json!(2), &json!("expired")));
        assert_eq!(whole.get("user"), None);
    }
}
