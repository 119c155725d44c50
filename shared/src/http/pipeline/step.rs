//! The step that a body asks for, and what one wants changed of a step.

use super::body::StepBody;
use super::change::{check_shown, same_id};
use crate::domain::Invalid;
use crate::domain::id::{PipelineId, StepId};
use crate::domain::machine::{MachineRefused, MachineRules};
use crate::domain::payload::Value;
use crate::domain::pipeline::{Command, Step, StepDraft, StepType};
use crate::http::error::ApiError;
use crate::http::fields::{Fields, read};

/// Reads the step that a body asks for. A state machine must be one that the rules allow.
pub fn read_step(mut fields: Fields<'_>, rules: &MachineRules) -> Result<StepDraft, ApiError> {
    let kind: StepType = fields.optional("type", read::parsed).unwrap_or_default();
    let command = read_command(&mut fields, &kind, rules);
    let runner = fields.required("runner", read::parsed);
    let name = fields.optional("name", read::parsed);
    let description = fields.optional("description", read::parsed);
    let run_as_user = fields.optional("run_as_user", read::parsed);
    let draft = (|| {
        Some(StepDraft {
            name,
            description: description.unwrap_or_default(),
            kind,
            command: command?,
            runner: runner?,
            run_as_user: run_as_user.unwrap_or_default(),
        })
    })();
    fields.finish(draft)
}

/// Reads what a step of this kind runs. A state machine may be left out: then it is the default of the deployment.
fn read_command(fields: &mut Fields<'_>, kind: &StepType, rules: &MachineRules) -> Option<Command> {
    let read = |value: &Value<'_>| Command::of(kind, &read::text(value)?);
    if !kind.is_machine() {
        return fields.required("command", read);
    }
    let given = fields.has("command");
    if !rules.allow_any() {
        fields.refuse("type", "must not be step-functions: state machines are not set up in this deployment");
        return None;
    }
    let command = if given { fields.optional("command", read)? } else { Command::default() };
    match rules.choose(command.as_str()) {
        Ok(_) => return Some(command),
        Err(MachineRefused::NoDefault) => {
            fields.refuse("command", "must be the ARN of a state machine, because this deployment has no default");
        }
        // Most of them are not known before the machine is looked at.
        Err(
            MachineRefused::NotSetUp
            | MachineRefused::NoMachine
            | MachineRefused::NotAllowed(_)
            | MachineRefused::Missing(_)
            | MachineRefused::Untagged(_)
            | MachineRefused::OtherProject(..)
            | MachineRefused::NotStandard(_),
        ) => fields.refuse("command", "must be the ARN of a state machine that this deployment allows"),
    }
    None
}

/// A step as a user wants it to be.
#[derive(Debug)]
pub struct StepChange {
    /// What it says from now on.
    pub draft: StepDraft,
    /// The `trigger_order` of the step that it comes behind from now on; without one, it stays where it is.
    pub trigger_after: Option<usize>,
}

/// Reads what `step` becomes, which has this `order` among the steps of its pipeline, or 0 if it is not linked. What the
/// body leaves out, or has as null, stays. It repeats the step's id, so that one which was meant for another step
/// changes nothing.
pub fn read_step_change(
    mut fields: Fields<'_>,
    step: &Step,
    pipeline: PipelineId,
    order: usize,
    rules: &MachineRules,
) -> Result<StepChange, ApiError> {
    let current = &step.draft;
    fields.required("id", read::integer(|id| same_id(StepId::new(id)?, step.id)));
    let kind: StepType = fields.optional("type", read::parsed).unwrap_or_else(|| current.kind.clone());
    let command = read_command(&mut fields, &kind, rules);
    let runner = fields.required("runner", read::parsed);
    let name = fields.optional("name", read::parsed);
    let description = fields.optional("description", read::parsed);
    let run_as_user = fields.optional("run_as_user", read::parsed);
    let trigger_after = fields.optional("trigger_after", read::integer(read_place));
    if trigger_after.is_some() && order == 0 {
        fields.refuse("trigger_after", "needs a step that is linked to the pipeline: link it first");
    }
    check_shown(&mut fields, &StepBody::new(step, pipeline, order), READ_ONLY);
    // These change by themselves.
    fields.ignore(&["created_at", "updated_at"]);
    let draft = (|| {
        Some(StepDraft {
            name: name.or_else(|| current.name.clone()),
            description: description.unwrap_or_else(|| current.description.clone()),
            kind,
            command: command?,
            runner: runner?,
            run_as_user: run_as_user.unwrap_or_else(|| current.run_as_user.clone()),
        })
    })();
    fields.finish(draft.map(|draft| StepChange { draft, trigger_after }))
}

/// What `GET` shows of a step and `PUT` cannot change. A step moves with `trigger_after`.
const READ_ONLY: &[&str] = &["script_id", "pipeline_id", "trigger_order", "is_auto_generated", "is_default_step"];

/// The largest place that the published API takes.
const LAST_PLACE: i64 = 16_777_214;

fn read_place(place: i64) -> Result<usize, Invalid> {
    let place = usize::try_from(place).ok().filter(|_| place <= LAST_PLACE);
    place.ok_or_else(|| Invalid::new("must be an integer from 0, for the first place, to 16777214"))
}
