//! `AWS::IAM::Role` and `ManagedPolicy`: what each function is allowed, and which key encrypts what it works on.

use std::collections::HashMap;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_json::{Map, Value as Json};

use super::{
    ACCOUNT, Broken, Resource, Scope, Template,
    resources::{FUNCTION, POLICY, QUEUE, ROLE, SECRET, TABLE},
};
use crate::error::Error;

/// The services whose calls pass through this process, so that a statement about them counts.
const SERVED: [&str; 5] = ["dynamodb:", "kms:", "secretsmanager:", "sqs:", "states:"];

/// What the role of one function says.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    /// Under which name Lambda calls other services.
    pub(crate) principal: String,
    pub(crate) statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) effect: Effect,
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
    /// Only calls that one of these services makes for the function: `kms:ViaService`.
    pub(crate) via: Option<Vec<String>>,
    /// Only requests that name no other attributes of items, and ask for no others: `dynamodb:Attributes`.
    pub(crate) attributes: Option<Vec<String>>,
    /// Only resources that have a tag of this name: `aws:ResourceTag/<name>` is not `Null`.
    pub(crate) tag: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    #[serde(default)]
    policies: Vec<Policy>,
    #[serde(default)]
    managed_policy_arns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy_document: Document,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(deserialize_with = "one_or_many")]
    statement: Vec<Written>,
}

/// A statement as it is written. `NotAction` and `NotResource` are refused: they allow more than they list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    #[serde(rename = "Sid")]
    _sid: Option<String>,
    effect: Effect,
    #[serde(deserialize_with = "one_or_many")]
    action: Vec<String>,
    #[serde(deserialize_with = "one_or_many")]
    resource: Vec<String>,
    #[serde(default)]
    condition: Map<String, Json>,
}

/// IAM takes one item without its list.
fn one_or_many<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let written = Json::deserialize(deserializer)?;
    let items = if let Json::Array(items) = written { items } else { vec![written] };
    items.into_iter().map(|item| serde_json::from_value(item).map_err(D::Error::custom)).collect()
}

impl Template {
    /// The role of each function, by the function's logical id. One without a role gets from SAM what allows logs only.
    pub(crate) fn roles(&self, scope: &Scope) -> Result<HashMap<String, Role>, Error> {
        let roles = self.collect(&mut scope.clone(), |template, resource, scope| {
            (resource.kind == FUNCTION).then(|| template.role_of(resource, scope)).transpose()
        })?;
        Ok(roles.into_iter().collect())
    }

    /// From the ARN of a table, queue or secret to the customer's key that encrypts it.
    pub(crate) fn encryption_keys(&self, scope: &Scope) -> Result<HashMap<String, String>, Error> {
        let keys = self.collect(&mut scope.clone(), |template, resource, scope| {
            let (property, arn) = match resource.kind {
                TABLE => ("SSESpecification", scope.get_ref(&format!("{}.Arn", resource.id))),
                QUEUE => ("KmsMasterKeyId", scope.get_ref(&format!("{}.Arn", resource.id))),
                SECRET => ("KmsKeyId", scope.get_ref(resource.id)),
                _ => return Ok(None),
            };
            let properties: Map<String, Json> = template.properties(resource, scope, &[property])?;
            let key = properties.get(property).map(|value| value.get("KMSMasterKeyId").unwrap_or(value));
            Ok(arn.zip(key.and_then(Json::as_str)).map(|(arn, key)| (arn.to_owned(), key.to_owned())))
        })?;
        Ok(keys.into_iter().collect())
    }

    fn role_of(&self, function: Resource<'_>, scope: &Scope) -> Result<(String, Role), Broken> {
        let properties: Map<String, Json> = self.properties(function, scope, &["Role", "Policies"])?;
        if properties.contains_key("Policies") {
            return Err(refused(function, "Policies is not understood here; give the function a Role"));
        }
        let (mut name, mut statements) = ("default", Vec::new());
        if let Some(arn) = properties.get("Role").and_then(Json::as_str) {
            let role = self
                .resources(scope)?
                .into_iter()
                .find(|resource| resource.kind == ROLE && scope.get_ref(&format!("{}.Arn", resource.id)) == Some(arn));
            statements =
                self.statements(role.ok_or_else(|| refused(function, "its role is not in the template"))?, scope)?;
            name = arn.rsplit('/').next().unwrap_or_default();
        }
        let session = self.physical_name(function, scope)?;
        let principal = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}");
        Ok((function.id.to_owned(), Role { principal, statements }))
    }

    fn statements(&self, role: Resource<'_>, scope: &Scope) -> Result<Vec<Statement>, Broken> {
        let properties: Properties = self.properties(role, scope, &["Policies", "ManagedPolicyArns"])?;
        let mut statements = Vec::new();
        for policy in properties.policies {
            statements.extend(policy.read(role)?);
        }
        for arn in properties.managed_policy_arns {
            let resources = self.resources(scope)?;
            let ours = resources.into_iter().find(|it| it.kind == POLICY && scope.get_ref(it.id) == Some(&arn));
            let policy = ours.ok_or_else(|| refused(role, &format!("what {arn} allows is not known here")))?;
            statements.extend(self.properties::<Policy>(policy, scope, &["PolicyDocument"])?.read(policy)?);
        }
        Ok(statements)
    }
}

fn refused(resource: Resource<'_>, what: &str) -> Broken {
    Broken::at(resource.node.line, format!("{}: {what}", resource.id))
}

impl Policy {
    fn read(self, from: Resource<'_>) -> Result<Vec<Statement>, Broken> {
        let written = self.policy_document.statement.into_iter();
        written.map(|written| Statement::try_from(written).map_err(|what| refused(from, &what))).collect()
    }
}

impl TryFrom<Written> for Statement {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let counts = written.action.iter().any(|action| SERVED.iter().any(|served| action.starts_with(served)));
        let condition = if counts { Condition::read(written.condition)? } else { Condition::default() };
        let Condition { via, attributes, tag } = condition;
        Ok(Self { effect: written.effect, actions: written.action, resources: written.resource, via, attributes, tag })
    }
}

/// The conditions that are understood.
#[derive(Default)]
struct Condition {
    via: Option<Vec<String>>,
    attributes: Option<Vec<String>>,
    tag: Option<String>,
}

impl Condition {
    fn read(written: Map<String, Json>) -> Result<Self, String> {
        let mut condition = Self::default();
        let mut is_bound = false;
        for (operator, tests) in written {
            let Json::Object(tests) = tests else {
                return Err(format!("a statement has a condition {operator} that is not understood here"));
            };
            for (key, value) in tests {
                if let ("Null", Some(tag)) = (operator.as_str(), key.strip_prefix("aws:ResourceTag/"))
                    && ["false", "\"false\""].contains(&value.to_string().as_str())
                {
                    condition.tag = Some(tag.to_owned());
                    continue;
                }
                // What is no text is no value of the keys below.
                let values: Vec<String> = one_or_many(value).unwrap_or_default();
                match (operator.as_str(), key.as_str()) {
                    ("StringEquals", "kms:ViaService") => condition.via = Some(values),
                    ("ForAllValues:StringEquals", "dynamodb:Attributes") => condition.attributes = Some(values),
                    ("StringEquals", "dynamodb:Select") if values == ["SPECIFIC_ATTRIBUTES"] => is_bound = true,
                    _ => return Err(format!("a statement has a condition on {key} that is not understood here")),
                }
            }
        }
        // A request that names no attributes asks for all of them, and then `ForAllValues` holds.
        if condition.attributes.is_some() == is_bound {
            Ok(condition)
        } else {
            Err("dynamodb:Attributes means something only beside dynamodb:Select: SPECIFIC_ATTRIBUTES".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::*;
    use crate::template::resources::Addresses;

    fn roles(role: &str) -> Result<HashMap<String, Role>, String> {
        let text = format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{ Role: !GetAtt R.Arn }}\n  \
             R:\n    Type: AWS::IAM::Role\n    Properties: {{ {role} }}\n"
        );
        let template = Template::parse(Path::new("t.yaml"), &text).unwrap();
        let mut scope = template.scope(&BTreeMap::new()).unwrap();
        let address = "127.0.0.1:1".parse().unwrap();
        template.name_resources(&mut scope, &Addresses { api: address, sqs: address }).unwrap();
        template.roles(&scope).map_err(|error| error.to_string())
    }

    fn statement(text: &str) -> String {
        format!("Policies: [{{ PolicyDocument: {{ Statement: {{ Effect: Allow, {text} }} }} }}]")
    }

    #[test]
    fn what_cannot_be_understood_is_one_line() {
        for (role, expected) in [
            (statement("NotAction: a:B, Resource: x"), "t.yaml:6: R: unknown field `NotAction`"),
            (statement("Action: sqs:A"), "t.yaml:6: R: missing field `Resource`"),
            (
                statement("Action: dynamodb:A, Resource: x, Condition: { Bool: { aws:SecureTransport: true } }"),
                "t.yaml:6: R: a statement has a condition on aws:SecureTransport that is not understood here",
            ),
            (
                statement("Action: kms:A, Resource: x, Condition: { StringEquals: kms }"),
                "t.yaml:6: R: a statement has a condition StringEquals that is not understood here",
            ),
            (
                statement("Action: kms:A, Resource: x, Condition: { StringEquals: { kms:ViaService: x, b: c } }"),
                "t.yaml:6: R: a statement has a condition on b that is not understood here",
            ),
            (
                statement(
                    "Action: dynamodb:A, Resource: x, \
                     Condition: { ForAllValues:StringEquals: { dynamodb:Attributes: [id] } }",
                ),
                "t.yaml:6: R: dynamodb:Attributes means something only beside dynamodb:Select: SPECIFIC_ATTRIBUTES",
            ),
            (
                statement("Action: states:A, Resource: x, Condition: { 'Null': { aws:ResourceTag/a: true } }"),
                "t.yaml:6: R: a statement has a condition on aws:ResourceTag/a that is not understood here",
            ),
            ("ManagedPolicyArns: [arn:p]".to_owned(), "t.yaml:6: R: what arn:p allows is not known here"),
        ] {
            let error = roles(&role).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_condition_on_what_is_not_served_here_does_not_matter() {
        let condition = "Action: cloudwatch:PutMetricData, Resource: '*', Condition: { StringEquals: { a: b } }";

        let roles = roles(&statement(condition)).unwrap();

        assert_eq!(roles["F"].statements[0].actions, ["cloudwatch:PutMetricData"]);
    }

    #[test]
    fn a_function_has_a_role_of_the_template_and_no_policies_of_its_own() {
        for (function, expected) in [
            ("Role: arn:aws:iam::1:role/x", "t.yaml:3: F: its role is not in the template"),
            ("Policies: [AWSLambdaExecute]", "t.yaml:3: F: Policies is not understood here; give the function a Role"),
        ] {
            let text =
                format!("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {{ {function} }}\n");
            let template = Template::parse(Path::new("t.yaml"), &text).unwrap();
            let scope = template.scope(&BTreeMap::new()).unwrap();

            assert_eq!(template.roles(&scope).unwrap_err().to_string(), expected);
        }
    }
}
