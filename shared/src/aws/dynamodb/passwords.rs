//! Changes of passwords by the users themselves, in the table of users.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::item::{boolean, number, text};
use super::sessions::session_key;
use super::transaction::{NotWritten, write_all};
use super::users::{UsersTable, user_key};
use crate::ports::{ChangePassword, PasswordChange, PasswordChanged, StoreError};

impl ChangePassword for UsersTable {
    /// In one transaction: if the user and the session were written one after the other and the second write failed, the
    /// user would be logged out of the session in which the password was just changed.
    async fn change_password(&self, change: &PasswordChange<'_>) -> Result<PasswordChanged, StoreError> {
        let writes = vec![self.password_of_user(change)?, self.password_of_session(change)?];
        match write_all(&self.client, writes).await {
            Ok(()) => Ok(PasswordChanged::Changed),
            Err(NotWritten::Refused { at: 1, .. }) => Ok(PasswordChanged::SessionEnded),
            Err(error) => Err(error.into()),
        }
    }
}

impl UsersTable {
    fn password_of_user(&self, change: &PasswordChange<'_>) -> Result<TransactWriteItem, NotWritten> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(user_key(change.of.user.id)))
            .update_expression("SET password_hash = :new, password_set_at = :at, updated_at = :at")
            // Two changes at once, both with the right password: the second is one with a wrong password by then.
            .condition_expression("password_hash = :old AND active = :active")
            .expression_attribute_values(":new", text(change.new.as_str()))
            .expression_attribute_values(":old", text(change.of.password_hash.as_str()))
            .expression_attribute_values(":at", text(change.at))
            .expression_attribute_values(":active", boolean(true));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    /// A session is renewed only while its password is the user's. So this one goes on, and all others have ended.
    fn password_of_session(&self, change: &PasswordChange<'_>) -> Result<TransactWriteItem, NotWritten> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("pk", text(session_key(change.session)))
            .update_expression("SET password_set_at = :at")
            .condition_expression("user_id = :user AND password_set_at = :old AND expires_at > :now")
            .expression_attribute_values(":at", text(change.at))
            .expression_attribute_values(":user", number(change.of.user.id.get()))
            .expression_attribute_values(":old", text(change.of.user.password_set_at))
            .expression_attribute_values(":now", number(change.at.unix_seconds()));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}
