//! `pipehook hooks rotate`.

use serde_json::Map;

use super::{create, fields};
use crate::{
    api::Client,
    arguments::RotateHook,
    commands::Context,
    terminal::{SecretFile, Trouble},
};

pub(super) async fn rotate(context: &Context, client: &Client, arguments: RotateHook) -> Result<(), Trouble> {
    let mut body = Map::new();
    if let Some(seconds) = arguments.overlap {
        body.insert("overlap_seconds".to_owned(), seconds.into());
    }
    let options: Map<_, _> = fields::secret_options(&arguments.option_files)?.into_iter().collect();
    let secret = fields::secret(arguments.secret_file.as_deref())?;
    body.extend(secret.map(|secret| ("secret".to_owned(), secret)));
    if !options.is_empty() {
        body.insert("provider_options".to_owned(), options.into());
    }
    let id = super::find(client, &arguments.hook).await?;
    let file = SecretFile::create(arguments.secret_to.as_deref())?;
    let answer = client.post(&format!("{}/rotate-secret", super::path(&id)), &body).await.map_err(|trouble| {
        if trouble.status.is_some() {
            return trouble;
        }
        trouble.hint(format!("The secret may have been replaced all the same. Do it again: pipehook hooks rotate {id}"))
    })?;
    create::give(context, &answer, file, None)
}
