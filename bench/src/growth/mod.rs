//! `bench growth`: what more of everything makes: variables, conditions, bytes, hooks of a resource, calls in a hook's
//! log, actions that wait. Each as a curve, up to ten times its documented limit where the product takes so many.

mod actions;
mod chart;
mod curve;
mod fit;
mod hooks;
mod log;
mod table;

use std::path::Path;

use sample::Failure;

use self::curve::{Curve, MOST_CALLS};
use crate::arguments::Measure;
use crate::binaries::Binaries;
use crate::plan::Plans;
use crate::progress::Progress;
use crate::report::Report;
use crate::stage::Stage;
use crate::warm::Effort;
use crate::{document, machine};

/// What is started and called.
const FUNCTIONS: [&str; 6] =
    ["action-list", "action-start", "hook-create", "hook-list", "hook-trigger", "request-list"];

/// What a curve is measured with.
struct Bench<'s> {
    stage: &'s Stage,
    plans: Plans,
    effort: Effort,
    starts: usize,
    /// Whether only a few points of each curve are measured.
    quick: bool,
}

impl Bench<'_> {
    /// The points of a curve: all of them, or a few that cost little.
    fn points<'p>(&self, all: &'p [usize], few: &'p [usize]) -> &'p [usize] {
        if self.quick { few } else { all }
    }
}

/// What grows.
#[derive(Debug, Clone, Copy)]
enum Axis {
    Variables,
    Conditions,
    Bytes,
    Hooks,
    Calls,
    Turns,
    Actions,
}

impl Axis {
    /// In the order in which they are measured.
    const ALL: [Self; 7] =
        [Self::Variables, Self::Conditions, Self::Bytes, Self::Hooks, Self::Calls, Self::Turns, Self::Actions];

    fn title(self) -> &'static str {
        match self {
            Self::Variables => "Variables of a hook",
            Self::Conditions => "Conditions of a hook",
            Self::Bytes => "Size of the payload",
            Self::Hooks => "Hooks of a resource",
            Self::Calls => "Calls in the log of a hook",
            Self::Turns => "Actions that wait: a turn",
            Self::Actions => "Actions that wait: a list",
        }
    }
}

/// Measures the curves that are wanted, and writes all of it where that was asked for.
pub(crate) async fn run(measure: &Measure, wanted: Option<&str>) -> Result<(), Failure> {
    let functions = FUNCTIONS.map(str::to_owned);
    let binaries = Binaries::find(measure.binaries.as_deref(), &functions).await?;
    let first = Stage::set(&binaries, &[]).await?;
    let progress = Progress::begin("growth", Axis::ALL.len());
    let mut curves = Vec::new();
    // Each on a stage of its own, so that what one leaves behind does not slow down the next.
    for axis in Axis::ALL.into_iter().filter(|axis| wanted.is_none_or(|wanted| axis.title().contains(wanted))) {
        let stage = first.another().await?;
        let curve = Box::pin(measured(axis, &stage, measure)).await;
        curves.push(curve.map_err(|error| format!("{}: {error}", axis.title()))?);
        progress.step(axis.title());
        stage.stack.stop().await;
    }
    first.stack.stop().await;
    let mut circumstances = machine::place().to_vec();
    circumstances.push(format!(
        "{} starts at each point; {} turns of up to {MOST_CALLS} calls.",
        starts(measure),
        measure.effort().rounds
    ));
    let tables = std::iter::once(table::of_fits(&curves)).chain(curves.iter().map(table::of_curve)).collect();
    let docs = measure.docs_of(wanted.is_none());
    write(measure, docs.as_deref(), &Report { circumstances, tables }, &chart::svg(&curves))
}

/// There are many points.
fn starts(measure: &Measure) -> usize {
    measure.starts().div_ceil(4)
}

async fn measured(axis: Axis, stage: &Stage, measure: &Measure) -> Result<Curve, Failure> {
    let samples = stage.seed().await?;
    stage.stack.measure_units();
    let (effort, starts, plans) = (measure.effort(), starts(measure), Plans::new(stage)?);
    let bench = Bench { stage, plans, effort, starts, quick: measure.quick };
    match axis {
        Axis::Variables => hooks::variables(&bench, &samples).await,
        Axis::Conditions => hooks::conditions(&bench, &samples).await,
        Axis::Bytes => hooks::bytes(&bench).await,
        Axis::Hooks => hooks::of_a_resource(&bench, &samples).await,
        Axis::Calls => log::calls(&bench, &samples).await,
        Axis::Turns => actions::woken(&bench).await,
        Axis::Actions => actions::listed(&bench, &samples).await,
    }
}

fn write(measure: &Measure, docs: Option<&Path>, report: &Report, chart: &str) -> Result<(), Failure> {
    let generated = document::beside(report, "![What more of everything makes](growth.svg)");
    println!("{generated}\n");
    measure.write(report)?;
    if let Some(directory) = docs {
        document::rewrite(&directory.join("performance.md"), document::GROWTH, &generated)?;
        std::fs::write(directory.join("growth.svg"), chart)?;
    }
    Ok(())
}
