//! What the operator of a worker allows, and what an action becomes within it. Everything is checked before the first
//! step: an action either may run as a whole or does not begin.

use std::path::PathBuf;

use crate::{
    api::{Claimed, Step},
    worker::user::RunAs,
};

/// The runners that are programs of the same name.
const PROGRAMS: [&str; 4] = ["composer", "npm", "pip", "yarn"];

/// What a pipeline's author cannot change.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// If there are any, steps are these programs and no shell.
    pub(crate) allow: Vec<String>,
    /// Runs for every job, instead of steps.
    pub(crate) command: Option<Vec<String>>,
    /// Who runs the steps, if not the worker's own user.
    pub(crate) run_as: Option<RunAs>,
    /// The name of the user who runs the steps.
    pub(crate) user: String,
    /// Where `HOME` is.
    pub(crate) home: PathBuf,
}

/// A command that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    /// The step that is reported; none if the pipeline has no steps.
    pub(crate) order: Option<u32>,
    /// What people call it: `step 1 (Build)`.
    pub(crate) title: String,
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
}

impl Bounds {
    /// The commands of an action, in their order. The error says why the action cannot run here.
    pub(crate) fn plan(&self, claimed: &Claimed) -> Result<Vec<Planned>, String> {
        if let Some([program, arguments @ ..]) = self.command.as_deref() {
            let order = claimed.steps.first().map(|step| step.order);
            let (program, arguments) = (program.clone(), arguments.to_vec());
            return Ok(vec![Planned { order, title: "the worker's command".to_owned(), program, arguments }]);
        }
        if claimed.steps.is_empty() {
            return Err("the pipeline has no steps: add one, or start the worker with a command".to_owned());
        }
        claimed.steps.iter().map(|step| self.planned(step)).collect()
    }

    fn planned(&self, step: &Step) -> Result<Planned, String> {
        let title = title(step);
        let wanted = step.run_as_user.trim();
        if !wanted.is_empty() && wanted != self.user {
            return Err(format!("{title} is to run as `{wanted}`, but this worker runs steps as `{}`", self.user));
        }
        let mut words = self.words(step).map_err(|reason| format!("{title}: {reason}"))?;
        let program = words.remove(0);
        Ok(Planned { order: Some(step.order), title, program, arguments: words })
    }

    /// The program and its arguments: never empty.
    fn words(&self, step: &Step) -> Result<Vec<String>, String> {
        let command = step.command.trim();
        if command.is_empty() || command.contains('\0') {
            return Err("its command is empty or contains a NUL character".to_owned());
        }
        if step.runner == "custom" && self.allow.is_empty() {
            return Ok(["/bin/sh", "-c", &step.command].map(str::to_owned).to_vec());
        }
        let mut words = shlex::split(command).ok_or("a quote in its command is not closed")?;
        if PROGRAMS.contains(&&*step.runner) {
            // Both `ci` and `npm ci` are what people write for the runner npm.
            if words.first() != Some(&step.runner) {
                words.insert(0, step.runner.clone());
            }
        } else if step.runner != "custom" {
            return Err(format!("this worker does not know the runner `{}`", step.runner));
        }
        let Some(program) = words.first() else { return Err("its command is only a comment".to_owned()) };
        if !self.allow.is_empty() && !self.allow.contains(program) {
            return Err(format!("this worker does not allow the program `{program}`"));
        }
        Ok(words)
    }
}

fn title(step: &Step) -> String {
    match step.name.as_deref().map(str::trim) {
        None | Some("") => format!("step {}", step.order),
        Some(name) => format!("step {} ({name})", step.order),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn bounds() -> Bounds {
        let (user, home) = ("deploy".to_owned(), PathBuf::from("/home/deploy"));
        Bounds { allow: vec![], command: None, run_as: None, user, home }
    }

    fn allowing(programs: &[&str]) -> Bounds {
        Bounds { allow: programs.iter().map(|&program| program.to_owned()).collect(), ..bounds() }
    }

    fn claimed(steps: &Json) -> Claimed {
        let action =
            json!({"id": 1, "pipeline_id": 2, "type": "deploy", "resource": {"type": "application", "id": 42}});
        let answer = json!({
            "action": action, "steps": steps, "job": {}, "lease_token": "t", "lease_seconds": 300, "attempt": 1,
        });
        serde_json::from_str(&answer.to_string()).unwrap()
    }

    fn one(runner: &str, command: &str) -> Claimed {
        claimed(&json!([{"order": 1, "name": "Build", "runner": runner, "command": command, "run_as_user": ""}]))
    }

    fn words(bounds: &Bounds, claimed: &Claimed) -> Result<Vec<String>, String> {
        let [Planned { program, arguments, .. }] = &*bounds.plan(claimed)? else { panic!("one step") };
        Ok([std::slice::from_ref(program), arguments].concat())
    }

    #[test]
    fn the_runner_custom_is_a_shell_with_the_command_of_the_author_untouched() {
        let command = " echo \"$PIPEHOOK_BRANCH\" | tee 'a b'\nexit 3 ";

        assert_eq!(words(&bounds(), &one("custom", command)).unwrap(), ["/bin/sh", "-c", command]);
    }

    #[test]
    fn other_runners_are_programs_without_a_shell() {
        for (runner, command, expected) in [
            ("npm", "ci --omit=dev", vec!["npm", "ci", "--omit=dev"]),
            ("npm", "npm ci --omit=dev", vec!["npm", "ci", "--omit=dev"]),
            ("pip", "install 'a b' $(id)", vec!["pip", "install", "a b", "$(id)"]),
            ("composer", "install; rm -rf /", vec!["composer", "install;", "rm", "-rf", "/"]),
            ("yarn", "run \"x | y\" > z", vec!["yarn", "run", "x | y", ">", "z"]),
        ] {
            assert_eq!(words(&bounds(), &one(runner, command)).unwrap(), expected);
        }
    }

    #[test]
    fn with_allowed_programs_there_is_no_shell_and_no_other_program() {
        let bounds = allowing(&["/opt/deploy", "npm"]);
        assert_eq!(words(&bounds, &one("custom", "/opt/deploy --to 'a b'")).unwrap(), ["/opt/deploy", "--to", "a b"]);
        assert_eq!(words(&bounds, &one("npm", "ci --omit=dev")).unwrap(), ["npm", "ci", "--omit=dev"]);

        for (runner, command) in [
            ("custom", "sh -c 'id > /tmp/x'"),
            ("custom", "/opt/deploy2 --x"),
            ("custom", "/opt/../opt/deploy"),
            ("custom", "deploy"),
            ("custom", "NPM ci"),
            ("custom", "FOO=bar npm ci"),
            ("pip", "install npm"),
        ] {
            let error = words(&bounds, &one(runner, command)).unwrap_err();
            assert!(error.contains("does not allow the program"), "{command}: {error}");
        }
    }

    #[test]
    fn what_is_not_a_command_is_refused_with_the_reason() {
        for (runner, command, reason) in [
            ("custom", "  ", "step 1 (Build): its command is empty"),
            ("custom", "a\0b", "step 1 (Build): its command is empty or contains a NUL character"),
            ("npm", "run 'x", "step 1 (Build): a quote in its command is not closed"),
            ("bash", "-c id", "step 1 (Build): this worker does not know the runner `bash`"),
        ] {
            let error = words(&bounds(), &one(runner, command)).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
        let error = words(&allowing(&["#"]), &one("custom", "# nothing")).unwrap_err();
        assert!(error.contains("only a comment"), "{error}");
    }

    #[test]
    fn a_step_for_another_user_is_refused_and_so_is_the_whole_action() {
        let step =
            |user: &str| json!({"order": 1, "name": null, "runner": "custom", "command": "id", "run_as_user": user});
        assert!(bounds().plan(&claimed(&json!([step("deploy"), step("")]))).is_ok());

        let error = bounds().plan(&claimed(&json!([step(""), step("root")]))).unwrap_err();

        assert_eq!(error, "step 1 is to run as `root`, but this worker runs steps as `deploy`");
    }

    #[test]
    fn the_workers_own_command_takes_the_place_of_all_steps() {
        let command = Some(vec!["/srv/deploy.sh".to_owned(), "--now".to_owned()]);
        let bounds = Bounds { command, ..bounds() };

        for (steps, order) in [(json!([]), None), (json!([{"order": 1, "runner": "custom", "command": "id"}]), Some(1))]
        {
            let plan = bounds.plan(&claimed(&steps)).unwrap();
            let [Planned { program, arguments, order: reported, .. }] = &*plan else { panic!("one command") };
            assert_eq!((&**program, &*arguments.concat(), *reported), ("/srv/deploy.sh", "--now", order));
        }
    }

    #[test]
    fn a_pipeline_without_steps_does_not_complete_by_doing_nothing() {
        assert!(bounds().plan(&claimed(&json!([]))).unwrap_err().contains("has no steps"));
    }

    proptest! {
        #[test]
        fn no_command_starts_a_program_that_is_not_allowed(
            runner in "custom|composer|npm|pip|yarn|sh", command in "[ a-z'\"\\\\$();|&\n/=#-]{0,30}",
        ) {
            if let Ok(words) = words(&allowing(&["ls", "npm"]), &one(&runner, &command)) {
                prop_assert!(["ls", "npm"].contains(&&*words[0]));
            }
        }
    }
}
