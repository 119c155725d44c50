//! For each function, a sample event that it answers well, as often as it is asked.

use std::path::Path;

use bytes::Bytes;
use harness::events::{Samples, expectation};
use sample::{Failure, HOOK_ID, next_delivery};
use serde_json::Value as Json;

use crate::binaries::ROOT;
use crate::process::Function;
use crate::stage::Stage;

/// The event of each function, and what has to be done before it can be answered well again. What was deleted or revoked
/// does not come back under its id, so `pipeline-delete` and `token-revoke` look for what does not exist.
const CASES: [(&str, &str, Again); 48] = [
    ("action-cancel", "good", Again::AsItIs),
    ("action-claim", "nothing-to-do", Again::AsItIs),
    ("action-create", "good", Again::AsItIs),
    ("action-finish", "other-deployment", Again::AsItIs),
    ("action-get", "good", Again::AsItIs),
    ("action-list", "good", Again::AsItIs),
    ("action-log", "good", Again::AsItIs),
    ("action-report", "good", Again::AsItIs),
    ("action-retry", "good", Again::AsItIs),
    ("action-start", "wake-up", Again::AsItIs),
    ("action-sweep", "good", Again::AsItIs),
    ("api-reference", "document", Again::AsItIs),
    ("console", "page", Again::AsItIs),
    ("hook-create", "walk-through", Again::AsItIs),
    ("hook-delete", "good", Again::Seeded),
    ("hook-get", "good", Again::AsItIs),
    ("hook-list", "application-42", Again::AsItIs),
    ("hook-rotate-secret", "given-secret", Again::OtherHook),
    ("hook-test", "draft", Again::AsItIs),
    ("hook-trigger", "github-push", Again::OtherDelivery),
    ("hook-update", "good", Again::AsItIs),
    ("keys-reseal", "good", Again::AsItIs),
    ("not-found", "unknown-path", Again::AsItIs),
    ("pipeline-create", "good", Again::AsItIs),
    ("pipeline-delete", "unknown-pipeline", Again::AsItIs),
    ("pipeline-get", "good", Again::AsItIs),
    ("pipeline-list", "good", Again::AsItIs),
    ("pipeline-update", "good", Again::AsItIs),
    ("provider-list", "all", Again::AsItIs),
    ("request-get", "good", Again::AsItIs),
    ("request-list", "of-a-hook", Again::AsItIs),
    ("request-retry", "good", Again::AsItIs),
    ("request-retry-many", "count", Again::AsItIs),
    ("step-create", "good", Again::AsItIs),
    ("step-link", "link", Again::AsItIs),
    ("step-update", "good", Again::AsItIs),
    ("token-create", "for-a-worker", Again::AsItIs),
    ("token-get", "good", Again::AsItIs),
    ("token-list", "of-the-project", Again::AsItIs),
    ("token-revoke", "unknown", Again::AsItIs),
    ("token-rotate", "good", Again::AsItIs),
    ("user-list", "good", Again::AsItIs),
    ("user-login", "good", Again::AsItIs),
    ("user-logout", "good", Again::AsItIs),
    ("user-me", "good", Again::AsItIs),
    ("user-password", "good", Again::Seeded),
    ("user-put", "create", Again::AsItIs),
    ("user-refresh", "good", Again::Seeded),
];

/// The second hook of `events/seed.json`, which no other event is for.
const OTHER_HOOK_ID: &str = "8f47c0a9-6d1b-4b52-8e3f-27c9a5d0e614";

/// How an event is made ready to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// It can be sent any number of times.
    AsItIs,
    /// What it uses up is created again.
    Seeded,
    /// Two secrets of the trigger's hook would be valid, and it would try both.
    OtherHook,
    /// A second delivery with one id is a duplicate.
    OtherDelivery,
}

/// A function with its event.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) function: Function,
    event: String,
    status: Option<u64>,
    again: Again,
}

impl Subject {
    /// The function that this directory of `events/` is for.
    pub(crate) fn of(function: Function) -> Result<Self, Failure> {
        let case = CASES.iter().find(|(known, ..)| *known == function.name);
        let (name, case, again) =
            case.ok_or_else(|| format!("bench/src/subjects.rs has no event for {}", function.name))?;
        Self::new(function, &format!("{name}/{case}"), *again)
    }

    /// A function that answers everything, with the event of `hook-trigger`.
    pub(crate) fn floor(function: Function) -> Result<Self, Failure> {
        Ok(Self { status: Some(200), ..Self::new(function, "hook-trigger/github-push", Again::OtherDelivery)? })
    }

    fn new(function: Function, case: &str, again: Again) -> Result<Self, Failure> {
        let read = |suffix: &str| {
            let path = Path::new(ROOT).join("events").join(format!("{case}{suffix}"));
            std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let expected = expectation(&read(".expected.json")?)?;
        Ok(Self { function, event: read(".json")?, status: expected["status"].as_u64(), again })
    }

    /// The event of the next call.
    pub(crate) async fn event(&self, stage: &Stage, samples: &mut Samples) -> Result<Bytes, Failure> {
        let mut event = self.event.clone();
        match self.again {
            Again::AsItIs => {}
            Again::Seeded => *samples = stage.seed().await?,
            Again::OtherHook => event = event.replace(HOOK_ID, OTHER_HOOK_ID),
            Again::OtherDelivery => {
                let mut json: Json = serde_json::from_str(&event)?;
                json["headers"]["x-github-delivery"] = next_delivery().into();
                event = json.to_string();
            }
        }
        Ok(Bytes::from(samples.render(&event)?))
    }

    /// Whether an answer is the one that is expected.
    pub(crate) fn is_right(&self, answer: &[u8]) -> bool {
        match self.status {
            Some(status) => serde_json::from_slice::<Json>(answer).is_ok_and(|answer| answer["statusCode"] == status),
            // A function that is invoked directly returns its error elsewhere.
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_an_event() {
        let known: Vec<_> = CASES.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(crate::binaries::functions().unwrap(), known);
    }
}
