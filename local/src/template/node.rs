//! YAML with the line of every value, and CloudFormation's short forms (`!Ref x`) turned into long ones (`Ref: x`).

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use super::Broken;

/// A value in the template, and its position.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Scalar(serde_json::Value),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Reads the one document of a template.
    pub(super) fn parse(text: &str) -> Result<Self, Broken> {
        let documents =
            MarkedYaml::load_from_str(text).map_err(|error| Broken::at(error.marker().line(), error.info()))?;
        match <[_; 1]>::try_from(documents) {
            Ok([document]) => Self::from_yaml(&document),
            Err(documents) => Err(Broken::at(1, format!("expected one YAML document, found {}", documents.len()))),
        }
    }

    /// The value of a key, when this is a map that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find_map(|(name, node)| (name == key).then_some(node))
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar(_) | Value::List(_) => &[],
        }
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => scalar.as_str(),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    fn from_yaml(yaml: &MarkedYaml<'_>) -> Result<Self, Broken> {
        let line = yaml.span.start.line();
        let value = match &yaml.data {
            YamlData::Value(scalar) => Value::Scalar(from_scalar(scalar)),
            YamlData::Sequence(items) => Value::List(items.iter().map(Self::from_yaml).collect::<Result<_, _>>()?),
            YamlData::Mapping(entries) => Value::Map(
                entries
                    .iter()
                    .map(|(key, node)| Ok((key_of(key)?, Self::from_yaml(node)?)))
                    .collect::<Result<_, _>>()?,
            ),
            YamlData::Tagged(tag, inner) => {
                let mut inner = Self::from_yaml(inner)?;
                // The position of a tagged scalar is kept only outside.
                inner.line = inner.line.max(line);
                Value::Map(vec![(long_form(&tag.suffix), inner)])
            }
            YamlData::Representation(..) | YamlData::Alias(_) | YamlData::BadValue => {
                return Err(Broken::at(line, "this value is not understood"));
            }
        };
        Ok(Self { line, value })
    }
}

fn key_of(key: &MarkedYaml<'_>) -> Result<String, Broken> {
    let name = key.data.as_str().map(str::to_owned);
    name.or_else(|| key.data.as_integer().map(|number| number.to_string()))
        .ok_or_else(|| Broken::at(key.span.start.line(), "the key of a map must be a text"))
}

fn from_scalar(scalar: &Scalar<'_>) -> serde_json::Value {
    match scalar {
        Scalar::Null => serde_json::Value::Null,
        Scalar::Boolean(value) => (*value).into(),
        Scalar::Integer(value) => (*value).into(),
        Scalar::FloatingPoint(value) => value.into_inner().into(),
        Scalar::String(value) => value.as_ref().into(),
    }
}

fn long_form(tag: &str) -> String {
    match tag {
        "Ref" | "Condition" => tag.to_owned(),
        function => format!("Fn::{function}"),
    }
}
