//! What watches the product: the alarms and the dashboard of `template.yaml` look at metrics that there are, and
//! `docs/operations.md` explains them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use harness::template;
use serde_json::{Map, Value as Json, json};
use shared::domain::signature::providers;
use shared::telemetry::Metric;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Where the metrics of a stack are.
const OWN: &str = "Pipehook/${AWS::StackName}";

/// The metrics of AWS that we look at, with their dimensions, as AWS documents them:
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html>
const AWS: &[(&str, &[&str], &[&str])] = &[
    ("AWS/ApiGateway", &["Count", "4xx", "5xx", "Latency"], &["ApiId"]),
    ("AWS/Lambda", &["Invocations", "Duration", "Errors", "Throttles"], &["FunctionName"]),
    ("AWS/Lambda", &["Errors"], &["FunctionName", "Resource", "ExecutedVersion"]),
    (
        "AWS/SQS",
        &[
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
            "NumberOfEmptyReceives",
            "NumberOfMessagesDeleted",
            "NumberOfMessagesReceived",
            "NumberOfMessagesSent",
        ],
        &["QueueName"],
    ),
    ("AWS/DynamoDB", &["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"], &["TableName"]),
    ("AWS/Logs", &["IncomingBytes"], &["LogGroupName"]),
];

const OUTCOMES: [&str; 5] = ["queued", "ignored", "rejected", "failed", "unknown"];

/// A metric that is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Watched {
    namespace: String,
    name: String,
    /// Name and value; the value is empty where a search looks at all of them.
    dimensions: Vec<(String, String)>,
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

/// The properties of the resources of a type, by their logical ids.
fn resources(template: &Json, kind: &str) -> BTreeMap<String, Json> {
    harness::resources(template, kind).into_iter().map(|(id, resource)| (id, resource["Properties"].clone())).collect()
}

/// The alarms that tell people; the others tell `CodeDeploy`, which takes back a release then.
fn alarms(template: &Json) -> BTreeMap<String, Json> {
    let mut alarms = resources(template, "AWS::CloudWatch::Alarm");
    alarms.retain(|id, _| !id.starts_with("Release"));
    alarms
}

/// A value as one text: what a function of CloudFormation would put in stands there as its name.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Object(call) => {
            let (function, argument) = call.iter().next().unwrap();
            match function.as_str() {
                "!Ref" | "!GetAtt" => format!("${{{}}}", argument.as_str().unwrap()),
                "!Sub" => argument.as_str().unwrap().to_owned(),
                _ => value.to_string(),
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => value.to_string(),
    }
}

/// The metrics that an alarm looks at.
fn of_alarm(alarm: &Json) -> Vec<Watched> {
    let watched = |metric: &Json| Watched {
        namespace: text(&metric["Namespace"]),
        name: metric["MetricName"].as_str().unwrap().to_owned(),
        dimensions: metric["Dimensions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|dimension| (text(&dimension["Name"]), text(&dimension["Value"])))
            .collect(),
    };
    match alarm["Metrics"].as_array() {
        None => vec![watched(alarm)],
        Some(metrics) => {
            metrics.iter().filter_map(|metric| metric.get("MetricStat")).map(|stat| watched(&stat["Metric"])).collect()
        }
    }
}

/// The dashboard as CloudWatch gets it, but that a name of the stack stands in braces for its value.
fn dashboard(template: &Json) -> Json {
    let dashboards = resources(template, "AWS::CloudWatch::Dashboard");
    let body = &dashboards["Dashboard"]["DashboardBody"]["!Sub"];
    let mut json = body[0].as_str().unwrap().to_owned();
    for (name, value) in body[1].as_object().unwrap() {
        json = json.replace(&format!("${{{name}}}"), &text(value));
    }
    for (name, parameter) in template["Parameters"].as_object().unwrap() {
        json = json.replace(&format!("${{{name}}}"), &parameter["Default"].to_string());
    }
    serde_json::from_str(&json).unwrap()
}

fn widgets(dashboard: &Json, kind: &str) -> Vec<Map<String, Json>> {
    let widgets = dashboard["widgets"].as_array().unwrap().iter().filter(|widget| widget["type"] == kind);
    widgets.map(|widget| widget["properties"].as_object().unwrap().clone()).collect()
}

/// The metrics that a panel looks at. `...` and `.` repeat what stands above.
fn of_panel(panel: &Map<String, Json>) -> Vec<Watched> {
    let mut above: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for entry in panel["metrics"].as_array().unwrap() {
        let entry = entry.as_array().unwrap();
        let mut names: Vec<String> = entry.iter().filter_map(|part| part.as_str().map(str::to_owned)).collect();
        if names.is_empty() {
            all.extend(of_search(entry[0]["expression"].as_str().unwrap()));
            continue;
        }
        if names == ["..."] {
            names.clone_from(&above);
        }
        for (position, name) in names.iter_mut().enumerate().filter(|(_, name)| *name == ".") {
            name.clone_from(&above[position]);
        }
        above.clone_from(&names);
        let dimensions = names[2..].chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect();
        all.push(Watched { namespace: names[0].clone(), name: names[1].clone(), dimensions });
    }
    all
}

/// What stands between two texts.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<&'t str> {
    text.split_once(start)?.1.split_once(end).map(|(found, _)| found)
}

/// The metrics that `SEARCH('{"namespace",Dimension} MetricName="X" ..', ..)` finds.
fn of_search(expression: &str) -> Option<Watched> {
    let schema = between(expression, "SEARCH('{", "}'").or(between(expression, "SEARCH('{", "} "))?;
    let (namespace, dimensions) = schema.rsplit_once("\",")?;
    for outcome in expression.split("Outcome=").nth(1).unwrap_or_default().split('"').skip(1).step_by(2) {
        assert!(OUTCOMES.contains(&outcome), "{expression}");
    }
    Some(Watched {
        namespace: namespace.trim_start_matches('"').to_owned(),
        name: between(expression, "MetricName=\"", "\"").unwrap().to_owned(),
        dimensions: dimensions.split(',').map(|name| (name.to_owned(), String::new())).collect(),
    })
}

/// Asserts that there is such a metric.
fn exists(watched: &Watched, template: &Json) {
    let names: Vec<_> = watched.dimensions.iter().map(|(name, _)| name.as_str()).collect();
    if watched.namespace == OWN {
        let metric = Metric::ALL.into_iter().find(|metric| metric.name() == watched.name);
        assert_eq!(metric.map(Metric::dimensions), Some(names.as_slice()), "{watched:?}");
    } else {
        let known = AWS.iter().any(|(namespace, metrics, dimensions)| {
            *namespace == watched.namespace && metrics.contains(&watched.name.as_str()) && *dimensions == names
        });
        assert!(known, "{watched:?}");
    }
    for (name, value) in watched.dimensions.iter().filter(|(_, value)| !value.is_empty()) {
        let resource = between(value, "${", "}").map(|name| name.split('.').next().unwrap());
        let known = match (name.as_str(), resource) {
            ("Function", None) => Path::new(ROOT).join("functions").join(value).is_dir(),
            (_, Some(resource)) => template["Resources"].get(resource).is_some(),
            (_, None) => false,
        };
        assert!(known, "{watched:?}");
    }
}

#[test]
fn every_alarm_and_every_panel_looks_at_metrics_that_there_are() {
    let template = template();
    let alarms: Vec<_> = resources(&template, "AWS::CloudWatch::Alarm").values().flat_map(of_alarm).collect();
    let panels: Vec<_> = widgets(&dashboard(&template), "metric").iter().flat_map(of_panel).collect();
    assert!(alarms.len() >= 7 && panels.len() > 40, "{} {}", alarms.len(), panels.len());

    for watched in alarms.iter().chain(&panels) {
        exists(watched, &template);
    }

    let seen: BTreeSet<_> = alarms.iter().chain(&panels).filter(|watched| watched.namespace == OWN).collect();
    let seen: BTreeSet<_> = seen.into_iter().map(|watched| watched.name.as_str()).collect();
    assert_eq!(seen, Metric::ALL.map(Metric::name).into(), "a metric that no alarm or dashboard reads costs money");
}

#[test]
fn every_alarm_says_what_no_data_means_and_whom_it_tells() {
    let template = template();
    for (id, alarm) in resources(&template, "AWS::CloudWatch::Alarm") {
        assert!(alarm["TreatMissingData"].is_string(), "{id}");
    }
    for (id, alarm) in alarms(&template) {
        for actions in ["AlarmActions", "OKActions"] {
            let actions = alarm[actions].to_string();
            assert!(actions.contains("AlarmTopic\"") && actions.contains("AlarmTopicArn\""), "{id}: {actions}");
        }
    }
}

#[test]
fn the_dashboard_shows_every_alarm_and_the_errors_of_every_function() {
    let template = template();
    let dashboard = dashboard(&template);

    let shown = &widgets(&dashboard, "alarm")[0]["alarms"];
    let shown: BTreeSet<_> = shown.as_array().unwrap().iter().map(|arn| arn.as_str().unwrap().to_owned()).collect();
    assert_eq!(shown, alarms(&template).into_keys().map(|id| format!("${{{id}.Arn}}")).collect());

    let panels = widgets(&dashboard, "metric");
    let errors = panels.iter().flat_map(of_panel).filter(|watched| watched.name == "Errors");
    let shown: BTreeSet<_> = errors.map(|watched| watched.dimensions[0].1.clone()).collect();
    let functions = resources(&template, "AWS::Serverless::Function").into_keys();
    assert_eq!(shown, functions.map(|id| format!("${{{id}}}")).collect());
}

/// Left to itself, CloudWatch picks the period by the range that is shown: the sum of a day would be that of minutes.
#[test]
fn what_a_day_costs_is_summed_up_by_days() {
    let dashboard = dashboard(&template());
    assert_eq!(dashboard["periodOverride"], "inherit");
    let panels = widgets(&dashboard, "metric");
    let costs = panels.iter().find(|panel| panel["title"] == "USD a day").unwrap();
    assert_eq!(costs["period"], 24 * 60 * 60);
}

#[test]
fn a_function_that_is_traced_may_send_its_traces() {
    let template = template();
    assert_eq!(template["Globals"]["Function"]["Tracing"], json!({ "!If": ["IsTraced", "Active", "PassThrough"] }));
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        let role = text(&function["Role"]);
        let role = between(&role, "${", ".Arn").unwrap();
        let policies = template["Resources"][role]["Properties"]["ManagedPolicyArns"].to_string();
        assert!(policies.contains("IsTraced") && policies.contains("TracingPolicy"), "{id}: {policies}");
    }
}

#[test]
fn the_guide_explains_every_alarm_every_panel_and_every_metric() {
    let (template, guide) = (template(), read("docs/operations.md"));
    for (id, alarm) in resources(&template, "AWS::CloudWatch::Alarm") {
        let name = text(&alarm["AlarmName"]).replace("${AWS::StackName}-", "");
        assert!(guide.contains(&format!("\n### `{name}`\n")), "{id} has no heading {name}");
    }
    for (id, alarm) in alarms(&template) {
        let name = text(&alarm["AlarmName"]).replace("${AWS::StackName}-", "");
        let description = alarm["AlarmDescription"].as_str().unwrap();
        assert!(description.contains(&format!("\"{name}\" in docs/operations.md")), "{id}: {description}");
    }
    for panel in widgets(&dashboard(&template), "metric") {
        let title = panel["title"].as_str().unwrap();
        assert!(guide.contains(&format!("\n| {title} |")), "{title}");
    }
    for metric in Metric::ALL {
        assert!(guide.contains(&format!("\n| `{}` |", metric.name())), "{}", metric.name());
    }
}

/// More than one table of schemes can never make: each is billed by itself.
#[test]
fn the_guide_says_how_many_metrics_there_can_be() {
    let providers: BTreeSet<_> = providers::all().map(|known| known.provider.name).chain(["none"]).collect();
    let functions = resources(&template(), "AWS::Serverless::Function").len();
    let triggers = OUTCOMES.len() * providers.len();
    // Time of the call and of the start. Four functions send calls on, and log them; two more send jobs of actions. One
    // verifies signatures. Then the ends of actions.
    let (calls, by_hand) = (4, 2);
    let all = 2 * functions + 2 * (calls + by_hand) + calls + 1 + 6 + triggers;

    let guide = read("docs/operations.md");

    for claim in [format!("at most {all} metrics"), format!("{triggers} of `Triggers`")] {
        assert!(guide.contains(&claim), "{claim}");
    }
}
