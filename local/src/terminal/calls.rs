//! One line for each call of a hook, and for each other request that was refused or failed.

use std::{collections::HashMap, fmt};

use local::{ApiCall, LogLine};
use serde::Deserialize;
use time::OffsetDateTime;

/// The outcome of a call that ended before its hook was found.
const UNKNOWN: &str = "unknown";

/// What the functions have logged of calls whose answers are not shown yet.
#[derive(Debug, Default)]
pub(crate) struct Calls(HashMap<String, Told>);

/// What the line of a webhook call says, as `shared/src/telemetry/call.rs` writes it. The lines of other requests have
/// no `Outcome`.
#[derive(Debug, Deserialize)]
struct Told {
    #[serde(rename = "Outcome")]
    outcome: String,
    /// Why the call was not authentic. The answer does not say that.
    reason: Option<String>,
    span: Span,
}

#[derive(Debug, Deserialize)]
struct Span {
    request_id: String,
    hook_id: Option<String>,
}

/// What is shown of a call.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// In UTC: hour, minute, second.
    pub(crate) time: (u8, u8, u8),
    /// The hook's name, else the request.
    pub(crate) what: String,
    pub(crate) outcome: String,
    pub(crate) status: u16,
    pub(crate) reason: String,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { time: (hour, minute, second), what, outcome, status, reason } = self;
        write!(f, "{hour:02}:{minute:02}:{second:02}Z  {what}: {outcome} ({status}). {reason}")
    }
}

impl Calls {
    /// Takes note of a line, which is written before its call is answered.
    pub(crate) fn note(&mut self, line: &LogLine) {
        if let Ok(told) = serde_json::from_str::<Told>(&line.text) {
            self.0.insert(told.span.request_id.clone(), told);
        }
    }

    /// What to show of an answered request, or `None` if it is not a hook's and all is well with it.
    pub(crate) fn show(
        &mut self,
        call: ApiCall,
        now: OffsetDateTime,
        name_of: impl FnOnce(&str) -> Option<String>,
    ) -> Option<Shown> {
        let told = call.request_id.as_ref().and_then(|id| self.0.remove(id));
        let outcome = match (&told, call.status) {
            (Some(told), _) if told.outcome != UNKNOWN => told.outcome.clone(),
            (_, 500..) => "failed".to_owned(),
            (_, 400..) => "refused".to_owned(),
            (_, _) => return None,
        };
        let (reason, hook_id) = told.map(|told| (told.reason, told.span.hook_id)).unwrap_or_default();
        let hook = hook_id.and_then(|id| name_of(&id));
        Some(Shown {
            time: now.to_hms(),
            what: hook.unwrap_or_else(|| format!("{} {}", call.method, call.path)),
            outcome,
            status: call.status,
            reason: reason.or(call.reason).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine { function: "F".into(), text: text.into() }
    }

    fn call(status: u16) -> ApiCall {
        ApiCall {
            method: "POST".into(),
            path: "/hooks/h/trigger".into(),
            status,
            request_id: Some("r".into()),
            reason: Some("Because.".into()),
        }
    }

    fn shown(calls: &mut Calls, call: ApiCall) -> Option<String> {
        let time = OffsetDateTime::from_unix_timestamp(1_800_000_061).unwrap();
        let name_of = |id: &str| (id == "h").then(|| "deploy main".to_owned());
        calls.show(call, time, name_of).map(|shown| shown.to_string())
    }

    #[test]
    fn a_call_of_a_hook_is_shown_by_the_hooks_name_with_its_outcome_and_the_reason() {
        let mut calls = Calls::default();
        calls.note(&line(r#"{"level":"INFO","Outcome":"ignored","span":{"request_id":"r","hook_id":"h"}}"#));

        let text = shown(&mut calls, call(200));

        assert_eq!(text.as_deref(), Some("08:01:01Z  deploy main: ignored (200). Because."));
        assert_eq!(shown(&mut calls, call(200)), None, "it is shown once");
    }

    #[test]
    fn a_call_that_is_not_authentic_is_shown_with_the_reason_that_its_sender_is_not_told() {
        let mut calls = Calls::default();
        let line_of = r#"{"Outcome":"rejected","reason":"No header.","span":{"request_id":"r","hook_id":"h"}}"#;
        calls.note(&line(line_of));

        let text = shown(&mut calls, call(401));

        assert_eq!(text.as_deref(), Some("08:01:01Z  deploy main: rejected (401). No header."));
    }

    #[test]
    fn a_call_of_a_hook_that_does_not_exist_is_shown_by_its_path() {
        let mut calls = Calls::default();
        calls.note(&line(r#"{"Outcome":"unknown","span":{"request_id":"r"}}"#));

        let text = shown(&mut calls, call(404));

        assert_eq!(text.as_deref(), Some("08:01:01Z  POST /hooks/h/trigger: refused (404). Because."));
    }

    #[test]
    fn of_other_requests_only_those_that_were_refused_or_failed_are_shown() {
        let mut calls = Calls::default();
        calls.note(&line(r#"{"level":"INFO","span":{"request_id":"r"}}"#));
        calls.note(&line("thread 'main' panicked"));

        assert_eq!(shown(&mut calls, call(201)), None);
        for (status, outcome) in [(401, "refused"), (502, "failed")] {
            let text = shown(&mut calls, ApiCall { request_id: None, reason: None, ..call(status) });
            assert_eq!(text, Some(format!("08:01:01Z  POST /hooks/h/trigger: {outcome} ({status}). ")));
        }
    }
}
