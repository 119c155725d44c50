//! What the product asks of DynamoDB beyond single items: transactions over tables, batches, sparse indexes.

use http::StatusCode;
use local::{Fault, Options, Service, Stack};
use serde_json::{Value as Json, json};

use crate::support::{Answer, aws_as, dynamodb, options, start};

fn key(pk: &str, sk: &str) -> Json {
    json!({ "pk": { "S": pk }, "sk": { "S": sk } })
}

/// An item that is in the index if it has a time.
fn entry(pk: &str, due: Option<u32>) -> Json {
    let mut entry = key(pk, "HEAD");
    entry["note"] = json!({ "S": "x" });
    if let Some(due) = due {
        entry["shard"] = json!({ "N": "3" });
        entry["due"] = json!({ "N": due.to_string() });
    }
    entry
}

async fn put(stack: &Stack, entry: &Json) {
    let request = json!({ "TableName": stack.physical_id("Ledger"), "Item": entry });
    assert_eq!(dynamodb(stack, "PutItem", request).await.status, StatusCode::OK);
}

async fn get(stack: &Stack, table: &str, key: Json) -> Json {
    let request = json!({ "TableName": stack.physical_id(table), "Key": key, "ConsistentRead": true });
    dynamodb(stack, "GetItem", request).await.json()["Item"].clone()
}

/// The items whose time has come, oldest first, from the index.
async fn due(stack: &Stack, until: u32, more: Json) -> Json {
    let mut request = json!({
        "TableName": stack.physical_id("Ledger"), "IndexName": "due",
        "KeyConditionExpression": "#s = :s AND due < :t", "ExpressionAttributeNames": { "#s": "shard" },
        "ExpressionAttributeValues": { ":s": { "N": "3" }, ":t": { "N": until.to_string() } },
    });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = dynamodb(stack, "Query", request).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

fn names(answer: &Json) -> Vec<&str> {
    answer["Items"].as_array().unwrap().iter().map(|item| item["pk"]["S"].as_str().unwrap()).collect()
}

/// Takes one of two places, which are counted in one table, for an entry of the other.
fn take(stack: &Stack, pk: &str) -> Json {
    json!({ "TransactItems": [
        { "Update": {
            "TableName": stack.physical_id("Ledger"), "Key": key(pk, "HEAD"),
            "ConditionExpression": "attribute_not_exists(#state)", "UpdateExpression": "SET #state = :taken",
            "ExpressionAttributeNames": { "#state": "state" },
            "ExpressionAttributeValues": { ":taken": { "S": "taken" } },
        } },
        { "Update": {
            "TableName": stack.physical_id("Items"), "Key": { "id": { "S": "gate" } },
            "ConditionExpression": "attribute_exists(id) AND (#max = :none OR running < #max)",
            "UpdateExpression": "SET running = running + :one",
            "ExpressionAttributeNames": { "#max": "max" },
            "ExpressionAttributeValues": { ":none": { "N": "0" }, ":one": { "N": "1" } },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        } },
    ] })
}

async fn open_gate(stack: &Stack, max: u32) {
    let gate = json!({ "id": { "S": "gate" }, "max": { "N": max.to_string() }, "running": { "N": "0" } });
    let request = json!({ "TableName": stack.physical_id("Items"), "Item": gate });
    assert_eq!(dynamodb(stack, "PutItem", request).await.status, StatusCode::OK);
}

async fn running(stack: &Stack) -> Json {
    get(stack, "Items", json!({ "id": { "S": "gate" } })).await["running"]["N"].take()
}

fn codes(answer: &Answer) -> Vec<String> {
    let reasons = answer.json()["CancellationReasons"].as_array().cloned().unwrap_or_default();
    reasons.iter().map(|reason| reason["Code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_transaction_over_two_tables_is_all_or_nothing_also_when_many_come_at_once() {
    let stack = start().await;
    open_gate(&stack, 2).await;
    let attempt = |pk| dynamodb(&stack, "TransactWriteItems", take(&stack, pk));

    let answers: [Answer; 5] =
        tokio::join!(attempt("0"), attempt("1"), attempt("2"), attempt("3"), attempt("4")).into();

    let taken = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
    assert_eq!((taken, running(&stack).await), (2, json!("2")));
    for answer in answers.iter().filter(|answer| answer.status != StatusCode::OK) {
        assert_eq!(codes(answer), ["None", "ConditionalCheckFailed"]);
        assert_eq!(answer.json()["CancellationReasons"][1]["Item"]["running"], json!({ "N": "2" }));
    }
    let mut written = 0;
    for number in 0..5 {
        written += usize::from(!get(&stack, "Ledger", key(&number.to_string(), "HEAD")).await.is_null());
    }
    assert_eq!(written, 2);
}

#[tokio::test]
async fn each_table_of_a_transaction_needs_a_role_that_allows_it() {
    let stack = start().await;
    open_gate(&stack, 2).await;
    let batch = json!({ "RequestItems": {
        stack.physical_id("Items"): { "Keys": [{ "id": { "S": "gate" } }] },
        stack.physical_id("Ledger"): { "Keys": [key("1", "HEAD")] },
    } });
    let url = stack.dynamodb_url();

    let refused = aws_as("Echo", &url, "DynamoDB_20120810.TransactWriteItems", take(&stack, "1")).await.unwrap();
    let batch = aws_as("Echo", &url, "DynamoDB_20120810.BatchGetItem", batch).await.unwrap();

    let message = refused.json()["Message"].as_str().unwrap().to_owned();
    assert!(message.contains("dynamodb:UpdateItem") && message.contains("table/pipehook-Ledger "), "{message}");
    assert!(batch.json()["Message"].as_str().unwrap().contains("dynamodb:BatchGetItem"), "{batch:?}");
    assert_eq!(running(&stack).await, "0");
    assert_eq!(get(&stack, "Ledger", key("1", "HEAD")).await, Json::Null);
}

#[tokio::test]
async fn a_fault_strikes_a_transaction_over_two_tables_as_a_whole() {
    let stack = start().await;
    open_gate(&stack, 0).await;
    for (fault, done) in [(Fault::status(503), false), (Fault::conflict(), false), (Fault::lose_answer(), true)] {
        stack.fault(Service::DynamoDb, fault.on("TransactWriteItems").first(1));
        let url = stack.dynamodb_url();
        let answer = aws_as("x", &url, "DynamoDB_20120810.TransactWriteItems", take(&stack, "1")).await;
        assert!(answer.is_err() || answer.unwrap().status != StatusCode::OK);
        assert_eq!(get(&stack, "Ledger", key("1", "HEAD")).await.is_null(), !done);
        assert_eq!(running(&stack).await, if done { "1" } else { "0" });
    }
}

#[tokio::test]
async fn a_batch_has_the_items_that_are_there() {
    let stack = start().await;
    open_gate(&stack, 1).await;
    put(&stack, &entry("1", None)).await;
    let (items, ledger) = (stack.physical_id("Items"), stack.physical_id("Ledger"));

    let request = json!({ "RequestItems": {
        &items: { "Keys": [{ "id": { "S": "gate" } }] },
        &ledger: { "Keys": [key("1", "HEAD"), key("2", "HEAD")], "ConsistentRead": true },
    } });
    let answer = dynamodb(&stack, "BatchGetItem", request).await.json();

    assert_eq!(answer["Responses"][&ledger], json!([entry("1", None)]));
    assert_eq!(answer["Responses"][&items][0]["max"], json!({ "N": "1" }));
    assert_eq!(answer["UnprocessedKeys"], json!({}));
    let keys = |count| (0..count).map(|number: u32| key(&number.to_string(), "HEAD")).collect::<Vec<_>>();
    let request = |count| json!({ "RequestItems": { &ledger: { "Keys": keys(count) } } });
    assert_eq!(dynamodb(&stack, "BatchGetItem", request(100)).await.status, StatusCode::OK);
    assert_eq!(dynamodb(&stack, "BatchGetItem", request(101)).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_sparse_index_of_keys_is_sorted_by_number_and_pages() {
    let stack = start().await;
    for (pk, time) in [("a", Some(100)), ("b", Some(9)), ("c", None), ("d", Some(20)), ("e", Some(500))] {
        put(&stack, &entry(pk, time)).await;
    }

    let all = due(&stack, 101, json!({})).await;
    assert_eq!(names(&all), ["b", "d", "a"]);
    let mut keys = entry("b", Some(9));
    keys.as_object_mut().unwrap().remove("note");
    assert_eq!(all["Items"][0], keys, "of the item, the keys alone");
    assert_eq!(names(&due(&stack, 1000, json!({ "ScanIndexForward": false })).await), ["e", "a", "d", "b"]);

    let mut page = due(&stack, 101, json!({ "Limit": 2 })).await;
    assert_eq!((names(&page), page["ScannedCount"].as_u64()), (vec!["b", "d"], Some(2)));
    let next = json!({ "Limit": 2, "ExclusiveStartKey": page["LastEvaluatedKey"].take() });
    let page = due(&stack, 101, next).await;
    assert_eq!((names(&page), page.get("LastEvaluatedKey")), (vec!["a"], None));
}

#[tokio::test]
async fn an_item_without_the_key_of_an_index_leaves_it_and_a_data_directory_keeps_both() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    for (pk, time) in [("a", 1), ("b", 2), ("c", 3)] {
        put(&stack, &entry(pk, Some(time))).await;
    }
    let table = stack.physical_id("Ledger");
    let removal = json!({ "TableName": table, "Key": key("a", "HEAD"), "UpdateExpression": "REMOVE due" });
    let change = json!({
        "TableName": table, "Key": key("b", "HEAD"), "UpdateExpression": "SET due = :d",
        "ExpressionAttributeValues": { ":d": { "N": "30" } },
    });
    for request in [removal, change] {
        assert_eq!(dynamodb(&stack, "UpdateItem", request).await.status, StatusCode::OK);
    }
    assert_eq!(names(&due(&stack, 100, json!({})).await), ["c", "b"]);
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();

    assert_eq!(names(&due(&stack, 100, json!({})).await), ["c", "b"]);
    assert!(get(&stack, "Ledger", key("a", "HEAD")).await["note"].is_object(), "it is still in the table");
}
