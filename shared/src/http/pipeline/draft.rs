//! The pipeline that a body asks for.

use crate::domain::Invalid;
use crate::domain::pipeline::{ClaimWithin, MaxParallelActions, PipelineDraft};
use crate::http::error::ApiError;
use crate::http::fields::{Fields, read};

/// Reads the pipeline that a body asks for.
pub fn read_draft(mut fields: Fields<'_>) -> Result<PipelineDraft, ApiError> {
    let name = fields.required("name", read::parsed);
    let operation = fields.required("operation", read::parsed);
    let max_parallel_actions = fields.optional("max_parallel_actions", read::integer(MaxParallelActions::new));
    let label = fields.optional("label", read::parsed);
    let on_lost = fields.optional("on_lost", read::parsed);
    let claim_within = fields.optional("claim_within_seconds", read::integer(ClaimWithin::new));
    refuse_conditions(&mut fields);
    let draft = (|| {
        Some(PipelineDraft {
            name: name?,
            operation: operation?,
            max_parallel_actions: max_parallel_actions.unwrap_or_default(),
            label: label.unwrap_or_default(),
            on_lost: on_lost.unwrap_or_default(),
            claim_within: claim_within.unwrap_or_default(),
        })
    })();
    fields.finish(draft)
}

/// A pipeline that ran although its conditions do not hold would do what its author wanted to keep it from.
pub(super) fn refuse_conditions(fields: &mut Fields<'_>) {
    fields.object("trigger_when", |when| {
        when.optional("conditions", |value| {
            let is_empty = read::elements(value)?.is_empty();
            is_empty.then_some(()).ok_or_else(|| {
                Invalid::new("must be empty: set `trigger_when` of the hook, which says what calls run its pipeline")
            })
        });
    });
}
