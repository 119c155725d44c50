//! The services of AWS, as a user with access to the account sees them. Their protocol is JSON over HTTP.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::{Value as Json, json};

use crate::stack::Pipehook;

impl Pipehook {
    /// All items of a table, by the table's logical id, in DynamoDB's JSON.
    pub async fn items(&self, table: &str) -> Vec<Json> {
        self.all_pages("Scan", json!({ "TableName": self.physical_id(table), "ConsistentRead": true })).await
    }

    /// The items of a table whose attribute has this value, in DynamoDB's JSON. Many tests share a stack: the items of
    /// the others stay where they are.
    pub async fn items_with(&self, table: &str, attribute: &str, value: &Json) -> Vec<Json> {
        self.all_pages(
            "Scan",
            json!({
                "TableName": self.physical_id(table), "ConsistentRead": true, "FilterExpression": "#a = :v",
                "ExpressionAttributeNames": { "#a": attribute }, "ExpressionAttributeValues": { ":v": value },
            }),
        )
        .await
    }

    async fn all_pages(&self, operation: &str, mut request: Json) -> Vec<Json> {
        let mut items = Vec::new();
        loop {
            let mut answer = self.dynamodb(operation, &request).await;
            items.extend(answer["Items"].as_array().cloned().unwrap());
            let next = answer["LastEvaluatedKey"].take();
            if next.is_null() {
                return items;
            }
            request["ExclusiveStartKey"] = next;
        }
    }

    /// An item, by the table's logical id and its key, in DynamoDB's JSON; null if it does not exist.
    pub async fn item(&self, table: &str, key: &Json) -> Json {
        let request = json!({ "TableName": self.physical_id(table), "Key": key, "ConsistentRead": true });
        self.dynamodb("GetItem", &request).await["Item"].take()
    }

    /// The entries of an index whose partition key has this value, in DynamoDB's JSON.
    pub async fn index(&self, table: &str, index: &str, key: &str, value: &Json) -> Vec<Json> {
        self.all_pages(
            "Query",
            json!({
                "TableName": self.physical_id(table), "IndexName": index, "KeyConditionExpression": "#k = :v",
                "ExpressionAttributeNames": { "#k": key }, "ExpressionAttributeValues": { ":v": value },
            }),
        )
        .await
    }

    /// Changes an attribute of a stored item behind the product's back, or removes it when `value` is null.
    pub async fn damage(&self, table: &str, key: &Json, attribute: &str, value: &Json) {
        let mut request = json!({
            "TableName": self.physical_id(table), "Key": key, "ExpressionAttributeNames": { "#a": attribute },
        });
        if value.is_null() {
            request["UpdateExpression"] = "REMOVE #a".into();
        } else {
            request["UpdateExpression"] = "SET #a = :v".into();
            request["ExpressionAttributeValues"] = json!({ ":v": value });
        }
        self.dynamodb("UpdateItem", &request).await;
    }

    /// Writes an item behind the product's back.
    pub async fn put_item(&self, table: &str, item: &Json) {
        let request = json!({ "TableName": self.physical_id(table), "Item": item });
        self.dynamodb("PutItem", &request).await;
    }

    /// Removes an item behind the product's back.
    pub async fn delete_item(&self, table: &str, key: &Json) {
        let request = json!({ "TableName": self.physical_id(table), "Key": key });
        self.dynamodb("DeleteItem", &request).await;
    }

    /// The value of a secret that Secrets Manager keeps, by its logical id.
    pub async fn key(&self, secret: &str) -> String {
        let request = json!({ "SecretId": self.physical_id(secret) });
        let answer = self.aws(&self.secrets_manager_url(), "secretsmanager.GetSecretValue", &request).await;
        answer["SecretString"].as_str().unwrap().to_owned()
    }

    /// Replaces the value of a secret, by its logical id.
    pub async fn put_key(&self, secret: &str, value: &str) {
        let token = format!("{:032}", self.number());
        let request =
            json!({ "SecretId": self.physical_id(secret), "SecretString": value, "ClientRequestToken": token });
        self.aws(&self.secrets_manager_url(), "secretsmanager.PutSecretValue", &request).await;
    }

    /// How many messages of a queue can be received, and how many have been and are not dealt with. By its logical id.
    pub async fn queued(&self, queue: &str) -> (u64, u64) {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let request = json!({ "QueueUrl": self.physical_id(queue), "AttributeNames": names });
        let answer = self.sqs("GetQueueAttributes", &request).await;
        let number = |name: &str| answer["Attributes"][name].as_str().unwrap().parse().unwrap();
        (number(names[0]), number(names[1]))
    }

    async fn dynamodb(&self, operation: &str, request: &Json) -> Json {
        self.aws(&self.dynamodb_url(), &format!("DynamoDB_20120810.{operation}"), request).await
    }

    pub(crate) async fn aws(&self, url: &str, target: &str, request: &Json) -> Json {
        let authorization = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/x/aws4_request, \
                             SignedHeaders=host, Signature=0";
        let request = Request::post(url)
            .header("x-amz-target", target)
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", authorization)
            .header("content-type", "application/x-amz-json-1.0")
            .body(Full::new(Bytes::from(request.to_string())))
            .unwrap();
        let response = self.http.request(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{target}: {status} {body:?}");
        serde_json::from_slice(&body).unwrap_or_default()
    }
}
