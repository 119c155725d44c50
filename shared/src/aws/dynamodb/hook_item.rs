//! The item of a hook. Its variables and its conditions are JSON strings.

use super::item::{Attributes, StoredItem, binary, boolean, number, numbers, text};
use super::{condition_item, handed_over, proof_item, variable_item};
use crate::domain::hook::{Hook, HookPlace, HookRelation, Resource};
use crate::domain::id::{EnvironmentId, PipelineId, ProjectId, ResourceId, UserId};
use crate::domain::sealing::SealedSecret;
use crate::domain::signature::provider::Provider;
use crate::domain::signature::{Algorithm, Options, providers};
use crate::domain::signing::{self, CurrentSecret, Means, PreviousSecret, SealedSecrets, Signing};
use crate::ports::{HookFilter, StoreError};

/// A whole hook, as it is written to the table.
pub(super) fn encode(hook: &Hook) -> Attributes {
    let HookRelation { id, name, action_type, resource, project_id, .. } = &hook.relation;
    let relation = &hook.relation;
    let mut item = Attributes::from([
        ("id".to_owned(), text(id)),
        ("name".to_owned(), text(name.as_str())),
        ("action_type".to_owned(), text(action_type)),
        ("resource_type".to_owned(), text(resource.kind)),
        ("resource_id".to_owned(), number(resource.id.get())),
        ("project_id".to_owned(), number(project_id.get())),
        ("environment_id".to_owned(), number(relation.environment_id.get())),
        ("requires_secret".to_owned(), boolean(relation.requires_secret)),
        ("active".to_owned(), boolean(relation.active)),
        ("variables".to_owned(), text(variable_item::encode(&relation.variables))),
        ("conditions".to_owned(), text(condition_item::encode(&relation.conditions))),
        ("created_by".to_owned(), number(hook.created_by.get())),
        ("created_at".to_owned(), text(relation.created_at)),
        ("updated_at".to_owned(), text(relation.updated_at)),
        ("place".to_owned(), text(HookPlace::of(relation))),
        ("resource".to_owned(), text(partition(*project_id, HookFilter::Resource(*resource)))),
    ]);
    if let Some(pipeline) = relation.pipeline_id {
        item.insert("pipeline_id".to_owned(), number(pipeline.get()));
        item.insert("pipeline".to_owned(), text(partition(*project_id, HookFilter::Pipeline(pipeline))));
    }
    if relation.only_latest {
        item.insert("only_latest".to_owned(), boolean(true));
    }
    if let Some(provider) = relation.provider {
        item.insert("provider".to_owned(), text(provider.name));
    }
    if !hook.pipelines.is_empty() {
        item.insert("pipelines".to_owned(), numbers(hook.pipelines.iter().map(|pipeline| pipeline.get())));
    }
    item.extend(hook.signing.iter().flat_map(encode_signing));
    item
}

fn encode_signing(signing: &Signing) -> Attributes {
    let mut item = Attributes::from([("secret_algorithm".to_owned(), text(signing.means.algorithm.as_str()))]);
    if let Some(header) = &signing.means.header_name {
        item.insert("secret_header_name".to_owned(), text(header.as_str()));
    }
    if let Some(options) = proof_item::encode_options(&signing.means.options) {
        item.insert("provider_options".to_owned(), text(options));
    }
    if let Some(verification) = &signing.means.verification {
        item.insert("verification".to_owned(), text(proof_item::encode_verification(verification)));
    }
    if let Some(current) = &signing.current {
        item.insert("secret".to_owned(), binary(current.secret.as_bytes()));
        item.insert("secret_since".to_owned(), text(current.since));
    }
    if let Some(previous) = &signing.previous {
        item.insert("previous_secret".to_owned(), binary(previous.secret.as_bytes()));
        item.insert("previous_secret_until".to_owned(), text(previous.until));
    }
    item.extend(signing.handed_over.map(handed_over::encode));
    item
}

/// The partition of an index: it contains the project, so that no query can reach into another one.
pub(super) fn partition(project: ProjectId, filter: HookFilter) -> String {
    match filter {
        HookFilter::Resource(Resource { kind, id }) => format!("{project}#{kind}#{id}"),
        HookFilter::Pipeline(id) => format!("{project}#{id}"),
    }
}

/// A whole hook, as the table stores it.
pub(super) fn decode(attributes: &Attributes) -> Result<Hook, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let relation = decode_relation(attributes)?;
    let means = decode_means(&item, relation.requires_secret, relation.provider)?;
    let signing = means.map(|means| decode_signing(&item, means)).transpose()?;
    Ok(Hook {
        relation,
        signing,
        pipelines: item.numbers("pipelines", PipelineId::new)?,
        created_by: item.number("created_by", UserId::new)?,
    })
}

fn decode_signing(item: &StoredItem<'_>, mut means: Means) -> Result<Signing, StoreError> {
    let current = means.has_secrets().then(|| decode_current(item)).transpose()?;
    let kinds = means.option_kinds();
    if kinds.iter().any(|kind| !kind.is_secret()) {
        means.options = item.decoded("provider_options", |json| proof_item::decode_options(kinds, json))?;
    }
    let (previous, handed_over) = (decode_previous(item)?, handed_over::decode(item)?);
    Ok(Signing { means, current, previous, handed_over })
}

/// How the calls are proven, without the options; `None` if they are not.
fn decode_means(
    item: &StoredItem<'_>,
    requires_secret: bool,
    provider: Option<&'static Provider>,
) -> Result<Option<Means>, StoreError> {
    if !requires_secret {
        return Ok(None);
    }
    let algorithm: Algorithm = item.parsed("secret_algorithm")?;
    let Some(provider) = provider else {
        return Ok(Some(Means::of_header(item.parsed("secret_header_name")?, algorithm)));
    };
    if provider == &providers::CUSTOM {
        let verification = item.decoded("verification", proof_item::decode_verification)?;
        return Ok(Some(Means::of_verification(verification, Options::default())));
    }
    let header = item.optional_text("secret_header_name")?;
    let corrupt = |_| item.corrupt("secret_header_name");
    Means::stored(provider, header, algorithm).map(Some).map_err(corrupt)
}

/// The secrets of a hook, out of the attributes that hold them.
pub(super) fn decode_secrets(attributes: &Attributes) -> Result<SealedSecrets, StoreError> {
    let item = StoredItem::new(attributes, "id");
    Ok(SealedSecrets {
        hook: item.parsed("id")?,
        secret: SealedSecret::from_bytes(item.binary("secret")?.to_vec()),
        previous: decode_previous(&item)?,
    })
}

fn decode_current(item: &StoredItem<'_>) -> Result<CurrentSecret, StoreError> {
    let secret = SealedSecret::from_bytes(item.binary("secret")?.to_vec());
    Ok(CurrentSecret { secret, since: item.parsed("secret_since")? })
}

fn decode_previous(item: &StoredItem<'_>) -> Result<Option<PreviousSecret>, StoreError> {
    let Some(secret) = item.optional_binary("previous_secret")? else { return Ok(None) };
    let secret = SealedSecret::from_bytes(secret.to_vec());
    Ok(Some(PreviousSecret { secret, until: item.parsed("previous_secret_until")? }))
}

/// The relation, as the table and its indexes store it. `template.yaml` lists what they project besides their own
/// keys.
pub(super) fn decode_relation(attributes: &Attributes) -> Result<HookRelation, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let requires_secret = item.boolean("requires_secret")?;
    let provider = item.optional_text("provider")?.map(|_| item.decoded("provider", providers::read)).transpose()?;
    let means = decode_means(&item, requires_secret, provider)?;
    Ok(HookRelation {
        id: item.parsed("id")?,
        name: item.parsed("name")?,
        action_type: item.parsed("action_type")?,
        resource: Resource { kind: item.parsed("resource_type")?, id: item.number("resource_id", ResourceId::new)? },
        project_id: item.number("project_id", ProjectId::new)?,
        environment_id: item.number("environment_id", EnvironmentId::new)?,
        pipeline_id: item.optional_number("pipeline_id", PipelineId::new)?,
        requires_secret,
        provider,
        proof: signing::worth(means.as_ref()),
        active: item.boolean("active")?,
        variables: item.decoded("variables", variable_item::decode)?,
        conditions: item.decoded("conditions", condition_item::decode)?,
        only_latest: attributes.contains_key("only_latest") && item.boolean("only_latest")?,
        created_at: item.parsed("created_at")?,
        updated_at: item.parsed("updated_at")?,
    })
}

#[cfg(test)]
mod tests;
