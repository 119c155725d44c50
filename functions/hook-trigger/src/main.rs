//! Wires `hook-trigger`.

use std::process::ExitCode;

use hook_trigger::{HookTrigger, RejectionBudget};
use shared::start;
use shared::trigger::Destinations;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, requests) = (start.copied_hooks()?, start.requests()?);
        let to = Destinations { jobs: start.jobs()?, actions: start.actions_queue()?, ledger: start.actions()? };
        let sealing_keys = start.sealing_keys()?;
        start.warm_up(hooks.stored());
        // The other queue and the other tables share these connections.
        start.warm_up(&to.jobs);
        Ok(HookTrigger {
            hooks,
            to,
            requests,
            sealing_keys: sealing_keys.await?,
            published_keys: start.published_keys(),
            rejections: RejectionBudget::default(),
            random: start.random(),
        })
    })
}
