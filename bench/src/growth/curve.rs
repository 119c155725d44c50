//! One curve: the same function with the same kind of call, at several sizes of one thing.

use bytes::Bytes;
use local::Service;
use sample::Failure;

use super::Bench;
use crate::load::{Round, each};
use crate::process::{Function, Process};
use crate::report::Figure;

/// List prices in USD a million, of us-east-1: `docs/operations.md` says from which pages and when.
const READ_UNIT: f64 = 0.125;
const WRITE_UNIT: f64 = 0.625;
const MESSAGE: f64 = 0.50;
/// A message is billed for each started part of this size.
const MESSAGE_PART_BYTES: usize = 64 * 1024;

const WARM_UP_CALLS: usize = 10;
/// Few enough that a large point takes seconds.
pub(super) const MOST_CALLS: usize = 100;
const COUNTED_CALLS: usize = 5;

/// What each point has, in this order.
pub(super) const FIGURES: [&str; 7] = [
    "start (ms)",
    "first call (ms)",
    "call, p50 (ms)",
    "processor time (ms)",
    "peak memory (MB)",
    "requests to AWS",
    "USD a million",
];

/// What grows, and what that makes.
pub(super) struct Curve {
    pub(super) title: &'static str,
    /// What is called, and up to where.
    pub(super) text: &'static str,
    /// What the points count.
    pub(super) of: &'static str,
    pub(super) points: Vec<Point>,
}

pub(super) struct Point {
    pub(super) size: usize,
    pub(super) figures: [Figure; 7],
}

/// A call at one point of a curve.
pub(super) struct Call<'c> {
    pub(super) function: &'c Function,
    pub(super) event: &'c dyn Fn() -> Bytes,
    pub(super) is_right: &'c dyn Fn(&[u8]) -> bool,
}

impl Call<'_> {
    /// Starts some processes, calls the last of them, and counts what that costs.
    pub(super) async fn measure(&self, bench: &Bench<'_>, size: usize) -> Result<Point, Failure> {
        let (mut to_next, mut first) = (Vec::new(), Vec::new());
        let mut process = self.start(&mut to_next, &mut first).await?;
        for _ in 1..bench.starts {
            process.end().await?;
            process = self.start(&mut to_next, &mut first).await?;
        }
        let calls = bench.effort.calls(100.0).min(MOST_CALLS);
        self.make(&mut process, WARM_UP_CALLS).await?;
        let mut rounds: Vec<Round> = Vec::new();
        for _ in 0..bench.effort.rounds {
            rounds.push(self.make(&mut process, calls).await?);
        }
        let memory = Figure::exact(process.peak_memory_mb());
        let [requests, cost] = self.count(&mut process, bench).await?;
        process.end().await?;
        let latency = Figure::of(rounds.iter().map(|round| round.latency(0.5)));
        let cpu = Figure::of(rounds.iter().map(|round| round.cpu_per_call));
        let starts = [Figure::of_times(to_next), Figure::of_times(first)];
        let [start, first] = starts;
        Ok(Point { size, figures: [start, first, latency, cpu, memory, requests, cost] })
    }

    async fn make(&self, process: &mut Process, calls: usize) -> Result<Round, Failure> {
        each(process, self.event, self.is_right, calls).await
    }

    async fn start(
        &self,
        to_next: &mut Vec<std::time::Duration>,
        first: &mut Vec<std::time::Duration>,
    ) -> Result<Process, Failure> {
        let mut process = Process::start(self.function, None).await?;
        to_next.push(process.next().await?.duration_since(process.started));
        first.push(process.call((self.event)(), self.is_right).await?);
        Ok(process)
    }

    /// Requests to AWS per call, and what those to DynamoDB and SQS cost.
    async fn count(&self, process: &mut Process, bench: &Bench<'_>) -> Result<[Figure; 2], Failure> {
        let stack = &bench.stage.stack;
        let (before, mut messages) = (stack.aws_calls_so_far(), stack.watch_messages());
        self.make(process, COUNTED_CALLS).await?;
        let calls = stack.aws_calls_from(before);
        let mut cost = 0.0;
        for call in calls.iter().filter(|call| call.service == Service::DynamoDb) {
            let is_read = ["GetItem", "BatchGetItem", "Query"].contains(&&*call.operation);
            cost += call.units * if is_read { READ_UNIT } else { WRITE_UNIT };
        }
        while let Ok(message) = messages.try_recv() {
            cost += MESSAGE * count(message.body.len().div_ceil(MESSAGE_PART_BYTES));
        }
        let each = count(COUNTED_CALLS);
        Ok([count(calls.len()) / each, cost / each].map(Figure::exact))
    }
}

#[expect(clippy::cast_precision_loss, reason = "there are not that many")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
