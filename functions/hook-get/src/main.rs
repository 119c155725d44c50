//! Wires `hook-get` to DynamoDB and Secrets Manager.

use hook_get::HookGet;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, Secrets, UsersTable};
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let users = UsersTable::new(&aws, config::required("USERS_TABLE")?);
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let signing_key = Secrets::new(&aws).secret(config::required("SIGNING_KEY_ARN")?);
    let (tokens, ()) = tokio::join!(AccessTokens::read(signing_key, config::now()), hooks.warm_up());
    let tokens = tokens?;
    let endpoint = HookGet { users, hooks, tokens, public_url: config::optional("PUBLIC_URL") };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
