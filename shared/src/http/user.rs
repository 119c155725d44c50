//! Users as JSON.

use serde::Serialize;

use crate::domain::user::User;

/// A user as it sees itself.
#[derive(Serialize)]
pub struct UserBody<'a> {
    id: i64,
    name: &'a str,
    email: &'a str,
    url_slug: String,
    active: bool,
    project_id: i64,
    environment_id: i64,
    created_at: String,
    updated_at: String,
}

impl<'a> From<&'a User> for UserBody<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.get(),
            name: user.name.as_str(),
            email: user.email.as_str(),
            url_slug: user.url_slug(),
            active: user.active,
            project_id: user.project_id.get(),
            environment_id: user.environment_id.get(),
            created_at: user.created_at.to_string(),
            updated_at: user.updated_at.to_string(),
        }
    }
}
