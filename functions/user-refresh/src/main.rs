//! Wires `user-refresh` to DynamoDB and Secrets Manager.

use shared::auth::AccessTokens;
use shared::aws::{self, Secrets, UsersTable};
use shared::ports::Random;
use shared::{config, http, telemetry};
use user_refresh::UserRefresh;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let users = UsersTable::new(&aws, config::required("USERS_TABLE")?);
    let signing_key = Secrets::new(&aws).secret(config::required("SIGNING_KEY_ARN")?);
    let (tokens, ()) = tokio::join!(AccessTokens::read(signing_key, config::now()), users.warm_up());
    let tokens = tokens?;
    let random = Random::new(config::fill_random);
    let endpoint = UserRefresh { users, tokens, random };
    http::serve(endpoint, config::now, random).await
}
