//! Wires `hook-create` to DynamoDB and Secrets Manager.

use hook_create::HookCreate;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, Secrets, UsersTable};
use shared::keys::SealingKeys;
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect(config::optional)?;
    let users = UsersTable::new(&aws, config::required("USERS_TABLE")?);
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let secrets = Secrets::new(&aws);
    let signing_key = secrets.secret(config::required("SIGNING_KEY_ARN")?);
    let sealing_key = secrets.secret(config::required("SEALING_KEY_ARN")?);
    let (tokens, sealing_keys, ()) = tokio::join!(
        AccessTokens::read(signing_key, config::now()),
        SealingKeys::read(sealing_key, config::now()),
        users.warm_up()
    );
    let random = Random::new(config::fill_random);
    let endpoint = HookCreate {
        users,
        hooks,
        tokens: tokens?,
        sealing_keys: sealing_keys?,
        random,
        public_url: config::optional("PUBLIC_URL"),
    };
    http::serve(endpoint, config::now, random).await
}
