//! docs/openapi.yaml and the product: the same routes, the same words, and answers that are as the document says.
//!
//! Whatever a test of this binary is answered is held against the document. Here are the claims about the document
//! itself and one walk through all operations.

#![expect(clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeSet;

use harness::{Answer, Call, Document, Pipehook, User, deployment, document, github_hook, shared, shell, template};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value as Json, json};
use shared::domain::action::Status;
use shared::domain::hook::{ActionType, ResourceType};
use shared::domain::job::SourceType;
use shared::domain::pipeline::{OnLost, Runner};
use shared::domain::signature::Algorithm;

/// Such as `GET /users/me`, of every function that has a route.
fn routes() -> BTreeSet<String> {
    let functions = harness::resources(&template(), "AWS::Serverless::Function");
    let events = functions.values().filter_map(|function| function["Properties"]["Events"].as_object());
    let properties = events.flat_map(|events| events.values()).map(|event| &event["Properties"]);
    // What has no path is the route for all that has none.
    properties.filter_map(|event| Some(format!("{} {}", event["Method"].as_str()?, event["Path"].as_str()?))).collect()
}

/// Every node of the document with where it stands, from the outside in.
fn nodes<'d>(node: &'d Json, at: &str, found: &mut Vec<(String, &'d Json)>) {
    found.push((at.to_owned(), node));
    if let Some(members) = node.as_object() {
        members.iter().for_each(|(name, member)| nodes(member, &format!("{at}/{name}"), found));
    }
    if let Some(items) = node.as_array() {
        items.iter().enumerate().for_each(|(index, item)| nodes(item, &format!("{at}/{index}"), found));
    }
}

fn all_nodes(document: &Document) -> Vec<(String, &Json)> {
    let mut found = Vec::new();
    nodes(document.json(), "", &mut found);
    found
}

fn names(json: &Json) -> BTreeSet<&str> {
    json.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

#[test]
fn every_route_is_an_operation_and_every_operation_is_a_route() {
    let operations = document().operations();
    let documented: BTreeSet<_> =
        operations.map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.path)).collect();
    assert!(documented.len() > 15, "{documented:?}");
    // The route for any other method of a hook's URL takes the three with which providers ask whether it is there.
    let (any, mut routes) = ("ANY /hooks/{hook_id}/trigger", routes());
    assert!(routes.remove(any));
    routes.extend(["GET", "HEAD", "OPTIONS"].map(|method| any.replace("ANY", method)));
    assert_eq!(documented, routes);
}

#[test]
fn every_operation_says_what_it_is_for_and_what_it_may_answer() {
    let mut ids = BTreeSet::new();
    for operation in document().operations() {
        let (json, at) = (operation.json, format!("{} {}", operation.method, operation.path));
        assert!(ids.insert(json["operationId"].as_str().unwrap()), "{at}: its operationId is taken");
        assert!(!json["summary"].as_str().unwrap().is_empty() && json["tags"][0].is_string(), "{at}");
        let responses = json["responses"].as_object().unwrap();
        let status = |status: &str| responses.contains_key(status);
        assert!(["429", "500", "503"].into_iter().all(status), "{at}: any call may be answered so");
        assert_eq!(json["security"] != json!([]), json["responses"]["401"]["$ref"].is_string(), "{at}: who may call");
        let reads = json.get("requestBody").is_some();
        assert!(["400", "413", "415", "422"].into_iter().all(status) || !reads, "{at}: it reads a body");
        // What a handshake is answered does not tell a hook that does not exist from one that has none.
        let is_hidden = status("405");
        assert_eq!(status("404") || is_hidden, operation.path.contains('{'), "{at}: what it names may not be there");
    }
}

#[test]
fn every_example_is_as_its_schema_says_and_every_answer_has_one() {
    let (document, mut checked) = (document(), 0);
    for (at, node) in all_nodes(document) {
        let Some(schema) = node.get("schema") else { continue };
        let several = node["examples"].as_object().into_iter().flatten().map(|(_, example)| document.resolve(example));
        let values: Vec<_> = several.map(|example| &example["value"]).chain(node.get("example")).collect();
        assert!(!values.is_empty(), "{at} has no example");
        for value in values {
            assert_eq!(document.faults(schema, value), [""; 0], "{at}: {value}");
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}

#[test]
fn every_link_leads_to_an_operation_and_fills_its_path() {
    let document = document();
    let (mut found, components) = (0, &document.json()["components"]["links"]);
    let responses = all_nodes(document).into_iter().filter_map(|(_, node)| node["links"].as_object());
    let links = responses.chain(components.as_object()).flatten().map(|(_, link)| document.resolve(link));
    for link in links.filter(|link| link.get("operationId").is_some()) {
        let target = document.operations().find(|operation| operation.json["operationId"] == link["operationId"]);
        let target = target.unwrap_or_else(|| panic!("{link} leads nowhere"));
        let given: BTreeSet<_> =
            link["parameters"].as_object().into_iter().flat_map(|given| given.keys()).map(String::as_str).collect();
        let variables = target.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(given, variables.collect::<BTreeSet<_>>(), "{link}");
        found += 1;
    }
    assert!(found > 20, "{found}");
}

#[test]
fn the_words_of_the_document_are_those_of_the_code() {
    let schema = |name: &str| &document().json()["components"]["schemas"][name]["enum"];
    let actions: BTreeSet<_> = ActionType::ALL.iter().map(|action| action.as_str()).collect();
    assert_eq!(names(schema("ActionType")), actions);
    let types: BTreeSet<_> = ResourceType::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names(schema("ResourceType")), types);
    assert!(names(schema("ResourceTypes")).iter().all(|plural| ResourceType::from_plural(plural).is_some()));
    assert_eq!(names(schema("ResourceTypes")).len(), types.len());
    let algorithms = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512].map(Algorithm::as_str);
    assert_eq!(names(schema("SecretAlgorithm")), BTreeSet::from(algorithms));
    assert_eq!(names(schema("StepRunner")), Runner::ALL.iter().map(|runner| runner.as_str()).collect());
    assert_eq!(names(schema("ActionStatus")), Status::ALL.iter().map(|status| status.as_str()).collect());
    assert_eq!(names(schema("OnLost")), OnLost::ALL.iter().map(|on_lost| on_lost.as_str()).collect());
    assert_eq!(names(schema("SourceType")), SourceType::ALL.iter().map(|kind| kind.as_str()).collect());
    assert_eq!(document().json()["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn no_body_may_have_a_field_that_the_document_does_not_name() {
    // Whatever the callers sent, and what stands there by the name of a field or a variable; this document, a part is enough.
    let open = [
        "Headers",
        "Content",
        "JobContent",
        "NewAction/properties/variables",
        "Payload",
        "Form",
        "HandshakeAnswer",
        "ProviderOptions",
        "ValidationError/properties/errors",
        "openapi.json",
    ];
    // A part of what asks for a hook, which is closed itself.
    let asked = ["Signing"];
    for (at, node) in all_nodes(document()) {
        let is_schema = node["type"] == "object" && (node.get("properties").is_some() || at.contains("/schemas/"));
        let is_closed = node["additionalProperties"] == false;
        let name = at.rsplit("/schemas/").next().unwrap();
        let exempt = open.iter().any(|open| at.contains(open)) || asked.iter().any(|asked| name.starts_with(asked));
        assert!(!is_schema || is_closed || exempt, "{at}");
    }
}

/// The objects of lists, the whole objects, and what these have in addition.
const WHOLES: [(&str, &str, &str); 6] = [
    (
        "HookRelation",
        "Hook",
        "created_by_user proven_by provider_options secret secret_algorithm secret_header_name \
         secret_since verification",
    ),
    ("PersonalTokenRelation", "PersonalToken", "token"),
    ("PipelineRelation", "Pipeline", "steps"),
    ("ProjectTokenRelation", "ProjectToken", "project token"),
    ("ActionRelation", "Action", "attempt cancelled children parent retry_of targets url worker"),
    (
        "RequestRelation",
        "Request",
        "hook request_body request_body_raw request_headers request_query response_body response_headers",
    ),
];

#[test]
fn a_list_shows_what_the_whole_shows_and_less() {
    let schemas = &document().json()["components"]["schemas"];
    for (relation, whole, more) in WHOLES {
        let (relation, whole) = (&schemas[relation], &schemas[whole]);
        for (name, property) in relation["properties"].as_object().unwrap() {
            assert_eq!(*property, whole["properties"][name], "{name}");
        }
        let difference: Vec<_> = names(&whole["required"]).difference(&names(&relation["required"])).copied().collect();
        assert_eq!(difference, more.split(' ').collect::<Vec<_>>());
    }
}

#[test]
fn an_answer_that_is_otherwise_than_documented_is_noticed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let good = ann.get("/users/me").send().await;
        let differences = |answer: &Answer| document().differences("GET", "/users/me", answer).join("; ");
        let with_body = |change: &dyn Fn(&mut Json)| {
            let mut body = good.json();
            change(&mut body);
            Answer { body: body.to_string().into(), ..good.clone() }
        };
        let with_header = |name: &'static str, value: Option<&'static str>| {
            let mut headers = good.headers.clone();
            headers.remove(name);
            headers.extend(value.map(|value| (name.parse().ok(), HeaderValue::from_static(value))));
            Answer { headers, ..good.clone() }
        };

        assert_eq!(differences(&good), "");
        for (answer, expected) in [
            (with_body(&|body| body["password"] = "x".into()), "password"),
            (with_body(&|body| drop(body.as_object_mut().unwrap().remove("email"))), "email"),
            (with_body(&|body| body["created_at"] = "2026-02-30T00:00:00.000Z".into()), "/created_at"),
            (with_body(&|body| body["id"] = 0.into()), "/id"),
            (with_header("x-request-id", None), "X-Request-Id is missing"),
            (with_header("x-content-type-options", Some("sniff")), "X-Content-Type-Options"),
            (with_header("content-type", Some("text/html")), "content type"),
            (Answer { status: 418, ..good.clone() }, "418"),
            (Answer { status: 401, ..good.clone() }, "WWW-Authenticate is missing"),
            (Answer { body: "{".into(), ..good.clone() }, "EOF"),
        ] {
            assert!(differences(&answer).contains(expected), "{expected}: {}", differences(&answer));
        }
        let empty = Answer { status: 204, headers: HeaderMap::new(), body: "x".into() };
        assert!(!document().differences("GET", "/users/logout", &empty).is_empty());
    });
}

/// Which operations were called with success.
struct Walk(BTreeSet<&'static str>);

impl Walk {
    /// Sends a call, which must succeed; `Call::send` holds the answer against the document.
    async fn step(&mut self, call: Call<'_>) -> Answer {
        let answer = call.send().await;
        let (method, path) = call.target();
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        let operation = document().operation(method, path).unwrap_or_else(|| panic!("{method} {path} is no operation"));
        self.0.extend(operation.json["operationId"].as_str());
        answer
    }

    async fn users(&mut self, stack: &Pipehook, ann: &User<'_>) {
        let login = json!({ "email": ann.email, "password": ann.password });
        let tokens = self.step(stack.post("/users/login").json(&login)).await.json();
        let token = json!({ "refresh_token": tokens["refresh_token"] });
        let tokens = self.step(stack.post("/users/refresh-token").json(&token)).await.json();
        let access_token = tokens["access_token"].as_str().unwrap();
        self.step(ann.get("/users/me")).await;
        self.step(ann.get("/users")).await;
        self.step(stack.get("/users/logout").bearer(access_token)).await;
        self.step(stack.post("/users/logout").bearer(access_token)).await;
        let bob = stack.user().await;
        let change = json!({ "current_password": bob.password, "new_password": "a password that he chose" });
        self.step(bob.call("PUT", "/users/me/password").json(&change)).await;
    }

    async fn tokens(&mut self, ann: &User<'_>) {
        for (list, draft) in [
            ("/users/personal-access-tokens".to_owned(), json!({ "name": "my laptop" })),
            (format!("/projects/{}/tokens", ann.project), json!({ "name": "a worker", "role_id": 2 })),
        ] {
            let id = self.step(ann.post(&list).json(&draft)).await.json()["id"].take();
            let token = format!("{list}/{}", id.as_str().unwrap());
            self.step(ann.get(&list)).await;
            self.step(ann.get(&token)).await;
            self.step(ann.post(&format!("{token}/rotate")).json(&json!({ "id": id }))).await;
            self.step(ann.call("DELETE", &format!("{token}/revoke"))).await;
        }
    }

    async fn hooks(&mut self, ann: &User<'_>) {
        let of_pipeline = json!({ "name": "deploy the shop", "requires_secret": false });
        self.step(ann.post("/pipelines/7/hooks/incoming").json(&of_pipeline)).await;
        self.step(ann.get("/pipelines/7/hooks")).await;
        let id = self.step(ann.post("/hooks/incoming").json(&github_hook())).await.json()["id"].take();
        let hook = format!("/hooks/incoming/{}", id.as_str().unwrap());
        self.step(ann.get("/applications/42/hooks?per_page=1")).await;
        self.step(ann.get("/hooks/incoming?filter[name]=shop")).await;
        self.step(ann.get(&hook)).await;
        self.step(ann.call("PUT", &hook).json(&json!({ "id": id, "name": "another", "active": false }))).await;
        self.step(ann.post(&format!("{hook}/test"))).await;
        self.step(ann.post(&format!("{hook}/test")).json(&json!({ "send": true }))).await;
        self.step(ann.post("/hooks/incoming/test").json(&json!({ "hook": github_hook() }))).await;
        self.step(ann.post(&format!("{hook}/rotate-secret"))).await;
        self.step(ann.call("DELETE", &hook)).await;
    }

    async fn pipelines(&mut self, ann: &User<'_>) {
        let list = "/pipelines/application/42";
        let id = self.step(ann.post(list).json(&deployment())).await.json()["id"].take();
        let pipeline = format!("/pipelines/{id}");
        self.step(ann.get(list)).await;
        let step =
            self.step(ann.post(&format!("{pipeline}/steps")).json(&shell("make build"))).await.json()["id"].take();
        let path = format!("{pipeline}/steps/{step}");
        let change = json!({ "id": step, "command": "make test-all", "runner": "custom", "trigger_after": 0 });
        self.step(ann.call("PUT", &path).json(&change)).await;
        self.step(ann.call("DELETE", &format!("{path}/unlink"))).await;
        self.step(ann.post(&format!("{path}/link"))).await;
        self.step(ann.get(&pipeline)).await;
        self.step(ann.call("PUT", &pipeline).json(&json!({ "id": id, "name": "another" }))).await;
        self.step(ann.call("DELETE", &pipeline)).await;
    }

    async fn actions(&mut self, stack: &Pipehook, ann: &User<'_>) {
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        let claimed = self.step(ann.post("/actions/claim").json(&json!({ "worker": "builder-1" }))).await.json();
        let action = format!("/actions/{id}");
        self.step(ann.call("PUT", &action).json(&json!({ "lease_token": claimed["lease_token"] }))).await;
        self.step(ann.get(&action)).await;
        self.step(ann.get(&format!("{action}/targets/{id}/steps/1/logs"))).await;
        self.step(ann.post(&format!("{action}/cancel"))).await;
        let end = json!({ "lease_token": claimed["lease_token"], "status": "failed" });
        self.step(ann.call("PUT", &action).json(&end)).await;
        self.step(ann.post(&format!("{action}/retry"))).await;
        self.step(ann.post(&format!("{}/actions", pipeline.path)).json(&json!({ "variables": { "a": 1 } }))).await;
        for list in ["/actions", "/actions/application/1", "/actions/targets/application/1"] {
            self.step(ann.get(list)).await;
        }
        let project = ann.project;
        self.step(ann.get(&format!("/environments/{project}/actions"))).await;
        self.step(ann.get(&format!("/environments/{project}/actions/application"))).await;
        self.step(ann.get(&format!("/projects/{project}/actions/application"))).await;
        self.step(ann.get(&format!("{}/actions", pipeline.path))).await;
    }

    async fn requests(&mut self, ann: &User<'_>) {
        let hook = ann.create_hook(&github_hook()).await;
        let id = self.step(hook.push()).await.request_id().to_owned();
        self.step(ann.get(&format!("/hooks/incoming/{}/requests", hook.id))).await;
        self.step(ann.get("/hook-requests?filter[outcome]=queued")).await;
        self.step(ann.get(&format!("/hook-requests/{id}"))).await;
        self.step(ann.post(&format!("/hook-requests/{id}/retry"))).await;
        let time = "filter[from]=2020-01-01T00:00:00Z&filter[to]=2099-01-01T00:00:00Z";
        self.step(ann.post("/hook-requests/retry").query(time)).await;
    }

    async fn handshakes(&mut self, stack: &Pipehook, ann: &User<'_>) {
        let draft = json!({
            "name": "x", "action_type": "deploy", "resource_type": "application", "resource_id": 42,
            "provider": "cloudevents",
        });
        for (provider, method, query) in
            [("dropbox", "GET", "?challenge=x"), ("intercom", "HEAD", ""), ("cloudevents", "OPTIONS", "")]
        {
            let mut draft = draft.clone();
            draft["provider"] = provider.into();
            let hook = ann.create_hook(&draft).await;
            let call = stack.call(method, &format!("/hooks/{}/trigger{query}", hook.id));
            self.step(call.header("webhook-request-origin", "example.com")).await;
        }
    }

    async fn reference(&mut self, stack: &Pipehook) {
        self.step(stack.get("/providers")).await;
        self.step(stack.get("/providers/github")).await;
        let served = self.step(stack.get("/openapi.json")).await.json();
        assert_eq!(served["paths"], document().json()["paths"]);
        let page = self.step(stack.get("/docs")).await.text();
        let asset = page.split('"').find(|text| text.starts_with("/docs/")).unwrap();
        self.step(stack.get(asset)).await;
        let page = self.step(stack.get("/console")).await.text();
        let file = page.split('"').find(|text| text.starts_with("/console/")).unwrap();
        self.step(stack.get(file)).await;
    }
}

#[test]
fn a_walk_through_all_operations_is_answered_as_documented() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut walk = Walk(BTreeSet::new());
        walk.users(stack, &ann).await;
        walk.tokens(&ann).await;
        walk.hooks(&ann).await;
        walk.pipelines(&ann).await;
        walk.actions(stack, &ann).await;
        walk.requests(&ann).await;
        walk.handshakes(stack, &ann).await;
        walk.reference(stack).await;
        let all: BTreeSet<_> = document().operations().map(|one| one.json["operationId"].as_str().unwrap()).collect();
        assert_eq!(walk.0, all);
    });
}
