//! Secrets Manager: secrets with the values that the template gives, or random ones, which `--data` keeps.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use rustack_secretsmanager_core::{
    config::SecretsManagerConfig, handler::RustackSecretsManagerHandler, provider::RustackSecretsManager,
};
use rustack_secretsmanager_http::{
    dispatch::dispatch_operation, response::error_to_response, router::resolve_operation,
};
use serde_json::{Map, Value as Json, json};

use super::emulator::{Emulator, Refusal};
use crate::{
    data::{self, Data},
    error::Error,
    host,
    server::{self, HangUp},
    tasks::lock,
    template::{ACCOUNT, REGION, Scope, Secret, SecretValue},
};

const FILE: &str = "secrets.json";

#[derive(Debug)]
pub(super) struct SecretsManager {
    handler: RustackSecretsManagerHandler,
    kept: Option<Kept>,
}

/// What `--data` keeps: the value of each secret by its name.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    values: Mutex<BTreeMap<String, String>>,
}

impl Kept {
    /// Takes the new value of a secret, if that is what was asked for and done.
    fn note(&self, request: &[u8], answer: &[u8]) -> Result<(), Error> {
        let [request, answer] = [request, answer].map(|json| serde_json::from_slice::<Json>(json).unwrap_or_default());
        let (Some(name), Some(value)) = (answer["Name"].as_str(), request["SecretString"].as_str()) else {
            return Ok(());
        };
        let mut values = lock(&self.values);
        values.insert(name.to_owned(), value.to_owned());
        data::save(&self.path, &*values)
    }
}

impl Emulator for SecretsManager {
    const TARGET: &str = "secretsmanager";

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let (operation, body) = (resolve_operation(request.headers()), request.into_body());
        let answer = match operation {
            Ok(operation) => dispatch_operation(&self.handler, operation, body.clone()).await,
            Err(error) => Err(error),
        };
        let answer = answer.unwrap_or_else(|error| error_to_response(&error, &host::new_uuid().to_string()));
        let answer = server::whole(answer).await?;
        match self.kept.as_ref().map(|kept| kept.note(&body, answer.body())) {
            // What could not be kept is not said to be done.
            Some(Err(_)) => Err(HangUp),
            Some(Ok(())) | None => Ok(answer),
        }
    }
}

pub(super) async fn start(secrets: &[Secret], scope: &mut Scope, data: Option<&Data>) -> Result<SecretsManager, Error> {
    let handler = RustackSecretsManagerHandler::new(Arc::new(RustackSecretsManager::new(SecretsManagerConfig {
        skip_signature_validation: true,
        default_region: REGION.to_owned(),
        default_account_id: ACCOUNT.to_owned(),
    })));
    let mut emulator = SecretsManager { handler, kept: None };
    let mut kept: BTreeMap<String, String> = data.map_or_else(|| Ok(BTreeMap::new()), |data| data.load(FILE))?;
    for secret in secrets {
        let refused = |refusal: Refusal| Error::Resource { resource: secret.id.clone(), message: refusal.to_string() };
        let value = match (&secret.value, kept.get(&secret.name)) {
            (SecretValue::Given(value), _) | (SecretValue::Generated(_), Some(value)) => value.clone(),
            (SecretValue::Generated(how), None) => generate(&emulator, how).await.map_err(refused)?,
        };
        let request = json!({ "Name": secret.name, "SecretString": value });
        let made = emulator.call("CreateSecret", &request).await.map_err(refused)?;
        scope.set_ref(&secret.id, text(&made, "ARN"));
        kept.insert(secret.name.clone(), value);
    }
    if let Some(data) = data {
        data.save(FILE, &kept)?;
        emulator.kept = Some(Kept { path: data.path(FILE), values: Mutex::new(kept) });
    }
    Ok(emulator)
}

/// As `GenerateSecretString` says: a random text, or a JSON object with that text under one of its keys.
async fn generate(emulator: &SecretsManager, how: &Map<String, Json>) -> Result<String, Refusal> {
    let random = emulator.call("GetRandomPassword", &Json::Object(how.clone())).await?;
    let random = text(&random, "RandomPassword");
    let (Some(template), Some(key)) = (how.get("SecretStringTemplate"), how.get("GenerateStringKey")) else {
        return Ok(random);
    };
    let mut object: Map<String, Json> = serde_json::from_str(template.as_str().unwrap_or_default())
        .map_err(|error| Refusal::new("InvalidParameterException", format!("SecretStringTemplate: {error}")))?;
    object.insert(key.as_str().unwrap_or_default().to_owned(), random.into());
    Ok(Json::Object(object).to_string())
}

fn text(answer: &Json, key: &str) -> String {
    answer[key].as_str().unwrap_or_default().to_owned()
}
