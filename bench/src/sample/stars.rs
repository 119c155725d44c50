//! A hook that asks as much as its owner may: fifty conditions and fifty variables, each with a `*` in its path.

use serde_json::{Value as Json, json};
use shared::domain::hook::HookDraft;
use shared::http::Fields;
use shared::http::hook::read_draft;

use super::Failure;

/// What a commit has, but for its files: short enough that all of it fits into a job.
const MEMBERS: [&str; 12] = [
    "id",
    "tree_id",
    "distinct",
    "timestamp",
    "author.name",
    "author.email",
    "author.date",
    "author.username",
    "committer.name",
    "committer.email",
    "committer.date",
    "committer.username",
];

/// How the paths of such a hook lie to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stars {
    /// What one finds, no other does, except that conditions look at what variables have.
    Apart,
    /// Several find the same values, and values within one another.
    Crossing,
}

/// An open hook for this push. Each of its conditions holds, and only because of the last commit.
pub fn stars(push: &str, stars: Stars) -> Result<HookDraft, Failure> {
    let push: Json = serde_json::from_str(push)?;
    let last = push["commits"].as_array().and_then(|commits| commits.last()).ok_or("the push has no commits")?;
    let files = (0..32).map(|index| format!("commits.*.modified[{index}]"));
    let (others, conditions): (_, &[_]) = match stars {
        Stars::Apart => (
            ["commits.*.added.*", "commits[*].removed[*]", "repository.*", "head_commit.*", "pusher.*", "sender.*"],
            &["commits.*.{}"],
        ),
        Stars::Crossing => (
            ["commits.*.added.*", "commits[*].removed[*]", "repository.*", "head_commit.*", "*.*.distinct", "*.0.id"],
            &["commits.*.{}", "*.*.{}", "commits[*].*"],
        ),
    };
    let paths = MEMBERS.iter().map(|member| format!("commits.*.{member}"));
    let paths = paths.chain(files).chain(others.map(str::to_owned));
    let variable = |(number, path)| json!({ "name": format!("v{number}"), "type": "array", "path": path });
    let variables: Vec<_> = paths.enumerate().map(variable).collect();
    let condition = |number: usize| {
        let member = MEMBERS[number % 2];
        let path = conditions[number / 2 % conditions.len()].replace("{}", member);
        json!({ "type": "request_body", "path": path, "accepted_values": ["none of them", last[member]] })
    };
    let hook = json!({
        "name": "n", "action_type": "deploy", "resource_type": "application", "resource_id": 42, "requires_secret": false,
        "settings": { "variables": variables },
        "trigger_when": { "conditions": (0..50).map(condition).collect::<Vec<_>>() },
    });
    let draft = Fields::of_body(&hook.to_string()).and_then(|fields| read_draft(fields, None));
    draft.map_err(|error| format!("{error:?}").into())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::{Event, SIZES, Trigger, push};

    #[test]
    fn a_hook_with_a_hundred_stars_takes_a_push_of_any_size_that_has_commits() {
        for size in &SIZES[1..] {
            let body = push(*size, "main").unwrap();
            for (kind, found) in [(Stars::Apart, 48), (Stars::Crossing, 50)] {
                let draft = stars(&body, kind).unwrap();
                assert_eq!((draft.variables.as_slice().len(), draft.conditions.as_slice().len()), (50, 50));
                let trigger = Trigger::open(draft, SystemTime::now()).unwrap();
                assert_eq!(trigger.extract(body.as_bytes()).unwrap(), found, "{size}, {kind:?}");
                assert_eq!(trigger.handle(&Event::new(&body, "").unwrap().next()).unwrap(), 200, "{size}, {kind:?}");
            }
        }
    }
}
