//! What is found in JSON, and where it is said to be wrong.

use proptest::prelude::*;

use super::*;
use crate::domain::payload::Segment;
use crate::domain::variable::Given;

fn selected<'a>(text: &'a str, paths: &[&str]) -> Vec<Option<Value<'a>>> {
    let path = |path: &&str| -> &'static Path { Box::leak(Box::new(path.parse().unwrap())) };
    let paths: Vec<_> = paths.iter().map(path).collect();
    let found = select(text, paths.iter().copied()).unwrap();
    paths.into_iter().map(|path| found.at(path).cloned()).collect()
}

#[test]
fn paths_lead_through_objects_and_arrays() {
    let text = r#"{"a": {"b.c": [1, {"d": "x\n"}]}, "n": null, "7": true, "big": 9007199254740993}"#;
    let found = selected(text, &[r"a.b\.c.1.d", r"a.b\.c.0", r"a.b\.c", "n", "7", "big", "a.x", "n.x", r"a.b\.c.2"]);
    assert_eq!(found[0], Some(Value::String("x\n".into())));
    assert_eq!(found[1], Some(Value::Number("1")));
    assert_eq!(found[2], Some(Value::Array(r#"[1, {"d": "x\n"}]"#)));
    assert_eq!(found[3], Some(Value::Null));
    assert_eq!(found[4], Some(Value::Boolean(true)));
    assert_eq!(found[5], Some(Value::Number("9007199254740993")));
    assert_eq!(found[6..], [None, None, None]);
}

#[test]
fn one_path_may_be_asked_for_twice_and_contain_another() {
    let found = selected(r#"[{"id": 3}]"#, &["0.id", "0", "0.id"]);
    assert_eq!(found, [Some(Value::Number("3")), Some(Value::Object(r#"{"id": 3}"#)), Some(Value::Number("3"))]);
}

#[test]
fn an_index_has_one_spelling() {
    assert_eq!(selected("[[1]]", &["00", "+0", "0.0"])[..2], [None, None]);
}

#[test]
fn of_two_members_with_one_name_the_last_counts_as_a_whole() {
    assert_eq!(selected(r#"{"a": {"b": 1}, "a": {"c": 2}}"#, &["a.b", "a.c"]), [None, Some(Value::Number("2"))]);
    assert_eq!(selected(r#"{"a": 1, "a": 2}"#, &["a"]), [Some(Value::Number("2"))]);
}

#[test]
fn text_that_is_not_one_json_value_is_refused_wherever_it_is_wrong() {
    let path = "a".parse().unwrap();
    for text in ["", "{", "{} {}", r#"{"a": 1, "b": tru}"#, r#"{"b": [1,]}"#, r#"{"a": 01}"#, "{\"b\": \"\u{1}\"}"] {
        assert!(select(text, [&path]).is_err(), "{text}");
        assert!(select(text, []).is_err(), "{text}");
    }
}

#[test]
fn what_is_json_and_cannot_be_read_says_why_and_where() {
    let deep = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
    let path = |levels: usize| vec!["a"; levels].join(".");
    let nested = "it nests more than 127 levels deep along a path";
    let half = r"a \u escape is half of a surrogate pair";
    for (text, paths, line, column, why) in [
        (deep(128), vec![path(128)], 1, 636, nested),
        (r#"{"a": "\ud83d"}"#.into(), vec!["a".into()], 1, 14, half),
        (r#"{"a": "\ud83d"}"#.into(), vec!["*".into()], 1, 14, half),
        ("{\"x\":\n [1,\n\"é\\n\\udc00\", 1]}".into(), vec!["x.1".into()], 3, 11, half),
        (r#"{"\ud83d\ud83d": 1}"#.into(), vec!["a".into()], 1, 14, half),
        ("[\n0, {\"a\":\n {\"\\ud83dx\": 1}}]".into(), vec!["1.a".into(), "1.a.b.c".into()], 3, 10, half),
    ] {
        let paths: Vec<Path> = paths.iter().map(|path: &String| path.parse().unwrap()).collect();
        let error = select(&text, &paths).unwrap_err();
        assert_eq!(error, JsonError::Unreadable { line, column, why }, "{text}");
    }
    assert!(select(&deep(127), [&path(127).parse().unwrap()]).is_ok());
    assert_eq!(object(r#"{"a": 1, "b": "\udc00"}"#), Err(JsonError::Unreadable { line: 1, column: 21, why: half }));
}

#[test]
fn what_no_path_leads_to_may_be_anything_that_is_json() {
    let text = r#"{"a": [1e999, -0, "\ud800", 0.10], "b": {"c": 1E-999, "d": "\udc00\u0000"}, "e": 1e400}"#;
    let found = selected(text, &["a", "b", "e", "b.c"]);
    assert_eq!(found[0], Some(Value::Array(r#"[1e999, -0, "\ud800", 0.10]"#)));
    assert_eq!(found[2..], [Some(Value::Number("1e400")), Some(Value::Number("1E-999"))]);
}

#[test]
fn paths_that_lead_through_one_another_find_their_values_in_the_largest_body() {
    let levels = 60;
    let text = format!(r#"{}"{}"{}"#, r#"{"a":"#.repeat(levels), "x".repeat(4_000_000), "}".repeat(levels));
    let paths: Vec<Path> = (1..=levels).map(|depth| vec!["a"; depth].join(".").parse().unwrap()).collect();
    let found = select(&text, &paths).unwrap();
    for (path, around) in paths.iter().zip(1..) {
        let inner = &text[5 * around..text.len() - around];
        let expected =
            if around < levels { Value::Object(inner) } else { Value::String(inner.trim_matches('"').into()) };
        assert!(found.at(path) == Some(&expected), "{path}");
    }
}

#[test]
fn deep_nesting_and_long_arrays_are_passed_over() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let path = "a".parse().unwrap();
    assert!(select(&format!(r#"{{"b": {deep}}}"#), [&path]).is_ok());
    let long = format!("[{}0]", "0,".repeat(1_000_000));
    assert_eq!(selected(&long, &["1000000", "1000001"]), [Some(Value::Number("0")), None]);
}

/// What is found at a path with a `*`, as it is written; `None` if it is absent.
fn each(text: &str, path: &str) -> Option<Vec<String>> {
    let path = path.parse().unwrap();
    let found = select(text, [&path]).unwrap();
    let Some(Given::Each { values: texts, .. }) = found.given(&path) else { return None };
    assert_eq!((texts.len(), found.at(&path)), (found.all(&path).len(), None));
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn a_star_leads_to_each_element_of_an_array_and_each_value_of_an_object() {
    let text = r#" {"a": [{"b": 1.10, "c": [1, 2]}, {"b": "x\n"}, 3, {"b": null, "c": {"d": [], "e": 4}}], "f": {}} "#;
    for (path, expected) in [
        ("a.*.b", Some(vec!["1.10", r#""x\n""#, "null"])),
        ("a[*].c.*", Some(vec!["1", "2", "[]", "4"])),
        ("a.*.c[0]", Some(vec!["1"])),
        ("*.*.c.e", Some(vec!["4"])),
        ("*.0.b", Some(vec!["1.10"])),
        ("a.*.x", Some(vec![])),
        ("f.*", Some(vec![])),
        ("a.0.b.*", None),
        ("x.*", None),
        ("a.7.*", None),
    ] {
        let expected = expected.map(|texts| texts.into_iter().map(str::to_owned).collect());
        assert_eq!(each(text, path), expected, "{path}");
    }
    assert_eq!(each("[[1, 2], [3]]", "$[*][0]"), Some(vec!["1".to_owned(), "3".to_owned()]));
    assert_eq!(each("7", "*"), None);
}

#[test]
fn paths_with_and_without_a_star_find_the_same_values_beside_each_other() {
    let text = r#"{"a": [{"b": 1}, {"b": [2]}]}"#;
    let paths: Vec<Path> =
        ["$", "a", "a.*", "a.*.b", "a.1.b", "*.*.b.*", "a.1.*"].iter().map(|path| path.parse().unwrap()).collect();
    let found = select(text, &paths).unwrap();
    let all = |path: &Path| found.all(path).to_vec();
    assert_eq!(all(&paths[0]), [Value::Object(text)]);
    assert_eq!(all(&paths[1]), [Value::Array(r#"[{"b": 1}, {"b": [2]}]"#)]);
    assert_eq!(all(&paths[2]), [Value::Object(r#"{"b": 1}"#), Value::Object(r#"{"b": [2]}"#)]);
    assert_eq!(all(&paths[3]), [Value::Number("1"), Value::Array("[2]")]);
    assert_eq!(all(&paths[4]), [Value::Array("[2]")]);
    assert_eq!(all(&paths[5]), [Value::Number("2")]);
    assert_eq!(all(&paths[6]), [Value::Array("[2]")]);
}

#[test]
fn of_members_with_one_name_a_star_finds_the_last_as_a_whole() {
    let text = r#"{"a": {"x": 1, "y": 2}, "b": 3, "\u0061": {"x": 4}, "c": {"z": 5, "z": 6}}"#;
    assert_eq!(each(text, "*.*"), Some(vec!["4".to_owned(), "6".to_owned()]));
    assert_eq!(each(text, "a.*"), Some(vec!["4".to_owned()]));
    assert_eq!(each(r#"{"a": [1], "a": 2}"#, "a.*"), None);
}

#[test]
fn a_star_finds_no_more_than_a_function_can_hold() {
    let (path, other) = ("*".parse().unwrap(), "*.*".parse().unwrap());
    let many = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
    assert_eq!(select(&many(199_999), [&path]).unwrap().all(&path).len(), 199_999);
    assert!(matches!(select(&many(200_001), [&path]), Err(JsonError::TooManyValues)));
    let members = (0..200_001).map(|number| format!("\"{number}\":0")).collect::<Vec<_>>().join(",");
    assert!(matches!(select(&format!("{{{members}}}"), [&other]), Err(JsonError::TooManyValues)));
    // Each of the paths finds nearly the whole text.
    let long = format!(r#"{{"a": {{"b": {{"c": ["{}"]}}}}}}"#, "x".repeat(4_000_000));
    let paths = |count: usize| -> Vec<Path> {
        let all = ["*.b.c.0", "a.*.c.0", "a.b.*.0", "a.b.c.*", "*.*.c.0"];
        all[..count].iter().map(|path| path.parse().unwrap()).collect()
    };
    assert!(select(&long, &paths(4)).is_ok());
    assert!(matches!(select(&long, &paths(5)), Err(JsonError::TooManyValues)));
}

proptest! {
    #[test]
    fn no_text_panics(text: String, path in "[a-z0-9*]{1}(\\.[a-z0-9]{1,3}){0,3}") {
        let path = path.parse().unwrap();
        let _ = select(&text, [&path]);
    }

    #[test]
    fn what_is_selected_is_what_a_tree_would_give(json in json_value(), path in "[ab01*](\\.[ab01*]){0,3}") {
        let text = json.to_string();
        let path: Path = path.parse().unwrap();
        let found = select(&text, [&path]).unwrap();
        let all: Vec<_> = found.all(&path).iter().map(tree).collect();
        prop_assert_eq!(all.iter().collect::<Vec<_>>(), at(&json, &path));
        if let Some(Given::Each { values: texts, .. }) = found.given(&path) {
            let read = |text: &&str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            prop_assert_eq!(texts.iter().map(read).collect::<Vec<_>>(), all);
        }
    }

    #[test]
    fn each_of_many_paths_finds_what_a_tree_would_give_also_where_members_have_one_name(
        text in json_text(),
        paths in prop::collection::vec(r"(\$|[ab01*])(\.[ab01*]){0,3}", 1..12),
    ) {
        // In a tree too, the last of the members with one name counts, but not the place of it.
        let in_any_order = |values: Vec<&serde_json::Value>| {
            let mut texts: Vec<_> = values.into_iter().map(ToString::to_string).collect();
            texts.sort_unstable();
            texts
        };
        let json = serde_json::from_str(&text).unwrap();
        let paths: Vec<Path> = paths.iter().map(|path| path.parse().unwrap()).collect();
        let found = select(&text, &paths).unwrap();
        for path in &paths {
            let all: Vec<_> = found.all(path).iter().map(tree).collect();
            prop_assert_eq!(in_any_order(all.iter().collect()), in_any_order(at(&json, path)), "{}", path);
        }
    }
}

fn tree(found: &Value<'_>) -> serde_json::Value {
    match found {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(boolean) => (*boolean).into(),
        Value::String(text) | Value::Field(text) => (**text).into(),
        Value::Number(text) | Value::Array(text) | Value::Object(text) => serde_json::from_str(text).unwrap(),
    }
}

/// What a path leads to, step by step.
fn at<'j>(json: &'j serde_json::Value, path: &Path) -> Vec<&'j serde_json::Value> {
    path.segments()
        .iter()
        .fold(vec![json], |values, segment| values.into_iter().flat_map(|value| below(value, segment)).collect())
}

fn below<'j>(value: &'j serde_json::Value, segment: &Segment) -> Vec<&'j serde_json::Value> {
    let Some(name) = segment.name() else {
        let members = value.as_object().into_iter().flat_map(serde_json::Map::values);
        return members.chain(value.as_array().into_iter().flatten()).collect();
    };
    let element = || value.get(name.parse::<usize>().ok()?);
    value.get(name).or_else(element).into_iter().collect()
}

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[a-z\"\\\\\n]{0,4}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map("[ab01]", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// JSON in which members may have one name.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["null", "true", "1.10", r#""a\u0062\n""#, r#""""#, "[]", "{}"])
        .prop_map(str::to_owned);
    leaf.prop_recursive(4, 40, 4, |inner| {
        let member = ("[ab01]", inner.clone()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(", "))),
            prop::collection::vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(", "))),
        ]
    })
}
