//! One action, from its claim to its end.

use std::{io, os::unix::fs::chown, time::Duration};

use nix::sys::signal::Signal;
use tempfile::TempDir;
use tokio::{select, task::spawn_blocking};

use super::{
    Worker,
    bounds::Planned,
    environment::{self, Variable},
    link::{Heard, Link, Lost, reason_line},
    output::Decoder,
    stop::Stage,
    terminal::Lines,
};
use crate::{
    api::{Claimed, End, StepReport, StepStatus},
    host::Moment,
    supervisor::{Ended, Event, Step, Task},
};

/// What a step has after SIGTERM, if the lease allows it.
const GRACE: Duration = Duration::from_secs(10);

/// How an action ended here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Completed,
    Failed,
    /// It was killed, or never begun, because the worker was told to stop.
    LetGo,
    /// It is another's now, or its end could not be reported.
    Lost,
}

/// Why a step was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Why {
    Cancelled,
    TimedOut,
    LetGo,
    Lost(String),
}

/// A step that has to end.
#[derive(Debug, Default)]
struct Stopping {
    why: Option<Why>,
    /// When it is not asked any more.
    kill_at: Option<Moment>,
}

/// What happens next while a step runs.
enum Next {
    Heard(Heard),
    GraceIsOver,
    TimedOut,
    LetGo,
    Step(Event),
}

/// An action under way.
struct Running<'w> {
    worker: &'w Worker,
    link: Link<'w>,
    id: u64,
    directory: TempDir,
    environment: Vec<Variable>,
    job: &'w str,
    /// When the worker's patience with the whole action ends.
    time_out: Moment,
}

/// Runs a claimed action. `asked` is when the claim was sent.
pub(crate) async fn run(worker: &Worker, claimed: &Claimed, asked: Moment) -> Outcome {
    let action = &claimed.action;
    let pipeline = action.pipeline_id.map(|id| format!(", pipeline {id}")).unwrap_or_default();
    let again = if claimed.attempt > 1 { format!(", attempt {}", claimed.attempt) } else { String::new() };
    let what = format!("{} {} {}{pipeline}{again}", action.operation, action.resource.kind, action.resource.id);
    worker.terminal.tell(action.id, &format!("claimed: {what}"));
    let mut link = Link::new(&worker.api, claimed, asked);
    let outcome = match prepare(worker, claimed) {
        Ok((plan, environment, directory)) => {
            let time_out = Moment::now() + worker.timeout;
            let (id, job) = (action.id, claimed.job.get());
            let mut running = Running { worker, link, id, directory, environment, job, time_out };
            let outcome = running.all(&plan, claimed).await;
            running.clean_up().await;
            outcome
        }
        Err(reason) => {
            let skipped = claimed.steps.iter().map(|step| report(step.order, StepStatus::Skipped)).collect();
            finish(worker, &mut link, action.id, skipped, Err(&reason)).await
        }
    };
    if outcome == Outcome::LetGo {
        worker.terminal.tell(action.id, "let go: the worker was stopped");
    }
    outcome
}

type Prepared = (Vec<Planned>, Vec<Variable>, TempDir);

/// All that can fail before anything runs.
fn prepare(worker: &Worker, claimed: &Claimed) -> Result<Prepared, String> {
    let plan = worker.bounds.plan(claimed)?;
    let environment = environment::of_job(&claimed.job, &worker.passed_on, &worker.bounds.home)?;
    let directory = make_directory(worker, claimed.action.id)
        .map_err(|error| format!("this worker cannot make a working directory: {error}"))?;
    Ok((plan, environment, directory))
}

/// Only the user who runs the steps can enter it.
fn make_directory(worker: &Worker, action: u64) -> io::Result<TempDir> {
    let directory = tempfile::Builder::new().prefix(&format!("pipehook-{action}-")).tempdir_in(&worker.directory)?;
    if let Some(user) = &worker.bounds.run_as {
        chown(directory.path(), Some(user.uid), Some(user.gid))?;
    }
    Ok(directory)
}

impl Running<'_> {
    /// The end of one step and the start of the next are one report.
    async fn all(&mut self, plan: &[Planned], claimed: &Claimed) -> Outcome {
        let mut news = Vec::new();
        for step in plan {
            news.extend(step.order.map(|order| report(order, StepStatus::InProgress)));
            let ended = match self.begin(std::mem::take(&mut news)).await {
                Ok(()) => self.step(step).await,
                Err(why) => Err(why),
            };
            let reason = match ended {
                Ok(Ended::Exit(0)) => {
                    self.worker.terminal.tell(self.id, &format!("{} completed", step.title));
                    news.extend(step.order.map(|order| report(order, StepStatus::Completed)));
                    continue;
                }
                Ok(ended) => format!("{} {}", step.title, words(&ended)),
                Err(Why::Lost(reason)) => return self.lost(step, claimed, &reason).await,
                Err(Why::LetGo) => {
                    let reason = format!("the worker was stopped during {}", step.title);
                    let news = ends(step, claimed, &reason);
                    finish(self.worker, &mut self.link, self.id, news, Err(&reason)).await;
                    return Outcome::LetGo;
                }
                Err(Why::Cancelled) => "cancelled".to_owned(),
                Err(Why::TimedOut) => {
                    let seconds = self.worker.timeout.as_secs();
                    format!("{} was killed: the worker allows an action {seconds} s", step.title)
                }
            };
            let news = ends(step, claimed, &reason);
            return finish(self.worker, &mut self.link, self.id, news, Err(&reason)).await;
        }
        let left = claimed.steps.iter().filter(|step| !plan.iter().any(|planned| planned.order == Some(step.order)));
        news.extend(left.map(|step| report(step.order, StepStatus::Skipped)));
        finish(self.worker, &mut self.link, self.id, news, Ok(())).await
    }

    /// Says that a step starts, before it does.
    async fn begin(&mut self, news: Vec<StepReport>) -> Result<(), Why> {
        let told = select! {
            told = self.link.tell(news) => told,
            () = self.worker.stop.reaches(Stage::LetsGo) => return Err(Why::LetGo),
        };
        match told {
            Ok(true) => Err(Why::Cancelled),
            Ok(false) => Ok(()),
            Err(Lost(reason)) => Err(Why::Lost(reason)),
        }
    }

    /// An error is why it was stopped.
    async fn step(&mut self, planned: &Planned) -> Result<Ended, Why> {
        self.worker.terminal.tell(self.id, &format!("{} starts", planned.title));
        self.link.begin_log(planned.order.unwrap_or_default());
        let task = Task {
            program: planned.program.clone(),
            arguments: planned.arguments.clone(),
            environment: self.environment.clone(),
            directory: self.directory.path().to_owned(),
            user: self.worker.bounds.run_as.clone(),
            input: self.job.to_owned(),
            until: self.link.kill_at().as_millis(),
        };
        match Step::start(&self.worker.supervisors, &task).await {
            Ok(mut step) => self.watch(planned, &mut step).await,
            Err(error) => Ok(Ended::NotStarted(error.to_string())),
        }
    }

    async fn watch(&mut self, planned: &Planned, step: &mut Step<'_>) -> Result<Ended, Why> {
        let mut output = Output { planned, decoder: Decoder::default(), lines: Lines::default() };
        let mut stopping = Stopping::default();
        loop {
            match self.next(step, &stopping).await {
                Next::Heard(Heard::Renewed(moment)) => step.run_until(moment).await,
                Next::Heard(Heard::Cancelled) => self.ask_to_end(step, &mut stopping, Why::Cancelled).await,
                Next::TimedOut => self.ask_to_end(step, &mut stopping, Why::TimedOut).await,
                Next::LetGo => self.ask_to_end(step, &mut stopping, Why::LetGo).await,
                Next::Heard(Heard::Lost(reason)) => {
                    step.kill().await;
                    stopping.why = Some(Why::Lost(reason));
                }
                Next::GraceIsOver => {
                    step.kill().await;
                    stopping.kill_at = None;
                }
                Next::Step(Event::Output(bytes)) => self.take(&mut output, &bytes),
                Next::Step(Event::Ended(ended)) => {
                    self.take_last(output);
                    return stopping.why.map_or(Ok(ended), Err);
                }
            }
        }
    }

    /// In this order: a step that prints all the time must not keep the lease from being renewed.
    async fn next(&mut self, step: &mut Step<'_>, stopping: &Stopping) -> Next {
        let is_lost = matches!(stopping.why, Some(Why::Lost(_)));
        select! {
            biased;
            heard = self.link.attend(), if !is_lost => Next::Heard(heard),
            () = at(stopping.kill_at) => Next::GraceIsOver,
            () = self.time_out.passes(), if stopping.why.is_none() => Next::TimedOut,
            () = self.worker.stop.reaches(Stage::LetsGo), if stopping.why.is_none() => Next::LetGo,
            event = step.event() => Next::Step(event),
        }
    }

    async fn ask_to_end(&mut self, step: &mut Step<'_>, stopping: &mut Stopping, why: Why) {
        if stopping.why.is_none() {
            step.terminate().await;
            *stopping = Stopping { why: Some(why), kill_at: Some((Moment::now() + GRACE).min(self.link.kill_at())) };
        }
    }

    fn take(&mut self, output: &mut Output<'_>, bytes: &[u8]) {
        let text = output.decoder.push(bytes);
        self.print(output, &text);
    }

    fn take_last(&mut self, mut output: Output<'_>) {
        let text = output.decoder.finish();
        self.print(&mut output, text);
        if let Some(line) = output.lines.finish() {
            self.worker.terminal.show(self.id, &line);
        }
    }

    fn print(&mut self, output: &mut Output<'_>, text: &str) {
        if output.planned.order.is_some() {
            self.link.push_output(text);
        }
        if !self.worker.quiet {
            output.lines.push(text).iter().for_each(|line| self.worker.terminal.show(self.id, line));
        }
    }

    /// The step is dead. If no one else has taken the action, it ends here.
    async fn lost(&mut self, step: &Planned, claimed: &Claimed, reason: &str) -> Outcome {
        let reason = format!("{} was killed: {reason}", step.title);
        let news = ends(step, claimed, &reason);
        finish(self.worker, &mut self.link, self.id, news, Err(&reason)).await;
        Outcome::Lost
    }

    async fn clean_up(self) {
        let path = self.directory.path().to_owned();
        let (directory, worker, id) = (self.directory, self.worker, self.id);
        let removed = spawn_blocking(move || directory.close()).await;
        if let Ok(Err(error)) = removed {
            let text = format!("cannot remove the working directory {}: {error}", path.display());
            worker.terminal.tell(id, &text);
        }
    }
}

/// What a step prints, on its way to the log and the terminal.
struct Output<'p> {
    planned: &'p Planned,
    decoder: Decoder,
    lines: Lines,
}

/// Reports the end until it has arrived, and says it in the terminal.
async fn finish(
    worker: &Worker,
    link: &mut Link<'_>,
    id: u64,
    news: Vec<StepReport>,
    end: Result<(), &str>,
) -> Outcome {
    let (status, text) = match end {
        Ok(()) => (End::Completed, "completed".to_owned()),
        Err(reason) => (End::Failed, format!("failed: {reason}")),
    };
    worker.terminal.tell(id, &text);
    let told = select! {
        told = link.finish(news, status, end.err()) => told,
        () = gives_up(worker) => Err(Lost("the worker was stopped".to_owned())),
    };
    match told {
        Ok(()) if end.is_ok() => Outcome::Completed,
        Ok(()) => Outcome::Failed,
        Err(Lost(reason)) => {
            worker.terminal.tell(id, &format!("its end could not be reported: {reason}"));
            Outcome::Lost
        }
    }
}

/// A worker that was told to let go still says how its actions ended, but does not insist.
async fn gives_up(worker: &Worker) {
    worker.stop.reaches(Stage::LetsGo).await;
    (Moment::now() + GRACE).passes().await;
}

/// The step failed, and those behind it do not run.
fn ends(failed: &Planned, claimed: &Claimed, reason: &str) -> Vec<StepReport> {
    let Some(order) = failed.order else { return Vec::new() };
    let reason = reason.strip_prefix(&*failed.title).unwrap_or(reason).trim_start_matches([' ', ':']);
    let failed = StepReport { order, status: StepStatus::Failed, reason: Some(reason_line(reason)) };
    let behind = claimed.steps.iter().filter(|step| step.order > order);
    [failed].into_iter().chain(behind.map(|step| report(step.order, StepStatus::Skipped))).collect()
}

fn report(order: u32, status: StepStatus) -> StepReport {
    StepReport { order, status, reason: None }
}

fn words(ended: &Ended) -> String {
    match ended {
        Ended::Exit(126 | 127) => "could not be run: its output says why".to_owned(),
        Ended::Exit(code) => format!("failed with exit status {code}"),
        Ended::Signal(number) => {
            let name = Signal::try_from(*number).map_or("unknown", Signal::as_str);
            format!("was killed by signal {number} ({name})")
        }
        Ended::NotStarted(reason) => format!("could not be started: {reason}"),
        Ended::Lost => "was killed, because its supervisor was".to_owned(),
    }
}

async fn at(moment: Option<Moment>) {
    match moment {
        Some(moment) => moment.passes().await,
        None => std::future::pending().await,
    }
}
