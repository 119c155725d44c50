//! Reading and writing items attribute by attribute, so that one which does not decode can be named.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::ports::StoreError;

/// An item as the SDK has it.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// A string attribute.
pub(super) fn text(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A number attribute.
pub(super) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A list of numbers. A set would come back in another order, and could not be compared with what was written.
pub(super) fn numbers(values: impl IntoIterator<Item = i64>) -> AttributeValue {
    AttributeValue::L(values.into_iter().map(number).collect())
}

/// A boolean attribute.
pub(super) fn boolean(value: bool) -> AttributeValue {
    AttributeValue::Bool(value)
}

/// A binary attribute.
pub(super) fn binary(bytes: impl Into<Vec<u8>>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes.into()))
}

/// A stored item that is being decoded.
pub(super) struct StoredItem<'a> {
    attributes: &'a Attributes,
    key: String,
}

impl<'a> StoredItem<'a> {
    /// An item of a table whose partition key is `key_attribute`; every error contains the key, but without an e-mail
    /// address, because errors are logged.
    pub(super) fn new(attributes: &'a Attributes, key_attribute: &'static str) -> Self {
        let key = match attributes.get(key_attribute).and_then(|key| key.as_s().ok()) {
            Some(key) if key.contains('@') => format!("{}#(address)", key.split('#').next().unwrap_or_default()),
            Some(key) => key.clone(),
            None => format!("without `{key_attribute}`"),
        };
        Self { attributes, key }
    }

    /// The error that names one attribute.
    pub(super) fn corrupt(&self, attribute: &'static str) -> StoreError {
        StoreError::Corrupt { key: self.key.clone(), attribute }
    }

    /// A string.
    pub(super) fn text(&self, attribute: &'static str) -> Result<&'a str, StoreError> {
        self.optional_text(attribute)?.ok_or_else(|| self.corrupt(attribute))
    }

    /// A string that may be absent.
    pub(super) fn optional_text(&self, attribute: &'static str) -> Result<Option<&'a str>, StoreError> {
        match self.attributes.get(attribute) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(self.corrupt(attribute)),
        }
    }

    /// A string that is the printed form of something.
    pub(super) fn parsed<T: FromStr>(&self, attribute: &'static str) -> Result<T, StoreError> {
        self.decoded(attribute, str::parse)
    }

    /// A string that `decode` understands.
    pub(super) fn decoded<T, E>(
        &self,
        attribute: &'static str,
        decode: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        decode(self.text(attribute)?).map_err(|_| self.corrupt(attribute))
    }

    /// A number that may be absent, as what `new` makes of it.
    pub(super) fn optional_number<T, E>(
        &self,
        attribute: &'static str,
        new: impl FnOnce(i64) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        let Some(value) = self.attributes.get(attribute) else {
            return Ok(None);
        };
        let number = value.as_n().ok().and_then(|number| number.parse().ok());
        let value = number.and_then(|number| new(number).ok());
        value.map(Some).ok_or_else(|| self.corrupt(attribute))
    }

    /// A number, as what `new` makes of it.
    pub(super) fn number<T, E>(
        &self,
        attribute: &'static str,
        new: impl FnOnce(i64) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        self.optional_number(attribute, new)?.ok_or_else(|| self.corrupt(attribute))
    }

    /// A list of numbers that may be absent, each as what `new` makes of it.
    pub(super) fn numbers<T, E>(
        &self,
        attribute: &'static str,
        new: impl Fn(i64) -> Result<T, E>,
    ) -> Result<Vec<T>, StoreError> {
        let Some(value) = self.attributes.get(attribute) else { return Ok(Vec::new()) };
        let numbers = value.as_l().map_err(|_| self.corrupt(attribute))?;
        let read = |number: &AttributeValue| new(number.as_n().ok()?.parse().ok()?).ok();
        numbers.iter().map(read).collect::<Option<_>>().ok_or_else(|| self.corrupt(attribute))
    }

    /// A boolean.
    pub(super) fn boolean(&self, attribute: &'static str) -> Result<bool, StoreError> {
        let value = self.attributes.get(attribute).and_then(|value| value.as_bool().ok());
        value.copied().ok_or_else(|| self.corrupt(attribute))
    }

    /// Bytes.
    pub(super) fn binary(&self, attribute: &'static str) -> Result<&'a [u8], StoreError> {
        self.optional_binary(attribute)?.ok_or_else(|| self.corrupt(attribute))
    }

    /// Bytes that may be absent.
    pub(super) fn optional_binary(&self, attribute: &'static str) -> Result<Option<&'a [u8]>, StoreError> {
        let Some(value) = self.attributes.get(attribute) else { return Ok(None) };
        value.as_b().map(|bytes| Some(bytes.as_ref())).map_err(|_| self.corrupt(attribute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_item_but_no_address() {
        for (key, named) in [
            ("USER#7", "USER#7"),
            ("EMAIL#ann@example.com", "EMAIL#(address)"),
            ("LOGIN-FROM#ann@example.com#192.0.2.1", "LOGIN-FROM#(address)"),
        ] {
            let item = Attributes::from([("pk".to_owned(), text(key))]);
            let error = StoredItem::new(&item, "pk").text("name").unwrap_err();
            assert_eq!(error.to_string(), format!("the item {named} is corrupt at its attribute `name`"));
        }
    }
}
