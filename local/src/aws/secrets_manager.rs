//! Secrets Manager: secrets with the values that the template gives, or random ones, which `--data` keeps.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use rustack_secretsmanager_core::{
    config::SecretsManagerConfig, handler::RustackSecretsManagerHandler, provider::RustackSecretsManager,
};
use rustack_secretsmanager_http::{
    dispatch::dispatch_operation, response::error_to_response, router::resolve_operation,
};
use serde_json::{Map, Value as Json, json};
use tokio::sync::Mutex;

use super::emulator::{Emulator, Refusal};
use crate::{
    data::{self, Data},
    error::Error,
    host,
    server::{self, HangUp},
    template::{ACCOUNT, REGION, Scope, Secret, SecretValue},
};

const FILE: &str = "secrets.json";

/// The emulator, and what keeps its values.
#[derive(Debug)]
pub(super) struct SecretsManager {
    vault: Vault,
    /// One request at a time: no one reads a new value before it is kept.
    kept: Mutex<Option<Kept>>,
}

/// What `--data` keeps: the value of each secret by its name.
#[derive(Debug)]
struct Kept {
    path: PathBuf,
    values: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Vault(RustackSecretsManagerHandler);

impl Emulator for SecretsManager {
    const TARGET: &str = Vault::TARGET;

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let mut kept = self.kept.lock().await;
        let answer = self.vault.answer(request).await?;
        let Some(kept) = kept.as_mut().filter(|_| answer.status().is_success()) else { return Ok(answer) };
        let answered: Json = serde_json::from_slice(answer.body()).unwrap_or_default();
        Ok(match kept.follow(&self.vault, &text(&answered, "Name")).await {
            Ok(()) => answer,
            Err(error) => Refusal::unavailable(error.to_string()).into_response(),
        })
    }
}

impl Kept {
    /// Keeps the secret's value if it is a new one. What cannot be kept does not take effect either: what is sealed
    /// under a key that is gone after the next start could never be opened again.
    async fn follow(&mut self, vault: &Vault, name: &str) -> Result<(), Error> {
        let answer = vault.call("GetSecretValue", &json!({ "SecretId": name })).await.unwrap_or_default();
        let Some(value) = answer["SecretString"].as_str() else { return Ok(()) };
        let mut values = self.values.clone();
        let before = values.insert(name.to_owned(), value.to_owned());
        if before.as_deref() == Some(value) {
            return Ok(());
        }
        if let Err(error) = data::save(&self.path, &values) {
            let (operation, undo) = match before {
                Some(before) => ("PutSecretValue", json!({ "SecretId": name, "SecretString": before })),
                None => ("DeleteSecret", json!({ "SecretId": name, "ForceDeleteWithoutRecovery": true })),
            };
            // The error to tell is that of the disk.
            let _ = vault.call(operation, &undo).await;
            return Err(error);
        }
        self.values = values;
        Ok(())
    }
}

impl Emulator for Vault {
    const TARGET: &str = "secretsmanager";

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let answer = match resolve_operation(request.headers()) {
            Ok(operation) => dispatch_operation(&self.0, operation, request.into_body()).await,
            Err(error) => Err(error),
        };
        server::whole(answer.unwrap_or_else(|error| error_to_response(&error, &host::new_uuid().to_string()))).await
    }
}

pub(super) async fn start(secrets: &[Secret], scope: &mut Scope, data: Option<&Data>) -> Result<SecretsManager, Error> {
    let vault = Vault(RustackSecretsManagerHandler::new(Arc::new(RustackSecretsManager::new(SecretsManagerConfig {
        skip_signature_validation: true,
        default_region: REGION.to_owned(),
        default_account_id: ACCOUNT.to_owned(),
    }))));
    let mut values: BTreeMap<String, String> = data.map_or_else(|| Ok(BTreeMap::new()), |data| data.load(FILE))?;
    for secret in secrets {
        let refused = |refusal: Refusal| Error::Resource { resource: secret.id.clone(), message: refusal.to_string() };
        let value = match (&secret.value, values.get(&secret.name)) {
            (SecretValue::Given(value), _) | (SecretValue::Generated(_), Some(value)) => value.clone(),
            (SecretValue::Generated(how), None) => generate(&vault, how).await.map_err(refused)?,
        };
        let request = json!({ "Name": secret.name, "SecretString": value });
        let made = vault.call("CreateSecret", &request).await.map_err(refused)?;
        scope.set_ref(&secret.id, text(&made, "ARN"));
        values.insert(secret.name.clone(), value);
    }
    let kept = data.map(|data| {
        data.save(FILE, &values)?;
        Ok(Kept { path: data.path(FILE), values })
    });
    Ok(SecretsManager { vault, kept: Mutex::new(kept.transpose()?) })
}

/// As `GenerateSecretString` says: a random text, or a JSON object with that text under one of its keys.
async fn generate(vault: &Vault, how: &Map<String, Json>) -> Result<String, Refusal> {
    let random = vault.call("GetRandomPassword", &Json::Object(how.clone())).await?;
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
