//! What a call costs besides time: requests to AWS, the bytes of them, and allocations.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use local::Service;
use sample::Failure;
use serde_json::Value as Json;

use crate::binaries::{ALLOCATIONS, Binaries};
use crate::load::{Expect, Kind, in_turn};
use crate::process::Process;
use crate::progress::Progress;
use crate::report::{Figure, Table};
use crate::stage::Stage;
use crate::tls::Passage;

/// Few enough that the trigger logs each call that is not authentic.
const CALLS: usize = 5;

/// Requests and bytes of each kind of call, counted where TLS ends.
pub(crate) async fn requests(stage: &Stage, kinds: Vec<Kind>) -> Result<Table, Failure> {
    let text = "Per call, counted between the function and AWS: bytes of HTTP, without TLS. `turns` is how many \
                of the requests began while no other was under way. A bad signature is \
                logged at most 20 times in a burst; without the log it makes one request. A hook is busy \
                if it was called within the last second: its calls find it in the sandbox.";
    let columns =
        ["call", "requests", "turns", "sent (bytes)", "of it to DynamoDB", "of it to SQS", "received (bytes)"];
    let mut table = Table::new("requests", "Requests to AWS", text, &columns);
    let progress = Progress::begin("requests", kinds.len());
    for kind in kinds {
        let mut process = Process::ready(&stage.trigger(&kind)?).await?;
        let expect = Expect::Outcome(kind.outcome);
        in_turn(&mut process, &kind, expect, 1).await?;
        let before = stage.stack.aws_calls().len();
        stage.traffic.watch();
        in_turn(&mut process, &kind, expect, CALLS).await?;
        // The last bytes of an answer are counted just before they are passed on.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let (passages, after) = (stage.traffic.seen(), stage.stack.aws_calls().len());
        let sent = |service: Option<Service>| {
            per_call(bytes(&passages, |passage| passage.is_request && service.is_none_or(|is| is == passage.service)))
        };
        let figures = [
            per_call(after - before),
            per_call(turns(&passages)),
            sent(None),
            sent(Some(Service::DynamoDb)),
            sent(Some(Service::Sqs)),
            per_call(bytes(&passages, |passage| !passage.is_request)),
        ];
        table.row(kind.name(), figures.map(Some));
        process.end().await?;
        progress.step(&kind.name());
    }
    Ok(table)
}

fn bytes(passages: &[Passage], is_counted: impl Fn(&Passage) -> bool) -> usize {
    passages.iter().filter(|passage| is_counted(passage)).map(|passage| passage.bytes).sum()
}

#[expect(clippy::cast_precision_loss, reason = "some megabytes")]
fn per_call(count: usize) -> Figure {
    Figure::exact((count as f64 / CALLS as f64).round())
}

/// How many requests began while no other was under way.
fn turns(passages: &[Passage]) -> usize {
    let mut passages: Vec<&Passage> = passages.iter().collect();
    passages.sort_by_key(|passage| passage.at);
    let (mut under_way, mut turns) = (BTreeSet::new(), 0);
    for passage in passages {
        if passage.is_request {
            turns += usize::from(under_way.is_empty());
            under_way.insert(passage.connection);
        } else {
            under_way.remove(&passage.connection);
        }
    }
    turns
}

/// What the trigger itself allocates.
pub(crate) fn allocations(binaries: &Binaries) -> Result<Table, Failure> {
    let text = "Per accepted call, in `bench-allocations`, whose allocator counts. `verify` is the proof of the signature, \
                `extract` the parsing of the body with the typing of its six variables, `handle` the whole endpoint from the \
                event to the answer. Of it all that the AWS SDK does is left out, and with it the writing of the message, the \
                packing of the log entry and the decoding of the hook, which is copied instead. `bytes` is all that was asked \
                for, not what was held at once.";
    let columns = ["body", "verify", "bytes of it", "extract", "bytes of that", "handle", "bytes in all"];
    let mut table = Table::new("allocations", "Allocations", text, &columns);
    let output = Command::new(binaries.path(ALLOCATIONS)?).output()?;
    if !output.status.success() {
        return Err(format!("{ALLOCATIONS} failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let mut rows: Vec<(String, Vec<Option<Figure>>)> = Vec::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let line: Json = serde_json::from_str(line)?;
        let size = line["size"].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| line[name].as_f64().unwrap_or_default();
        let count = number("allocations") + number("reallocations");
        let figures = [count, number("bytes")].map(|value| Some(Figure::exact(value)));
        match rows.last_mut() {
            Some((last, row)) if *last == size => row.extend(figures),
            Some(_) | None => rows.push((size, figures.to_vec())),
        }
    }
    for (size, figures) in rows {
        table.row(size, figures);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_request_that_begins_while_another_is_under_way_takes_no_turn_of_its_own() {
        let began = Instant::now();
        let turns = |order: &[(u64, bool)]| {
            let passage = |(ms, (connection, is_request)): (u64, &(u64, bool))| Passage {
                at: began + Duration::from_millis(ms),
                service: Service::DynamoDb,
                connection: *connection,
                is_request: *is_request,
                bytes: 1,
            };
            turns(&(0..).zip(order).map(passage).collect::<Vec<_>>())
        };
        let (apart, together) = (
            [(1, true), (1, false), (2, true), (2, false)],
            [(1, true), (2, true), (2, true), (3, true), (2, false), (1, false), (3, false)],
        );
        assert_eq!((turns(&apart), turns(&together)), (2, 1));
    }
}
