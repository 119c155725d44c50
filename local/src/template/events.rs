//! What a function is invoked for: `Events` of `AWS::Serverless::Function`, as SAM spells them.

use std::time::Duration;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value as Json};

use super::pattern::Pattern;

/// Batches of one mapping at the same time, if the template allows more.
const CONCURRENCY: usize = 5;

/// What one request to SQS can receive.
const LARGEST_BATCH: usize = 10;

#[derive(Debug, Default)]
pub(crate) struct Events {
    /// Method and path of each `HttpApi` event.
    pub(crate) routes: Vec<(String, String)>,
    pub(crate) mappings: Vec<Mapping>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) rules: Vec<Rule>,
}

/// An event source mapping: it invokes the function with the messages of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// ARN.
    pub(crate) queue: String,
    pub(crate) batch_size: usize,
    /// The function's answer says which messages have failed: `ReportBatchItemFailures`.
    pub(crate) reports_failures: bool,
    pub(crate) is_enabled: bool,
    /// Batches at the same time.
    pub(crate) concurrency: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schedule {
    pub(crate) every: Duration,
    /// The event, a JSON text.
    pub(crate) input: String,
    pub(crate) is_enabled: bool,
}

/// A rule of EventBridge: it invokes the function with each event that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) pattern: Pattern,
    pub(crate) is_enabled: bool,
}

#[derive(Deserialize)]
#[serde(tag = "Type", content = "Properties")]
pub(super) enum Event {
    HttpApi(Route),
    #[serde(rename = "SQS")]
    Sqs(QueueProperties),
    Schedule(RuleProperties),
    #[serde(rename = "EventBridgeRule")]
    Rule(PatternProperties),
    ScheduleV2(ScheduleProperties),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Route {
    method: Option<String>,
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct QueueProperties {
    queue: String,
    batch_size: Option<usize>,
    enabled: Option<bool>,
    #[serde(default)]
    function_response_types: Vec<ResponseType>,
    #[serde(default)]
    scaling_config: ScalingConfig,
}

#[derive(Deserialize, PartialEq, Eq)]
enum ResponseType {
    ReportBatchItemFailures,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ScalingConfig {
    maximum_concurrency: Option<usize>,
}

/// Of a rule of EventBridge that waits for time. What follows a failed invocation has no meaning on one machine.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RuleProperties {
    schedule: String,
    input: Option<String>,
    enabled: Option<bool>,
    #[serde(rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry_policy: Option<IgnoredAny>,
    #[serde(rename = "DeadLetterConfig")]
    _dead_letter_config: Option<IgnoredAny>,
}

/// Of a rule of EventBridge that waits for events.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PatternProperties {
    pattern: Map<String, Json>,
    state: Option<State>,
    #[serde(rename = "RuleName")]
    _rule_name: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry_policy: Option<IgnoredAny>,
    #[serde(rename = "DeadLetterConfig")]
    _dead_letter_config: Option<IgnoredAny>,
}

/// Of a schedule of EventBridge Scheduler. It always comes on time here, and its role is not looked at: it may invoke
/// this one function.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ScheduleProperties {
    schedule_expression: String,
    input: Option<String>,
    state: Option<State>,
    #[serde(rename = "Name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "OmitName")]
    _omit_name: Option<IgnoredAny>,
    #[serde(rename = "Description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "FlexibleTimeWindow")]
    _flexible_time_window: Option<IgnoredAny>,
    #[serde(rename = "RetryPolicy")]
    _retry_policy: Option<IgnoredAny>,
    #[serde(rename = "DeadLetterConfig")]
    _dead_letter_config: Option<IgnoredAny>,
    #[serde(rename = "RoleArn")]
    _role_arn: Option<IgnoredAny>,
    #[serde(rename = "KmsKeyArn")]
    _kms_key_arn: Option<IgnoredAny>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum State {
    Enabled,
    Disabled,
}

impl Events {
    pub(super) fn read(written: impl Iterator<Item = Event>) -> Result<Self, String> {
        let mut events = Self::default();
        for event in written {
            match event {
                Event::HttpApi(route) => events.routes.push(route.read()?),
                Event::Sqs(mapping) => events.mappings.push(mapping.read()?),
                Event::Schedule(rule) => events.schedules.push(rule.read()?),
                Event::Rule(rule) => events.rules.push(rule.read()?),
                Event::ScheduleV2(schedule) => events.schedules.push(schedule.read()?),
            }
        }
        Ok(events)
    }
}

impl Route {
    /// Method and path. As for SAM, an event that names neither is the default route.
    fn read(self) -> Result<(String, String), String> {
        match (self.method, self.path) {
            (Some(method), Some(path)) => Ok((method, path)),
            (None, None) => Ok(("ANY".to_owned(), "$default".to_owned())),
            (Some(_), None) | (None, Some(_)) => Err("an HttpApi event has a Method and a Path, or neither".to_owned()),
        }
    }
}

impl QueueProperties {
    fn read(self) -> Result<Mapping, String> {
        let batch_size = self.batch_size.unwrap_or(LARGEST_BATCH);
        if !(1..=LARGEST_BATCH).contains(&batch_size) {
            return Err(format!("the BatchSize of an SQS event is 1 to {LARGEST_BATCH} here"));
        }
        let concurrency = self.scaling_config.maximum_concurrency.unwrap_or(CONCURRENCY);
        Ok(Mapping {
            queue: self.queue,
            batch_size,
            reports_failures: !self.function_response_types.is_empty(),
            is_enabled: self.enabled.unwrap_or(true),
            concurrency: concurrency.clamp(1, CONCURRENCY),
        })
    }
}

impl RuleProperties {
    fn read(self) -> Result<Schedule, String> {
        let is_enabled = self.enabled.unwrap_or(true);
        Schedule::read(&self.schedule, self.input, is_enabled)
    }
}

impl PatternProperties {
    fn read(self) -> Result<Rule, String> {
        let is_enabled = self.state != Some(State::Disabled);
        Ok(Rule { pattern: Pattern::read(&self.pattern)?, is_enabled })
    }
}

impl ScheduleProperties {
    fn read(self) -> Result<Schedule, String> {
        let is_enabled = self.state != Some(State::Disabled);
        Schedule::read(&self.schedule_expression, self.input, is_enabled)
    }
}

impl Schedule {
    fn read(expression: &str, input: Option<String>, is_enabled: bool) -> Result<Self, String> {
        // Without one, AWS makes up an event that describes the schedule.
        let input = input.filter(|input| serde_json::from_str::<IgnoredAny>(input).is_ok());
        let input = input.ok_or("a schedule needs an Input here, and it must be JSON")?;
        let every = rate(expression)
            .ok_or_else(|| format!("the schedule {expression} is not understood here; use rate(5 minutes)"))?;
        Ok(Self { every, input, is_enabled })
    }
}

/// The time between two invocations.
fn rate(expression: &str) -> Option<Duration> {
    let (number, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    let seconds = match unit.strip_suffix('s').unwrap_or(unit) {
        "minute" => 60,
        "hour" => 60 * 60,
        "day" => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use super::*;
    use crate::template::Template;

    fn events(event: &str) -> Result<Events, String> {
        let text = format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             CodeUri: target/lambda/f/\n      Events: {{ E: {{ {event} }} }}\n"
        );
        let template = Template::parse(Path::new("t.yaml"), &text).unwrap();
        let scope = template.scope(&BTreeMap::new()).unwrap();
        let functions = template.functions(&scope).map_err(|error| error.to_string())?;
        Ok(functions.into_iter().next().unwrap().events)
    }

    fn routes(event: &str) -> Result<Vec<(String, String)>, String> {
        events(&format!("Type: HttpApi, Properties: {{ ApiId: api{event} }}")).map(|events| events.routes)
    }

    #[test]
    fn an_event_without_method_and_path_is_the_default_route() {
        let route = |method: &str, path: &str| Ok(vec![(method.to_owned(), path.to_owned())]);
        assert_eq!(routes(""), route("ANY", "$default"));
        assert_eq!(routes(", Method: GET, Path: /users/me"), route("GET", "/users/me"));
    }

    #[test]
    fn half_a_route_is_none() {
        for half in [", Method: GET", ", Path: /users/me"] {
            let error = routes(half).unwrap_err();
            assert_eq!(error, "t.yaml:3: F: an HttpApi event has a Method and a Path, or neither", "{half}");
        }
    }

    #[test]
    fn a_mapping_takes_ten_messages_at_a_time_unless_the_template_says_otherwise() {
        let mapping = |more: &str| {
            let events = events(&format!("Type: SQS, Properties: {{ Queue: arn{more} }}")).unwrap();
            <[_; 1]>::try_from(events.mappings).unwrap()
        };
        let plain =
            Mapping { queue: "arn".into(), batch_size: 10, reports_failures: false, is_enabled: true, concurrency: 5 };
        assert_eq!(mapping("")[0], plain);
        let all = ", BatchSize: 3, FunctionResponseTypes: [ReportBatchItemFailures], Enabled: false, \
                   ScalingConfig: { MaximumConcurrency: 2 }";
        let expected =
            Mapping { batch_size: 3, reports_failures: true, is_enabled: false, concurrency: 2, ..plain.clone() };
        assert_eq!(mapping(all), [expected]);
        assert_eq!(mapping(", ScalingConfig: { MaximumConcurrency: 900 }"), [plain]);
    }

    #[test]
    fn a_schedule_has_a_rate_and_an_input() {
        let schedule = |event: &str| <[_; 1]>::try_from(events(event).unwrap().schedules).unwrap();
        let expected = Schedule { every: Duration::from_mins(5), input: "{\"a\": 1}".into(), is_enabled: true };
        let v2 = "Type: ScheduleV2, Properties: { ScheduleExpression: rate(5 minutes), Input: '{\"a\": 1}' }";
        assert_eq!(schedule(v2), [expected]);
        let disabled = "Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), Input: '1', State: DISABLED }";
        let expected = |every| Schedule { every, input: "1".into(), is_enabled: false };
        assert_eq!(schedule(disabled), [expected(Duration::from_hours(24))]);
        let rule = "Type: Schedule, Properties: { Schedule: rate(1 hour), Input: '1', Enabled: false }";
        assert_eq!(schedule(rule), [expected(Duration::from_hours(1))]);
    }

    #[test]
    fn a_rule_has_a_pattern_and_may_be_disabled() {
        for (more, is_enabled) in [("", true), (", State: ENABLED", true), (", State: DISABLED", false)] {
            let event = format!("Type: EventBridgeRule, Properties: {{ Pattern: {{ source: [aws.states] }}{more} }}");
            let rules = <[_; 1]>::try_from(events(&event).unwrap().rules).unwrap();
            assert_eq!(rules[0].is_enabled, is_enabled, "{more}");
            assert!(rules[0].pattern.fits(&serde_json::json!({ "source": "aws.states" })));
        }
    }

    #[test]
    fn what_is_not_understood_of_an_event_is_told() {
        for (event, expected) in [
            ("Type: S3, Properties: { Bucket: b }", "unknown variant `S3`"),
            ("Type: SQS, Properties: { Queue: arn, BatchSize: 11 }", "the BatchSize of an SQS event is 1 to 10 here"),
            ("Type: SQS, Properties: { Queue: arn, BatchSize: 0 }", "the BatchSize of an SQS event is 1 to 10 here"),
            ("Type: SQS, Properties: { Queue: arn, FilterCriteria: {} }", "unknown field `FilterCriteria`"),
            ("Type: SQS, Properties: { Queue: arn, FunctionResponseTypes: [X] }", "unknown variant `X`"),
            (
                "Type: Schedule, Properties: { Schedule: cron(0 5 * * ? *), Input: '1' }",
                "the schedule cron(0 5 * * ? *) is not",
            ),
            (
                "Type: Schedule, Properties: { Schedule: rate(0 minutes), Input: '1' }",
                "the schedule rate(0 minutes) is not",
            ),
            ("Type: Schedule, Properties: { Schedule: rate(1 week), Input: '1' }", "the schedule rate(1 week) is not"),
            ("Type: Schedule, Properties: { Schedule: rate(1 day), Input: x }", "a schedule needs an Input here"),
            ("Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day) }", "a schedule needs an Input here"),
            ("Type: EventBridgeRule, Properties: { Pattern: { a: [1] }, InputPath: $.b }", "unknown field `InputPath`"),
            (
                "Type: EventBridgeRule, Properties: { Pattern: { a: [{ suffix: b }] } }",
                "the operator suffix of a pattern is not understood here",
            ),
        ] {
            let error = events(event).unwrap_err();
            assert!(error.starts_with(&format!("t.yaml:3: F: {expected}")), "{error}");
        }
    }
}
