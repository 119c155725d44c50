//! How long a call takes, and how much of the processor, once a process is warm: `hook-trigger`, in turn with a function
//! that makes the same requests to AWS and one that does nothing.

use sample::{Failure, SIZES, Size};

use crate::load::{Expect, Kind, Outcome, Round, in_turn, on_time};
use crate::plan::Plans;
use crate::process::{Function, Process};
use crate::progress::Progress;
use crate::report::{Figure, Table};
use crate::stage::Stage;

/// After so many calls a process is warm, and the trigger logs no more calls that are not authentic.
const WARM_UP_CALLS: usize = 30;

/// How much of what a process can do is asked of it. Above that, calls begin to wait for each other.
const SHARE: f64 = 0.4;

/// The share of its capacity that a process is asked for, step by step.
const RAMP: [f64; 7] = [0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.2];

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// How often each function has its turn.
    pub(crate) rounds: usize,
    /// How long a turn takes.
    pub(crate) round_seconds: f64,
}

impl Effort {
    /// So many calls make up a turn; fewer than 20 would have no 90th percentile.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred calls")]
    pub(crate) fn calls(self, rate: f64) -> usize {
        ((rate * self.round_seconds) as usize).clamp(20, 2_000)
    }
}

/// One of those that take turns.
pub(crate) struct Contender {
    pub(crate) process: Process,
    /// What it is called with.
    pub(crate) kind: Kind,
    pub(crate) expect: Expect,
    rounds: Vec<Round>,
}

impl Contender {
    pub(crate) async fn start(function: &Function, kind: &Kind, expect: Expect) -> Result<Self, Failure> {
        Ok(Self { process: Process::ready(function).await?, kind: kind.clone(), expect, rounds: Vec::new() })
    }

    /// Makes so many calls, one after the other.
    pub(crate) async fn in_turn(&mut self, calls: usize) -> Result<Round, Failure> {
        in_turn(&mut self.process, &self.kind, self.expect, calls).await
    }

    async fn on_time(&mut self, calls: usize, rate: f64) -> Result<(), Failure> {
        self.rounds.push(on_time(&mut self.process, &self.kind, self.expect, calls, rate).await?);
        Ok(())
    }

    /// What its turns showed.
    pub(crate) fn figure(&self, of: impl Fn(&Round) -> f64) -> Figure {
        Figure::of(self.rounds.iter().map(of))
    }
}

/// The trigger and its floors, each for every kind of call.
pub(crate) async fn measure(
    stage: &Stage,
    plans: &Plans,
    kinds: Vec<Kind>,
    effort: Effort,
) -> Result<[Table; 2], Failure> {
    let [mut latency, mut cpu] = tables();
    let progress = Progress::begin("calls", kinds.len() * effort.rounds);
    for kind in kinds {
        let mut contenders = contenders(stage, plans, &kind).await?;
        let rate = take_turns(&mut contenders, effort, || progress.step(&kind.name())).await?;
        let [trigger, calls, echo] = &contenders;
        let (p50, bare) = (trigger.figure(|round| round.latency(0.5)), calls.figure(|round| round.latency(0.5)));
        let p90 = trigger.figure(|round| round.latency(0.9));
        let p99 = trigger.figure(|round| round.latency(0.99));
        let echo_p50 = echo.figure(|round| round.latency(0.5));
        let figures = [Figure::exact(rate.round()), p50, p90, p99, bare, echo_p50, p50.ratio(bare)];
        latency.row(kind.name(), figures.map(Some));
        let [used, bare, nothing] = contenders.each_ref().map(|contender| contender.figure(|round| round.cpu_per_call));
        let per_core = Figure::exact(1_000.0).ratio(used);
        let faults = trigger.figure(|round| round.page_faults_per_call);
        cpu.row(kind.name(), [used, bare, nothing, used.above(bare), used.ratio(bare), per_core, faults].map(Some));
    }
    Ok([latency, cpu])
}

fn tables() -> [Table; 2] {
    let text = "`hook-trigger` at a rate that fits: calls arrive at equal distances, at 40 % of what one process can do, \
                and the time of each counts from when it was to arrive. `bare calls` makes the same requests to AWS and \
                nothing else; `echo` makes none.";
    let columns = [
        "call",
        "calls/s",
        "p50 (ms)",
        "p90 (ms)",
        "p99 (ms)",
        "bare calls p50 (ms)",
        "echo p50 (ms)",
        "p50 to bare calls",
    ];
    let latency = Table::new("warm", "Calls", text, &columns);
    let text = "Processor time of the process per call, of all its threads, and what that makes per core if nothing else \
                ran. `ours` is the trigger's above that of the bare calls.";
    let columns = [
        "call",
        "CPU (ms)",
        "bare calls CPU (ms)",
        "echo CPU (ms)",
        "ours (ms)",
        "CPU to bare calls",
        "calls/s per core",
        "page faults",
    ];
    let cpu = Table::new("cpu", "Processor time of a call", text, &columns);
    [latency, cpu]
}

/// The trigger, the bare calls and the function that does nothing, ready for such calls.
async fn contenders(stage: &Stage, plans: &Plans, kind: &Kind) -> Result<[Contender; 3], Failure> {
    let plan = plans.write(stage, kind).await?;
    Ok([
        Contender::start(&stage.trigger(kind)?, kind, Expect::Outcome(kind.outcome)).await?,
        Contender::start(&stage.calls(&plan)?, kind, Expect::Served).await?,
        Contender::start(&stage.echo()?, kind, Expect::Served).await?,
    ])
}

/// Warms them up, and lets each have its turns with calls that come as fast as suits the slowest: at this many a second.
pub(crate) async fn take_turns(
    contenders: &mut [Contender],
    effort: Effort,
    after_round: impl Fn(),
) -> Result<f64, Failure> {
    let mut capacity = f64::MAX;
    for contender in &mut *contenders {
        contender.in_turn(WARM_UP_CALLS).await?;
        capacity = capacity.min(contender.in_turn(WARM_UP_CALLS).await?.rate);
    }
    let rate = capacity * SHARE;
    for _ in 0..effort.rounds {
        for contender in &mut *contenders {
            contender.on_time(effort.calls(rate), rate).await?;
        }
        after_round();
    }
    Ok(rate)
}

/// What happens as ever more calls arrive at one process: accepted ones of 8 KB.
pub(crate) async fn ramp(stage: &Stage, plans: &Plans, effort: Effort) -> Result<Table, Failure> {
    let text = "Accepted calls of 8 KB at one process, ever more of them, up to more than it can do; 1.0 is what it did \
                when each call came as soon as the last was answered. On Lambda no call waits for another: a process has \
                one at a time, and a second one starts where the first is busy.";
    let columns =
        ["share of capacity", "offered (calls/s)", "answered (calls/s)", "p50 (ms)", "p99 (ms)", "bare calls p50 (ms)"];
    let mut table = Table::new("ramp", "Up to saturation", text, &columns);
    let kind = Kind::new(Size(8 * 1024), Outcome::Accepted)?;
    let plan = plans.write(stage, &kind).await?;
    let mut trigger = Contender::start(&stage.trigger(&kind)?, &kind, Expect::Outcome(kind.outcome)).await?;
    let mut calls = Contender::start(&stage.calls(&plan)?, &kind, Expect::Served).await?;
    let progress = Progress::begin("ramp", RAMP.len() * effort.rounds);
    for contender in [&mut trigger, &mut calls] {
        contender.in_turn(WARM_UP_CALLS).await?;
    }
    let capacity = trigger.in_turn(effort.calls(100.0)).await?.rate;
    for share in RAMP {
        let rate = capacity * share;
        for contender in [&mut trigger, &mut calls] {
            contender.rounds.clear();
        }
        for _ in 0..effort.rounds {
            for contender in [&mut trigger, &mut calls] {
                contender.on_time(effort.calls(rate), rate).await?;
            }
            progress.step(&format!("{rate:.0} calls/s"));
        }
        let figures = [
            Figure::exact(rate.round()),
            trigger.figure(|round| round.rate),
            trigger.figure(|round| round.latency(0.5)),
            trigger.figure(|round| round.latency(0.99)),
            calls.figure(|round| round.latency(0.5)),
        ];
        table.row(format!("{share:.1}"), figures.map(Some));
    }
    Ok(table)
}

/// How much memory the trigger has taken after many calls, beside its floors.
pub(crate) async fn memory(stage: &Stage, plans: &Plans, effort: Effort) -> Result<Table, Failure> {
    let text = "Resident memory at its highest (VmHWM), after accepted calls, one right after the other.";
    let columns = ["call", "peak memory (MB)", "bare calls (MB)", "echo (MB)", "times bare calls", "calls"];
    let mut table = Table::new("memory", "Memory under load", text, &columns);
    let progress = Progress::begin("memory", SIZES.len());
    for size in SIZES {
        let kind = Kind::new(size, Outcome::Accepted)?;
        let calls = effort.calls(200.0);
        let mut peaks = [Figure::exact(0.0); 3];
        for (peak, mut contender) in peaks.iter_mut().zip(contenders(stage, plans, &kind).await?) {
            contender.in_turn(calls).await?;
            *peak = Figure::exact(contender.process.peak_memory_mb());
        }
        let [trigger, bare, echo] = peaks;
        #[expect(clippy::cast_precision_loss, reason = "there are not that many calls")]
        let calls = Figure::exact(calls as f64);
        table.row(kind.name(), [trigger, bare, echo, trigger.ratio(bare), calls].map(Some));
        progress.step(&kind.name());
    }
    Ok(table)
}
