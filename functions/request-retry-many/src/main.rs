//! Wires `request-retry-many`.

use std::process::ExitCode;

use request_retry_many::RequestRetryMany;
use shared::start;
use shared::trigger::Destinations;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, requests) = (start.hooks()?, start.requests()?);
        let to = Destinations { jobs: start.jobs()?, actions: start.actions_queue()?, ledger: start.actions()? };
        let tokens = start.access_tokens()?;
        start.warm_up(&hooks);
        start.warm_up(&to.jobs);
        Ok(RequestRetryMany { hooks, to, requests, tokens: tokens.await? })
    })
}
