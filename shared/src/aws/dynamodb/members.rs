//! The users of a project, as the index `by-project` of the table of users has them: without their passwords.

use super::item::{Attributes, StoredItem, number, text};
use super::users::{UsersTable, user_key};
use super::{unavailable, update_refused};
use crate::domain::Invalid;
use crate::domain::id::{EnvironmentId, ProjectId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::Member;
use crate::ports::{ListUsers, NoteLogin, StoreError};

impl ListUsers for UsersTable {
    async fn list_users(&self, project: ProjectId) -> Result<Vec<Member>, StoreError> {
        let query = self.client.query().table_name(&self.table).index_name("by-project");
        let query = query.key_condition_expression("project_id = :project");
        let query = query.expression_attribute_values(":project", number(project.get()));
        let mut items = query.into_paginator().items().send();
        let mut members = Vec::new();
        while let Some(item) = items.next().await {
            members.push(decode(&item.map_err(unavailable)?)?);
        }
        Ok(members)
    }
}

fn decode(attributes: &Attributes) -> Result<Member, StoreError> {
    let item = StoredItem::new(attributes, "pk");
    let last_login = item.optional_text("last_login_at")?;
    Ok(Member {
        id: item.number("id", UserId::new)?,
        email: item.parsed("email")?,
        name: item.parsed("name")?,
        environment_id: item.number("environment_id", EnvironmentId::new)?,
        active: item.boolean("active")?,
        last_login_at: last_login.map(str::parse).transpose().map_err(|_: Invalid| item.corrupt("last_login_at"))?,
        created_at: item.parsed("created_at")?,
    })
}

impl NoteLogin for UsersTable {
    async fn note_login(&self, user: UserId, at: Timestamp) -> Result<(), StoreError> {
        let request = self.client.update_item().table_name(&self.table).key("pk", text(user_key(user)));
        let answer = request
            .update_expression("SET last_login_at = :at")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(last_login_at) OR last_login_at < :at)",
            )
            .expression_attribute_values(":at", text(at))
            .send()
            .await;
        match answer {
            // A later login was noted already.
            Err(error) if !update_refused(&error) => Err(unavailable(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
