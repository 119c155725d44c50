//! The items of a call. What was sent and answered is one compressed attribute, so that an accepted call is one small
//! write and one entry of an index. Only a large body is an item of its own: a list reads the items of calls, and must
//! not read that. docs/adr/0029-calls-by-tag.md and docs/adr/0033-calls-by-outcome.md have the reasons.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::deflate::{deflate, inflate};
use super::item::{Attributes, StoredItem, binary, boolean, number, text};
use crate::domain::Invalid;
use crate::domain::id::{ActionId, HookTag, ProjectId, RequestId};
use crate::domain::request::{Exchange, KeptBody, Outcome, Request, RequestSummary};
use crate::ports::StoreError;

/// A larger body is an item of its own, whatever it would compress to: so nothing much is compressed twice. Webhooks
/// become a fifth to a seventh of their size.
const MAX_INLINE_BODY_BYTES: usize = 32 * 1024;

/// So is one that makes more than this of its call when both are compressed, because lists read the items of calls.
const MAX_INLINE_BYTES: usize = 8 * 1024;

/// An item holds 400 KB (409,600 bytes) with the names of its attributes; the rest of it takes well under 2 KB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const MAX_COMPRESSED_BYTES: usize = 400 * 1024 - 4 * 1024;

/// The calls of a project with one outcome are this many partitions of the index `by-project`: each takes 1,000 writes
/// a second. A list of the project reads all of them, so more would make it slower.
pub(super) const PROJECT_SHARDS: u32 = 4;

/// What a list reads of each item.
pub(super) const SUMMARY_ATTRIBUTES: [&str; 13] = [
    "id",
    "hook_id",
    "project_id",
    "outcome",
    "status",
    "message",
    "event",
    "proof",
    "action_id",
    "retry_of",
    "is_test",
    "ip_address",
    "too_large",
];

/// A call as it is written.
pub(super) struct Items {
    pub(super) call: Attributes,
    /// The body, if it is a separate item.
    pub(super) body: Option<Attributes>,
}

/// The partition of a hook's calls that had this outcome, in the order of their ids.
pub(super) fn partition(outcome: Outcome, tag: HookTag) -> String {
    let outcome = match outcome {
        Outcome::Queued => "QUEUED",
        Outcome::Ignored => "IGNORED",
        Outcome::Rejected => "REJECTED",
        Outcome::Failed => "FAILED",
    };
    format!("{outcome}#{tag}")
}

/// One of the [`PROJECT_SHARDS`] partitions of the index `by-project` that list a project's calls with this outcome.
pub(super) fn project_partition(project: ProjectId, outcome: Outcome, shard: u32) -> String {
    format!("{project}#{}#{shard}", outcome.as_str())
}

/// The partition of a body that is a separate item. One each, because a partition takes 1,000 write units a second, and
/// a body can be 400.
pub(super) fn body_partition(id: RequestId) -> String {
    format!("BODY#{id}")
}

/// The items of a call.
pub(super) fn encode(request: &Request) -> Result<Items, StoreError> {
    let exchange = &request.exchange;
    let Packed { body, exchange, apart } = match &exchange.request_body {
        KeptBody::Whole(body) => match with_body(exchange, body)? {
            Some(exchange) => Packed { body: StoredBody::Whole, exchange, apart: None },
            None => apart(exchange, body)?,
        },
        KeptBody::TooLarge => without_body(exchange, StoredBody::TooLarge)?,
        KeptBody::NotKept => without_body(exchange, StoredBody::NotKept)?,
        KeptBody::Lost => without_body(exchange, StoredBody::Apart)?,
    };
    let summary = &request.summary;
    let mut call = encode_summary(summary, partition(summary.outcome, summary.id.tag()));
    let shard = summary.id.tag().shard(PROJECT_SHARDS);
    call.insert("listed".to_owned(), text(project_partition(summary.project_id, summary.outcome, shard)));
    call.insert("exchange".to_owned(), binary(exchange));
    // For those who count what can run again: they read the index, which has no more of a body.
    call.extend((body == StoredBody::TooLarge).then(|| ("too_large".to_owned(), boolean(true))));
    let body = apart.map(|body| {
        let mut item = common(summary, body_partition(summary.id));
        item.insert("body".to_owned(), binary(body));
        item
    });
    Ok(Items { call, body })
}

/// What replaces a call that was kept as queued but failed after all. No list and no id finds it: its outcome is not
/// that of its partition.
pub(super) fn encode_replaced(failed: &RequestSummary) -> Attributes {
    encode_summary(failed, partition(Outcome::Queued, failed.id.tag()))
}

fn encode_summary(summary: &RequestSummary, partition: String) -> Attributes {
    let mut item = common(summary, partition);
    item.extend([
        ("project_id".to_owned(), number(summary.project_id.get())),
        ("outcome".to_owned(), text(summary.outcome.as_str())),
        ("status".to_owned(), number(summary.status.into())),
        ("message".to_owned(), text(&summary.message)),
    ]);
    item.extend(summary.event.as_ref().map(|event| ("event".to_owned(), text(event))));
    item.extend(summary.proof.map(|proof| ("proof".to_owned(), text(proof))));
    item.extend(summary.action_id.map(|id| ("action_id".to_owned(), number(id.get()))));
    item.extend(summary.retry_of.map(|id| ("retry_of".to_owned(), text(id))));
    item.extend(summary.is_test.then(|| ("is_test".to_owned(), boolean(true))));
    item.extend(summary.ip_address.as_ref().map(|address| ("ip_address".to_owned(), text(address))));
    item
}

/// What all items of a call have: their key, whose they are, and when they go.
fn common(summary: &RequestSummary, partition: String) -> Attributes {
    Attributes::from([
        ("pk".to_owned(), text(partition)),
        ("id".to_owned(), text(summary.id)),
        ("hook_id".to_owned(), text(summary.hook_id)),
        ("expires_at".to_owned(), number(summary.expires_at().unix_seconds())),
    ])
}

/// The exchange with its body behind it, compressed; `None` where that would be too large for lists.
fn with_body(exchange: &Exchange, body: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    if body.len() > MAX_INLINE_BODY_BYTES {
        return Ok(None);
    }
    let head = head(exchange, StoredBody::Whole)?;
    Ok(Some(compressed(&[&head, b"\n", body])?).filter(|inline| inline.len() <= MAX_INLINE_BYTES))
}

/// The exchange, and its body if that fits into an item of its own.
fn apart(exchange: &Exchange, body: &[u8]) -> Result<Packed, StoreError> {
    let apart = Some(compressed(&[body])?).filter(|body| body.len() <= MAX_COMPRESSED_BYTES);
    let stored = if apart.is_some() { StoredBody::Apart } else { StoredBody::TooLarge };
    Ok(Packed { apart, ..without_body(exchange, stored)? })
}

fn without_body(exchange: &Exchange, body: StoredBody) -> Result<Packed, StoreError> {
    Ok(Packed { body, exchange: compressed(&[&head(exchange, body)?, b"\n"])?, apart: None })
}

/// What was sent and answered, compressed.
struct Packed {
    body: StoredBody,
    exchange: Vec<u8>,
    /// The body, if it is a separate item.
    apart: Option<Vec<u8>>,
}

fn head(exchange: &Exchange, body: StoredBody) -> Result<Vec<u8>, StoreError> {
    let stored = StoredExchange {
        request_headers: Cow::Borrowed(&exchange.request_headers),
        request_query: Cow::Borrowed(&exchange.request_query),
        body,
        response_headers: Cow::Borrowed(&exchange.response_headers),
        response_body: Cow::Borrowed(&exchange.response_body),
    };
    serde_json::to_vec(&stored).map_err(|error| StoreError::Unavailable(Box::new(error)))
}

fn compressed(parts: &[&[u8]]) -> Result<Vec<u8>, StoreError> {
    deflate(parts).map_err(|error| StoreError::Unavailable(Box::new(error)))
}

/// A call, from its item. If its body is a separate item, it counts as lost until [`decode_body`] brings it.
pub(super) fn decode(attributes: &Attributes) -> Result<Request, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let exchange = decode_exchange(item.binary("exchange")?).ok_or_else(|| item.corrupt("exchange"))?;
    Ok(Request { summary: decode_summary(attributes)?, exchange })
}

/// A body that is a separate item.
pub(super) fn decode_body(attributes: &Attributes) -> Result<KeptBody, StoreError> {
    let item = StoredItem::new(attributes, "id");
    inflate(item.binary("body")?).map(|body| KeptBody::Whole(body.into())).ok_or_else(|| item.corrupt("body"))
}

/// What a list shows, from the item of a call.
pub(super) fn decode_summary(attributes: &Attributes) -> Result<RequestSummary, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let (retry_of, proof) = (item.optional_text("retry_of")?, item.optional_text("proof")?);
    Ok(RequestSummary {
        id: item.parsed("id")?,
        hook_id: item.parsed("hook_id")?,
        project_id: item.number("project_id", ProjectId::new)?,
        action_id: item.optional_number("action_id", ActionId::new)?,
        retry_of: retry_of.map(str::parse).transpose().map_err(|_: Invalid| item.corrupt("retry_of"))?,
        is_test: attributes.contains_key("is_test") && item.boolean("is_test")?,
        ip_address: item.optional_text("ip_address")?.map(str::to_owned),
        outcome: item.parsed("outcome")?,
        status: item.number("status", u16::try_from)?,
        message: item.text("message")?.to_owned(),
        event: item.optional_text("event")?.map(str::to_owned),
        proof: proof.map(str::parse).transpose().map_err(|_: Invalid| item.corrupt("proof"))?,
        is_body_too_large: attributes.contains_key("too_large") && item.boolean("too_large")?,
    })
}

/// The exchange but for the request's body, which follows it as it is: JSON in JSON would double its quotes.
#[derive(Serialize, Deserialize)]
struct StoredExchange<'a> {
    request_headers: Cow<'a, [(String, String)]>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    request_query: Cow<'a, str>,
    body: StoredBody,
    response_headers: Cow<'a, [(String, String)]>,
    response_body: Cow<'a, str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredBody {
    Whole,
    Apart,
    TooLarge,
    NotKept,
}

fn decode_exchange(bytes: &[u8]) -> Option<Exchange> {
    let mut inflated = inflate(bytes)?;
    let end = inflated.iter().position(|byte| *byte == b'\n')?;
    let body = inflated.split_off(end + 1);
    let stored: StoredExchange<'_> = serde_json::from_slice(&inflated).ok()?;
    Some(Exchange {
        request_headers: stored.request_headers.into_owned(),
        request_query: stored.request_query.into_owned(),
        request_body: match stored.body {
            StoredBody::Whole => KeptBody::Whole(body.into()),
            StoredBody::Apart => KeptBody::Lost,
            StoredBody::TooLarge => KeptBody::TooLarge,
            StoredBody::NotKept => KeptBody::NotKept,
        },
        response_headers: stored.response_headers.into_owned(),
        response_body: stored.response_body.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{HookId, RequestId};
    use crate::domain::request::{noted, summarized};
    use crate::domain::signature::scheme::Worth;
    use crate::domain::timestamp::Timestamp;

    fn request(body: KeptBody) -> Request {
        let id = |millis| RequestId::at(Timestamp::from_unix_millis(millis), [3; 10]);
        let header = |name: &str| (name.to_owned(), "a \"value\"\n".to_owned());
        Request {
            summary: RequestSummary {
                id: id(1_800_000_000_000),
                hook_id: HookId::from_random([1; 16]),
                project_id: ProjectId::new(1).unwrap(),
                action_id: ActionId::new((1 << 53) - 1).ok(),
                retry_of: Some(id(1_700_000_000_000)),
                is_test: true,
                ip_address: Some("192.0.2.1".to_owned()),
                outcome: Outcome::Queued,
                status: 200,
                message: "It was queued.".to_owned(),
                event: Some("push".to_owned()),
                proof: Some(Worth::Verified),
                is_body_too_large: body == KeptBody::TooLarge,
            },
            exchange: Exchange {
                request_headers: vec![header("x-a"), header("x-b")],
                request_query: "env=a+b&x=%26".to_owned(),
                request_body: body,
                response_headers: vec![header("content-type")],
                response_body: "{}".to_owned(),
            },
        }
    }

    /// Bytes that do not compress.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let step = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        (0..length).map(step).collect()
    }

    /// What comes back of a call, and the sizes of its items.
    fn kept(request: &Request) -> (Request, usize, Option<usize>) {
        let items = encode(request).unwrap();
        let size = |item: &Attributes, name: &str| item[name].as_b().unwrap().as_ref().len();
        let mut back = decode(&items.call).unwrap();
        if let Some(body) = &items.body {
            assert!(back.exchange.request_body == KeptBody::Lost);
            back.exchange.request_body = decode_body(body).unwrap();
        }
        (back, size(&items.call, "exchange"), items.body.map(|body| size(&body, "body")))
    }

    #[test]
    fn a_usual_body_stands_with_its_call_a_large_one_apart_and_one_that_fits_no_item_is_left_out() {
        for (body, apart) in [
            (vec![b'x'; 32 << 10], false),
            (vec![b'x'; (32 << 10) + 1], true),
            (vec![b'x'; 4 << 20], true),
            (noise(7 << 10), false),
            (noise(8 << 10), true),
            (noise(32 << 10), true),
        ] {
            let request = request(KeptBody::Whole(body.into()));
            let (back, exchange, body) = kept(&request);
            assert!(back == request);
            assert_eq!(body.is_some(), apart);
            assert!(exchange <= MAX_INLINE_BYTES && body.is_none_or(|size| size <= MAX_COMPRESSED_BYTES));
        }
        let (back, _, body) = kept(&request(KeptBody::Whole(noise(500 << 10).into())));
        assert!(back.exchange.request_body == KeptBody::TooLarge && body.is_none());
        assert!(back.summary.is_body_too_large, "the index says so");
    }

    #[test]
    fn a_summary_has_all_that_a_list_reads_and_nothing_else() {
        let request = request(KeptBody::TooLarge);
        let mut item = encode(&request).unwrap().call;
        item.retain(|name, _| SUMMARY_ATTRIBUTES.contains(&name.as_str()));
        assert_eq!(item.len(), SUMMARY_ATTRIBUTES.len());
        assert_eq!(decode_summary(&item).unwrap(), request.summary);
    }

    #[test]
    fn the_entry_of_the_index_is_one_write_unit_whatever_a_call_says() {
        let mut largest = request(KeptBody::TooLarge);
        largest.summary.project_id = ProjectId::new((1 << 53) - 1).unwrap();
        largest.summary.outcome = Outcome::Rejected;
        largest.summary.message = summarized(&"€".repeat(1_000));
        largest.summary.event = Some(noted(&"x".repeat(256)));
        largest.summary.proof = Some(Worth::Authenticated);
        largest.summary.ip_address = Some("2001:0db8:85a3:0000:0000:8a2e:0370:7334".to_owned());

        let mut item = encode(&largest).unwrap().call;

        item.retain(|name, _| name != "exchange");
        let size = |value: &AttributeValue| value.as_s().or_else(|_| value.as_n()).map_or(1, String::len);
        let bytes: usize = item.iter().map(|(name, value)| name.len() + size(value)).sum();
        // DynamoDB adds 100 bytes to each entry.
        assert!(bytes + 100 <= 1024, "{bytes}");
    }

    #[test]
    fn a_call_that_was_replaced_is_not_listed_and_holds_its_place() {
        let failed = RequestSummary { outcome: Outcome::Failed, status: 503, ..request(KeptBody::NotKept).summary };
        let item = encode_replaced(&failed);
        assert_eq!(item["pk"], text(partition(Outcome::Queued, failed.id.tag())));
        assert!(!item.contains_key("listed") && !item.contains_key("exchange"));
        assert_eq!(decode_summary(&item).unwrap(), failed);
    }

    #[test]
    fn a_damaged_body_is_named() {
        let mut body = encode(&request(KeptBody::Whole(noise(33 << 10).into()))).unwrap().body.unwrap();
        body.insert("body".to_owned(), binary(*b"x"));
        let error = decode_body(&body).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { attribute: "body", .. }), "{error}");
    }

    proptest! {
        #[test]
        fn what_was_stored_is_read_back(body: Vec<u8>) {
            for body in [KeptBody::Whole(body.into()), KeptBody::NotKept, KeptBody::TooLarge] {
                let request = request(body);
                prop_assert_eq!(kept(&request).0, request);
            }
        }

        #[test]
        fn no_stored_bytes_panic(text: Vec<u8>) {
            let _ = decode_exchange(&deflate(&[&text]).unwrap());
        }
    }
}
