//! Wires `user-me` to DynamoDB and Secrets Manager.

use shared::auth::AccessTokens;
use shared::aws::{self, Secrets, UsersTable};
use shared::ports::Random;
use shared::{config, http, telemetry};
use user_me::UserMe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect().await;
    let users = UsersTable::new(&aws, config::required("USERS_TABLE")?);
    let (secrets, signing_key) = (Secrets::new(&aws), config::required("SIGNING_KEY_ARN")?);
    let (signing_key, ()) = tokio::join!(secrets.read(&signing_key), users.warm_up());
    let endpoint = UserMe { users, tokens: AccessTokens::derive(&signing_key?)? };
    http::serve(endpoint, config::now, Random::new(config::fill_random)).await
}
