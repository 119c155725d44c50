//! The body of a creation or a change, from the arguments.

use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::{
    arguments::HookFields,
    commands::context::{SECRET_VARIABLE, variable},
    terminal::{Trouble, read, read_secret},
};

/// What is given, and nothing else. Arguments come before the file.
pub(super) fn body(fields: HookFields) -> Result<Map<String, Json>, Trouble> {
    let mut body = match &fields.from {
        Some(file) => object(file)?,
        None => Map::new(),
    };
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("name", fields.name.map(Json::from));
    set("pipeline_id", fields.pipeline.map(Json::from));
    set("action_type", fields.action_type.map(Json::from));
    set("resource_type", fields.resource.as_ref().map(|resource| resource.kind.clone().into()));
    set("resource_id", fields.resource.map(|resource| resource.id.into()));
    set("active", fields.active.map(Json::from));
    set("only_latest", fields.only_latest.map(Json::from));
    for option in &fields.options {
        let (name, value) = pair("--option", option)?;
        set_field(&mut body, &format!("provider_options.{name}"), value.into());
    }
    for (name, value) in secret_options(&fields.option_files)? {
        set_field(&mut body, &format!("provider_options.{name}"), value);
    }
    Ok(body)
}

/// The secret of the hook, of a file or of the environment.
pub(super) fn secret(file: Option<&Path>) -> Result<Option<Json>, Trouble> {
    Ok(match file {
        Some(file) => Some(read_secret(file)?.as_str().into()),
        None => variable(SECRET_VARIABLE).map(Json::from),
    })
}

/// Names and values of options that are secret.
pub(super) fn secret_options(options: &[String]) -> Result<Vec<(String, Json)>, Trouble> {
    let read = |option: &String| {
        let (name, file) = pair("--option-file", option)?;
        Ok((name.to_owned(), read_secret(Path::new(file))?.as_str().into()))
    };
    options.iter().map(read).collect()
}

fn pair<'a>(argument: &str, text: &'a str) -> Result<(&'a str, &'a str), Trouble> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.ok_or_else(|| Trouble::usage(format!("{argument} must be a name and a value, such as username=ann.")))
}

fn object(file: &Path) -> Result<Map<String, Json>, Trouble> {
    serde_json::from_slice(&read(file)?)
        .map_err(|error| Trouble::usage(format!("{} is not a JSON object: {error}.", file.display())))
}

/// The value at a path of at most two names.
pub(super) fn field<'a>(body: &'a Map<String, Json>, path: &str) -> Option<&'a Json> {
    let value = match path.split_once('.') {
        Some((outer, inner)) => body.get(outer)?.get(inner),
        None => body.get(path),
    };
    value.filter(|value| !value.is_null())
}

pub(super) fn set_field(body: &mut Map<String, Json>, path: &str, value: Json) {
    match path.split_once('.') {
        Some((outer, inner)) => {
            let outer = body.entry(outer).or_insert_with(|| Map::new().into());
            if let Some(outer) = outer.as_object_mut() {
                outer.insert(inner.to_owned(), value);
            }
        }
        None => {
            body.insert(path.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_come_before_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let (from, secret) = (directory.path().join("hook.json"), directory.path().join("token"));
        std::fs::write(&from, r#"{"name": "a", "settings": {}, "provider_options": {"x": "1"}}"#).unwrap();
        std::fs::write(&secret, "verify me\n").unwrap();
        let fields = HookFields {
            name: Some("b".to_owned()),
            resource: Some("application/42".parse().unwrap()),
            options: vec!["username=ann=e".to_owned()],
            option_files: vec![format!("verify_token={}", secret.display())],
            from: Some(from),
            ..HookFields::default()
        };

        let expected = json!({
            "name": "b", "settings": {}, "resource_type": "application", "resource_id": 42,
            "provider_options": {"x": "1", "username": "ann=e", "verify_token": "verify me"},
        });
        let body = body(fields).unwrap();

        assert_eq!(field(&body, "provider_options.username"), Some(&json!("ann=e")));
        assert_eq!(field(&body, "secret"), None);
        assert_eq!(Json::from(body), expected);
    }

    #[test]
    fn an_option_without_a_name_is_refused() {
        for option in ["ann", "=ann"] {
            let fields = HookFields { options: vec![option.to_owned()], ..HookFields::default() };
            assert!(body(fields).unwrap_err().message.contains("--option must be"));
        }
    }
}
