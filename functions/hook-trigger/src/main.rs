//! Wires `hook-trigger`.

use std::process::ExitCode;

use hook_trigger::{HookTrigger, RejectionBudget};
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, jobs, requests) = (start.hooks()?, start.jobs()?, start.requests()?);
        let sealing_keys = start.sealing_keys()?;
        start.warm_up(&hooks);
        start.warm_up(&jobs);
        Ok(HookTrigger {
            hooks,
            jobs,
            requests,
            sealing_keys: sealing_keys.await?,
            rejections: RejectionBudget::default(),
        })
    })
}
