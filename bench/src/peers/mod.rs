//! `bench peers`: the same calls to Pipehook and to what a user would pick instead, in turn: a function in Node with
//! GitHub's own package and the AWS SDK, and the server `webhook`. `bench/peers` has what is written for them.

mod chart;
mod node;
mod table;
mod webhook;

use std::time::Duration;

use sample::{Failure, Size};

use self::node::Node;
use self::webhook::Webhook;
use crate::arguments::Measure;
use crate::binaries::{self, Binaries};
use crate::load::{Expect, Kind, Outcome};
use crate::process::{Function, Process};
use crate::progress::Progress;
use crate::report::{Figure, Report};
use crate::stage::Stage;
use crate::warm::{Contender, Effort, take_turns};
use crate::{document, machine};

/// How the tables call them, in this order.
pub(crate) const NAMES: [&str; 3] = ["Pipehook", "Node", "`webhook`"];

/// What is called: a push as GitHub sends it.
const SIZE: Size = Size(8 * 1024);

const OUTCOMES: [Outcome; 3] = [Outcome::Accepted, Outcome::Ignored, Outcome::BadSignature];

/// Few enough that they take no time.
const COUNTED_CALLS: usize = 5;

/// After these, Pipehook logs no more calls that are not authentic, as in a flood.
const REFUSED_CALLS: usize = 30;

/// A figure of each of them; `None` where there is nothing to compare.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) figures: [Figure; 3],
}

impl Line {
    fn new(name: impl Into<String>, figures: [Figure; 3]) -> Self {
        Self { name: name.into(), figures }
    }
}

/// Measures everything, and writes it where that was asked for.
pub(crate) async fn run(measure: &Measure) -> Result<(), Failure> {
    let binaries = Binaries::find(measure.binaries.as_deref(), &[]).await?;
    let (node, webhook) = (Node::bundle().await?, Webhook::find()?);
    let stage = Stage::set(&binaries, &[]).await?;
    stage.seed().await?;
    let peers = Peers { stage: &stage, node: &node, webhook: &webhook };

    let mut lines = peers.starts(measure.starts()).await?;
    for outcome in OUTCOMES {
        lines.extend(peers.calls(outcome, measure.effort()).await?);
    }
    lines.push(peers.package()?);
    stage.stack.stop().await;

    let mut circumstances = machine::circumstances(measure.starts(), measure.effort());
    circumstances.extend([node.version()?, webhook.version()?]);
    let report = Report { circumstances, tables: vec![table::of(&lines)] };
    write(measure, &report, &chart::svg(&lines))
}

fn write(measure: &Measure, report: &Report, chart: &str) -> Result<(), Failure> {
    let image = "![Pipehook beside other receivers](peers.svg)";
    println!("{}\n", document::beside(report, image));
    measure.write(report)?;
    if let Some(directory) = measure.docs_of(true) {
        let generated = document::beside(report, image);
        document::rewrite(&directory.join("performance.md"), document::PEERS, &generated)?;
        std::fs::write(directory.join("peers.svg"), chart)?;
    }
    Ok(())
}

/// All three on one stage.
struct Peers<'s> {
    stage: &'s Stage,
    node: &'s Node,
    webhook: &'s Webhook,
}

/// One of them, with the calls that it gets and what it must answer.
struct Peer {
    function: Function,
    kind: Kind,
    expect: Expect,
}

impl Peers<'_> {
    /// In the order of [`NAMES`].
    fn all(&self, outcome: Outcome) -> Result<[Peer; 3], Failure> {
        let kind = Kind::new(SIZE, outcome)?.busy();
        let own = Expect::Outcome(outcome);
        Ok([
            Peer { function: self.stage.trigger(&kind)?, kind: kind.clone(), expect: own },
            Peer { function: self.node.function(self.stage)?, kind, expect: node::expected(outcome) },
            Peer {
                function: self.webhook.server()?,
                kind: Kind::over_http(SIZE, outcome, webhook::PATH)?,
                expect: webhook::expected(outcome),
            },
        ])
    }

    /// How each starts, in turn.
    async fn starts(&self, starts: usize) -> Result<Vec<Line>, Failure> {
        let progress = Progress::begin("starts", starts);
        let mut seen: [Vec<[Duration; 2]>; 3] = Default::default();
        for _ in 0..starts {
            for (peer, seen) in self.all(Outcome::Accepted)?.into_iter().zip(&mut seen) {
                seen.push(start(peer).await?);
            }
            progress.step("");
        }
        let figures =
            |of: fn(&[Duration; 2]) -> Duration| seen.each_ref().map(|starts| Figure::of_times(starts.iter().map(of)));
        Ok(vec![
            Line::new("start, until it takes calls (ms)", figures(|[start, _]| *start)),
            Line::new("its first call (ms)", figures(|[_, call]| *call)),
            Line::new("start and first call (ms)", figures(|[start, call]| *start + *call)),
        ])
    }

    /// How long a call takes each once it is warm, and what it takes of the machine and of AWS.
    async fn calls(&self, outcome: Outcome, effort: Effort) -> Result<Vec<Line>, Failure> {
        let progress = Progress::begin(outcome.name(), effort.rounds);
        let mut contenders = Vec::new();
        for Peer { function, kind, expect } in self.all(outcome)? {
            contenders.push(Contender::start(&function, &kind, expect).await?);
        }
        take_turns(&mut contenders, effort, || progress.step("")).await?;
        let mut requests = [Figure::exact(0.0); 3];
        for (requests, contender) in requests.iter_mut().zip(&mut contenders) {
            *requests = self.requests(contender).await?;
        }
        let memory = contenders.iter().map(|contender| Figure::exact(contender.process.peak_memory_mb()));
        let memory = three(memory);
        let latency = |at| three(contenders.iter().map(|contender| contender.figure(|round| round.latency(at))));
        let cpu = three(contenders.iter().map(|contender| contender.figure(|round| round.cpu_per_call)));
        let name = outcome.name();
        let mut lines = vec![
            Line::new(format!("{name}, p50 (ms)"), latency(0.5)),
            Line::new(format!("{name}, p90 (ms)"), latency(0.9)),
            Line::new(format!("{name}, p99 (ms)"), latency(0.99)),
            Line::new(format!("{name}, processor time (ms)"), cpu),
            Line::new(format!("{name}, requests to AWS"), requests),
        ];
        if outcome == Outcome::Accepted {
            lines.push(Line::new("peak memory after these calls (MB)", memory));
        }
        for contender in contenders {
            contender.process.end().await?;
        }
        Ok(lines)
    }

    async fn requests(&self, contender: &mut Contender) -> Result<Figure, Failure> {
        contender.in_turn(REFUSED_CALLS).await?;
        let before = self.stage.stack.aws_calls_so_far();
        contender.in_turn(COUNTED_CALLS).await?;
        let requests = self.stage.stack.aws_calls_so_far() - before;
        #[expect(clippy::cast_precision_loss, reason = "some requests")]
        Ok(Figure::exact((requests as f64 / COUNTED_CALLS as f64).round()))
    }

    /// What has to be brought to where it runs, in a zip.
    fn package(&self) -> Result<Line, Failure> {
        let own = self.stage.function("hook-trigger")?.binary;
        let files = [&own, self.node.bundle_file(), self.webhook.binary()];
        let mut sizes = [Figure::exact(0.0); 3];
        for (size, file) in sizes.iter_mut().zip(files) {
            *size = Figure::exact(binaries::zipped_megabytes(file)?);
        }
        Ok(Line::new("package, zipped (MB)", sizes))
    }
}

/// From its start until it takes calls, and how long the first one takes.
async fn start(Peer { function, kind, expect }: Peer) -> Result<[Duration; 2], Failure> {
    let mut process = Process::start(&function, None).await?;
    let to_next = process.next().await?.duration_since(process.started);
    let call = process.call(kind.event(), |answer| expect.is_met(answer)).await?;
    process.end().await?;
    Ok([to_next, call])
}

fn three(figures: impl Iterator<Item = Figure>) -> [Figure; 3] {
    let mut three = [Figure::exact(0.0); 3];
    for (to, figure) in three.iter_mut().zip(figures) {
        *to = figure;
    }
    three
}
