//! What ties an action to this worker: its lease, and the reports that renew it. One report at a time, so that none
//! overtakes another.

use std::{fmt, pin::Pin, time::Duration};

use super::{
    lease::{Lease, pause_after_failures},
    output::{Log, Urgency},
};
use crate::{
    api::{Api, Claimed, End, Failure, Granted, LeaseToken, OutputPart, Report, StepReport},
    host::Moment,
};

/// Between two reports with output that has filled no part yet.
const OUTPUT_EVERY: Duration = Duration::from_secs(5);

/// A report that says nothing but how the action ended is tried for that long after the lease: it is taken as long as
/// no one else has the action.
const LAST_WORD: Duration = Duration::from_mins(5);

/// The longest reason that the API takes, in characters.
const LONGEST_REASON: usize = 255;

/// A claimed action, as far as the API is concerned.
pub(crate) struct Link<'a> {
    api: &'a Api,
    action: u64,
    token: LeaseToken,
    lease: Lease,
    /// When the last report was sent.
    sent: Moment,
    failures: u32,
    /// What the current step prints.
    log: Log,
    under_way: Option<UnderWay<'a>>,
    /// Whether it was heard that the action is to be stopped.
    cancelled: bool,
    /// Whether it was heard that someone else has the action.
    is_taken: bool,
}

struct UnderWay<'a> {
    sent: Moment,
    output: Option<OutputPart>,
    answer: Pin<Box<dyn Future<Output = Result<Granted, Failure>> + Send + 'a>>,
}

/// What is heard while a step runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The action may run until this moment.
    Renewed(Moment),
    /// A user wants it stopped. It is said once.
    Cancelled,
    /// It is not this worker's any more, or cannot be known to be.
    Lost(String),
}

/// A report that did not arrive, and why the action cannot go on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lost(pub(crate) String);

impl<'a> Link<'a> {
    /// `asked` is when the claim was sent.
    pub(crate) fn new(api: &'a Api, claimed: &Claimed, asked: Moment) -> Self {
        Self {
            api,
            action: claimed.action.id,
            token: claimed.lease_token.clone(),
            lease: Lease::new(asked, claimed.lease_seconds),
            sent: asked,
            failures: 0,
            log: Log::new(0),
            under_way: None,
            cancelled: false,
            is_taken: false,
        }
    }

    /// When nothing may run any more.
    pub(crate) fn kill_at(&self) -> Moment {
        self.lease.kill_at()
    }

    /// From now on, output is that of this step.
    pub(crate) fn begin_log(&mut self, order: u32) {
        self.log = Log::new(order);
    }

    pub(crate) fn push_output(&mut self, text: &str) {
        self.log.push(text);
    }

    /// Reports while a step runs, until there is something to hear. It can be dropped and called again.
    pub(crate) async fn attend(&mut self) -> Heard {
        loop {
            if self.lease.kill_at().has_passed() {
                return Heard::Lost("the API could not be reached before the lease was nearly over".to_owned());
            }
            let answer = match &mut self.under_way {
                None => {
                    let due = self.due();
                    if due.has_passed() {
                        let output = self.log.next();
                        self.send(Vec::new(), output, None);
                    } else {
                        earlier(due, self.lease.kill_at()).passes().await;
                    }
                    continue;
                }
                Some(under_way) => tokio::select! {
                    answer = &mut under_way.answer => answer,
                    () = self.lease.kill_at().passes() => continue,
                },
            };
            if let Some(heard) = self.hear(answer) {
                return heard;
            }
        }
    }

    /// Says what has become of steps, with all output that is still to be sent, and again until it has arrived. Nothing
    /// runs meanwhile. Gives back whether the action is to be stopped.
    pub(crate) async fn tell(&mut self, steps: Vec<StepReport>) -> Result<bool, Lost> {
        self.say(steps, None).await?;
        Ok(self.cancelled)
    }

    /// Says how the action has ended. The last word may come after the lease.
    pub(crate) async fn finish(&mut self, steps: Vec<StepReport>, end: End, reason: Option<&str>) -> Result<(), Lost> {
        self.say(steps, Some((end, reason.map(reason_line)))).await
    }

    async fn say(&mut self, steps: Vec<StepReport>, end: Option<(End, Option<String>)>) -> Result<(), Lost> {
        let give_up = match end {
            Some(_) => later(self.lease.kill_at(), Moment::now()) + LAST_WORD,
            None => self.lease.kill_at(),
        };
        let mut is_said = false;
        while !is_said {
            if self.is_taken {
                return Err(Lost("another worker has it, or it has ended".to_owned()));
            }
            if give_up.has_passed() {
                return Err(Lost("the API could not be reached in time".to_owned()));
            }
            if self.under_way.is_none() {
                earlier(self.not_before(), give_up).passes().await;
                let output = self.log.next();
                // The news comes with the last of the output.
                is_said = output.as_ref().is_none_or(|part| self.log.ends_with(part));
                if is_said {
                    self.send(steps.clone(), output, end.clone());
                } else {
                    self.send(Vec::new(), output, None);
                }
            }
            let Some(under_way) = &mut self.under_way else { continue };
            let answer = (&mut under_way.answer).await;
            let failed = answer.is_err();
            match self.hear(answer) {
                Some(Heard::Lost(reason)) => return Err(Lost(reason)),
                Some(Heard::Cancelled | Heard::Renewed(_)) | None => is_said &= !failed,
            }
        }
        Ok(())
    }

    /// When the next report is due, while a step runs.
    fn due(&self) -> Moment {
        let wished = match self.log.urgency() {
            Urgency::FullPart => self.sent,
            Urgency::SomeText => earlier(self.sent + OUTPUT_EVERY, self.lease.next_report()),
            Urgency::Nothing => self.lease.next_report(),
        };
        later(wished, self.not_before())
    }

    fn not_before(&self) -> Moment {
        if self.failures == 0 { self.sent } else { self.sent + pause_after_failures(self.failures) }
    }

    fn send(&mut self, steps: Vec<StepReport>, output: Option<OutputPart>, end: Option<(End, Option<String>)>) {
        let (status, reason) = end.map_or((None, None), |(end, reason)| (Some(end), reason));
        let report = Report { lease_token: self.token.clone(), steps, output: output.clone(), status, reason };
        let (api, action) = (self.api, self.action);
        self.sent = Moment::now();
        let answer = Box::pin(async move { api.report(action, &report).await });
        self.under_way = Some(UnderWay { sent: self.sent, output, answer });
    }

    fn hear(&mut self, answer: Result<Granted, Failure>) -> Option<Heard> {
        let UnderWay { sent, output, .. } = self.under_way.take()?;
        match answer {
            Ok(granted) => {
                self.failures = 0;
                self.lease = Lease::new(sent, granted.lease_seconds);
                if let Some(part) = output {
                    self.log.arrived(&part);
                }
                if granted.cancel && !self.cancelled {
                    self.cancelled = true;
                    return Some(Heard::Cancelled);
                }
                Some(Heard::Renewed(self.lease.kill_at()))
            }
            Err(failure) if failure.is_passing() => {
                self.failures = self.failures.saturating_add(1);
                None
            }
            Err(failure) => {
                self.is_taken = matches!(failure, Failure::Conflict(_));
                Some(Heard::Lost(failure.to_string()))
            }
        }
    }
}

impl fmt::Debug for Link<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("action", &self.action).field("lease", &self.lease).finish_non_exhaustive()
    }
}

fn earlier(one: Moment, other: Moment) -> Moment {
    one.min(other)
}

fn later(one: Moment, other: Moment) -> Moment {
    one.max(other)
}

/// A reason as the API takes it: one line that is not too long, without spaces at its ends. Parts of it may come from a
/// command, and a report that is refused would leave the action without its end.
pub(super) fn reason_line(text: &str) -> String {
    let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
    let line = line.trim();
    if line.chars().count() <= LONGEST_REASON {
        return line.to_owned();
    }
    line.chars().take(LONGEST_REASON - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_line_that_the_api_takes() {
        assert_eq!(reason_line(" a\nb\u{1b}[2J\t "), "a b [2J");
        let cut = reason_line(&"é".repeat(256));

        assert_eq!(cut.chars().count(), LONGEST_REASON);
        assert!(cut.ends_with("é…"));
    }
}
