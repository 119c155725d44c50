//! Wires `hook-update` to DynamoDB and Secrets Manager.

use hook_update::HookUpdate;
use shared::auth::AccessTokens;
use shared::aws::{self, HooksTable, Secrets};
use shared::domain::sealing::SealingKey;
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    let aws = aws::connect().await;
    let hooks = HooksTable::new(&aws, config::required("HOOKS_TABLE")?);
    let (signing_key, sealing_key) = (config::required("SIGNING_KEY_ARN")?, config::required("SEALING_KEY_ARN")?);
    let secrets = Secrets::new(&aws);
    let (signing_key, sealing_key, ()) =
        tokio::join!(secrets.read(&signing_key), secrets.read(&sealing_key), hooks.warm_up());
    let random = Random::new(config::fill_random);
    let endpoint = HookUpdate {
        hooks,
        tokens: AccessTokens::derive(&signing_key?)?,
        sealing_key: SealingKey::derive(&sealing_key?)?,
        random,
    };
    http::serve(endpoint, config::now, random).await
}
