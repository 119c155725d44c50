//! The filters by which a list is chosen: parameters such as `filter[status]`.

use std::str::FromStr;

use super::{Call, FieldErrors};
use crate::domain::Invalid;

/// Reads the filters of one call.
pub(super) struct Filters<'a> {
    call: &'a Call,
    /// What is wrong with the query so far.
    pub(super) errors: &'a mut FieldErrors,
    /// The filters as the links of a page repeat them.
    pub(super) repeated: Vec<(&'static str, String)>,
}

impl<'a> Filters<'a> {
    /// Those of this call.
    pub(super) fn of(call: &'a Call, errors: &'a mut FieldErrors) -> Self {
        Self { call, errors, repeated: Vec::new() }
    }

    /// A value.
    pub(super) fn read<T: FromStr<Err = Invalid>>(&mut self, name: &'static str) -> Option<T> {
        self.read_as(name, str::parse)
    }

    /// A value that `read` understands.
    pub(super) fn read_as<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, Invalid>,
    ) -> Option<T> {
        let text = self.call.query_parameter(name)?;
        match read(&text) {
            Ok(value) => {
                self.repeated.push((name, text.into_owned()));
                Some(value)
            }
            Err(invalid) => {
                self.errors.add(name, invalid);
                None
            }
        }
    }

    /// Values that are separated by commas, or given under the same name again.
    pub(super) fn list<T: PartialEq>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Result<T, Invalid>,
    ) -> Vec<T> {
        let (mut values, mut texts) = (Vec::new(), Vec::new());
        for (_, given) in self.call.query_parameters().filter(|(given, _)| given == name) {
            for text in given.split(',') {
                match read(text) {
                    Ok(value) if values.contains(&value) => {}
                    Ok(value) => {
                        values.push(value);
                        texts.push(text.to_owned());
                    }
                    Err(invalid) => self.errors.add(name, invalid),
                }
            }
        }
        if !texts.is_empty() {
            self.repeated.push((name, texts.join(",")));
        }
        values
    }

    /// Refuses a filter that is not known: the list would show what it was to leave out.
    pub(super) fn refuse_unknown(&mut self, known: &[&str]) {
        for (name, _) in self.call.query_parameters() {
            if name.starts_with("filter") && !known.contains(&&*name) {
                let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
                self.errors.add(&name, format_args!("is not a filter of this list: these are {}", known.join(", ")));
            }
        }
    }
}
