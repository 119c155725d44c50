//! Wires `hook-delete` to DynamoDB and Secrets Manager.

use hook_delete::HookDelete;
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
    let endpoint = HookDelete { hooks, tokens };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
