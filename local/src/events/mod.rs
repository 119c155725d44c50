//! What invokes functions besides the API: messages on a queue, and time.

mod mapping;
mod schedule;

use std::sync::Arc;

use self::mapping::Mapping;
use crate::{
    aws::Aws,
    error::Error,
    host,
    lambda::{Function, Functions},
    tasks::Tasks,
};

/// The mappings of all functions.
#[derive(Debug)]
pub(crate) struct Events(Vec<Arc<Mapping>>);

impl Events {
    /// Starts to poll queues and, if `on_schedule`, timers.
    pub(crate) async fn start(
        tasks: &Arc<Tasks>,
        functions: &Functions,
        aws: &Aws,
        on_schedule: bool,
    ) -> Result<Self, Error> {
        let mut mappings = Vec::new();
        for function in functions.iter() {
            let events = &function.declared.events;
            for declared in &events.mappings {
                let mapping = Mapping::new(declared, function, aws.poller(&function.declared.id)).await;
                let mapping = Arc::new(mapping.map_err(|message| refused(function, message))?);
                tasks.spawn(Arc::clone(&mapping).run(Arc::clone(tasks)));
                mappings.push(mapping);
            }
            for schedule in events.schedules.iter().filter(|schedule| on_schedule && schedule.is_enabled) {
                let (function, input) = (Arc::clone(function), schedule.input.clone());
                tasks.spawn(schedule::keep(schedule.every, async move || {
                    // A function that fails has said so in its log.
                    drop(function.invoke(input.clone().into(), host::new_trace()).await);
                }));
            }
        }
        Ok(Self(mappings))
    }

    /// Pauses the mappings of a function, or lets them go on. Afterwards a paused one receives nothing.
    pub(crate) async fn enable(&self, function: &Function, is_enabled: bool) {
        for mapping in self.0.iter().filter(|mapping| mapping.is_of(function)) {
            mapping.enable(is_enabled).await;
        }
    }
}

fn refused(function: &Function, message: String) -> Error {
    Error::Resource { resource: function.declared.id.clone(), message }
}
