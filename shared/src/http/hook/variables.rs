//! The variables that a body asks for. What an entry of a change leaves out, the variable of its name keeps; null takes
//! it away.

use crate::domain::Invalid;
use crate::domain::payload::Value;
use crate::domain::subject::{Source, Subject};
use crate::domain::variable::{
    AllowedValues, MaxLength, Variable, VariableName, VariableType, VariableValue, Variables,
};
use crate::http::fields::{Fields, read};

/// Reads `variables`, of a hook that has had `current`.
pub(super) fn read_variables(settings: &mut Fields<'_>, current: &Variables) -> Option<Variables> {
    let variables = settings.objects("variables", |fields| read_variable(fields, current));
    Variables::new(variables).map_err(|reason| settings.refuse("variables", reason)).ok()
}

fn read_variable(fields: &mut Fields<'_>, current: &Variables) -> Option<Variable> {
    let name: Option<VariableName> = fields.required("name", read::parsed);
    let kept = name.as_ref().and_then(|name| current.find(name));
    let kind: Option<VariableType> = match kept {
        Some(kept) if !fields.has("type") => Some(kept.kind),
        Some(_) | None => fields.required("type", read::parsed),
    };
    let required = read_kept(fields, "required", kept.map(|kept| kept.required), read::boolean).unwrap_or(false);
    let subject = read_subject(fields, kept, name.as_ref());
    let default = kept.and_then(|kept| kept.default.clone());
    let default = read_kept(fields, "default_value", default.map(Some), |value| read_value(kind, value));
    let max_length =
        read_kept(fields, "max_length", kept.and_then(|kept| kept.max_length), read::integer(MaxLength::new));
    let allowed = read_kept(fields, "allowed_values", kept.map(|kept| kept.allowed.clone()), |value| {
        let values = read::elements(value)?.iter().map(|value| read_value(kind, value)).collect::<Result<Vec<_>, _>>();
        AllowedValues::new(values?.into_iter().flatten().collect())
    });
    let variable = Variable {
        name: name?,
        subject: subject?,
        kind: kind?,
        required,
        default: default.flatten(),
        max_length,
        allowed: allowed.unwrap_or_default(),
    };
    for (field, reason) in variable.faults() {
        fields.refuse(field, reason);
    }
    Some(variable)
}

/// A field that an entry may leave out, to keep what the stored variable has.
fn read_kept<'a, T>(
    fields: &mut Fields<'a>,
    name: &'static str,
    kept: Option<T>,
    read: impl FnOnce(&Value<'a>) -> Result<T, Invalid>,
) -> Option<T> {
    if fields.is_null(name) {
        return None;
    }
    if fields.has(name) { fields.optional(name, read) } else { kept }
}

/// Without a path, the name says where the value is. A name with a dot in it is read as a path, like any other.
fn read_subject(fields: &mut Fields<'_>, kept: Option<&Variable>, name: Option<&VariableName>) -> Option<Subject> {
    let kept = kept.map(|kept| &kept.subject);
    let source = read_kept(fields, "source", kept.map(Subject::source), read::parsed);
    let path = read_kept(fields, "path", kept.map(Subject::name), read::text);
    let kind = source.unwrap_or(Source::Body).into();
    if let Some(path) = path {
        return Subject::new(kind, &path).map_err(|reason| fields.refuse("path", reason)).ok();
    }
    let subject = Subject::new(kind, name?.as_str()).and_then(Subject::to_one);
    subject.map_err(|reason| fields.refuse("path", format!("is required, because the name {reason}"))).ok()
}

/// A value of the declared type itself, if the type is known; readings such as `"42"` for an integer are for calls.
fn read_value(kind: Option<VariableType>, value: &Value<'_>) -> Result<Option<VariableValue>, Invalid> {
    let Some(kind) = kind else { return Ok(None) };
    let strict = match kind {
        VariableType::String => matches!(value, Value::String(_)),
        VariableType::Integer | VariableType::Number => matches!(value, Value::Number(_)),
        VariableType::Array => matches!(value, Value::Array(_)),
        VariableType::Object => matches!(value, Value::Object(_)),
        VariableType::Boolean => matches!(value, Value::Boolean(_)),
    };
    if strict {
        return kind.read(value).map(Some);
    }
    Err(Invalid::new(format!("must be of the type {}", kind.as_str())))
}

#[cfg(test)]
mod tests;
