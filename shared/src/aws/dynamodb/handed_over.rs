//! The attributes of a hook that say how far its provider has handed its secret over.

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{StoredItem, text};
use crate::domain::handover::HandedOver;
use crate::ports::StoreError;

/// Until when a hook waits for the secret.
pub(super) const AWAITED_UNTIL: &str = "secret_awaited_until";

/// When it came.
pub(super) const RECEIVED_AT: &str = "secret_received_at";

/// The one attribute.
pub(super) fn encode(handed_over: HandedOver) -> (String, AttributeValue) {
    let (name, at) = match handed_over {
        HandedOver::Awaited(until) => (AWAITED_UNTIL, until),
        HandedOver::Received(at) => (RECEIVED_AT, at),
    };
    (name.to_owned(), text(at))
}

/// What the attributes say, if one is there.
pub(super) fn decode(item: &StoredItem<'_>) -> Result<Option<HandedOver>, StoreError> {
    if item.optional_text(AWAITED_UNTIL)?.is_some() {
        return Ok(Some(HandedOver::Awaited(item.parsed(AWAITED_UNTIL)?)));
    }
    let received = item.optional_text(RECEIVED_AT)?.map(|_| item.parsed(RECEIVED_AT)).transpose()?;
    Ok(received.map(HandedOver::Received))
}

#[cfg(test)]
mod tests {
    use super::super::item::Attributes;
    use super::*;
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn what_was_stored_is_read_back_and_what_is_no_time_is_corrupt() {
        let read = |attributes: &Attributes| decode(&StoredItem::new(attributes, "id"));
        let at = Timestamp::from_unix_millis(1_764_403_200_123);
        for handed_over in [HandedOver::Awaited(at), HandedOver::Received(at)] {
            let mut attributes = Attributes::from([("id".to_owned(), text("x")), encode(handed_over)]);
            assert_eq!(read(&attributes).unwrap(), Some(handed_over));
            attributes.insert(encode(handed_over).0, text("soon"));
            assert!(matches!(read(&attributes), Err(StoreError::Corrupt { .. })), "{handed_over:?}");
        }
        assert_eq!(read(&Attributes::from([("id".to_owned(), text("x"))])).unwrap(), None);
    }
}
