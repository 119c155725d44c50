//! Bodies of a given length: pushes as GitHub announces them, with as many commits as fit.

use std::fmt;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::Failure;

/// The delivery that the bodies are made of.
const SAMPLE: &str = include_str!("../../../events/hook-trigger/github-push.json");

/// The length of a body in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub usize);

/// The bodies that are measured: a small notification, a push, a large push, and more than most providers ever send.
pub const SIZES: [Size; 4] = [Size(1024), Size(8 * 1024), Size(25 * 1024), Size(1024 * 1024)];

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1024 * 1024 { write!(f, "{} KB", self.0 / 1024) } else { write!(f, "{} MB", self.0 / 1024 / 1024) }
    }
}

/// The body of a push to `branch`, exactly this long. It has what the hook asks for; it is filled with members of the
/// sample's repository and with commits, whose ids differ as those of real ones do, so that it compresses like one.
pub fn push(size: Size, branch: &str) -> Result<String, Failure> {
    let event: Json = serde_json::from_str(SAMPLE)?;
    let original: Json = serde_json::from_str(event["body"].as_str().unwrap_or_default())?;
    let mut push = json!({
        "ref": format!("refs/heads/{branch}"),
        "forced": false,
        "repository": { "full_name": original["repository"]["full_name"] },
        "head_commit": { "id": original["head_commit"]["id"], "modified": original["head_commit"]["modified"] },
        "commits": [{ "author": { "username": original["commits"][0]["author"]["username"] } }],
        "zen": "",
    });
    let mut left = size.0.checked_sub(push.to_string().len()).ok_or("the body is too short for what the hook wants")?;
    for (name, value) in original["repository"].as_object().into_iter().flatten() {
        let length = name.len() + value.to_string().len() + r#","":"#.len();
        if name != "full_name" && length <= left {
            push["repository"][name] = value.clone();
            left -= length;
        }
    }
    let commits = original["commits"].as_array().ok_or("the sample has no commits")?;
    for (number, commit) in commits.iter().cycle().enumerate() {
        let commit = numbered(commit, number);
        let length = commit.to_string().len() + ",".len();
        if length > left {
            break;
        }
        push["commits"].as_array_mut().ok_or("commits are an array")?.push(commit);
        left -= length;
    }
    push["zen"] = digits(left).into();
    Ok(push.to_string())
}

fn numbered(commit: &Json, number: usize) -> Json {
    let mut commit = commit.clone();
    for name in ["id", "tree_id"] {
        commit[name] = hex::encode(&Sha256::digest(format!("{name} {number}"))[..20]).into();
    }
    commit
}

/// So many hexadecimal digits that do not repeat.
fn digits(length: usize) -> String {
    let mut digits = String::with_capacity(length + 64);
    for number in 0.. {
        if digits.len() >= length {
            break;
        }
        digits.push_str(&hex::encode(Sha256::digest(format!("zen {number}"))));
    }
    digits.truncate(length);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_length_that_was_asked_for_and_what_the_hook_wants() {
        for size in SIZES {
            let body = push(size, "main").unwrap();
            assert_eq!(body.len(), size.0, "{size}");
            let body: Json = serde_json::from_str(&body).unwrap();
            assert_eq!(body["ref"], "refs/heads/main");
            assert!(body["commits"][0]["author"]["username"].is_string(), "{size}");
        }
        assert!(push(Size(100), "main").is_err());
    }
}
