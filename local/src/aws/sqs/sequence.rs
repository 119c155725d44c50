//! Sequence numbers that grow for as long as a queue lives. The emulator counts from 1 after each start, but the queue of
//! a data directory is older than that, and consumers may have kept numbers of its messages.

use std::time::Duration;

use serde_json::Value as Json;

use super::{list_mut, text};

/// Messages in a millisecond that this leaves room for.
const ROOM: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Sequence {
    /// What is added to the numbers of the emulator.
    base: u64,
}

impl Sequence {
    /// `now` is the time since 1970. A later start gives higher numbers.
    pub(super) fn since(now: Duration) -> Self {
        Self { base: u64::try_from(now.as_millis()).unwrap_or_default().saturating_mul(ROOM) }
    }

    /// Raises every number in an answer of the emulator.
    pub(super) fn raise(&self, answer: &mut Json) {
        self.raise_in(answer);
        list_mut(answer, "Successful").for_each(|result| self.raise_in(result));
        let messages = list_mut(answer, "Messages");
        messages.filter_map(|message| message.get_mut("Attributes")).for_each(|attributes| self.raise_in(attributes));
    }

    fn raise_in(&self, object: &mut Json) {
        if let Some(number) = object.get_mut("SequenceNumber")
            && let Ok(counted) = text(number).parse::<u64>()
        {
            *number = format!("{:020}", self.base.saturating_add(counted)).into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_of_twenty_digits_is_higher_after_a_later_start() {
        let number = |millis, counted: &str| {
            let mut sent = json!({ "SequenceNumber": counted });
            Sequence::since(Duration::from_millis(millis)).raise(&mut sent);
            text(&sent["SequenceNumber"]).to_owned()
        };
        let now = 1_800_000_000_000;
        let numbers = [number(now, "1"), number(now, "2"), number(now, "1000000"), number(now + 1, "1")];
        assert!(numbers.is_sorted(), "{numbers:?}");
        assert!(numbers.iter().all(|number| number.len() == 20), "{numbers:?}");
    }

    #[test]
    fn every_answer_with_numbers_has_the_same_ones() {
        let sequence = Sequence::since(Duration::from_millis(1));
        let raised = format!("{:020}", ROOM + 7);
        for (mut answer, pointer) in [
            (json!({ "MessageId": "a", "SequenceNumber": "7" }), "/SequenceNumber"),
            (json!({ "Successful": [{ "SequenceNumber": "7" }] }), "/Successful/0/SequenceNumber"),
            (
                json!({ "Messages": [{ "Attributes": { "SequenceNumber": "7" } }] }),
                "/Messages/0/Attributes/SequenceNumber",
            ),
        ] {
            sequence.raise(&mut answer);
            assert_eq!(answer.pointer(pointer).unwrap(), &raised);
        }
        let mut without = json!({ "Messages": [{ "Body": "x" }] });
        sequence.raise(&mut without);
        assert_eq!(without, json!({ "Messages": [{ "Body": "x" }] }));
    }
}
