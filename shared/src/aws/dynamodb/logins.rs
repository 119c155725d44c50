//! Attempts to log in, in the table of users. An item keeps the times of the newest attempts ([`NewestTimes`]), so that
//! what a new password makes void need not be found and removed.

use std::convert::Infallible;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::ReturnValue::AllNew;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use super::item::{Attributes, StoredItem, number, text};
use super::newest_times::NewestTimes;
use super::users::UsersTable;
use super::{refused_item, unavailable, update_refused};
use crate::domain::login::{
    LOGIN_WINDOW, LoginAdmission, LoginAttempt, MAX_LOGINS_FROM_ANYWHERE, MAX_LOGINS_FROM_NETWORK, NETWORK_KNOWN_FOR,
    Network,
};
use crate::domain::timestamp::Timestamp;
use crate::ports::{AdmitLogin, ForgiveLogin, StoreError};

/// The item that counts the attempts for an address from all networks.
fn anywhere_key(attempt: &LoginAttempt<'_>) -> String {
    format!("LOGIN#{}", attempt.email.as_str())
}

/// The item that counts those from one network. An address may hold a `#`, a network never does: no two pairs of them
/// make the same key.
fn network_key(attempt: &LoginAttempt<'_>) -> String {
    format!("LOGIN-FROM#{}#{}", attempt.email.as_str(), attempt.network)
}

/// What became of counting an attempt.
enum Count {
    /// It was counted, and this is the item now.
    Counted(Attributes),
    /// `limit` failures count already; the oldest counts until then.
    Full { until: Timestamp },
}

impl AdmitLogin for UsersTable {
    /// The network comes first: what it has too much of must not use up what is left for all. Each attempt makes the
    /// same requests, whether its address is known or not.
    async fn admit_login(&self, attempt: &LoginAttempt<'_>) -> Result<LoginAdmission, StoreError> {
        let from_network = match self.count(network_key(attempt), MAX_LOGINS_FROM_NETWORK, attempt).await? {
            Count::Counted(item) => item,
            Count::Full { until } => return Ok(LoginAdmission::Locked { until }),
        };
        let is_known = known_until(&from_network)?.is_some_and(|until| attempt.at < until);
        Ok(match self.count(anywhere_key(attempt), MAX_LOGINS_FROM_ANYWHERE, attempt).await? {
            Count::Counted(_) => LoginAdmission::Admitted,
            Count::Full { .. } if is_known => LoginAdmission::AdmittedAsKnown,
            Count::Full { until } => LoginAdmission::Locked { until },
        })
    }
}

impl UsersTable {
    /// Counts an attempt in one item, if fewer than `limit` count there.
    async fn count(&self, pk: String, limit: usize, attempt: &LoginAttempt<'_>) -> Result<Count, StoreError> {
        // An item that makes a network known must stay for as long as it does so.
        let times = NewestTimes(limit);
        let update = format!("SET expires_at = if_not_exists(known_until, :now) + :window, {}", times.adding());
        let request = self.client.update_item().table_name(&self.table).key("pk", text(pk));
        let answer = request
            .update_expression(update)
            .condition_expression(times.has_room())
            .expression_attribute_values(":since", number(attempt.since.unix_millis()))
            .expression_attribute_values(":at", number(attempt.at.unix_millis()))
            .expression_attribute_values(":now", number(attempt.at.unix_seconds()))
            .expression_attribute_values(":window", number(LOGIN_WINDOW.as_secs().cast_signed()))
            .expression_attribute_values(":never", number(0))
            .return_values(AllNew)
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Count::Counted(answer.attributes.unwrap_or_default())),
            Err(error) if update_refused(&error) => {
                // What cannot be read counts for the longest that it could.
                let oldest = refused_item(&error).and_then(|item| times.oldest(item)).unwrap_or(attempt.at);
                Ok(Count::Full { until: oldest.plus(LOGIN_WINDOW) })
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}

/// Until when an item makes its network known.
fn known_until(item: &Attributes) -> Result<Option<Timestamp>, StoreError> {
    let seconds = |seconds| Ok::<_, Infallible>(Timestamp::from_unix_seconds(seconds));
    StoredItem::new(item, "pk").optional_number("known_until", seconds)
}

impl ForgiveLogin for UsersTable {
    async fn forgive_login(&self, attempt: &LoginAttempt<'_>, admission: LoginAdmission) -> Result<(), StoreError> {
        match admission {
            LoginAdmission::Admitted => {
                tokio::try_join!(self.forgive_network(attempt), self.take_back(attempt)).map(drop)
            }
            LoginAdmission::AdmittedAsKnown => self.forgive_network(attempt).await,
            LoginAdmission::Locked { .. } => Ok(()),
        }
    }
}

impl UsersTable {
    /// Forgets the failures of a network, and remembers that it is the user's. A call that does not say where it came
    /// from makes nothing known: that could be anywhere.
    async fn forgive_network(&self, attempt: &LoginAttempt<'_>) -> Result<(), StoreError> {
        let times: Vec<_> = (1..=MAX_LOGINS_FROM_NETWORK).map(|newest| format!("t{newest}")).collect();
        let mut update = format!("REMOVE {}", times.join(", "));
        let mut request = self.client.update_item().table_name(&self.table).key("pk", text(network_key(attempt)));
        if attempt.network != Network::Unknown {
            update.push_str(" SET known_until = :known, expires_at = :known");
            let known_until = attempt.at.plus(NETWORK_KNOWN_FOR).unix_seconds();
            request = request.expression_attribute_values(":known", number(known_until));
        }
        request.update_expression(update).send().await.map(drop).map_err(unavailable)
    }

    /// Takes the newest attempt off the count for all networks. Without that, a user with many machines would be
    /// stopped by its own logins; and if a login made all failures void, then guesses between two logins would be
    /// bounded by nothing.
    async fn take_back(&self, attempt: &LoginAttempt<'_>) -> Result<(), StoreError> {
        let mut update = format!("SET t{MAX_LOGINS_FROM_ANYWHERE} = :never");
        for (newer, older) in (1..MAX_LOGINS_FROM_ANYWHERE).zip(2..) {
            let _ = write!(update, ", t{newer} = if_not_exists(t{older}, :never)");
        }
        let request = self.client.update_item().table_name(&self.table).key("pk", text(anywhere_key(attempt)));
        let request = request
            .update_expression(update)
            .condition_expression("attribute_exists(t1)")
            .expression_attribute_values(":never", number(0));
        match request.send().await {
            // Without an item there is nothing to take back: it has expired meanwhile.
            Err(error) if !update_refused(&error) => Err(unavailable(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}
