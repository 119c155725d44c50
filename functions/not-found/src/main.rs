//! Wires `not-found`, which needs no table, no queue and no key.

use not_found::NotFound;
use shared::ports::Random;
use shared::{config, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(module_path!());
    http::serve(NotFound, config::now, Random::new(config::fill_random)).await
}
