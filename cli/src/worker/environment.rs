//! The environment of a step: the job's variables, and nothing of the worker's but what the operator passes on.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::host;

/// What every variable of a job begins with, so that none can take the place of `PATH`, `LD_PRELOAD` and their kin.
pub(crate) const PREFIX: &str = "PIPEHOOK_";

/// What this program itself reads. A sender that could set `PIPEHOOK_URL` would have a `pipehook` that a step starts
/// send its token there.
const OWN: [&str; 3] = ["PIPEHOOK_URL", "PIPEHOOK_TOKEN", "PIPEHOOK_TOKEN_FILE"];

/// The most that Linux takes of one variable: name, `=`, value and a zero byte (`MAX_ARG_STRLEN`).
const LARGEST: usize = 128 << 10;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Name and value.
pub(crate) type Variable = (String, String);

/// What the operator passes on, read once at the start.
pub(crate) fn passed_on(names: &[String]) -> Result<Vec<Variable>, String> {
    names.iter().filter_map(|name| passed(name).transpose()).collect()
}

/// Nothing if the worker does not have it.
fn passed(name: &str) -> Result<Option<Variable>, String> {
    if name.starts_with(PREFIX) {
        return Err(format!("--pass-env {name}: what begins with {PREFIX} belongs to this program or to the jobs"));
    }
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(format!("--pass-env {name}: is not the name of an environment variable"));
    }
    let Some(value) = host::variable(name) else { return Ok(None) };
    let value = value.into_string().map_err(|_| format!("--pass-env {name}: its value is not UTF-8"))?;
    Ok(Some((name.to_owned(), value)))
}

/// What every step of a job gets. The error says which variable an environment cannot hold.
pub(crate) fn of_job(job: &RawValue, passed_on: &[Variable], home: &Path) -> Result<Vec<Variable>, String> {
    #[derive(Deserialize)]
    struct Job {
        variables: BTreeMap<String, Box<RawValue>>,
    }
    let Job { variables } =
        serde_json::from_str(job.get()).map_err(|error| format!("the job cannot be read: {error}"))?;
    let mut environment = BTreeMap::from([
        ("PATH".to_owned(), PATH.to_owned()),
        ("HOME".to_owned(), home.to_string_lossy().into_owned()),
    ]);
    environment.extend(passed_on.iter().cloned());
    let mut taken = BTreeMap::new();
    for (name, value) in &variables {
        let variable = variable_of(name);
        if OWN.contains(&&*variable) {
            return Err(format!(
                "the variable `{name}` would become {variable}, which `pipehook` itself reads: rename it"
            ));
        }
        if let Some(other) = taken.insert(variable.clone(), name) {
            return Err(format!(
                "the variables `{other}` and `{name}` would both become {variable}: rename one of them"
            ));
        }
        let value = text_of(value);
        check(name, &variable, &value)?;
        environment.insert(variable, value);
    }
    Ok(environment.into_iter().collect())
}

/// Letters in upper case, digits, and `_` for everything else.
fn variable_of(name: &str) -> String {
    let spelt = name.chars().map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_uppercase() } else { '_' });
    PREFIX.chars().chain(spelt).collect()
}

/// A string as it is, all else as the job spells it in JSON.
fn text_of(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

fn check(name: &str, variable: &str, value: &str) -> Result<(), String> {
    if value.contains('\0') {
        return Err(format!("the variable `{name}` contains a NUL character, which no environment variable can hold"));
    }
    let length = variable.len() + value.len() + 2;
    if length > LARGEST {
        return Err(format!(
            "the variable `{name}` is too large: as {variable} it takes {length} bytes, and Linux allows {LARGEST}"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    fn of(variables: &Json) -> Result<BTreeMap<String, String>, String> {
        let job = serde_json::value::to_raw_value(&json!({"version": 1, "variables": variables})).unwrap();
        let passed_on = [("LANG".to_owned(), "C.UTF-8".to_owned())];
        Ok(of_job(&job, &passed_on, Path::new("/home/deploy"))?.into_iter().collect())
    }

    #[test]
    fn a_step_has_the_variables_a_path_a_home_what_is_passed_on_and_nothing_else() {
        let environment =
            of(&json!({"branch": "main", "Größe.x-1": "$(id)", "n": 42, "ok": true, "empty": ""})).unwrap();

        let expected = [
            ("HOME", "/home/deploy"),
            ("LANG", "C.UTF-8"),
            ("PATH", PATH),
            ("PIPEHOOK_BRANCH", "main"),
            ("PIPEHOOK_EMPTY", ""),
            ("PIPEHOOK_GR__E_X_1", "$(id)"),
            ("PIPEHOOK_N", "42"),
            ("PIPEHOOK_OK", "true"),
        ];
        assert_eq!(environment, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn arrays_objects_and_numbers_are_json_as_the_job_spells_it() {
        let job = r#"{"variables": {"list": [1.10, "a\u00e9",  null], "object": {"b": 1, "a": 2}, "price": 12.30,
            "text": "a\u00e9"}}"#;
        let job: Box<RawValue> = serde_json::from_str(job).unwrap();

        let environment: BTreeMap<_, _> = of_job(&job, &[], Path::new("/")).unwrap().into_iter().collect();

        assert_eq!(environment["PIPEHOOK_LIST"], r#"[1.10, "a\u00e9",  null]"#);
        assert_eq!(environment["PIPEHOOK_OBJECT"], r#"{"b": 1, "a": 2}"#);
        assert_eq!(environment["PIPEHOOK_PRICE"], "12.30");
        assert_eq!(environment["PIPEHOOK_TEXT"], "aé");
    }

    #[test]
    fn names_that_become_the_same_are_refused() {
        let error = of(&json!({"a-b": 1, "A_B": 2})).unwrap_err();

        assert_eq!(error, "the variables `A_B` and `a-b` would both become PIPEHOOK_A_B: rename one of them");
    }

    #[test]
    fn names_that_this_program_reads_are_refused() {
        for name in ["url", "Token", "token-file"] {
            let error = of(&json!({name: "https://evil.example"})).unwrap_err();
            assert!(error.contains("which `pipehook` itself reads"), "{error}");
        }
    }

    #[test]
    fn a_nul_is_refused_in_strings_only() {
        let error = of(&json!({"x": "a\0b"})).unwrap_err();
        assert!(error.contains("`x` contains a NUL"), "{error}");

        // In JSON it is spelt out.
        assert_eq!(of(&json!({"x": ["a\0b"]})).unwrap()["PIPEHOOK_X"], r#"["a\u0000b"]"#);
    }

    #[test]
    fn the_largest_value_is_taken_and_a_byte_more_is_refused() {
        let room = LARGEST - "PIPEHOOK_X".len() - 2;
        assert!(of(&json!({"x": "a".repeat(room)})).is_ok());

        let error = of(&json!({"x": "a".repeat(room + 1)})).unwrap_err();

        assert!(error.contains("takes 131073 bytes, and Linux allows 131072"), "{error}");
    }

    #[test]
    fn the_variables_of_this_program_cannot_be_passed_on() {
        for name in ["PIPEHOOK_TOKEN", "PIPEHOOK_URL", "PIPEHOOK_BRANCH"] {
            assert!(passed_on(&[name.to_owned()]).unwrap_err().contains("belongs to this program"), "{name}");
        }
        assert!(passed_on(&["A=B".to_owned()]).is_err());
        assert_eq!(passed_on(&["NOT_SET_ANYWHERE".to_owned()]).unwrap(), []);
    }

    proptest! {
        #[test]
        fn whatever_a_sender_names_and_says_only_prefixed_variables_are_added(
            variables in proptest::collection::btree_map("\\PC{1,20}", "[^\\x00]{0,20}", 0..8),
        ) {
            let Ok(environment) = of(&json!(variables)) else { return Ok(()) };

            let added: Vec<_> = environment.keys().filter(|name| name.starts_with(PREFIX)).collect();
            prop_assert_eq!(added.len(), variables.len());
            prop_assert_eq!(environment.len(), variables.len() + 3);
            for name in added {
                prop_assert!(name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'));
            }
            for (name, value) in &variables {
                prop_assert_eq!(&environment[&variable_of(name)], value);
            }
        }
    }
}
