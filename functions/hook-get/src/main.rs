//! Wires `hook-get` to DynamoDB and Secrets Manager.

use hook_get::HookGet;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, Secrets, UsersTable};
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect().await;
    let users = UsersTable::new(&aws, config::required("USERS_TABLE")?);
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let (secrets, signing_key) = (Secrets::new(&aws), config::required("SIGNING_KEY_ARN")?);
    let (signing_key, ()) = tokio::join!(secrets.read(&signing_key), hooks.warm_up());
    let tokens = AccessTokens::derive(&signing_key?)?;
    let endpoint = HookGet { users, hooks, tokens, public_url: config::optional("PUBLIC_URL") };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
