//! `cargo run --release -p bench`: measures the release binaries against the stack of `local`, behind TLS as on AWS, and
//! each figure beside its floor in the same run. `docs/performance.md` says what the figures mean.
//!
//! | module | is |
//! |---|---|
//! | `arguments` | what can be asked for |
//! | `binaries` | the release binaries: built, found, weighed |
//! | `stage` | what the functions run in: the stack, `tls` in front of it, the sample data |
//! | `process`, `runtime_api`, `quota` | one process of a function, and the Lambda that it talks to |
//! | `subjects`, `cold` | how each function starts |
//! | `load`, `plan`, `warm` | how long a call takes when it is warm, up to saturation, and what memory it takes |
//! | `growth` | what more of everything makes |
//! | `peers`, `server` | other receivers, and how a server is called |
//! | `work` | requests to AWS, their bytes, allocations |
//! | `own` | what is ours alone, without AWS |
//! | `report`, `targets`, `document`, `chart` | figures, and how they are written down |
//! | `compare` | two runs beside each other |
//! | `machine`, `progress` | where it ran, and how far it is |
//!
//! The library `sample` beside it has what is sent; `src/bin` the floors; `benches/micro.rs` is `cargo bench`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod arguments;
mod binaries;
mod chart;
mod cold;
mod compare;
mod document;
mod growth;
mod load;
mod machine;
mod own;
mod peers;
mod plan;
mod process;
mod progress;
mod quota;
mod report;
mod runtime_api;
mod server;
mod stage;
mod subjects;
mod targets;
mod tls;
mod warm;
mod work;

use std::process::ExitCode;

use clap::Parser as _;
use sample::Failure;
use shared::telemetry::Chain;

use crate::arguments::{Arguments, Command, Topic};
use crate::binaries::{Binaries, functions};
use crate::plan::Plans;
use crate::process::Function;
use crate::report::{Report, Table};
use crate::stage::Stage;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Some(Command::Compare { before, after }) => compare::compare(before, after).map(|table| println!("{table}")),
        Some(Command::Growth { measure, curve }) => Box::pin(growth::run(measure, curve.as_deref())).await,
        Some(Command::Peers(measure)) => Box::pin(peers::run(measure)).await,
        None => run(&arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {}", Chain(&*error));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let measure = &arguments.measure;
    let functions = if arguments.function.is_empty() { functions()? } else { arguments.function.clone() };
    let binaries = Binaries::find(measure.binaries.as_deref(), &functions).await?;
    let circumstances = machine::circumstances(measure.starts(), measure.effort());
    let mut report = Report { circumstances, tables: Vec::new() };
    for topic in arguments.topics() {
        for table in Box::pin(tables(topic, arguments, &binaries, &functions)).await? {
            println!("{}\n", document::markdown(&table));
            report.tables.push(table);
        }
    }
    println!("### Targets\n\n{}", targets::table(&report));
    measure.write(&report)?;
    if let Some(directory) = arguments.docs() {
        document::rewrite(&directory.join("performance.md"), document::FIGURES, &document::figures(&report))?;
        std::fs::write(directory.join("performance.svg"), chart::svg(&report))?;
    }
    Ok(())
}

/// Each topic has a stage of its own, so that what one leaves behind does not slow down the next.
async fn tables(
    topic: Topic,
    arguments: &Arguments,
    binaries: &Binaries,
    functions: &[String],
) -> Result<Vec<Table>, Failure> {
    let measure = &arguments.measure;
    let (starts, effort) = (measure.starts(), measure.effort());
    let stage = Stage::set(binaries, &arguments.set).await?;
    stage.seed().await?;
    let functions: Vec<Function> = functions.iter().map(|name| stage.function(name)).collect::<Result<_, _>>()?;
    let (kinds, plans) = (arguments.kinds()?, Plans::new(&stage)?);
    let tables = match topic {
        Topic::Size => vec![binaries::sizes(&[vec![stage.echo()?], functions].concat())?],
        Topic::Cold => vec![cold::measure(&stage, &functions, starts).await?],
        Topic::Throttled => vec![cold::measure_throttled(&stage, &functions, measure.throttled_starts()).await?],
        Topic::Warm => warm::measure(&stage, &plans, kinds, effort).await?.into(),
        Topic::Ramp => vec![warm::ramp(&stage, &plans, effort).await?],
        Topic::Memory => vec![warm::memory(&stage, &plans, effort).await?],
        Topic::Work => vec![work::requests(&stage, kinds).await?, work::allocations(binaries)?],
        Topic::Own => vec![own::measure(measure.samples())?],
    };
    stage.stack.stop().await;
    Ok(tables)
}
