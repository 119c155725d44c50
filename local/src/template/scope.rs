//! CloudFormation's intrinsic functions: what `!Ref`, `!GetAtt`, `!Sub`, `!Join`, `!Split` and `!If` stand for.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json};

use super::{
    Broken,
    node::{Node, Value},
};

/// The names that a template may use, and what they stand for at this moment.
#[derive(Debug, Default, Clone)]
pub(crate) struct Scope {
    /// By the text between the braces of `!Sub "${..}"`: `Name` for `!Ref Name`, `Name.Attribute` for `!GetAtt`.
    values: HashMap<String, String>,
    /// Which of the values are lists, whose items are separated by commas.
    lists: HashSet<String>,
    conditions: HashMap<String, bool>,
}

impl Scope {
    /// Sets what `!Ref name` gives.
    pub(crate) fn set_ref(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), value.into());
    }

    /// Sets what `!Ref name` gives: a list, written as `a,b`.
    pub(super) fn set_list(&mut self, name: &str, value: impl Into<String>) {
        self.set_ref(name, value);
        self.lists.insert(name.to_owned());
    }

    /// Sets what `!GetAtt name.attribute` gives.
    pub(crate) fn set_attribute(&mut self, name: &str, attribute: &str, value: impl Into<String>) {
        self.values.insert(format!("{name}.{attribute}"), value.into());
    }

    /// What `!Ref name` gives.
    pub(crate) fn get_ref(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(super) fn set_condition(&mut self, name: &str, holds: bool) {
        self.conditions.insert(name.to_owned(), holds);
    }

    /// The value of a node; `None` for `AWS::NoValue`, which takes its key or item with it.
    pub(super) fn resolve(&self, node: &Node) -> Result<Option<Json>, Broken> {
        match &node.value {
            Value::Scalar(scalar) => Ok(Some(scalar.clone())),
            Value::List(items) => {
                Ok(Some(items.iter().filter_map(|item| self.resolve(item).transpose()).collect::<Result<_, _>>()?))
            }
            Value::Map(entries) => match entries.as_slice() {
                [(name, argument)] if is_intrinsic(name) => self.call(name, argument),
                entries => {
                    let mut map = Map::new();
                    for (key, value) in entries {
                        if let Some(value) = self.resolve(value)? {
                            map.insert(key.clone(), value);
                        }
                    }
                    Ok(Some(Json::Object(map)))
                }
            },
        }
    }

    /// The value of a node that must be a text, a number or a boolean, as a text.
    pub(super) fn text(&self, node: &Node) -> Result<String, Broken> {
        self.resolve(node)?.as_ref().and_then(scalar_text).ok_or_else(|| Broken::at(node.line, "expected a text here"))
    }

    /// Whether the condition of this name holds.
    pub(super) fn condition(&self, name: &Node) -> Result<bool, Broken> {
        let text = name.as_str().unwrap_or_default();
        self.conditions
            .get(text)
            .copied()
            .ok_or_else(|| Broken::at(name.line, format!("there is no condition {text:?} above")))
    }

    /// The values of `Conditions`.
    pub(super) fn holds(&self, node: &Node) -> Result<bool, Broken> {
        let [(name, argument)] = node.entries() else {
            return Err(Broken::at(node.line, "expected one condition function here"));
        };
        match (name.as_str(), items(argument)) {
            ("Condition", _) => self.condition(argument),
            ("Fn::Equals", [left, right]) => Ok(self.text(left)? == self.text(right)?),
            ("Fn::Not", [operand]) => Ok(!self.holds(operand)?),
            ("Fn::And", operands) => operands.iter().try_fold(true, |all, operand| Ok(all & self.holds(operand)?)),
            ("Fn::Or", operands) => operands.iter().try_fold(false, |any, operand| Ok(any | self.holds(operand)?)),
            _ => Err(unsupported(name, node.line)),
        }
    }

    fn call(&self, name: &str, argument: &Node) -> Result<Option<Json>, Broken> {
        match (name, items(argument)) {
            ("Ref", _) if argument.as_str() == Some("AWS::NoValue") => Ok(None),
            ("Ref", _) if argument.as_str().is_some_and(|name| self.lists.contains(name)) => {
                Ok(Some(split(&self.values[argument.as_str().unwrap_or_default()], ",")))
            }
            ("Ref", _) | ("Fn::GetAtt", []) => {
                self.lookup(argument.as_str().unwrap_or_default(), argument.line).map(Some)
            }
            ("Fn::GetAtt", path) => {
                let path: Vec<_> = path.iter().filter_map(Node::as_str).collect();
                self.lookup(&path.join("."), argument.line).map(Some)
            }
            ("Fn::Sub", [template, variables]) => self.substitute(template, variables.entries()).map(Some),
            ("Fn::Sub", []) => self.substitute(argument, &[]).map(Some),
            ("Fn::Join", [separator, parts]) => {
                let list = self.resolve(parts)?;
                let texts: Option<Vec<_>> =
                    list.as_ref().and_then(Json::as_array).and_then(|list| list.iter().map(scalar_text).collect());
                let texts = texts.ok_or_else(|| Broken::at(parts.line, "expected a list of texts here"))?;
                Ok(Some(texts.join(separator.as_str().unwrap_or_default()).into()))
            }
            ("Fn::Split", [separator, list]) => {
                Ok(Some(split(&self.text(list)?, separator.as_str().unwrap_or_default())))
            }
            ("Fn::If", [condition, yes, no]) => self.resolve(if self.condition(condition)? { yes } else { no }),
            _ => Err(unsupported(name, argument.line)),
        }
    }

    /// Replaces each `${name}`; `${!name}` is a literal `${name}`.
    fn substitute(&self, template: &Node, variables: &[(String, Node)]) -> Result<Json, Broken> {
        let text = template.as_str().ok_or_else(|| Broken::at(template.line, "!Sub expects a text"))?;
        let mut result = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) =
                after.split_once('}').ok_or_else(|| Broken::at(template.line, "a ${ has no closing brace"))?;
            result.push_str(before);
            if let Some(literal) = name.strip_prefix('!') {
                result.extend(["${", literal, "}"]);
            } else if let Some((_, variable)) = variables.iter().find(|(variable, _)| variable == name) {
                result.push_str(&self.text(variable)?);
            } else {
                result.push_str(self.lookup(name, template.line)?.as_str().unwrap_or_default());
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(result.into())
    }

    fn lookup(&self, name: &str, line: usize) -> Result<Json, Broken> {
        self.values
            .get(name)
            .map(|value| value.as_str().into())
            .ok_or_else(|| Broken::at(line, format!("{name:?} is not known here")))
    }
}

fn split(list: &str, separator: &str) -> Json {
    list.split(separator).collect()
}

/// A scalar as CloudFormation passes it where a text is expected.
pub(super) fn scalar_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn is_intrinsic(key: &str) -> bool {
    key == "Ref" || key == "Condition" || key.starts_with("Fn::")
}

fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        Value::Scalar(_) | Value::Map(_) => &[],
    }
}

fn unsupported(name: &str, line: usize) -> Broken {
    let name = name.strip_prefix("Fn::").unwrap_or(name);
    Broken::at(line, format!("!{name} is not supported here, or its arguments are not"))
}
