//! What the functions may do: all that they need, and nothing else. `local` refuses a function what its role in
//! `template.yaml` does not allow, so that every other test shows that nothing is lacking. These show that nothing is
//! left over.

use std::collections::{BTreeMap, BTreeSet};

use harness::{
    ApiToken, Hook, OURS, Pipehook, User, alone_with, alone_with_machines_and, deployment, github_hook, open_hook,
    resources, routes, shell, template,
};
use local::{Permission, Stack};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind;

const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef";

/// What has to be so wide, and why: where it stands, the action, and the reason.
const WIDE: &[(&str, &str, &str)] = &[
    ("TracingPolicy", "xray:PutTraceSegments", "X-Ray has no resources that a policy could name"),
    ("TracingPolicy", "xray:PutTelemetryRecords", "as above"),
    ("ActionsPipeRole", "dynamodb:ListStreams", "it names no resource"),
    ("ActionsPipeRole", "kms:GenerateDataKey", "the key of the topic is unknown; only SNS, for that topic"),
    ("ActionsPipeRole", "kms:Decrypt", "as above"),
    (
        "ActionCancelRole",
        "states:StopExecution",
        "executions that Pipehook has named, of the machines that are allowed",
    ),
    ("ActionSweepRole", "states:DescribeExecution", "as above"),
    ("ActionSweepRole", "states:StopExecution", "as above"),
];

/// Policies that are not ours: what they allow is for AWS to say.
const FOREIGN: &[(&str, &str)] =
    &[("DeploymentRole", "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited")];

/// What Lambda itself does under a function's role, so that it is not seen in the function's requests.
const OF_LAMBDA: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// Each statement in a policy of the template, with the resource that it stands in.
fn statements(template: &Json) -> Vec<(&str, &Json)> {
    fn collect<'t>(id: &'t str, node: &'t Json, found: &mut Vec<(&'t str, &'t Json)>) {
        if node.get("Effect").is_some() {
            found.push((id, node));
        }
        match node {
            Json::Array(items) => items.iter().for_each(|item| collect(id, item, found)),
            Json::Object(members) => members.values().for_each(|member| collect(id, member, found)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
    let mut found = Vec::new();
    for (id, resource) in template["Resources"].as_object().unwrap() {
        collect(id, &resource["Properties"], &mut found);
    }
    found
}

/// Every text in a value, whatever functions of CloudFormation it stands in.
fn texts(node: &Json) -> Vec<&str> {
    match node {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(members) => members.values().flat_map(texts).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

#[test]
fn no_statement_allows_more_than_it_names() {
    let template = template();
    let mut wide = BTreeSet::new();
    for (id, statement) in statements(&template).into_iter().filter(|(_, statement)| statement["Effect"] == "Allow") {
        for negation in ["NotAction", "NotResource", "NotPrincipal"] {
            assert_eq!(statement.get(negation), None, "{id}: {statement}");
        }
        let has_star = |name: &str| texts(&statement[name]).iter().any(|text| text.contains('*'));
        assert!(!has_star("Action") && !has_star("Principal"), "{id}: {statement}");
        if has_star("Resource") {
            wide.extend(texts(&statement["Action"]).into_iter().map(|action| (id, action)));
        }
    }
    let expected: BTreeSet<_> = WIDE.iter().map(|(id, action, _)| (*id, *action)).collect();
    assert_eq!(wide, expected);
}

#[test]
fn each_function_has_a_role_that_it_alone_may_assume() {
    let template = template();
    let roles = resources(&template, "AWS::IAM::Role");
    let mut taken = BTreeSet::new();
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        let role = format!("{id}Role");
        assert_eq!(function["Properties"]["Role"], json!({ "!GetAtt": format!("{role}.Arn") }));
        let lambda = json!({ "Service": "lambda.amazonaws.com" });
        let trust = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": lambda });
        assert_eq!(roles[&role]["Properties"]["AssumeRolePolicyDocument"]["Statement"], trust, "{role}");
        taken.insert(role);
    }
    assert!(taken.len() > 15, "{taken:?}");
}

#[test]
fn a_list_of_calls_may_not_read_what_was_sent_and_answered() {
    let template = template();
    let statements = statements(&template).into_iter().filter(|(id, _)| *id == "RequestListRole");
    let query: Vec<_> =
        statements.filter(|(_, statement)| texts(&statement["Action"]).contains(&"dynamodb:Query")).collect();
    assert_eq!(query.len(), 1, "{query:?}");
    let condition = &query[0].1["Condition"];
    assert_eq!(condition["StringEquals"]["dynamodb:Select"], "SPECIFIC_ATTRIBUTES");
    let attributes = texts(&condition["ForAllValues:StringEquals"]["dynamodb:Attributes"]);
    assert!(attributes.contains(&"outcome"), "{attributes:?}");
    assert!(!["exchange", "body"].iter().any(|kept| attributes.contains(kept)), "{attributes:?}");
}

#[test]
fn a_function_that_verifies_tokens_may_read_no_password_for_it() {
    let template = template();
    let statements = statements(&template).into_iter().filter(|(id, _)| *id == "AccessTokenPolicy");
    let of_users: Vec<_> =
        statements.filter(|(_, statement)| texts(&statement["Resource"]).contains(&"UsersTable.Arn")).collect();
    assert_eq!(of_users.len(), 1, "{of_users:?}");
    let statement = of_users[0].1;
    assert_eq!(texts(&statement["Action"]), ["dynamodb:Query"]);
    assert_eq!(statement["Condition"]["StringEquals"]["dynamodb:Select"], "SPECIFIC_ATTRIBUTES");
    let attributes = texts(&statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]);
    assert_eq!(attributes, ["pk", "active", "project_id", "environment_id"]);
}

#[test]
fn policies_that_are_not_ours_are_listed() {
    let template = template();
    let ours = resources(&template, "AWS::IAM::ManagedPolicy");
    let mut foreign = BTreeSet::new();
    for (id, role) in &resources(&template, "AWS::IAM::Role") {
        for policy in role["Properties"]["ManagedPolicyArns"].as_array().into_iter().flatten() {
            // Without the name of a condition, and what stands there when it does not hold.
            let named = policy["!If"].as_array().map_or(policy, |parts| &parts[1]);
            let text = texts(named)[0];
            if !(named.get("!Ref").is_some() && ours.contains_key(text)) {
                foreign.insert((id.clone(), text.to_owned()));
            }
        }
    }
    let expected: BTreeSet<_> = FOREIGN.iter().map(|(id, policy)| ((*id).to_owned(), (*policy).to_owned())).collect();
    assert_eq!(foreign, expected);
}

/// Every permission but those that Lambda itself makes use of.
fn of_functions(permissions: BTreeSet<Permission>) -> BTreeSet<Permission> {
    permissions.into_iter().filter(|permission| !OF_LAMBDA.contains(&permission.action.as_str())).collect()
}

/// Machines and their executions are named by patterns, which one of each shows to be needed.
fn as_the_template_names_it(used: Permission) -> Permission {
    let patterns = [(":stateMachine:deploy-", "*"), (":execution:deploy-", "*:pipehook-*")];
    let pattern = patterns.into_iter().find_map(|(before, pattern)| {
        let (account, _) = used.resource.split_once(before)?;
        Some(format!("{account}{before}{pattern}"))
    });
    Permission { resource: pattern.unwrap_or(used.resource), ..used }
}

/// Everything that users, administrators and providers can make the functions do.
async fn make_use_of_everything(stack: &Pipehook) {
    let ann = stack.user().await;
    let change = json!({ "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1 });
    stack.put_user(&change).await.unwrap();
    of_sessions(stack, &ann).await;
    of_tokens(&ann).await;
    of_hooks(&ann).await;
    of_pipelines(&ann).await;
    of_calls(&ann).await;
    crate::ledger::everything_of_the_ledger(stack).await;
    crate::ledger::everything_of_executions(stack).await;
    of_actions(stack, &ann).await;
    of_keys(stack).await;
    of_access_tokens(stack).await;
}

/// A token that was not used yet, for each function that takes tokens.
async fn of_access_tokens(stack: &Pipehook) {
    let (template, ann) = (template(), stack.user().await);
    let roles = resources(&template, "AWS::IAM::Role");
    let takes_tokens = |function: &str| {
        let policies = &roles[&format!("{function}Role")]["Properties"]["ManagedPolicyArns"];
        policies.as_array().into_iter().flatten().any(|policy| *policy == json!({ "!Ref": "AccessTokenPolicy" }))
    };
    for route in routes().iter().filter(|route| takes_tokens(&route.function)) {
        let token = ApiToken::of(stack, &ann, TokenKind::Personal, 1).await;
        token.call(&route.method, &route.example(ann.project)).json(&json!({})).send().await;
        assert!(token.item().await.get("last_used").is_some(), "{route:?}");
    }
}

async fn of_sessions(stack: &Pipehook, ann: &User<'_>) {
    stack.log_in(&ann.email, "not the password").await.is(401);
    let session = stack.log_in(&ann.email, &ann.password).await.is(200);
    ann.get("/users/me").send().await.is(200);
    ann.get("/users").send().await.is(200);
    let refresh = stack.post("/users/refresh-token").json(&json!({ "refresh_token": session["refresh_token"] }));
    refresh.clone().send().await.is(200);
    // A token that was used before ends the session.
    refresh.send().await.is(401);
    let bob = stack.user().await;
    assert_eq!(bob.change_password(&bob.password, "a password that he chose").await.status, 204);
    let other = stack.log_in(&ann.email, &ann.password).await.is(200);
    let bearer = other["access_token"].as_str().unwrap();
    assert_eq!(stack.post("/users/logout").bearer(bearer).send().await.status, 204);
}

async fn of_tokens(ann: &User<'_>) {
    let list = format!("/projects/{}/tokens", ann.project);
    let token = ann.post(&list).json(&json!({ "name": "a worker", "role_id": 2 })).send().await.is(201);
    let path = format!("{list}/{}", token["id"].as_str().unwrap());
    ann.get(&list).send().await.is(200);
    ann.get(&path).send().await.is(200);
    ann.post(&format!("{path}/rotate")).json(&json!({})).send().await.is(200);
    assert_eq!(ann.call("DELETE", &format!("{path}/revoke")).send().await.status, 204);
}

async fn of_hooks(ann: &User<'_>) {
    let hook = ann.create_hook(&github_hook()).await;
    let path = format!("/hooks/incoming/{}", hook.id);
    ann.get(&path).send().await.is(200);
    ann.list("/applications/42/hooks").await;
    ann.list("/pipelines/7/hooks").await;
    ann.list("/hooks/incoming").await;
    // To another resource, which counts its hooks.
    assert_eq!(ann.put_hook(&hook, &json!({ "resource_id": 43 })).await.status, 204);
    ann.post(&format!("{path}/rotate-secret")).json(&json!({})).send().await.is(200);
    assert_eq!(ann.call("DELETE", &path).send().await.status, 204);
    // One that takes the secret which its provider hands over.
    let mut draft = open_hook();
    draft.as_object_mut().unwrap().remove("requires_secret");
    draft["provider"] = "asana".into();
    let waiting = ann.create_hook(&draft).await;
    let secret = "a secret that was handed over";
    assert_eq!(waiting.unsigned("").header("x-hook-secret", secret).send().await.status, 200);
}

async fn of_pipelines(ann: &User<'_>) {
    let pipeline = ann.create_pipeline(&deployment()).await;
    ann.get("/pipelines/application/42").send().await.is(200);
    let step = pipeline.add_step(&shell("make build")).await;
    assert_eq!(pipeline.put_step(step, &json!({ "command": "make test-all" })).await.status, 204);
    assert_eq!(pipeline.step("DELETE", step, "/unlink").send().await.status, 204);
    assert_eq!(pipeline.step("POST", step, "/link").send().await.status, 204);
    assert_eq!(pipeline.steps().await, [step]);
    let mut hook = github_hook();
    hook["pipeline_id"] = pipeline.id.into();
    let hook = ann.create_hook(&hook).await;
    let other = ann.create_pipeline(&deployment()).await;
    assert_eq!(ann.put_hook(&hook, &json!({ "pipeline_id": other.id })).await.status, 204);
    // With another bound, which the gate has too.
    assert_eq!(pipeline.put(&json!({ "max_parallel_actions": 1 })).await.status, 204);
    assert_eq!(pipeline.delete().await.status, 204);
}

async fn of_calls(ann: &User<'_>) {
    let hook = ann.create_hook(&open_hook()).await;
    let call = hook.unsigned("{}").send().await;
    call.accepted();
    assert_eq!(ann.calls_of(&hook).await.len(), 1);
    assert_eq!(ann.get("/hook-requests").send().await.is(200)[0]["id"], call.request_id());
    ann.log_of(&call).await;
    ann.retry(call.request_id()).await.is(201);
    let pipeline = ann.create_pipeline(&deployment()).await;
    let mut draft = open_hook();
    draft["pipeline_id"] = pipeline.id.into();
    ann.post("/hooks/incoming/test").json(&json!({ "hook": draft })).send().await.is(200);
    let test = ann.post(&format!("/hooks/incoming/{}/test", hook.id)).json(&json!({ "send": true }));
    test.send().await.is(201);
    hook.runs(OURS).await;
    test.send().await.is(201);
    hook.unsigned("{}").send().await.accepted();
    ann.retry(call.request_id()).await.is(201);
    of_bulk_retries(ann, &hook).await;
}

/// Of the project and of a hook, to a consumer and to an action, and a step that is tried again.
async fn of_bulk_retries(ann: &User<'_>, hook: &Hook<'_>) {
    let other = ann.create_hook(&open_hook()).await;
    other.unsigned("{}").send().await.accepted();
    let time = "filter[from]=2020-01-01T00:00:00Z&filter[to]=2099-01-01T00:00:00Z";
    for (number, filters) in [time.to_owned(), format!("{time}&filter[hook_id]={}", hook.id)].iter().enumerate() {
        let count = &ann.retry_many(filters, &json!({})).await.is(200)["count"];
        let step = json!({ "operation_id": format!("00000000-0000-4000-8000-{number:012}"), "count": count });
        ann.retry_many(filters, &step).await.is(200);
        ann.retry_many(filters, &step).await.is(200);
    }
}

async fn of_actions(stack: &Pipehook, ann: &User<'_>) {
    let pipeline = ann.create_pipeline(&deployment()).await;
    pipeline.add_step(&shell("make build")).await;
    let [pending, lost] = [pipeline.pending(stack, 1).await, pipeline.pending(stack, 2).await];
    for list in ["/actions", "/actions/application/1", &format!("{}/actions", pipeline.path)] {
        ann.get(list).send().await.is(200);
    }
    let token = ann.claimed(pending).await;
    let output = json!({ "output": { "order": 1, "part": 0, "text": "x" }, "status": "completed" });
    ann.report(pending, &token, &output).await.is(200);
    ann.get(&format!("/actions/{pending}/targets/{pending}/steps/1/logs")).send().await.is(200);
    let token = ann.claimed(lost).await;
    ann.report(lost, &token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await.is(200);
    stack.lapse(lost).await;
    assert_eq!(ann.claim(&json!({})).await.status, 204);
    for id in [pipeline.waiting(stack, 3).await, pipeline.pending(stack, 4).await] {
        ann.cancel(id).await.is(202);
    }
    ann.retry_action(pending).await.is(201);
    pipeline.start(&json!({})).await;
}

/// Seals the secret of a hook under a new key.
async fn of_keys(stack: &Pipehook) {
    let ann = stack.user().await;
    ann.create_hook(&github_hook()).await;
    let old = stack.key("SealingKey").await;
    stack.put_key("SealingKey", &format!("{}\n{old}\n", "k".repeat(64))).await;
    let answer = stack.invoke("KeysReseal", "{}").await.unwrap();
    assert_eq!(answer.function_error, None, "{answer:?}");
}

/// One line each.
fn lines<'p>(permissions: impl Iterator<Item = &'p Permission>) -> Vec<String> {
    permissions.map(|it| format!("{}: {} on {} via {:?}", it.function, it.action, it.resource, it.via)).collect()
}

#[test]
fn every_permission_is_used_and_nothing_else_is_needed() {
    alone_with_machines_and(&[("KmsKeyArn", KEY)], async |stack| {
        make_use_of_everything(stack).await;

        let granted = of_functions(stack.granted());
        let used: BTreeSet<_> = stack.used().into_iter().map(as_the_template_names_it).collect();
        assert!(used.len() > 80, "{}", used.len());
        assert_eq!(lines(granted.difference(&used)), [""; 0], "allowed and not used");
        assert_eq!(lines(used.difference(&granted)), [""; 0], "used and not named");
    });
}

#[test]
fn without_a_key_no_function_may_use_one() {
    alone_with(&[], async |stack| {
        assert!(stack.granted().iter().all(|permission| !permission.action.starts_with("kms:")));
    });
}

#[test]
fn a_function_writes_to_its_own_log_only() {
    alone_with(&[], async |stack: &Pipehook| {
        let mut logs: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for permission in Stack::granted(stack) {
            if OF_LAMBDA.contains(&permission.action.as_str()) {
                logs.entry(permission.function).or_default().insert((permission.action, permission.resource));
            }
        }
        let functions = resources(&template(), "AWS::Serverless::Function");
        assert_eq!(logs.keys().collect::<Vec<_>>(), functions.keys().collect::<Vec<_>>());
        for (function, allowed) in logs {
            let code = functions[&function]["Properties"]["CodeUri"].as_str().unwrap();
            let name = code.trim_end_matches('/').rsplit('/').next().unwrap();
            let group = format!("arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/pipehook/{name}:*");
            assert_eq!(allowed, OF_LAMBDA.map(|action| (action.to_owned(), group.clone())).into(), "{function}");
        }
    });
}
