//! What invokes functions besides the API: messages on a queue, events, and time.

mod mapping;
mod rule;
mod schedule;

use std::sync::Arc;

use serde_json::Value as Json;
use tokio::sync::mpsc::UnboundedReceiver;

use self::{mapping::Mapping, rule::Rule};
use crate::{
    aws::Aws,
    error::Error,
    host,
    lambda::{Function, Functions},
    tasks::Tasks,
};

/// The mappings and rules of all functions.
#[derive(Debug)]
pub(crate) struct Events {
    mappings: Vec<Arc<Mapping>>,
    rules: Arc<Vec<Rule>>,
}

impl Events {
    /// Starts to poll queues, to deliver what comes from `bus` and, if `on_schedule`, to look at the time.
    pub(crate) async fn start(
        tasks: &Arc<Tasks>,
        functions: &Functions,
        aws: &Aws,
        bus: UnboundedReceiver<Json>,
        on_schedule: bool,
    ) -> Result<Self, Error> {
        let (mut mappings, mut rules) = (Vec::new(), Vec::new());
        for function in functions.iter() {
            let events = &function.declared.events;
            for declared in &events.mappings {
                let mapping = Mapping::new(declared, function, aws.poller(&function.declared.id)).await;
                let mapping = Arc::new(mapping.map_err(|message| refused(function, message))?);
                tasks.spawn(Arc::clone(&mapping).run(Arc::clone(tasks)));
                mappings.push(mapping);
            }
            rules.extend(events.rules.iter().map(|rule| Rule::new(rule, function)));
            for schedule in events.schedules.iter().filter(|schedule| on_schedule && schedule.is_enabled) {
                let (function, input) = (Arc::clone(function), schedule.input.clone());
                tasks.spawn(schedule::keep(schedule.every, async move || {
                    // A function that fails has said so in its log.
                    drop(function.invoke(input.clone().into(), host::new_trace()).await);
                }));
            }
        }
        let rules = Arc::new(rules);
        tasks.spawn(rule::deliver(Arc::clone(&rules), bus, Arc::clone(tasks)));
        Ok(Self { mappings, rules })
    }

    /// Pauses the mappings of a function, or lets them go on. Afterwards a paused one receives nothing.
    pub(crate) async fn enable(&self, function: &Function, is_enabled: bool) {
        for mapping in self.mappings.iter().filter(|mapping| mapping.is_of(function)) {
            mapping.enable(is_enabled).await;
        }
    }

    /// Pauses the rules of a function, or lets them go on.
    pub(crate) fn enable_rules(&self, function: &Function, is_enabled: bool) {
        for rule in self.rules_of(function) {
            rule.enable(is_enabled);
        }
    }

    /// What the rules of a function would have delivered, had they not been paused.
    pub(crate) fn take_undelivered(&self, function: &Function) -> Vec<Json> {
        self.rules_of(function).flat_map(Rule::take_undelivered).collect()
    }

    fn rules_of(&self, function: &Function) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| rule.is_of(function))
    }
}

fn refused(function: &Function, message: String) -> Error {
    Error::Resource { resource: function.declared.id.clone(), message }
}
