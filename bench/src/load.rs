//! Calls that arrive on time, whether the last one was answered or not, and what became of them.

use std::time::{Duration, Instant};

use bytes::Bytes;
use sample::{Event, Failure, SIZES, Size, github_signature, push};

use crate::process::Process;
use crate::report::{millis, quantile};

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    /// It is accepted, and starts an action of a pipeline of ours.
    Started,
    Ignored,
    BadSignature,
}

impl Outcome {
    /// Those that are measured with every size.
    const OF_EVERY_SIZE: [Self; 3] = [Self::Accepted, Self::Ignored, Self::BadSignature];

    /// As the tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Started => "starts an action",
            Self::Ignored => "ignored",
            Self::BadSignature => "bad signature",
        }
    }

    /// What the right answer says.
    fn answer(self) -> &'static str {
        match self {
            Self::Accepted => "The pipeline job was queued.",
            Self::Started => r#""x-devopness-action-id""#,
            Self::Ignored => "The call was ignored. The condition `to main` does not hold.",
            Self::BadSignature => r#""statusCode":401"#,
        }
    }
}

/// A kind of call.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) size: Size,
    pub(crate) outcome: Outcome,
    /// Whether the hook is called often, so that most calls find a copy of it. Otherwise each call reads it.
    pub(crate) is_busy: bool,
    event: Event,
}

impl Kind {
    /// A push of this size that comes to this.
    pub(crate) fn new(size: Size, outcome: Outcome) -> Result<Self, Failure> {
        let body = push(size, if outcome == Outcome::Ignored { "topic" } else { "main" })?;
        let event = match outcome {
            Outcome::Accepted | Outcome::Ignored => Event::signed(&body)?,
            Outcome::Started => Event::signed(&body)?.to_running_hook(),
            Outcome::BadSignature => Event::new(&body, &github_signature(b"another body")?)?,
        };
        Ok(Self { size, outcome, is_busy: false, event })
    }

    /// The same as a request to a server.
    pub(crate) fn over_http(size: Size, outcome: Outcome, path: &str) -> Result<Self, Failure> {
        let body = push(size, if outcome == Outcome::Ignored { "topic" } else { "main" })?;
        let signed = if outcome == Outcome::BadSignature { "another body" } else { &body };
        let event = Event::over_http(path, &body, &github_signature(signed.as_bytes())?);
        Ok(Self { size, outcome, is_busy: false, event })
    }

    /// The same to a hook that is called often.
    pub(crate) fn busy(self) -> Self {
        Self { is_busy: true, ..self }
    }

    /// Every size with every outcome. That an action starts costs the same for every size, and so does the hook's read.
    pub(crate) fn all() -> Result<Vec<Self>, Failure> {
        let usual = Size(8 * 1024);
        let each = SIZES.iter().flat_map(|size| Outcome::OF_EVERY_SIZE.map(|outcome| Self::new(*size, outcome)));
        let busy = Outcome::OF_EVERY_SIZE.map(|outcome| Ok(Self::new(usual, outcome)?.busy()));
        each.chain([Self::new(usual, Outcome::Started)]).chain(busy).collect()
    }

    /// As the tables call it.
    pub(crate) fn name(&self) -> String {
        format!("{}, {}{}", self.size, self.outcome.name(), if self.is_busy { ", busy hook" } else { "" })
    }

    /// The event of a delivery that there was not yet.
    pub(crate) fn event(&self) -> Bytes {
        Bytes::from(self.event.next())
    }
}

/// Whether an answer is right: of the product, that the call came to what it should; of a floor, that it was served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    Outcome(Outcome),
    Served,
    /// Of another product, that it says this.
    Says(&'static str),
}

impl Expect {
    pub(crate) fn is_met(self, answer: &[u8]) -> bool {
        let text = String::from_utf8_lossy(answer);
        match self {
            Self::Outcome(outcome) => text.contains(outcome.answer()),
            Self::Served => text.contains(r#""statusCode":200"#),
            Self::Says(words) => text.contains(words),
        }
    }
}

/// What a number of calls showed.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// In milliseconds, sorted.
    latencies: Vec<f64>,
    /// In milliseconds.
    pub(crate) cpu_per_call: f64,
    pub(crate) page_faults_per_call: f64,
    /// Calls answered in a second.
    pub(crate) rate: f64,
}

impl Round {
    /// The latency that this part of the calls stayed within, in milliseconds.
    pub(crate) fn latency(&self, at: f64) -> f64 {
        quantile(&self.latencies, at)
    }
}

/// One call after the other, each as soon as the last is answered.
pub(crate) async fn in_turn(
    process: &mut Process,
    kind: &Kind,
    expect: Expect,
    calls: usize,
) -> Result<Round, Failure> {
    each(process, || kind.event(), |answer| expect.is_met(answer), calls).await
}

/// The same with any events.
pub(crate) async fn each(
    process: &mut Process,
    event: impl Fn() -> Bytes,
    is_right: impl Fn(&[u8]) -> bool,
    calls: usize,
) -> Result<Round, Failure> {
    let before = Before::look(process);
    let mut latencies = Vec::with_capacity(calls);
    for _ in 0..calls {
        latencies.push(process.call(event(), &is_right).await?);
    }
    Ok(before.round(latencies, process))
}

/// Makes this many calls, `rate` a second, whatever their outcome. The time of each counts from when it was due, so
/// that it includes the wait for another call.
pub(crate) async fn on_time(
    process: &mut Process,
    kind: &Kind,
    expect: Expect,
    calls: usize,
    rate: f64,
) -> Result<Round, Failure> {
    let (before, events) = (Before::look(process), process.events());
    let began = before.at;
    let kind = kind.clone();
    #[expect(clippy::cast_precision_loss, reason = "there are not that many calls")]
    let arrives = move |call: usize| began + Duration::from_secs_f64(call as f64 / rate);
    // A thread of its own: the timer of the runtime is good to a millisecond, a sleeping thread to some 60 µs.
    let arrivals = tokio::task::spawn_blocking(move || {
        for call in 0..calls {
            let event = kind.event();
            std::thread::sleep(arrives(call).saturating_duration_since(Instant::now()));
            if events.send(event).is_err() {
                return;
            }
        }
    });
    let mut latencies = Vec::with_capacity(calls);
    for call in 0..calls {
        let answered = process.answer(|answer| expect.is_met(answer)).await?;
        latencies.push(answered.saturating_duration_since(arrives(call)));
        process.next().await?;
    }
    arrivals.await?;
    Ok(before.round(latencies, process))
}

/// What a process had used when a round began.
struct Before {
    at: Instant,
    cpu: Duration,
    page_faults: f64,
}

impl Before {
    fn look(process: &Process) -> Self {
        Self { at: Instant::now(), cpu: process.cpu(), page_faults: process.page_faults() }
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not that many calls")]
    fn round(self, latencies: Vec<Duration>, process: &Process) -> Round {
        let (elapsed, cpu) = (self.at.elapsed(), process.cpu().saturating_sub(self.cpu));
        let calls = latencies.len().max(1) as f64;
        let mut latencies: Vec<f64> = latencies.into_iter().map(millis).collect();
        latencies.sort_by(f64::total_cmp);
        Round {
            latencies,
            cpu_per_call: millis(cpu) / calls,
            page_faults_per_call: (process.page_faults() - self.page_faults) / calls,
            rate: calls / elapsed.as_secs_f64(),
        }
    }
}
