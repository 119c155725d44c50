//! `template.yaml`, read as CloudFormation and SAM read it, as far as the stack needs it.
//!
//! [`node`] is YAML with line numbers, [`scope`] evaluates intrinsic functions, [`resources`], [`functions`],
//! [`events`], [`pattern`] and [`roles`] know the resource types.

mod events;
mod functions;
mod node;
mod pattern;
mod resources;
mod roles;
mod scope;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use self::node::Node;
pub(crate) use self::{
    events::{Mapping, Rule},
    functions::Function,
    pattern::Pattern,
    resources::{Addresses, Queue, Secret, SecretValue, Table},
    roles::{Effect, Role, Statement},
    scope::Scope,
};
use crate::error::Error;

/// The account that everything local belongs to.
pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const REGION: &str = "us-east-1";
const STACK_NAME: &str = "pipehook";

/// Of a template. `Rules` are checked by CloudFormation alone; `Metadata` and `Outputs` are for people.
const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// A template that is well-formed YAML.
#[derive(Debug)]
pub(crate) struct Template {
    path: PathBuf,
    root: Node,
}

/// A mistake in the template. [`Template`] adds the file's name.
#[derive(Debug, Clone)]
struct Broken {
    line: usize,
    message: String,
}

impl Broken {
    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// One entry under `Resources` whose condition holds.
#[derive(Debug, Clone, Copy)]
struct Resource<'a> {
    id: &'a str,
    kind: &'a str,
    node: &'a Node,
}

impl Template {
    pub(crate) fn load(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(Error::io(format!("cannot read {}", path.display())))?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let named = |broken| Self::error(path, broken);
        let root = Node::parse(text).map_err(named)?;
        if let Some((name, node)) = root.entries().iter().find(|(name, _)| !SECTIONS.contains(&name.as_str())) {
            return Err(named(Broken::at(node.line, format!("there is no section {name}"))));
        }
        match root.get("Resources") {
            Some(_) => Ok(Self { path: path.to_owned(), root }),
            None => Err(named(Broken::at(1, "there is no key Resources"))),
        }
    }

    /// The names that hold before any resource exists: pseudo parameters, parameters, conditions.
    pub(crate) fn scope(&self, parameters: &BTreeMap<String, String>) -> Result<Scope, Error> {
        self.try_scope(parameters).map_err(|broken| Self::error(&self.path, broken))
    }

    fn try_scope(&self, parameters: &BTreeMap<String, String>) -> Result<Scope, Broken> {
        let mut scope = Scope::default();
        for (name, value) in [
            ("AWS::AccountId", ACCOUNT),
            ("AWS::Partition", "aws"),
            ("AWS::Region", REGION),
            ("AWS::StackName", STACK_NAME),
            ("AWS::URLSuffix", "amazonaws.com"),
        ] {
            scope.set_ref(name, value);
        }
        let declared = self.section("Parameters");
        if let Some(name) = parameters.keys().find(|name| declared.iter().all(|(declared, _)| declared != *name)) {
            return Err(Broken::at(1, format!("there is no parameter {name}")));
        }
        for (name, declaration) in declared {
            let value = match (parameters.get(name), declaration.get("Default")) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => scope.text(default)?,
                (None, None) => {
                    return Err(Broken::at(declaration.line, format!("parameter {name} has no Default")));
                }
            };
            if declaration.get("Type").and_then(Node::as_str) == Some("CommaDelimitedList") {
                scope.set_list(name, value);
            } else {
                scope.set_ref(name, value);
            }
        }
        for (name, condition) in self.section("Conditions") {
            let holds = scope.holds(condition)?;
            scope.set_condition(name, holds);
        }
        Ok(scope)
    }

    fn section(&self, name: &str) -> &[(String, Node)] {
        self.root.get(name).map_or(&[], Node::entries)
    }

    fn resources(&self, scope: &Scope) -> Result<Vec<Resource<'_>>, Broken> {
        let mut resources = Vec::new();
        for (id, node) in self.section("Resources") {
            let kind = node
                .get("Type")
                .and_then(Node::as_str)
                .ok_or_else(|| Broken::at(node.line, format!("resource {id} has no Type")))?;
            if node.get("Condition").map_or(Ok(true), |condition| scope.condition(condition))? {
                resources.push(Resource { id, kind, node });
            }
        }
        Ok(resources)
    }

    /// Those properties of a resource that are asked for, over the `Globals` of its kind. The others are not looked
    /// at, so they may use what is not supported here.
    fn properties<T: DeserializeOwned>(
        &self,
        resource: Resource<'_>,
        scope: &Scope,
        names: &[&str],
    ) -> Result<T, Broken> {
        let globals =
            resource.kind.strip_prefix("AWS::Serverless::").and_then(|section| self.root.get("Globals")?.get(section));
        let mut properties = Map::new();
        for source in [globals, resource.node.get("Properties")].into_iter().flatten() {
            for (name, value) in source.entries().iter().filter(|(name, _)| names.contains(&name.as_str())) {
                if let Some(value) = scope.resolve(value)? {
                    merge(properties.entry(name.as_str()).or_insert(Json::Null), value);
                }
            }
        }
        serde_json::from_value(Json::Object(properties))
            .map_err(|error| Broken::at(resource.node.line, format!("{}: {error}", resource.id)))
    }

    fn error(path: &Path, Broken { line, message }: Broken) -> Error {
        // One line whatever happens: YAML errors may quote the text.
        Error::Template { path: path.to_owned(), line, message: message.replace('\n', " ") }
    }
}

/// Adds to a map, replaces all else.
fn merge(target: &mut Json, value: Json) {
    match (target, value) {
        (Json::Object(target), Json::Object(value)) => {
            for (key, value) in value {
                merge(target.entry(key).or_insert(Json::Null), value);
            }
        }
        (target, value) => *target = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESSES: Addresses = {
        let nowhere = std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);
        Addresses { api: nowhere, sqs: nowhere }
    };

    const CONDITIONAL: &str = r#"
Parameters:
  Stage: { Type: String, Default: dev }
  Machines: { Type: CommaDelimitedList, Default: "a:m:b,a:m:c*" }
  Hosts: { Type: CommaDelimitedList, Default: "" }
Conditions:
  IsProduction: !Equals [!Ref Stage, production]
  IsDevelopment: !Not [!Condition IsProduction]
  IsBoth: !And [!Condition IsProduction, !Condition IsDevelopment]
  HasHosts: !Not [!Equals [!Join ["", !Ref Hosts], ""]]
  IsEither: !Or [!Condition IsProduction, !Condition IsDevelopment]
Globals:
  Function: { Timeout: 7, Environment: { Variables: { LEVEL: info, COLOUR: red } } }
Resources:
  Gone:
    Type: AWS::Serverless::Function
    Condition: IsProduction
  F:
    Type: AWS::Serverless::Function
    Condition: IsDevelopment
    Properties:
      CodeUri: target/lambda/f/
      Environment:
        Variables:
          COLOUR: !If [IsBoth, blue, !If [IsEither, !Sub "${Stage}-${!Stage}", grey]]
          ABSENT: !If [IsProduction, x, !Ref AWS::NoValue]
          JOINED: !Join ["/", [a, !Ref AWS::Region, 5]]
          LIST: !Join ["|", !Split [",", !Join [":x:", !Split [":m:", !Join ["+,", !Ref Machines]]]]]
          HOSTS: !If [HasHosts, some, !Join [",", !Ref Hosts]]
"#;

    fn error_of(text: &str) -> String {
        let outcome = Template::parse(Path::new("t.yaml"), text).and_then(|template| {
            let mut scope = template.scope(&BTreeMap::new())?;
            template.name_resources(&mut scope, &ADDRESSES)?;
            template.functions(&scope)
        });
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn an_error_names_file_and_line() {
        assert_eq!(error_of("Resources:\n  A: b: c"), "t.yaml:2: mapping values are not allowed in this context");
        assert_eq!(error_of("Outputs: {}"), "t.yaml:1: there is no key Resources");
        assert_eq!(error_of("Resources: {}\nResource: {}"), "t.yaml:2: there is no section Resource");
        assert_eq!(
            error_of("Resources:\n  B:\n    Type: AWS::S3::Bucket"),
            "t.yaml:3: B: AWS::S3::Bucket is not known here"
        );
        assert_eq!(
            error_of("Parameters:\n  P:\n    Type: String\nResources: {}"),
            "t.yaml:3: parameter P has no Default"
        );
    }

    #[test]
    fn an_unknown_name_and_an_unsupported_function_are_named() {
        let function = |uri: &str| {
            format!("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: {uri}\n")
        };
        assert_eq!(error_of(&function("!Ref Unknown")), "t.yaml:5: \"Unknown\" is not known here");
        assert_eq!(
            error_of(&function("!Base64 x")),
            "t.yaml:5: !Base64 is not supported here, or its arguments are not"
        );
        assert_eq!(error_of(&function("!Sub \"${x\"")), "t.yaml:5: a ${ has no closing brace");
        assert_eq!(error_of(&function("!Join [\"\", [[a], b]]")), "t.yaml:5: expected a list of texts here");
    }

    #[test]
    fn a_parameter_that_is_not_declared_is_an_error() {
        let template = Template::parse(Path::new("t.yaml"), "Resources: {}").unwrap();

        let error = template.scope(&BTreeMap::from([("P".to_owned(), "x".to_owned())])).unwrap_err();

        assert_eq!(error.to_string(), "t.yaml:1: there is no parameter P");
    }

    #[test]
    fn a_missing_property_names_the_resource() {
        let text = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: { Timeout: 3 }\n";
        assert_eq!(error_of(text), "t.yaml:3: F: missing field `CodeUri`");
    }

    #[test]
    fn conditions_choose_between_values_and_drop_resources() {
        let template = Template::parse(Path::new("t.yaml"), CONDITIONAL).unwrap();
        let mut scope = template.scope(&BTreeMap::new()).unwrap();
        template.name_resources(&mut scope, &ADDRESSES).unwrap();
        let functions = template.functions(&scope).unwrap();

        let [function] = functions.as_slice() else { panic!("{functions:?}") };
        assert_eq!((function.id.as_str(), function.binary.as_str(), function.timeout.as_secs()), ("F", "f", 7));
        let environment: Vec<_> = function.environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            environment,
            [
                ("COLOUR", "dev-${Stage}"),
                ("HOSTS", ""),
                ("JOINED", "a/us-east-1/5"),
                ("LEVEL", "info"),
                ("LIST", "a:x:b+|a:x:c*"),
            ],
            "what is under Globals comes first, what the function says wins"
        );
    }
}
