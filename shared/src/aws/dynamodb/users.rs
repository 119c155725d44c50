//! The table of users. One table holds six kinds of items, told apart by their partition key `pk`:
//!
//! | `pk` | is | expires |
//! |---|---|---|
//! | `USER#<id>` | a user with the hash of the password | |
//! | `EMAIL#<address>` | the user's id; that it can be put once makes the address unique | |
//! | `LOGIN#<address>` | failed logins of an address, known or not | 15 minutes after the last |
//! | `LOGIN-FROM#<address>#<network>` | those from one network, and whether it is the user's | the same, or 30 days after the user's last login from there |
//! | `SESSION#<id>` | a login | 30 days after it was last renewed |
//! | `COUNTER#user` | the last user id that was handed out | |

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, Select, TransactWriteItem};
use aws_types::SdkConfig;

use super::item::{Attributes, StoredItem, boolean, number, text};
use super::{unavailable, update_refused};
use crate::aws::WarmUp;
use crate::domain::id::{EnvironmentId, ProjectId, UserId};
use crate::domain::user::{Email, Membership, User};
use crate::ports::{
    AllocateUserId, Credentials, FindCredentials, FindCredentialsOf, FindMembership, FindUser, InsertUser,
    PasswordHash, StoreError, UpdateUser,
};
use crate::telemetry::Chain;

/// The table of users.
#[derive(Debug, Clone)]
pub struct UsersTable {
    pub(super) client: Client,
    pub(super) table: String,
}

/// The condition that nothing has this key yet.
pub(super) const EMPTY_SLOT: &str = "attribute_not_exists(pk)";

/// The key of a user that does not exist: ids begin at 1.
const NO_USER: &str = "USER#0";

impl UsersTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    pub(super) async fn get(&self, pk: String) -> Result<Option<Attributes>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(pk));
        let answer = request.consistent_read(true).send().await.map_err(unavailable)?;
        Ok(answer.item)
    }

    async fn find(&self, id: UserId) -> Result<Option<Credentials>, StoreError> {
        self.get(user_key(id)).await?.as_ref().map(decode).transpose()
    }
}

impl WarmUp for UsersTable {
    /// By reading a user that does not exist.
    async fn warm_up(&self) {
        if let Err(error) = self.get(NO_USER.to_owned()).await {
            tracing::warn!(error = %Chain(&error), "The table did not answer at start-up");
        }
    }
}

pub(super) fn user_key(id: UserId) -> String {
    format!("USER#{id}")
}

fn email_key(email: &Email) -> String {
    format!("EMAIL#{}", email.as_str())
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
        ("password_set_at".to_owned(), text(user.password_set_at)),
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
        password_set_at: item.parsed("password_set_at")?,
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

impl FindCredentialsOf for UsersTable {
    async fn find_credentials_of(&self, id: UserId) -> Result<Option<Credentials>, StoreError> {
        self.find(id).await
    }
}

impl FindMembership for UsersTable {
    /// By a query, although it finds one item: unlike a `GetItem`, a role can allow it for these attributes alone. So
    /// a function that only verifies tokens cannot read the hash of a password.
    async fn find_membership(&self, id: UserId) -> Result<Option<Membership>, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let answer = query
            .key_condition_expression("pk = :user")
            .expression_attribute_values(":user", text(user_key(id)))
            .select(Select::SpecificAttributes)
            .projection_expression("pk, active, project_id, environment_id")
            .send()
            .await
            .map_err(unavailable)?;
        let membership = |attributes| {
            let item = StoredItem::new(attributes, "pk");
            Ok(Membership {
                active: item.boolean("active")?,
                project_id: item.number("project_id", ProjectId::new)?,
                environment_id: item.number("environment_id", EnvironmentId::new)?,
            })
        };
        answer.items().first().map(membership).transpose()
    }
}

impl FindCredentials for UsersTable {
    /// Reads twice whether the address is known or not: one read less would show in the time that a login takes, and
    /// tell a guesser which addresses are worth guessing for.
    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        let address = self.get(email_key(email)).await?;
        let id = address.map(|address| StoredItem::new(&address, "pk").number("user_id", UserId::new)).transpose()?;
        let user = self.get(id.map_or_else(|| NO_USER.to_owned(), user_key)).await?;
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
            Ok::<_, StoreError>(TransactWriteItem::builder().put(put).build())
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
            update.push_str(", password_hash = :password, password_set_at = :now");
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
        answer.map(drop).map_err(|error| if update_refused(&error) { StoreError::Conflict } else { unavailable(error) })
    }
}
