//! Wires `request-retry` to DynamoDB, SQS and Secrets Manager.

use request_retry::RequestRetry;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, JobsQueue, RequestsTable, Secrets};
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let requests = RequestsTable::new(&aws, config::required("REQUESTS_TABLE")?);
    let jobs = JobsQueue::new(&aws, config::required("JOBS_QUEUE_URL")?);
    let signing_key = Secrets::new(&aws).secret(config::required("SIGNING_KEY_ARN")?);
    let (tokens, (), ()) =
        tokio::join!(AccessTokens::read(signing_key, config::now()), hooks.warm_up(), jobs.warm_up());
    let tokens = tokens?;
    let endpoint = RequestRetry { hooks, jobs, requests, tokens, public_url: config::optional("PUBLIC_URL") };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
