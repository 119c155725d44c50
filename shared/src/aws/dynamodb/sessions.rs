//! Sessions, in the table of users.

use std::convert::Infallible;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use super::item::{Attributes, StoredItem, binary, number, text};
use super::users::{EMPTY_SLOT, UsersTable};
use super::{put_outcome, refused_item, unavailable, update_refused};
use crate::domain::id::{SessionId, UserId};
use crate::domain::session::{Renewal, Renewed, SESSION_LIFETIME, Session};
use crate::domain::timestamp::Timestamp;
use crate::ports::{FindSession, InsertSession, RemoveSession, RenewSession, StoreError};

pub(super) fn session_key(id: SessionId) -> String {
    format!("SESSION#{id}")
}

impl InsertSession for UsersTable {
    async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        let item = Attributes::from([
            ("pk".to_owned(), text(session_key(session.id))),
            ("user_id".to_owned(), number(session.user_id.get())),
            ("refresh_token_hash".to_owned(), binary(session.refresh_token_hash)),
            ("password_set_at".to_owned(), text(session.password_set_at)),
            ("expires_at".to_owned(), number(session.expires_at.unix_seconds())),
        ]);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        let put = put.condition_expression(EMPTY_SLOT).return_values_on_condition_check_failure(AllOld);
        put_outcome(put.send().await, &item)
    }
}

impl FindSession for UsersTable {
    async fn find_session(&self, id: SessionId, now: Timestamp) -> Result<Option<Session>, StoreError> {
        let item = self.get(session_key(id)).await?;
        let session = item.as_ref().map(|item| decode(id, item)).transpose()?;
        // The table may take days to forget what has expired.
        Ok(session.filter(|session| session.expires_at.unix_seconds() > now.unix_seconds()))
    }
}

fn decode(id: SessionId, item: &Attributes) -> Result<Session, StoreError> {
    let item = StoredItem::new(item, "pk");
    let seconds = |seconds| Ok::<_, Infallible>(Timestamp::from_unix_seconds(seconds));
    Ok(Session {
        id,
        user_id: item.number("user_id", UserId::new)?,
        refresh_token_hash: item
            .binary("refresh_token_hash")?
            .try_into()
            .map_err(|_| item.corrupt("refresh_token_hash"))?,
        password_set_at: item.parsed("password_set_at")?,
        expires_at: item.number("expires_at", seconds)?,
    })
}

impl RenewSession for UsersTable {
    async fn renew_session(&self, renewal: &Renewal) -> Result<Renewed, StoreError> {
        let now = renewal.at.unix_seconds();
        let request = self.client.update_item().table_name(&self.table).key("pk", text(session_key(renewal.session)));
        let answer = request
            .update_expression("SET refresh_token_hash = :new, expires_at = :expires")
            .condition_expression("refresh_token_hash = :presented AND expires_at > :now")
            .expression_attribute_values(":new", binary(renewal.new_hash))
            .expression_attribute_values(":presented", binary(renewal.presented_hash))
            .expression_attribute_values(":expires", number(renewal.at.plus(SESSION_LIFETIME).unix_seconds()))
            .expression_attribute_values(":now", number(now))
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Renewed::Renewed),
            Err(error) if update_refused(&error) => why_refused(refused_item(&error), renewal),
            Err(error) => Err(unavailable(error)),
        }
    }
}

/// Why a session was not renewed. One that is there and has not expired was refused for its token alone; but when only
/// the answer was lost, the SDK sent the renewal again, and the new token is there already.
fn why_refused(item: Option<&Attributes>, renewal: &Renewal) -> Result<Renewed, StoreError> {
    let Some(item) = item else { return Ok(Renewed::Unknown) };
    let stored = StoredItem::new(item, "pk");
    if stored.number("expires_at", Ok::<_, Infallible>)? <= renewal.at.unix_seconds() {
        return Ok(Renewed::Unknown);
    }
    let is_there = stored.binary("refresh_token_hash")? == renewal.new_hash;
    Ok(if is_there { Renewed::Renewed } else { Renewed::Reused })
}

impl RemoveSession for UsersTable {
    async fn remove_session(&self, id: SessionId) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table).key("pk", text(session_key(id)));
        request.send().await.map(drop).map_err(unavailable)
    }
}
