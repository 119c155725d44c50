//! Wires `hook-trigger` to DynamoDB, SQS and Secrets Manager.

use hook_trigger::{HookTrigger, RejectionBudget};
use shared::aws::{self, HooksTable, JobsQueue, RequestsTable, Secrets};
use shared::keys::SealingKeys;
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let jobs = JobsQueue::new(&aws, config::required("JOBS_QUEUE_URL")?);
    let requests = RequestsTable::new(&aws, config::required("REQUESTS_TABLE")?);
    let sealing_key = Secrets::new(&aws).secret(config::required("SEALING_KEY_ARN")?);
    // All connections are opened now, while the sandbox has a full core, and not by the first call.
    let (sealing_keys, (), ()) =
        tokio::join!(SealingKeys::read(sealing_key, config::now()), hooks.warm_up(), jobs.warm_up());
    let sealing_keys = sealing_keys?;
    let endpoint = HookTrigger { hooks, jobs, requests, sealing_keys, rejections: RejectionBudget::default() };
    // On the heap: the future of a call that is queued and logged at the same time is large.
    Box::pin(http::serve(endpoint, config::now, Random::new(config::fill_random))).await
}
