//! The stored items of tokens: damaged ones, and when they are forgotten.

use harness::{ApiToken, alone, shared};
use serde_json::{Value as Json, json};

use super::lifecycle::{PERSONAL, create, seconds};

#[test]
fn a_damaged_token_can_be_revoked() {
    alone(async |stack| {
        let ann = stack.user().await;
        let token = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
        let key = json!({ "id": { "S": token["id"] } });
        stack.damage("TokensTable", &key, "role_id", &Json::Null).await;
        let path = format!("{PERSONAL}/{}", token["id"].as_str().unwrap());
        ann.get(&path).send().await.refused(500);
        assert_eq!(ann.call("DELETE", &format!("{path}/revoke")).send().await.status, 204);
        stack.damage("TokensTable", &key, "role_id", &json!({ "N": "1" })).await;
        assert_eq!(ann.get(&path).send().await.is(200)["status"], "revoked");
    });
}

#[test]
fn a_revoked_token_is_forgotten_after_30_days() {
    shared(async |stack| {
        let ann = stack.user().await;
        let token = create(&ann, PERSONAL, &json!({ "name": "a program" })).await;
        let item = ApiToken::item_of(stack, token["id"].as_str().unwrap()).await;
        assert_eq!(item.get("expires_at"), None);
        let path = format!("{PERSONAL}/{}/revoke", token["id"].as_str().unwrap());
        assert_eq!(ann.call("DELETE", &path).send().await.status, 204);
        let item = ApiToken::item_of(stack, token["id"].as_str().unwrap()).await;
        let forgotten: i64 = item["expires_at"]["N"].as_str().unwrap().parse().unwrap();
        assert_eq!(forgotten - seconds(&item["revoked_at"]["S"]), 30 * 24 * 60 * 60);
    });
}
