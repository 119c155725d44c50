//! Who runs the steps.

use std::path::PathBuf;

use nix::unistd::{Uid, User};
use serde::{Deserialize, Serialize};

/// A user that is not the worker's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunAs {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Name and home of the user who runs the steps, and the user to change to for it, if any.
pub(crate) fn find(run_as: Option<&str>) -> Result<(Option<RunAs>, String, PathBuf), String> {
    let own = Uid::effective();
    let Some(name) = run_as else {
        let user = User::from_uid(own).ok().flatten();
        let (name, home) = user.map_or_else(|| (own.to_string(), "/".into()), |user| (user.name, user.dir));
        return Ok((None, name, home));
    };
    let user = User::from_name(name).map_err(|error| format!("--run-as {name}: {error}"))?;
    let user = user.ok_or_else(|| format!("--run-as {name}: this machine does not know the user"))?;
    if user.uid == own {
        return Ok((None, user.name, user.dir));
    }
    if !own.is_root() {
        return Err(format!("--run-as {name}: only root can run steps as another user"));
    }
    let run_as = RunAs { name: user.name.clone(), uid: user.uid.as_raw(), gid: user.gid.as_raw() };
    Ok((Some(run_as), user.name, user.dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_user_the_steps_run_as_the_worker_does() {
        let (run_as, name, _) = find(None).unwrap();

        assert_eq!(run_as, None);
        assert_eq!(find(Some(&name)).unwrap().0, None, "its own name changes nothing");
    }

    #[test]
    fn an_unknown_user_is_refused() {
        let error = find(Some("no-user-of-this-name")).unwrap_err();

        assert_eq!(error, "--run-as no-user-of-this-name: this machine does not know the user");
    }
}
