//! Wires `hook-list` to DynamoDB and Secrets Manager.

use hook_list::HookList;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, Secrets};
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let signing_key = Secrets::new(&aws).secret(config::required("SIGNING_KEY_ARN")?);
    let tokens = AccessTokens::read(signing_key, config::now()).await?;
    let endpoint = HookList { hooks, tokens, public_url: config::optional("PUBLIC_URL") };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
