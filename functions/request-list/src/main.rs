//! Wires `request-list` to DynamoDB and Secrets Manager.

use request_list::RequestList;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, RequestsTable, Secrets};
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect().await;
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let requests = RequestsTable::new(&aws, config::required("REQUESTS_TABLE")?);
    let (secrets, signing_key) = (Secrets::new(&aws), config::required("SIGNING_KEY_ARN")?);
    let (signing_key, ()) = tokio::join!(secrets.read(&signing_key), hooks.warm_up());
    let tokens = AccessTokens::derive(&signing_key?)?;
    let endpoint = RequestList { hooks, requests, tokens, public_url: config::optional("PUBLIC_URL") };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
