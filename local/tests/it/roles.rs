//! A function may do what its role allows, and is refused in the words of each service.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use local::{Options, Permission, Stack};
use serde_json::{Value as Json, json};

use crate::support::{Answer, aws_as, dynamodb, options, receive, start};

const ITEMS: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/pipehook-Items";
const JOBS: &str = "arn:aws:sqs:us-east-1:000000000000:pipehook-jobs.fifo";
const KEY: &str = "arn:aws:kms:us-east-1:000000000000:key/1";

/// A request that a function makes, such as `dynamodb:GetItem`.
async fn call(stack: &Stack, function: &str, action: &str, body: Json) -> Answer {
    let (service, operation) = action.split_once(':').unwrap();
    let (url, target) = match service {
        "dynamodb" => (stack.dynamodb_url(), "DynamoDB_20120810"),
        "sqs" => (stack.sqs_url(), "AmazonSQS"),
        _ => (stack.secrets_manager_url(), "secretsmanager"),
    };
    aws_as(function, &url, &format!("{target}.{operation}"), body).await.unwrap()
}

async fn allowed(stack: &Stack, action: &str, body: Json) {
    let answer = call(stack, "Echo", action, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{action}: {answer:?}");
}

/// Status, code and message.
async fn denied(stack: &Stack, function: &str, action: &str, body: Json) -> (u16, String, String) {
    let answer = call(stack, function, action, body).await;
    let text = |name: &str| answer.json()[name].as_str().unwrap_or_default().to_owned();
    (answer.status.as_u16(), text("__type"), text("Message"))
}

fn message(action: &str, resource: &str) -> String {
    format!(
        "User: arn:aws:sts::000000000000:assumed-role/pipehook-EchoRole/pipehook-Echo is not authorized to perform: \
         {action} on resource: {resource} because no identity-based policy allows the {action} action"
    )
}

fn key(id: &str) -> Json {
    json!({ "id": { "S": id } })
}

fn job(queue: &str) -> Json {
    json!({ "QueueUrl": queue, "MessageBody": "x", "MessageGroupId": "a", "MessageDeduplicationId": "1" })
}

/// What the function has made use of. What Lambda did for the one with a mapping is not meant.
fn used(stack: &Stack) -> BTreeSet<Permission> {
    stack.used().into_iter().filter(|used| used.function == "Echo").collect()
}

async fn items(stack: &Stack) -> Json {
    dynamodb(stack, "Scan", json!({ "TableName": stack.physical_id("Items") })).await.json()["Items"].clone()
}

#[tokio::test]
async fn a_function_may_do_what_its_role_allows() {
    let stack = start().await;
    let table = stack.physical_id("Items");
    let by_owner = json!({
        "TableName": table, "IndexName": "by-owner", "KeyConditionExpression": "#o = :o",
        "ExpressionAttributeNames": { "#o": "owner" }, "ExpressionAttributeValues": { ":o": { "S": "me" } },
    });

    allowed(&stack, "dynamodb:GetItem", json!({ "TableName": table, "Key": key("1") })).await;
    allowed(&stack, "dynamodb:Query", by_owner).await;
    allowed(&stack, "dynamodb:DescribeTable", json!({ "TableName": table })).await;
    allowed(&stack, "sqs:SendMessage", job(&stack.physical_id("Jobs"))).await;
    allowed(&stack, "secretsmanager:GetSecretValue", json!({ "SecretId": stack.physical_id("Key") })).await;

    let used: Vec<_> = used(&stack).into_iter().map(|used| (used.function, used.action, used.resource)).collect();
    let used: Vec<_> = used.iter().map(|(function, action, on)| [function.as_str(), action, on]).collect();
    let expected = [
        ["Echo", "dynamodb:DescribeTable", ITEMS],
        ["Echo", "dynamodb:GetItem", ITEMS],
        ["Echo", "dynamodb:Query", &format!("{ITEMS}/index/by-owner")],
        ["Echo", "secretsmanager:GetSecretValue", &stack.physical_id("Key")],
        ["Echo", "sqs:SendMessage", JOBS],
    ];
    assert_eq!(used, expected);
    let calls = stack.aws_calls();
    assert!(calls.iter().all(|call| call.function.as_deref() == Some("Echo")), "{calls:?}");
}

#[tokio::test]
async fn what_a_role_does_not_allow_is_refused_and_not_done() {
    const DENIED: &str = "com.amazon.coral.service#AccessDeniedException";
    let stack = start().await;
    let table = stack.physical_id("Items");
    let denied = async |action: &str, body| denied(&stack, "Echo", action, body).await;

    let put = denied("dynamodb:PutItem", json!({ "TableName": table, "Item": key("1") })).await;
    assert_eq!(put, (400, DENIED.to_owned(), message("dynamodb:PutItem", ITEMS)));
    // The index is another resource than the table, in both directions.
    let query = denied("dynamodb:Query", json!({ "TableName": table })).await;
    assert_eq!(query.2, message("dynamodb:Query", ITEMS));
    let scan = denied("dynamodb:Scan", json!({ "TableName": table, "IndexName": "by-owner" })).await;
    assert_eq!(scan.2, message("dynamodb:Scan", &format!("{ITEMS}/index/by-owner")));
    let batch = denied("dynamodb:BatchGetItem", json!({ "RequestItems": { &table: { "Keys": [key("1")] } } })).await;
    assert_eq!(batch.2, message("dynamodb:BatchGetItem", ITEMS));
    assert_eq!(denied("dynamodb:ListTables", json!({})).await.2, message("dynamodb:ListTables", "*"));

    let dead = stack.physical_id("Dead");
    let send = denied("sqs:SendMessage", job(&dead)).await;
    let dead_arn = "arn:aws:sqs:us-east-1:000000000000:pipehook-Dead.fifo";
    assert_eq!(send, (403, DENIED.to_owned(), message("sqs:sendmessage", dead_arn)));
    let batch = denied("sqs:SendMessageBatch", json!({ "QueueUrl": dead, "Entries": [] })).await;
    assert_eq!(batch.2, message("sqs:sendmessage", dead_arn));
    let write = denied("secretsmanager:PutSecretValue", json!({ "SecretId": stack.physical_id("Key") })).await;
    let write_expected = message("secretsmanager:PutSecretValue", &stack.physical_id("Key"));
    assert_eq!(write, (400, "AccessDeniedException".to_owned(), write_expected));

    assert_eq!(items(&stack).await, json!([]));
    assert_eq!(receive(&stack, "Dead", true).await, [""; 0]);
    assert_eq!(used(&stack), BTreeSet::new());
}

#[tokio::test]
async fn a_role_that_names_attributes_allows_no_others() {
    let stack = start().await;
    let scan = |select: &str, projection: &str, filter: &str| {
        json!({
            "TableName": stack.physical_id("Items"), "Select": select, "ProjectionExpression": projection,
            "FilterExpression": filter, "ExpressionAttributeNames": { "#o": "owner", "#s": "secret" },
            "ExpressionAttributeValues": { ":o": { "S": "me" } },
        })
    };
    let named = "SPECIFIC_ATTRIBUTES";

    for (select, projection, filter) in
        [(named, "id, #o, #s", "#o = :o"), (named, "id", "#o = :o AND #s = :o"), ("ALL_ATTRIBUTES", "id", "#o = :o")]
    {
        let refused = denied(&stack, "Echo", "dynamodb:Scan", scan(select, projection, filter)).await;
        assert_eq!(refused.2, message("dynamodb:Scan", ITEMS), "{select} {projection} {filter}");
    }
    let everything = denied(&stack, "Echo", "dynamodb:Scan", json!({ "TableName": stack.physical_id("Items") })).await;
    assert_eq!(everything.2, message("dynamodb:Scan", ITEMS));
    let mut fits = scan(named, "id, #o", "#o = :o");
    fits["ExpressionAttributeNames"] = json!({ "#o": "owner" });
    allowed(&stack, "dynamodb:Scan", fits).await;
}

#[tokio::test]
async fn a_statement_that_denies_is_stronger_than_one_that_allows() {
    let stack = start().await;

    let refused =
        denied(&stack, "Echo", "dynamodb:DescribeTimeToLive", json!({ "TableName": stack.physical_id("Items") })).await;

    assert!(refused.2.ends_with(&format!("{ITEMS} with an explicit deny in an identity-based policy")), "{refused:?}");
}

#[tokio::test]
async fn a_transaction_needs_what_each_of_its_parts_needs() {
    let stack = start().await;
    let table = stack.physical_id("Items");
    let update = |id: &str| {
        json!({ "Update": {
            "TableName": table, "Key": key(id), "UpdateExpression": "SET n = :n",
            "ExpressionAttributeValues": { ":n": { "N": "1" } },
        } })
    };
    let put = json!({ "Put": { "TableName": table, "Item": key("3") } });
    let check = json!({ "ConditionCheck": {
        "TableName": table, "Key": key("1"), "ConditionExpression": "attribute_exists(id)",
    } });
    let transaction = |parts: &[&Json]| json!({ "TransactItems": parts });

    allowed(&stack, "dynamodb:TransactWriteItems", transaction(&[&update("1")])).await;
    allowed(&stack, "dynamodb:TransactWriteItems", transaction(&[&check, &update("2")])).await;
    let mixed = denied(&stack, "Echo", "dynamodb:TransactWriteItems", transaction(&[&update("3"), &put])).await;

    assert_eq!(mixed.2, message("dynamodb:PutItem", ITEMS));
    assert_eq!(items(&stack).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_function_without_a_role_may_do_nothing_and_somebody_else_everything() {
    let stack = start().await;
    let get = json!({ "TableName": stack.physical_id("Items"), "Key": key("1") });

    let refused = denied(&stack, "Missing", "dynamodb:GetItem", get.clone()).await;
    let somebody = call(&stack, "AKIAIOSFODNN7EXAMPLE", "dynamodb:GetItem", get).await;

    assert!(refused.2.contains("assumed-role/default/pipehook-Missing is not authorized"), "{refused:?}");
    assert_eq!(somebody.status, StatusCode::OK);
    assert_eq!(stack.aws_calls()[1].function, None);
}

#[tokio::test]
async fn what_a_customers_key_encrypts_needs_that_key_too() {
    let parameters = BTreeMap::from([("KeyArn".to_owned(), KEY.to_owned())]);
    let stack = Stack::start(Options { parameters, ..options() }).await.unwrap();
    let table = stack.physical_id("Items");
    let service = |name: &str| Some(format!("{name}.us-east-1.amazonaws.com"));

    allowed(&stack, "dynamodb:GetItem", json!({ "TableName": table, "Key": key("1") })).await;
    let send = denied(&stack, "Echo", "sqs:SendMessage", job(&stack.physical_id("Jobs"))).await;
    let secret = json!({ "SecretId": stack.physical_id("Key") });
    let secret = denied(&stack, "Echo", "secretsmanager:GetSecretValue", secret).await;

    assert_eq!(
        send,
        (400, "com.amazonaws.sqs#KmsAccessDenied".to_owned(), message("kms:GenerateDataKey", KEY)),
        "the policy allows half of what a sender needs"
    );
    assert_eq!(secret.2, message("kms:Decrypt", KEY), "the policy names other services");
    assert_eq!(receive(&stack, "Jobs", true).await, [""; 0]);
    let decrypt = |name: &str| Permission {
        function: "Echo".to_owned(),
        action: "kms:Decrypt".to_owned(),
        resource: KEY.to_owned(),
        via: service(name),
    };
    let of_key = |permissions: BTreeSet<Permission>| -> Vec<_> {
        permissions.into_iter().filter(|permission| permission.resource == KEY).collect()
    };
    assert_eq!(of_key(used(&stack)), [decrypt("dynamodb")]);
    assert_eq!(of_key(stack.granted()), [decrypt("dynamodb"), decrypt("sqs")]);
}
