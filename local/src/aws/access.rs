//! IAM: whether a function's role allows what the function asks for. Any other caller owns the account, and may do
//! everything.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::json;

use super::{
    Service,
    needs::{self, Need},
};
use crate::{
    error::Error,
    server,
    tasks::lock,
    template::{Effect, Role, Scope, Statement, Template},
};

/// Something that a function may do, or that it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// Logical id.
    pub function: String,
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// An ARN; `*` is any.
    pub resource: String,
    /// The one service that uses a KMS key for the function.
    pub via: Option<String>,
}

/// The roles of all functions, and what was done under them.
#[derive(Debug)]
pub(super) struct Access {
    roles: HashMap<String, Role>,
    keys: HashMap<String, String>,
    used: Mutex<BTreeSet<Permission>>,
}

impl Access {
    /// To be read when every resource of the template has its name.
    pub(super) fn read(template: &Template, scope: &Scope) -> Result<Self, Error> {
        Ok(Self { roles: template.roles(scope)?, keys: template.encryption_keys(scope)?, used: Mutex::default() })
    }

    /// Which function has signed a request: its logical id is its access key id.
    pub(super) fn function<'a>(&self, request: &'a Request<Bytes>) -> Option<&'a str> {
        let authorization = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
        let (_, credential) = authorization.split_once("Credential=")?;
        let (id, _) = credential.split_once('/')?;
        self.roles.contains_key(id).then_some(id)
    }

    /// `tags` gives the names of the tags of a resource.
    pub(super) fn check(
        &self,
        function: &str,
        service: Service,
        operation: &str,
        body: &[u8],
        tags: impl Fn(&str) -> Vec<String>,
    ) -> Result<(), Denied> {
        let Some(role) = self.roles.get(function) else { return Ok(()) };
        for need in needs::of(service, operation, body, &self.keys) {
            role.check(&need, &tags).map_err(|explicit| Denied::new(service, role, &need, explicit))?;
            lock(&self.used).insert(Permission {
                function: function.to_owned(),
                action: need.action,
                resource: need.resource,
                via: need.via,
            });
        }
        Ok(())
    }

    pub(super) fn used(&self) -> BTreeSet<Permission> {
        lock(&self.used).clone()
    }

    pub(super) fn granted(&self) -> BTreeSet<Permission> {
        let of_role = |(function, role): (&String, &Role)| {
            let allowing = role.statements.iter().filter(|statement| statement.effect == Effect::Allow);
            allowing.flat_map(|statement| statement.permissions(function)).collect::<Vec<_>>()
        };
        self.roles.iter().flat_map(of_role).collect()
    }
}

/// Whether a statement of the role forbids it, rather than none allowing it.
struct Explicit(bool);

impl Role {
    fn check(&self, need: &Need, tags: &impl Fn(&str) -> Vec<String>) -> Result<(), Explicit> {
        let covers = |effect| {
            let mut statements = self.statements.iter().filter(|statement| statement.effect == effect);
            statements.any(|statement| {
                let is_tagged = |tag: &String| tags(&need.resource).contains(tag);
                statement.covers(need) && statement.tag.as_ref().is_none_or(is_tagged)
            })
        };
        match (covers(Effect::Allow), covers(Effect::Deny)) {
            (true, false) => Ok(()),
            (_, forbidden) => Err(Explicit(forbidden)),
        }
    }
}

impl Statement {
    fn covers(&self, need: &Need) -> bool {
        // Only of actions does IAM ignore the case.
        let action = need.action.to_ascii_lowercase();
        self.actions.iter().any(|pattern| fits(pattern.to_ascii_lowercase().as_bytes(), action.as_bytes()))
            && self.resources.iter().any(|pattern| fits(pattern.as_bytes(), need.resource.as_bytes()))
            && self.via.as_ref().is_none_or(|services| need.via.as_ref().is_some_and(|via| services.contains(via)))
            && self.attributes.as_ref().is_none_or(|allowed| {
                need.attributes.as_ref().is_some_and(|named| named.iter().all(|name| allowed.contains(name)))
            })
    }

    fn permissions(&self, function: &str) -> Vec<Permission> {
        let services: Vec<_> = self.via.iter().flatten().cloned().map(Some).collect();
        let services = if services.is_empty() { vec![None] } else { services };
        let mut permissions = Vec::new();
        for (action, resource) in self.actions.iter().flat_map(|a| self.resources.iter().map(move |r| (a, r))) {
            permissions.extend(services.iter().map(|via| Permission {
                function: function.to_owned(),
                action: action.clone(),
                resource: resource.clone(),
                via: via.clone(),
            }));
        }
        permissions
    }
}

/// `*` is any text, `?` any character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], _) => text.is_empty(),
        ([b'*', pattern @ ..], _) => (0..=text.len()).any(|start| fits(pattern, &text[start..])),
        ([b'?', pattern @ ..], [_, text @ ..]) => fits(pattern, text),
        ([wanted, pattern @ ..], [found, text @ ..]) => wanted == found && fits(pattern, text),
        (_, []) => false,
    }
}

/// A request that the caller's role does not allow.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct Denied {
    service: Service,
    of_key: bool,
    message: String,
}

impl Denied {
    fn new(service: Service, role: &Role, need: &Need, Explicit(explicit): Explicit) -> Self {
        let Need { action, resource, via, attributes: _ } = need;
        // SQS alone writes it so.
        let action = if action.starts_with("sqs:") { action.to_ascii_lowercase() } else { action.clone() };
        let why = if explicit {
            "with an explicit deny in an identity-based policy".to_owned()
        } else {
            format!("because no identity-based policy allows the {action} action")
        };
        let message =
            format!("User: {} is not authorized to perform: {action} on resource: {resource} {why}", role.principal);
        Self { service, of_key: via.is_some(), message }
    }

    /// In the words of each service.
    pub(super) fn into_response(self) -> Response<Bytes> {
        let (status, code) = match (self.service, self.of_key) {
            (Service::Sqs, false) => (StatusCode::FORBIDDEN, "com.amazon.coral.service#AccessDeniedException"),
            (Service::Sqs, true) => (StatusCode::BAD_REQUEST, "com.amazonaws.sqs#KmsAccessDenied"),
            (Service::DynamoDb, _) => (StatusCode::BAD_REQUEST, "com.amazon.coral.service#AccessDeniedException"),
            (Service::SecretsManager | Service::StepFunctions, _) => (StatusCode::BAD_REQUEST, "AccessDeniedException"),
        };
        let mut response = server::json(status, &json!({ "__type": code, "Message": self.message }));
        if status == StatusCode::FORBIDDEN {
            // For clients that know the codes of the older query protocol.
            response.headers_mut().insert("x-amzn-query-error", HeaderValue::from_static("AccessDenied;Sender"));
        }
        response
    }
}
