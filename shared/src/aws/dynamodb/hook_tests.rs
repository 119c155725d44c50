//! How often a hook was tested, in the table of calls: one item for each hook, which no list reads.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

use super::item::{number, text};
use super::newest_times::NewestTimes;
use super::requests::RequestsTable;
use super::{refused_item, unavailable, update_refused};
use crate::domain::id::HookId;
use crate::domain::timestamp::Timestamp;
use crate::domain::trial::{MAX_TESTS, TEST_WINDOW, TestAdmission};
use crate::ports::{AdmitTest, StoreError};

impl AdmitTest for RequestsTable {
    async fn admit_test(&self, hook: HookId, at: Timestamp) -> Result<TestAdmission, StoreError> {
        let times = NewestTimes(MAX_TESTS);
        let request = self.client.update_item().table_name(&self.table);
        let request = request.key("pk", text(format!("TESTS#{hook}"))).key("id", text("times"));
        let answer = request
            .update_expression(format!("SET expires_at = :expires, {}", times.adding()))
            .condition_expression(times.has_room())
            .expression_attribute_values(":expires", number(at.plus(TEST_WINDOW).unix_seconds() + 1))
            .expression_attribute_values(":since", number(at.minus(TEST_WINDOW).unix_millis()))
            .expression_attribute_values(":at", number(at.unix_millis()))
            .expression_attribute_values(":never", number(0))
            .return_values_on_condition_check_failure(AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(TestAdmission::Admitted),
            Err(error) if update_refused(&error) => {
                // What cannot be read counts for the longest that it could.
                let oldest = refused_item(&error).and_then(|item| times.oldest(item)).unwrap_or(at);
                Ok(TestAdmission::Full { until: oldest.plus(TEST_WINDOW) })
            }
            Err(error) => Err(unavailable(error)),
        }
    }
}
