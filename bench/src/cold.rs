//! How a process starts: from its spawn to its first request for work and to its first answer, and how its first call
//! compares with its tenth.

use std::time::Duration;

use sample::Failure;

use crate::process::{Function, Process};
use crate::progress::Progress;
use crate::quota::Quota;
use crate::report::{Figure, Table, millis};
use crate::stage::{FLOOR, Stage};
use crate::subjects::Subject;

/// How many calls each process serves.
const CALLS: usize = 10;

const COLUMNS: [&str; 9] = [
    "function",
    "to first `/next` (ms)",
    "above echo (ms)",
    "times echo",
    "to first answer (ms)",
    "first call (ms)",
    "tenth call (ms)",
    "first to tenth",
    "peak memory (MB)",
];

/// What one start showed.
#[derive(Debug, Clone, Copy)]
struct Start {
    to_next: Duration,
    first_call: Duration,
    tenth_call: Duration,
    peak_memory_mb: f64,
}

/// Starts every function `starts` times, in turn with the one that does nothing.
pub(crate) async fn measure(stage: &Stage, functions: &[Function], starts: usize) -> Result<Table, Failure> {
    let text = format!(
        "{starts} starts of each function in turn, each process with {CALLS} calls of a sample event. Medians, and half \
         the distance between the quartiles."
    );
    let mut table = Table::new("cold", "Starts", &text, &COLUMNS);
    Box::pin(fill(&mut table, stage, functions, starts, None)).await?;
    Ok(table)
}

/// The same with a quarter of a core.
pub(crate) async fn measure_throttled(stage: &Stage, functions: &[Function], starts: usize) -> Result<Table, Failure> {
    let title = "Starts with a quarter of a core";
    let mut table = Table::new("cold, quarter core", title, "", &COLUMNS);
    match Quota::quarter_core() {
        Err(why) => table.text = why,
        Ok(quota) => {
            let text = "As above, under a quota of 5 ms in each 20 ms, which a Lambda function of 442 MB has. What \
                          uses up its share waits for the next 20 ms.";
            text.clone_into(&mut table.text);
            Box::pin(fill(&mut table, stage, functions, starts, Some(&quota))).await?;
        }
    }
    Ok(table)
}

async fn fill(
    table: &mut Table,
    stage: &Stage,
    functions: &[Function],
    starts: usize,
    quota: Option<&Quota>,
) -> Result<(), Failure> {
    let progress = Progress::begin(table.topic, starts * (functions.len() + 1));
    let mut seen: Vec<Vec<Start>> = vec![Vec::new(); functions.len() + 1];
    for _ in 0..starts {
        // Anew, because a project may have only so many hooks, pipelines and tokens.
        let stage = stage.another().await?;
        let subjects = subjects(&stage, functions)?;
        // In turn, so that whatever else the machine does meets all of them alike.
        for (subject, seen) in subjects.iter().zip(&mut seen) {
            // On the heap: what the sample events need is a large future.
            seen.push(Box::pin(start(&stage, subject, quota)).await?);
            progress.step(&subject.function.name);
        }
        stage.stack.stop().await;
    }
    let echo = to_next(&seen[0]);
    let names = std::iter::once(FLOOR).chain(functions.iter().map(|function| &*function.name));
    for (name, seen) in names.zip(&seen) {
        table.row(name, figures(seen, echo).map(Some));
    }
    Ok(())
}

/// These functions on this stage, after the one that does nothing.
fn subjects(stage: &Stage, functions: &[Function]) -> Result<Vec<Subject>, Failure> {
    let floor = Subject::floor(stage.echo()?);
    let others = functions.iter().map(|function| Subject::of(stage.function(&function.name)?));
    std::iter::once(floor).chain(others).collect()
}

async fn start(stage: &Stage, subject: &Subject, quota: Option<&Quota>) -> Result<Start, Failure> {
    let mut samples = stage.seed().await?;
    let mut process = Process::start(&subject.function, quota).await?;
    let to_next = process.next().await?.duration_since(process.started);
    let mut calls = Vec::with_capacity(CALLS);
    for _ in 0..CALLS {
        let event = subject.event(stage, &mut samples).await?;
        calls.push(process.call(event, |answer| subject.is_right(answer)).await?);
    }
    let peak_memory_mb = process.peak_memory_mb();
    process.end().await?;
    Ok(Start { to_next, first_call: calls[0], tenth_call: calls[CALLS - 1], peak_memory_mb })
}

fn to_next(starts: &[Start]) -> Figure {
    Figure::of_times(starts.iter().map(|start| start.to_next))
}

fn figures(starts: &[Start], echo: Figure) -> [Figure; 8] {
    [
        to_next(starts),
        to_next(starts).above(echo),
        to_next(starts).ratio(echo),
        Figure::of_times(starts.iter().map(|start| start.to_next + start.first_call)),
        Figure::of_times(starts.iter().map(|start| start.first_call)),
        Figure::of_times(starts.iter().map(|start| start.tenth_call)),
        // Start by start: what the machine did meanwhile meets both calls.
        Figure::of(starts.iter().map(|start| millis(start.first_call) / millis(start.tenth_call).max(f64::EPSILON))),
        Figure::of(starts.iter().map(|start| start.peak_memory_mb)),
    ]
}
