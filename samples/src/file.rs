//! The files of `calls/`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Call;

/// By the name of the provider.
const CALLS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/calls.rs"));

/// What a provider sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    event: Written,
    #[serde(default)]
    tests: Vec<Written>,
    /// What follows the separator of the entries of the signature header.
    #[serde(default)]
    after_separator: String,
}

/// A call as a file has it: with a body of one kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query: String,
    json: Option<Box<RawValue>>,
    form: Option<BTreeMap<String, String>>,
}

impl File {
    #[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads each of them")]
    pub(crate) fn of(provider: &str) -> Option<Self> {
        let place = CALLS.binary_search_by_key(&provider, |(name, _)| name).ok()?;
        Some(serde_json::from_str(CALLS.get(place)?.1).expect("a file of calls/ has the form of this module"))
    }

    pub(crate) fn after_separator(&self) -> &str {
        &self.after_separator
    }

    pub(crate) fn event(&self) -> Call {
        self.event.call()
    }

    pub(crate) fn tests(&self) -> impl Iterator<Item = Call> {
        self.tests.iter().map(Written::call)
    }
}

impl Written {
    fn call(&self) -> Call {
        let fields = self.form.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()));
        let json = self.json.as_ref().map(|json| Call::json(on_one_line(json.get())));
        let mut call = json.unwrap_or_else(|| Call::form(fields));
        call.query.clone_from(&self.query);
        call.headers.extend(self.headers.clone());
        call
    }
}

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CALLS.iter().map(|(name, _)| *name)
}

/// JSON without the white space between its tokens, as most providers send it.
fn on_one_line(json: &str) -> String {
    let (mut line, mut is_text, mut is_escaped) = (String::with_capacity(json.len()), false, false);
    for char in json.chars() {
        if is_text || !char.is_ascii_whitespace() {
            line.push(char);
        }
        if char == '"' && !is_escaped {
            is_text = !is_text;
        }
        is_escaped = is_text && char == '\\' && !is_escaped;
    }
    line
}

#[cfg(test)]
mod tests {
    use shared::domain::signature::providers;

    use super::*;

    #[test]
    fn every_file_is_one_of_a_provider_of_the_table_and_its_calls_have_one_body() {
        for name in names() {
            assert!(providers::named(name).is_some(), "calls/{name}.json");
            let file = File::of(name).unwrap();
            for call in std::iter::once(&file.event).chain(&file.tests) {
                assert!(call.json.is_some() != call.form.is_some(), "calls/{name}.json");
                assert!(call.headers.keys().all(|name| *name == name.to_ascii_lowercase()), "calls/{name}.json");
            }
        }
    }

    #[test]
    fn white_space_between_tokens_is_taken_away_and_in_texts_it_stays() {
        assert_eq!(on_one_line("{ \"a b\" :\n [ 1,\t\"\\\" c \\\\\" , 2 ] }"), r#"{"a b":[1,"\" c \\",2]}"#);
    }
}
