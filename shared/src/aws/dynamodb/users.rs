//! The table of users. One table holds four kinds of items, told apart by their partition key `pk`:
//!
//! | `pk` | is | expires |
//! |---|---|---|
//! | `USER#<id>` | a user with the hash of the password | |
//! | `EMAIL#<address>` | the user's id; that it can be put once makes the address unique | |
//! | `LOGIN#<address>` | failed logins of an address, known or not | 15 minutes after the last |
//! | `SESSION#<id>` | a login | 30 days after the login |
//! | `COUNTER#user` | the last user id that was handed out | |

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};

use super::item::{Attributes, StoredItem, binary, boolean, number, text};
use super::unavailable;
use crate::domain::id::{EnvironmentId, ProjectId, UserId};
use crate::domain::session::{LOGIN_LOCK, LoginAdmission, MAX_LOGIN_FAILURES, Session};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Email, User};
use crate::ports::{
    AdmitLogin, AllocateUserId, Credentials, FindCredentials, FindUser, ForgiveLogins, InsertSession, InsertUser,
    PasswordHash, StoreError, UpdateUser,
};
use crate::telemetry::Chain;

/// The table of users.
#[derive(Debug, Clone)]
pub struct UsersTable {
    client: Client,
    table: String,
}

const EMPTY_SLOT: &str = "attribute_not_exists(pk)";

/// The key of a user that does not exist: ids begin at 1.
const NOBODY: &str = "USER#0";

impl UsersTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    /// Opens the connection by reading a user that does not exist, so that the first call does not wait for it. That
    /// it failed is no reason to fail: the first call will find out whether it still does.
    pub async fn warm_up(&self) {
        if let Err(error) = self.get(NOBODY.to_owned()).await {
            tracing::warn!(error = %Chain(&error), "The table did not answer at start-up");
        }
    }

    async fn get(&self, pk: String) -> Result<Option<Attributes>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(pk));
        let answer = request.consistent_read(true).send().await.map_err(unavailable)?;
        Ok(answer.item)
    }

    async fn find(&self, id: UserId) -> Result<Option<Credentials>, StoreError> {
        self.get(user_key(id)).await?.as_ref().map(decode).transpose()
    }

    /// A put whose condition is that the slot is empty.
    fn put_new(&self, item: Attributes) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request.condition_expression(EMPTY_SLOT)
    }
}

fn user_key(id: UserId) -> String {
    format!("USER#{id}")
}

fn email_key(email: &Email) -> String {
    format!("EMAIL#{}", email.as_str())
}

fn login_key(email: &Email) -> String {
    format!("LOGIN#{}", email.as_str())
}

fn encode(user: &User, password: &PasswordHash) -> Attributes {
    Attributes::from([
        ("pk".to_owned(), text(user_key(user.id))),
        ("id".to_owned(), number(user.id.get())),
        ("email".to_owned(), text(user.email.as_str())),
        ("name".to_owned(), text(user.name.as_str())),
        ("project_id".to_owned(), number(user.project_id.get())),
        ("environment_id".to_owned(), number(user.environment_id.get())),
        ("active".to_owned(), boolean(user.active)),
        ("password_hash".to_owned(), text(password.as_str())),
        ("created_at".to_owned(), text(user.created_at)),
        ("updated_at".to_owned(), text(user.updated_at)),
    ])
}

fn decode(attributes: &Attributes) -> Result<Credentials, StoreError> {
    let item = StoredItem::new(attributes, "pk");
    let user = User {
        id: item.number("id", UserId::new)?,
        email: item.parsed("email")?,
        name: item.parsed("name")?,
        project_id: item.number("project_id", ProjectId::new)?,
        environment_id: item.number("environment_id", EnvironmentId::new)?,
        active: item.boolean("active")?,
        created_at: item.parsed("created_at")?,
        updated_at: item.parsed("updated_at")?,
    };
    Ok(Credentials { user, password_hash: PasswordHash::new(item.text("password_hash")?.to_owned()) })
}

impl FindUser for UsersTable {
    async fn find_user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.find(id).await?.map(|credentials| credentials.user))
    }
}

impl FindCredentials for UsersTable {
    /// Reads twice whether the address is known or not: one read less would show in the time that a login takes, and
    /// tell a guesser which addresses are worth guessing for.
    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        let address = self.get(email_key(email)).await?;
        let id = address.map(|address| StoredItem::new(&address, "pk").number("user_id", UserId::new)).transpose()?;
        let user = self.get(id.map_or_else(|| NOBODY.to_owned(), user_key)).await?;
        user.as_ref().map(decode).transpose()
    }
}

impl AllocateUserId for UsersTable {
    async fn allocate_user_id(&self) -> Result<UserId, StoreError> {
        let request = self.client.update_item().table_name(&self.table).key("pk", text("COUNTER#user"));
        let request = request.update_expression("ADD last_id :one").expression_attribute_values(":one", number(1));
        let answer = request.return_values(ReturnValue::UpdatedNew).send().await.map_err(unavailable)?;
        StoredItem::new(&answer.attributes.unwrap_or_default(), "pk").number("last_id", UserId::new)
    }
}

impl InsertUser for UsersTable {
    async fn insert_user(&self, user: &User, password: &PasswordHash) -> Result<(), StoreError> {
        let address = Attributes::from([
            ("pk".to_owned(), text(email_key(&user.email))),
            ("user_id".to_owned(), number(user.id.get())),
        ]);
        let put = |item| {
            let put = Put::builder().table_name(&self.table).set_item(Some(item)).condition_expression(EMPTY_SLOT);
            let put = put.build().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            Ok(TransactWriteItem::builder().put(put).build())
        };
        let request = self.client.transact_write_items();
        let request = request.transact_items(put(address)?).transact_items(put(encode(user, password))?);
        request.send().await.map(drop).map_err(|error| match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(_)) => StoreError::Conflict,
            _ => unavailable(error),
        })
    }
}

impl UpdateUser for UsersTable {
    async fn update_user(&self, user: &User, password: Option<&PasswordHash>) -> Result<(), StoreError> {
        let mut update = "SET #name = :name, project_id = :project, environment_id = :environment, active = :active, \
                          updated_at = :now"
            .to_owned();
        let mut request = self.client.update_item().table_name(&self.table).key("pk", text(user_key(user.id)));
        if let Some(password) = password {
            update.push_str(", password_hash = :password");
            request = request.expression_attribute_values(":password", text(password.as_str()));
        }
        let answer = request
            .update_expression(update)
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", text(user.name.as_str()))
            .expression_attribute_values(":project", number(user.project_id.get()))
            .expression_attribute_values(":environment", number(user.environment_id.get()))
            .expression_attribute_values(":active", boolean(user.active))
            .expression_attribute_values(":now", text(user.updated_at))
            .send()
            .await;
        answer.map(drop).map_err(
            |error| {
                if condition_failed(&error) { StoreError::Conflict } else { unavailable(error) }
            },
        )
    }
}

impl AdmitLogin for UsersTable {
    /// The first attempt of a series opens it; the next ones count up to the limit. Each is one conditional write, so
    /// that attempts at the same moment cannot slip past each other.
    async fn admit_login(&self, email: &Email, now: Timestamp) -> Result<LoginAdmission, StoreError> {
        let expires_at = now.plus(LOGIN_LOCK).unix_seconds();
        let item = Attributes::from([
            ("pk".to_owned(), text(login_key(email))),
            ("attempts".to_owned(), number(1)),
            ("expires_at".to_owned(), number(expires_at)),
        ]);
        let first = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let first = first.condition_expression("attribute_not_exists(pk) OR expires_at <= :now");
        match first.expression_attribute_values(":now", number(now.unix_seconds())).send().await {
            Ok(_) => return Ok(LoginAdmission::Admitted),
            Err(error)
                if matches!(error.as_service_error(), Some(PutItemError::ConditionalCheckFailedException(_))) => {}
            Err(error) => return Err(unavailable(error)),
        }
        let next = self.client.update_item().table_name(&self.table).key("pk", text(login_key(email)));
        let next = next.update_expression("SET expires_at = :expires ADD attempts :one");
        let next = next.condition_expression("attempts < :limit").expression_attribute_values(":one", number(1));
        let next = next.expression_attribute_values(":expires", number(expires_at));
        let next = next.expression_attribute_values(":limit", number(MAX_LOGIN_FAILURES.into()));
        let next = next.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match next.send().await {
            Ok(_) => Ok(LoginAdmission::Admitted),
            Err(error) if condition_failed(&error) => Ok(LoginAdmission::Locked { until: locked_until(&error, now) }),
            Err(error) => Err(unavailable(error)),
        }
    }
}

fn condition_failed<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_)))
}

/// When the lock ends, from the item that came with the refusal; the whole lock if it does not say.
fn locked_until<R>(error: &SdkError<UpdateItemError, R>, now: Timestamp) -> Timestamp {
    let item = match error.as_service_error() {
        Some(UpdateItemError::ConditionalCheckFailedException(refused)) => refused.item(),
        _ => None,
    };
    let expires_at = item.and_then(|item| item.get("expires_at")?.as_n().ok()?.parse().ok());
    expires_at.map_or_else(|| now.plus(LOGIN_LOCK), Timestamp::from_unix_seconds)
}

impl ForgiveLogins for UsersTable {
    async fn forgive_logins(&self, email: &Email) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table).key("pk", text(login_key(email)));
        request.send().await.map(drop).map_err(unavailable)
    }
}

impl InsertSession for UsersTable {
    async fn insert_session(&self, session: &Session) -> Result<(), StoreError> {
        let item = Attributes::from([
            ("pk".to_owned(), text(format!("SESSION#{}", session.id))),
            ("user_id".to_owned(), number(session.user_id.get())),
            ("refresh_token_hash".to_owned(), binary(&session.refresh_token_hash)),
            ("created_at".to_owned(), text(session.created_at)),
            ("expires_at".to_owned(), number(session.expires_at.unix_seconds())),
        ]);
        self.put_new(item).send().await.map(drop).map_err(|error| match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => StoreError::Conflict,
            _ => unavailable(error),
        })
    }
}
