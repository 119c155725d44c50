//! How `template.yaml` is deployed: its parameters, which docs/deploying.md lists, what a change of one reaches, and
//! what outlives the stack.

use std::collections::BTreeSet;

use harness::{alone_with, github_hook, repository, resources, template};
use serde_json::{Value as Json, json};

const FUNCTION: &str = "AWS::Serverless::Function";

/// What changes without a new version of a function: the first is of the function as a whole, the others are
/// for its release.
const NOT_OF_A_VERSION: [&str; 3] = ["ReservedConcurrentExecutions", "DeploymentPreference", "VersionDescription"];

fn names(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
}

/// Label and parameters of each group, as the console shows them.
fn groups(template: &Json) -> Vec<(&str, Vec<&str>)> {
    let groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].as_array().unwrap();
    groups.iter().map(|group| (group["Label"]["default"].as_str().unwrap(), names(&group["Parameters"]))).collect()
}

/// The part of docs/deploying.md that follows from the template.
fn guide(template: &Json) -> String {
    let groups = groups(template).into_iter().map(|(label, parameters)| {
        let rows: Vec<_> = parameters.into_iter().map(|name| row(name, &template["Parameters"][name])).collect();
        format!("\n### {label}\n\n| parameter | default | |\n|---|---|---|\n{}", rows.concat())
    });
    groups.collect::<Vec<_>>().concat()
}

fn row(name: &str, parameter: &Json) -> String {
    let default = parameter["Default"].as_str().map_or_else(|| parameter["Default"].to_string(), str::to_owned);
    let default = if default.is_empty() { "empty".to_owned() } else { format!("`{default}`") };
    let values = parameter["AllowedValues"].as_array().filter(|_| parameter["Type"] == "String");
    let values = values.map_or_else(String::new, |values| {
        let values: Vec<_> = values.iter().map(|value| format!("`{}`", value.as_str().unwrap())).collect();
        format!(" One of {}.", values.join(", "))
    });
    format!("| `{name}` | {default} | {}{values} |\n", parameter["Description"].as_str().unwrap())
}

#[test]
fn each_parameter_is_described_bounded_and_in_one_group_and_has_a_default() {
    let template = template();
    let mut grouped: Vec<_> = groups(&template).into_iter().flat_map(|(_, parameters)| parameters).collect();
    grouped.sort_unstable();
    let parameters = template["Parameters"].as_object().unwrap();
    assert_eq!(grouped, parameters.keys().map(String::as_str).collect::<Vec<_>>());
    for (name, parameter) in parameters {
        assert!(parameter["Description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
        assert!(parameter.get("Default").is_some(), "{name}");
        let bounds = ["AllowedValues", "AllowedPattern", "MinValue"];
        assert!(bounds.iter().any(|bound| parameter.get(bound).is_some()), "{name}");
        assert_eq!(
            parameter.get("AllowedPattern").is_some(),
            parameter.get("ConstraintDescription").is_some(),
            "{name}"
        );
    }
}

#[test]
fn the_guide_lists_the_parameters_as_the_template_has_them() {
    let text = repository::read("docs/deploying.md");
    let expected = guide(&template());
    let (_, from) = text.split_once("## Parameters\n").unwrap();
    let start = from.find("\n### ").unwrap();
    let end = from.find("\n## ").unwrap();
    assert_eq!(&from[start..end], expected, "docs/deploying.md is to say what the template says:\n{expected}");
}

/// The parameters that a value depends on, by itself or through a condition.
fn parameters<'t>(template: &'t Json, node: &'t Json, found: &mut BTreeSet<&'t str>) {
    let mut add = |name: &'t str| {
        if template["Parameters"].get(name).is_some() {
            found.insert(name);
        }
    };
    match node {
        Json::Object(call) if call.contains_key("!Ref") => add(call["!Ref"].as_str().unwrap()),
        Json::Object(call) if call.contains_key("!Sub") => {
            let text = call["!Sub"].as_str().unwrap();
            text.split("${").skip(1).filter_map(|rest| rest.split_once('}')).for_each(|(name, _)| add(name));
        }
        Json::Object(call) if call.contains_key("!Condition") => {
            parameters(template, &template["Conditions"][call["!Condition"].as_str().unwrap()], found);
        }
        Json::Object(call) if call.contains_key("!If") => {
            parameters(template, &template["Conditions"][call["!If"][0].as_str().unwrap()], found);
            call["!If"].as_array().unwrap()[1..].iter().for_each(|value| parameters(template, value, found));
        }
        Json::Object(members) => members.values().for_each(|value| parameters(template, value, found)),
        Json::Array(items) => items.iter().for_each(|item| parameters(template, item, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn of_a_version(properties: &Json) -> Json {
    let mut properties = properties.clone();
    properties.as_object_mut().unwrap().retain(|name, _| !NOT_OF_A_VERSION.contains(&name.as_str()));
    properties
}

#[test]
fn a_parameter_that_changes_a_function_publishes_a_new_version_of_it() {
    let template = template();
    let globals = &template["Globals"]["Function"];
    for (id, function) in resources(&template, FUNCTION) {
        let of_version = &function["Properties"]["VersionDescription"];
        let (mut described, mut changing) = (BTreeSet::new(), BTreeSet::new());
        parameters(&template, of_version, &mut described);
        let (common, own) = (of_a_version(globals), of_a_version(&function["Properties"]));
        parameters(&template, &common, &mut changing);
        parameters(&template, &own, &mut changing);
        assert!(changing.is_subset(&described), "{id}: {changing:?}");
        // A function's own parameters follow those that change every function.
        let common = of_version.get("!Join").map_or(of_version, |join| &join[1][0])["!Sub"].as_str().unwrap();
        let of_function = format!("Pipehook {}, {common}", env!("CARGO_PKG_VERSION"));
        assert_eq!(globals["Description"], json!({ "!Sub": of_function }), "{id}");
    }
    let longest: u64 = ["PublicUrl", "DomainName"]
        .map(|name| template["Parameters"][name]["MaxLength"].as_u64().unwrap())
        .iter()
        .sum();
    assert!(longest + 50 <= 256, "Lambda takes descriptions of 256 characters");
}

#[test]
fn calls_move_to_a_release_step_by_step_unless_there_are_none() {
    let template = template();
    assert_eq!(template["Globals"]["Function"]["AutoPublishAlias"], "live");
    assert_eq!(template["Globals"]["Function"]["AutoPublishAliasAllProperties"], true);
    for (id, function) in resources(&template, FUNCTION) {
        let properties = &function["Properties"];
        let preference = properties.get("Events").is_none().then(|| json!({ "Enabled": false }));
        assert_eq!(properties.get("DeploymentPreference"), preference.as_ref(), "{id}");
    }
}

#[test]
fn the_alarms_that_take_a_release_back_are_there() {
    let template = template();
    let alarms = &template["Globals"]["Function"]["DeploymentPreference"]["Alarms"]["!If"][1];
    let [by_name, by_reference] = alarms.as_array().unwrap().as_slice() else { panic!("{alarms}") };
    // A name does not make CloudFormation wait for the alarm, so it has to be there always.
    let named = &template["Resources"]["ReleaseAlarm"];
    assert_eq!((&named["Properties"]["AlarmName"], named.get("Condition")), (by_name, None));
    let referenced = &template["Resources"][by_reference["!Ref"].as_str().unwrap()];
    assert_eq!(referenced["Condition"], alarms_condition(&template));
    for alarm in [named, referenced] {
        assert_eq!(alarm["Properties"]["Period"], 60, "shorter than the shortest step");
    }
}

fn alarms_condition(template: &Json) -> Json {
    template["Globals"]["Function"]["DeploymentPreference"]["Alarms"]["!If"][0].clone()
}

#[test]
fn every_table_outlives_the_stack_and_can_be_restored() {
    let tables = resources(&template(), "AWS::DynamoDB::Table");
    assert!(tables.len() >= 3);
    for (id, table) in tables {
        assert_eq!(
            (&table["DeletionPolicy"], &table["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain")),
            "{id}"
        );
        let properties = &table["Properties"];
        assert_eq!(properties["DeletionProtectionEnabled"], json!({ "!Ref": "DeletionProtection" }), "{id}");
        assert_eq!(
            properties["PointInTimeRecoverySpecification"],
            json!({ "PointInTimeRecoveryEnabled": true }),
            "{id}"
        );
    }
}

#[test]
fn a_failed_deployment_leaves_nothing_that_it_can_delete() {
    let template = template();
    let all = template["Resources"].as_object().unwrap().iter();
    let kept: Vec<_> = all.filter(|(_, resource)| resource.get("DeletionPolicy").is_some()).collect();
    assert!(kept.iter().any(|(id, _)| *id == "SealingKey"), "the secret outlives the stack, as its table does");
    for (id, resource) in kept {
        // CloudFormation cannot delete what is protected, and a rollback that fails is worse than an empty table.
        let is_protected = resource["Properties"].get("DeletionProtectionEnabled").is_some();
        let policy = if is_protected { "Retain" } else { "RetainExceptOnCreate" };
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!(policy), &json!("Retain")),
            "{id}"
        );
    }
}

/// Whether a condition of a rule holds with these parameters; others have their defaults.
fn holds(template: &Json, condition: &Json, set: &[(&str, &str)]) -> bool {
    let text = |operand: &Json| match operand["!Ref"].as_str() {
        Some(name) => {
            let set = set.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
            set.unwrap_or_else(|| template["Parameters"][name]["Default"].as_str().unwrap().to_owned())
        }
        None => operand.as_str().unwrap().to_owned(),
    };
    let (function, operands) = condition.as_object().unwrap().iter().next().unwrap();
    let mut operands = operands.as_array().unwrap().iter();
    match function.as_str() {
        "!Equals" => text(operands.next().unwrap()) == text(operands.next().unwrap()),
        "!Not" => !holds(template, operands.next().unwrap(), set),
        "!And" => operands.all(|operand| holds(template, operand, set)),
        other => {
            assert_eq!(other, "!Or");
            operands.any(|operand| holds(template, operand, set))
        }
    }
}

/// The rule that CloudFormation refuses these parameters by.
fn refused_by<'t>(template: &'t Json, set: &[(&str, &str)]) -> Option<&'t str> {
    let is_broken = |rule: &Json| {
        holds(template, &rule["RuleCondition"], set)
            && rule["Assertions"].as_array().unwrap().iter().any(|one| !holds(template, &one["Assert"], set))
    };
    template["Rules"].as_object().unwrap().iter().find(|(_, rule)| is_broken(rule)).map(|(id, _)| id.as_str())
}

#[test]
fn parameters_that_leave_the_api_without_an_address_are_refused() {
    const DOMAIN: (&str, &str) = ("DomainName", "hooks.example.com");
    const CERTIFICATE: (&str, &str) = ("CertificateArn", "arn:aws:acm:us-east-1:000000000000:certificate/0");
    const URL: (&str, &str) = ("PublicUrl", "https://front.example.com");
    const DISABLED: (&str, &str) = ("ExecuteApiEndpoint", "disabled");
    let template = template();
    for (set, rule) in [
        (&[][..], None),
        (&[URL], None),
        (&[DOMAIN, CERTIFICATE, DISABLED], None),
        (&[DOMAIN, CERTIFICATE, DISABLED, URL], None),
        (&[DISABLED], Some("ApiNeedsAnAddress")),
        (&[DISABLED, URL], Some("ApiNeedsAnAddress")),
        (&[DOMAIN], Some("DomainNeedsCertificate")),
        (&[CERTIFICATE], Some("WithoutDomain")),
    ] {
        assert_eq!(refused_by(&template, set), rule, "{set:?}");
    }
}

#[test]
fn the_guide_says_how_long_the_name_of_a_stack_may_be() {
    let template = template();
    let mut longest = usize::MAX;
    // The longest names that AWS takes.
    for (kind, property, limit) in [
        ("AWS::SQS::Queue", "QueueName", 80),
        ("AWS::CloudWatch::Alarm", "AlarmName", 255),
        ("AWS::Logs::LogGroup", "LogGroupName", 512),
    ] {
        for resource in resources(&template, kind).into_values() {
            let name = resource["Properties"][property]["!Sub"].as_str().unwrap();
            longest = longest.min(limit - name.replace("${AWS::StackName}", "").len());
        }
    }
    let text = repository::read("docs/deploying.md").replace('\n', " ");
    assert!(text.contains(&format!("name can have at most {longest} characters")), "{longest}");
}

#[test]
fn the_guide_sets_back_what_an_emergency_sets() {
    let default = template()["Parameters"]["DeploymentPreference"]["Default"].as_str().unwrap().to_owned();
    let text = repository::read("docs/deploying.md");
    let (_, after) = text.split_once("Deploy that version with `DeploymentPreference=AllAtOnce`").unwrap();
    let set_back = format!("\nsam deploy --parameter-overrides DeploymentPreference={default}\n");
    assert!(after.contains(&set_back), "{default}");
}

#[test]
fn whatever_stores_something_takes_the_key_that_is_given() {
    let template = template();
    let key = json!({ "!Ref": "KmsKeyArn" });
    let none = json!({ "!Ref": "AWS::NoValue" });
    for (kind, property, value) in [
        (
            "AWS::DynamoDB::Table",
            "SSESpecification",
            json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key }),
        ),
        ("AWS::SQS::Queue", "KmsMasterKeyId", key.clone()),
        ("AWS::SecretsManager::Secret", "KmsKeyId", key.clone()),
        ("AWS::Logs::LogGroup", "KmsKeyId", key.clone()),
    ] {
        let found = resources(&template, kind);
        assert!(found.len() > 1, "{kind}");
        for (id, resource) in found {
            assert_eq!(resource["Properties"][property], json!({ "!If": ["HasKey", value, none] }), "{id}");
        }
    }
    for (id, queue) in resources(&template, "AWS::SQS::Queue") {
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], json!({ "!If": ["HasKey", false, true] }), "{id}");
    }
    for (id, group) in resources(&template, "AWS::Logs::LogGroup") {
        assert_eq!(group["Properties"]["RetentionInDays"], json!({ "!Ref": "LogRetentionDays" }), "{id}");
    }
}

#[test]
fn every_queue_refuses_calls_without_tls() {
    let template = template();
    let policies = resources(&template, "AWS::SQS::QueuePolicy");
    for id in resources(&template, "AWS::SQS::Queue").into_keys() {
        let of_queue = |policy: &&Json| policy["Properties"]["Queues"] == json!([{ "!Ref": id }]);
        let policy = policies.values().find(of_queue).unwrap_or_else(|| panic!("{id} has no policy"));
        let statement = &policy["Properties"]["PolicyDocument"]["Statement"][0];
        let expected = json!({
            "Sid": "RefuseCallsWithoutTls", "Effect": "Deny", "Principal": "*", "Action": "sqs:*",
            "Resource": { "!GetAtt": format!("{id}.Arn") },
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        });
        assert_eq!(*statement, expected);
    }
}

#[test]
fn hooks_are_at_the_public_url_else_at_the_domain_name() {
    const DOMAIN: (&str, &str) = ("DomainName", "hooks.example.com");
    for (parameters, expected) in [
        (vec![DOMAIN], "https://hooks.example.com/hooks/"),
        (vec![DOMAIN, ("PublicUrl", "https://front.example.com")], "https://front.example.com/hooks/"),
    ] {
        alone_with(&parameters, async |stack| {
            let hook = stack.user().await.create_hook(&github_hook()).await;
            assert!(hook.json["url"].as_str().unwrap().starts_with(expected), "{}", hook.json);
        });
    }
}

#[test]
fn the_stack_works_with_every_parameter_set() {
    let set = [
        ("DomainName", "hooks.example.com"),
        ("CertificateArn", "arn:aws:acm:us-east-1:000000000000:certificate/01234567-89ab-cdef-0123-456789abcdef"),
        ("HostedZoneId", "Z0123456789"),
        ("ExecuteApiEndpoint", "disabled"),
        ("TriggerConcurrency", "100"),
        ("DeploymentPreference", "AllAtOnce"),
        ("Architecture", "x86_64"),
        ("KmsKeyArn", "arn:aws:kms:us-east-1:000000000000:key/01234567-89ab-cdef-0123-456789abcdef"),
        ("DeletionProtection", "false"),
        ("LogLevel", "debug"),
        ("Tracing", "on"),
        ("AlarmEmail", "ops@example.com"),
        ("AlarmTopicArn", "arn:aws:sns:us-east-1:000000000000:alarms"),
        ("ActionTopicArn", "arn:aws:sns:us-east-1:000000000000:actions"),
        ("StateMachineArn", "arn:aws:states:us-east-1:000000000000:stateMachine:pipelines"),
        ("AllowedStateMachines", "arn:aws:states:us-east-1:000000000000:stateMachine:*"),
    ];
    let template = template();
    let takes_a_text = |parameter: &Json| parameter["Type"] == "String" || parameter["Type"] == "CommaDelimitedList";
    for (name, parameter) in template["Parameters"].as_object().unwrap() {
        let is_set = set.iter().any(|(set, _)| set == name);
        assert!(is_set || !takes_a_text(parameter) || name == "PublicUrl", "{name} chooses something: set it here");
    }
    alone_with(&set, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let trigger = stack.post(&format!("/hooks/{}/trigger", hook.id));
        trigger.body("{}").send().await.is(401);
        assert_eq!(ann.calls_of(&hook).await.len(), 1);
    });
}
