//! Wires `hook-rotate-secret` to DynamoDB and Secrets Manager.

use hook_rotate_secret::HookRotateSecret;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, Secrets, UsersTable};
use shared::domain::sealing::SealingKey;
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect().await;
    let users = UsersTable::new(&aws, config::required("USERS_TABLE")?);
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let (signing_key, sealing_key) = (config::required("SIGNING_KEY_ARN")?, config::required("SEALING_KEY_ARN")?);
    let secrets = Secrets::new(&aws);
    let (signing_key, sealing_key, ()) =
        tokio::join!(secrets.read(&signing_key), secrets.read(&sealing_key), hooks.warm_up());
    let random = Random::new(config::fill_random);
    let endpoint = HookRotateSecret {
        users,
        hooks,
        tokens: AccessTokens::derive(&signing_key?)?,
        sealing_key: SealingKey::derive(&sealing_key?)?,
        random,
        public_url: config::optional("PUBLIC_URL"),
    };
    http::serve(endpoint, config::now, random).await
}
