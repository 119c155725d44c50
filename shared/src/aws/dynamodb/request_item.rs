//! The item of a call. What was sent and answered is one compressed attribute: DynamoDB bills each kilobyte that is
//! written, and the index must not hold it.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use super::item::{Attributes, StoredItem, binary, number, text};
use crate::domain::Invalid;
use crate::domain::id::ProjectId;
use crate::domain::request::{Exchange, KeptBody, Request, RequestSummary};
use crate::ports::StoreError;

/// An item holds 400 KB (409,600 bytes) with the names of its attributes; the rest of it takes well under 2 KB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const MAX_EXCHANGE_BYTES: usize = 400 * 1024 - 4 * 1024;

/// What a stored exchange may inflate to: the largest body, its headers and the answer. What is damaged or was made to
/// swell must not fill the memory.
const MAX_INFLATED_BYTES: u64 = 8 * 1024 * 1024;

/// The attributes of a call; the index `by-hook` projects the small ones, as `template.yaml` lists them.
pub(super) fn encode(request: &Request) -> Result<Attributes, StoreError> {
    let summary = &request.summary;
    let mut item = Attributes::from([
        ("id".to_owned(), text(summary.id)),
        ("hook_id".to_owned(), text(summary.hook_id)),
        ("project_id".to_owned(), number(summary.project_id.get())),
        ("outcome".to_owned(), text(summary.outcome.as_str())),
        ("status".to_owned(), number(summary.status.into())),
        ("exchange".to_owned(), binary(&compress(&request.exchange)?)),
        ("expires_at".to_owned(), number(summary.expires_at().unix_seconds())),
    ]);
    item.extend(summary.retry_of.map(|id| ("retry_of".to_owned(), text(id))));
    item.extend(summary.ip_address.as_ref().map(|address| ("ip_address".to_owned(), text(address))));
    Ok(item)
}

/// A whole call, as it stands in the table.
pub(super) fn decode(attributes: &Attributes) -> Result<Request, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let exchange = decompress(item.binary("exchange")?).ok_or_else(|| item.corrupt("exchange"))?;
    Ok(Request { summary: decode_summary(attributes)?, exchange })
}

/// The summary, as it stands in the table and in the index.
pub(super) fn decode_summary(attributes: &Attributes) -> Result<RequestSummary, StoreError> {
    let item = StoredItem::new(attributes, "id");
    let retry_of = item.optional_text("retry_of")?;
    Ok(RequestSummary {
        id: item.parsed("id")?,
        hook_id: item.parsed("hook_id")?,
        project_id: item.number("project_id", ProjectId::new)?,
        retry_of: retry_of.map(str::parse).transpose().map_err(|_: Invalid| item.corrupt("retry_of"))?,
        ip_address: item.optional_text("ip_address")?.map(str::to_owned),
        outcome: item.parsed("outcome")?,
        status: item.number("status", u16::try_from)?,
    })
}

/// The exchange but for the request's body, which follows it as it is: JSON in JSON would double its quotes.
#[derive(Serialize, Deserialize)]
struct StoredExchange {
    request_headers: Vec<(String, String)>,
    body: StoredBody,
    response_headers: Vec<(String, String)>,
    response_body: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredBody {
    Whole,
    TooLarge,
    NotKept,
}

/// The exchange, compressed; without its body if that is too large even so.
fn compress(exchange: &Exchange) -> Result<Vec<u8>, StoreError> {
    let deflated = deflate(exchange)?;
    if deflated.len() <= MAX_EXCHANGE_BYTES {
        return Ok(deflated);
    }
    deflate(&Exchange { request_body: KeptBody::TooLarge, ..exchange.clone() })
}

fn deflate(exchange: &Exchange) -> Result<Vec<u8>, StoreError> {
    let (body, bytes): (_, &[u8]) = match &exchange.request_body {
        KeptBody::Whole(bytes) => (StoredBody::Whole, bytes),
        KeptBody::TooLarge => (StoredBody::TooLarge, &[]),
        KeptBody::NotKept => (StoredBody::NotKept, &[]),
    };
    let stored = StoredExchange {
        request_headers: exchange.request_headers.clone(),
        body,
        response_headers: exchange.response_headers.clone(),
        response_body: exchange.response_body.clone(),
    };
    let written = || -> Result<Vec<u8>, std::io::Error> {
        let mut encoder = DeflateEncoder::new(Vec::with_capacity(2 * 1024), Compression::fast());
        serde_json::to_writer(&mut encoder, &stored)?;
        encoder.write_all(b"\n")?;
        encoder.write_all(bytes)?;
        encoder.finish()
    };
    written().map_err(|error| StoreError::Unavailable(Box::new(error)))
}

fn decompress(bytes: &[u8]) -> Option<Exchange> {
    let mut inflated = Vec::new();
    let mut decoder = DeflateDecoder::new(bytes).take(MAX_INFLATED_BYTES + 1);
    decoder.read_to_end(&mut inflated).ok().filter(|read| (*read as u64) <= MAX_INFLATED_BYTES)?;
    let end = inflated.iter().position(|byte| *byte == b'\n')?;
    let stored: StoredExchange = serde_json::from_slice(&inflated[..end]).ok()?;
    let request_body = match stored.body {
        StoredBody::Whole => KeptBody::Whole(inflated.split_off(end + 1)),
        StoredBody::TooLarge => KeptBody::TooLarge,
        StoredBody::NotKept => KeptBody::NotKept,
    };
    let StoredExchange { request_headers, response_headers, response_body, .. } = stored;
    Some(Exchange { request_headers, request_body, response_headers, response_body })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::{HookId, RequestId};
    use crate::domain::request::Outcome;
    use crate::domain::timestamp::Timestamp;

    fn request(body: KeptBody) -> Request {
        let id = |millis| RequestId::at(Timestamp::from_unix_millis(millis), [3; 10]);
        let header = |name: &str| (name.to_owned(), "a \"value\"\n".to_owned());
        Request {
            summary: RequestSummary {
                id: id(1_800_000_000_000),
                hook_id: HookId::from_random([1; 16]),
                project_id: ProjectId::new(1).unwrap(),
                retry_of: Some(id(1_700_000_000_000)),
                ip_address: Some("192.0.2.1".to_owned()),
                outcome: Outcome::Queued,
                status: 200,
            },
            exchange: Exchange {
                request_headers: vec![header("x-a"), header("x-b")],
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

    #[test]
    fn a_body_that_compresses_into_an_item_is_kept_and_a_larger_one_is_left_out() {
        for (body, kept) in [(vec![b'x'; 4 << 20], true), (noise(300 << 10), true), (noise(500 << 10), false)] {
            let item = encode(&request(KeptBody::Whole(body.clone()))).unwrap();
            let exchange = item["exchange"].as_b().unwrap().as_ref().len();
            assert!(exchange <= MAX_EXCHANGE_BYTES, "{exchange}");
            let expected = if kept { KeptBody::Whole(body) } else { KeptBody::TooLarge };
            assert!(decode(&item).unwrap().exchange.request_body == expected);
        }
    }

    #[test]
    fn a_stored_exchange_cannot_swell_without_bound() {
        let bomb = request(KeptBody::Whole(vec![0; 9 << 20]));
        let error = decode(&encode(&bomb).unwrap()).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { attribute: "exchange", .. }), "{error}");
    }

    proptest! {
        #[test]
        fn what_was_stored_is_read_back(body: Vec<u8>) {
            for body in [KeptBody::Whole(body), KeptBody::NotKept, KeptBody::TooLarge] {
                let request = request(body);
                prop_assert_eq!(decode(&encode(&request).unwrap()).unwrap(), request);
            }
        }

        #[test]
        fn no_stored_bytes_panic(bytes: Vec<u8>) {
            let _ = decompress(&bytes);
        }
    }
}
