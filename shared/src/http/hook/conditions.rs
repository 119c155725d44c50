//! The conditions that a body asks for. What an entry of a change leaves out, the condition that it names keeps.

use super::kept::{Given, are_shown, claims, read_accepted};
use crate::domain::Invalid;
use crate::domain::condition::{Comparison, Condition, Conditions, Group, Operator, Rule};
use crate::domain::subject::{Subject, SubjectType};
use crate::http::fields::{Fields, read};

/// Reads `conditions`, of a hook that has had `current`.
pub(super) fn read_conditions(trigger_when: &mut Fields<'_>, current: &Conditions) -> Option<Conditions> {
    let given: Vec<_> = trigger_when.peek_objects("conditions").iter().map(Given::new).collect();
    let mut kept = claims(&given, current.as_slice()).into_iter();
    let rules = trigger_when.objects("conditions", |fields| read_rule(fields, kept.next().flatten()));
    Conditions::new(rules).map_err(|reason| trigger_when.refuse("conditions", reason)).ok()
}

fn read_rule(fields: &mut Fields<'_>, kept: Option<&Rule>) -> Option<Rule> {
    let group = match kept {
        Some(Rule::Any(group)) => Some(group),
        Some(Rule::One(condition)) => return read_condition(fields, Some(condition)).map(Rule::One),
        None => None,
    };
    if group.is_some() || fields.has("any") {
        return read_group(fields, group).map(Rule::Any);
    }
    read_condition(fields, None).map(Rule::One)
}

/// A group has no place and no values of its own. Where the published clients expect them, answers have empty ones.
fn read_group(fields: &mut Fields<'_>, kept: Option<&Group>) -> Option<Group> {
    let name = fields.optional("name", read::text).or_else(|| kept.and_then(|kept| kept.name.clone()));
    let beside = "goes with each condition within `any`: leave it out here";
    fields.optional("path", |value| match read::text(value)?.as_str() {
        "" => Ok(()),
        _ => Err(Invalid::new(beside)),
    });
    fields.optional("accepted_values", |value| match read::elements(value)?.as_slice() {
        [] => Ok(()),
        _ => Err(Invalid::new(beside)),
    });
    if !fields.has("any") {
        return kept.and_then(|kept| Group::new(name, kept.members().to_vec()).ok());
    }
    let members = kept.map(Group::members).unwrap_or_default();
    let given: Vec<_> = fields.peek_objects("any").iter().map(Given::new).collect();
    let mut claimed = claims(&given, members).into_iter();
    let members = fields.objects("any", |fields| read_condition(fields, claimed.next().flatten()));
    if members.is_empty() && !fields.is_right() {
        return None;
    }
    Group::new(name, members).map_err(|reason| fields.refuse("any", reason)).ok()
}

fn read_condition(fields: &mut Fields<'_>, kept: Option<&Condition>) -> Option<Condition> {
    let name = fields.optional("name", read::text).or_else(|| kept.and_then(|kept| kept.name.clone()));
    let kind: Option<SubjectType> = match kept {
        Some(kept) if !fields.has("type") => Some(kept.subject.kind()),
        Some(_) | None => fields.required("type", read::parsed),
    };
    let path = fields.required("path", read::text);
    let subject = kind
        .zip(path)
        .and_then(|(kind, path)| Subject::new(kind, &path).map_err(|reason| fields.refuse("path", reason)).ok());
    let comparison = read_comparison(fields, kept);
    Some(Condition { name, subject: subject?, comparison: comparison? })
}

fn read_comparison(fields: &mut Fields<'_>, kept: Option<&Condition>) -> Option<Comparison> {
    let is_named = fields.has("operator");
    let operator: Option<Operator> = fields.optional("operator", read::parsed);
    let operator = match kept {
        _ if is_named => operator?,
        Some(kept) => kept.comparison.operator(),
        None => Operator::Equals,
    };
    let compares = !matches!(operator, Operator::Exists | Operator::Absent);
    let current = || kept.map(|kept| kept.comparison.accepted()).filter(|_| compares);
    let accepted = match kept {
        _ if !fields.has("accepted_values") => match current() {
            Some(accepted) => accepted,
            None if compares => fields.required("accepted_values", read_accepted)?,
            None => Vec::new(),
        },
        Some(kept) => {
            let given = fields.required("accepted_values", read_accepted)?;
            // Numbers come back from a header as they were shown: as strings.
            if are_shown(&given, kept) { current().unwrap_or(given) } else { given }
        }
        None => fields.required("accepted_values", read_accepted)?,
    };
    Comparison::new(operator, accepted).map_err(|reason| fields.refuse("accepted_values", reason)).ok()
}

#[cfg(test)]
mod tests;
