//! Counts what the trigger allocates, with an allocator that counts, which the product's own binary must not have. Prints
//! one line of JSON for each step and size of body.

#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::alloc::System;
use std::time::SystemTime;

use sample::{Event, Failure, SIZES, Trigger, github_signature, push};
use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> Result<(), Failure> {
    let trigger = Trigger::new(SystemTime::now())?;
    for size in SIZES {
        let body = push(size, "main")?;
        let signature = github_signature(body.as_bytes())?;
        let received = trigger.received(&signature, &body);
        let event = Event::signed(&body)?.next();
        let size = size.to_string();
        // Each once before it counts: what is made once and kept is no cost of a call.
        count(&size, "verify", || Ok(trigger.verify(&received)))?;
        count(&size, "extract", || Ok(trigger.extract(body.as_bytes())? == 6))?;
        count(&size, "handle", || Ok(trigger.handle(&event)? == 200))?;
    }
    Ok(())
}

fn count(size: &str, step: &str, run: impl Fn() -> Result<bool, Failure>) -> Result<(), Failure> {
    for is_counted in [false, true] {
        let region = Region::new(COUNTING);
        let right = run()?;
        let change = region.change();
        if !right {
            return Err(format!("{step} of {size} went wrong").into());
        }
        if is_counted {
            let (allocations, reallocations) = (change.allocations, change.reallocations);
            let bytes = change.bytes_allocated;
            let line = json!({
                "size": size, "step": step, "allocations": allocations, "reallocations": reallocations, "bytes": bytes,
            });
            println!("{line}");
        }
    }
    Ok(())
}
