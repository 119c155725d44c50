//! A rule of EventBridge: it invokes a function with each event that fits its pattern.
//!
//! The function is invoked asynchronously, so at least once, and again if it fails. A test that pauses a rule finds the
//! events of the meantime in [`Rule::take_undelivered`]: it may drop, repeat and reorder them.

use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value as Json;
use tokio::{sync::mpsc::UnboundedReceiver, time::sleep};

use crate::{
    host,
    lambda::{Function, Outcome},
    tasks::{Tasks, lock},
    template,
};

/// Before a function that has failed is invoked again. Lambda waits a minute, and then two.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

#[derive(Debug)]
pub(super) struct Rule {
    pattern: template::Pattern,
    function: Arc<Function>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    is_enabled: bool,
    /// What came while a test had paused the rule.
    undelivered: Vec<Json>,
}

impl Rule {
    pub(super) fn new(declared: &template::Rule, function: &Arc<Function>) -> Self {
        let state = State { is_enabled: declared.is_enabled, undelivered: Vec::new() };
        Self { pattern: declared.pattern.clone(), function: Arc::clone(function), state: Mutex::new(state) }
    }

    pub(super) fn is_of(&self, function: &Function) -> bool {
        self.function.declared.id == function.declared.id
    }

    pub(super) fn enable(&self, is_enabled: bool) {
        lock(&self.state).is_enabled = is_enabled;
    }

    /// The events that fit while the rule did not deliver any, the oldest first.
    pub(super) fn take_undelivered(&self) -> Vec<Json> {
        mem::take(&mut lock(&self.state).undelivered)
    }

    /// Whether the function is to get the event now.
    fn admits(&self, event: &Json) -> bool {
        if !self.pattern.fits(event) {
            return false;
        }
        let mut state = lock(&self.state);
        if !state.is_enabled {
            state.undelivered.push(event.clone());
        }
        state.is_enabled
    }
}

/// Hands each event to the rules, until no more can come.
pub(super) async fn deliver(rules: Arc<Vec<Rule>>, mut events: UnboundedReceiver<Json>, tasks: Arc<Tasks>) {
    while let Some(event) = events.recv().await {
        for rule in rules.iter().filter(|rule| rule.admits(&event)) {
            tasks.spawn(invoke(Arc::clone(&rule.function), event.to_string()));
        }
    }
}

/// A function that fails has said so in its log.
async fn invoke(function: Arc<Function>, event: String) {
    let mut pauses = PAUSES.into_iter();
    while let Outcome::Error(_) | Outcome::TimedOut(_) = function.invoke(event.clone().into(), host::new_trace()).await
        && let Some(pause) = pauses.next()
    {
        sleep(pause).await;
    }
}
