//! What DynamoDB charges for: its answers say so to those who ask.

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use serde_json::Value as Json;

const QUESTION: &[u8] = br#"{"ReturnConsumedCapacity":"INDEXES","#;

/// The request, which also asks for what it costs. Every request of an SDK is an object with members.
pub(super) fn ask(request: Request<Bytes>) -> Request<Bytes> {
    let (mut head, body) = request.into_parts();
    let Some(members) = body.strip_prefix(b"{").filter(|members| members.first() == Some(&b'"')) else {
        return Request::from_parts(head, body);
    };
    let body = Bytes::from([QUESTION, members].concat());
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Request::from_parts(head, body)
}

/// What an answer says, of the table and its indexes together.
pub(super) fn read(answer: &[u8]) -> f64 {
    let answer: Json = serde_json::from_slice(answer).unwrap_or_default();
    let units = |table: &Json| table["CapacityUnits"].as_f64().unwrap_or_default();
    let consumed = &answer["ConsumedCapacity"];
    consumed.as_array().map_or_else(|| units(consumed), |tables| tables.iter().map(units).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_its_members_and_says_its_new_length() {
        let request = Request::post("/").header(header::CONTENT_LENGTH, 15).body(r#"{"TableName":1}"#.into()).unwrap();

        let asked = ask(request);

        assert_eq!(asked.body(), r#"{"ReturnConsumedCapacity":"INDEXES","TableName":1}"#);
        assert_eq!(asked.headers()[header::CONTENT_LENGTH], asked.body().len().to_string());
        assert_eq!(ask(Request::new("{}".into())).body(), "{}");
    }

    #[test]
    fn the_units_of_all_tables_are_added_up() {
        for (answer, units) in [
            (r#"{"ConsumedCapacity":{"CapacityUnits":0.5}}"#, "0.5"),
            (r#"{"ConsumedCapacity":[{"CapacityUnits":2.0},{"CapacityUnits":4.0}]}"#, "6"),
            ("{}", "0"),
        ] {
            assert_eq!(read(answer.as_bytes()).to_string(), units);
        }
    }
}
