//! What is JSON, as `serde_json` sees it, and what a search finds beside what a tree has.

use proptest::prelude::*;
use serde_json::Value;

use crate::{Fault, Hazards, MAX_LEVELS, Step, Tree, fault_of, search};

/// `a.*.0` is a name, `*` and an index, which is a name too.
fn steps(path: &str) -> impl Iterator<Item = Step<'_>> {
    path.split('.').filter(|step| !step.is_empty()).map(|step| if step == "*" { Step::Each } else { Step::Name(step) })
}

/// What counts, by path: the markers of a `*` left out.
fn found<'a>(text: &'a str, paths: &[&str]) -> Result<Vec<(usize, &'a str)>, Fault<'a>> {
    let entries = search(text, &Tree::of_paths(paths.iter().map(|path| steps(path))))?;
    let counting = entries.into_iter().filter_map(|entry| Some((entry.path()?, entry.json)));
    Ok(counting.filter(|(_, json)| !json.is_empty()).collect())
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// What is not JSON, and where.
const NOT_JSON: &[(&str, usize)] = &[
    ("", 0),
    ("  ", 2),
    ("01", 1),
    ("-", 1),
    ("+1", 0),
    (".5", 0),
    ("1.", 2),
    ("1.e5", 2),
    ("1e", 2),
    ("1e+", 3),
    ("nul", 3),
    ("nulL", 3),
    ("truee", 4),
    ("NaN", 0),
    ("'a'", 0),
    ("\"a", 2),
    ("\"\\", 2),
    ("\"\\x\"", 2),
    ("\"\\u12g4\"", 5),
    ("\"0123456789\u{1f}\"", 11),
    ("\"01234567\n\"", 9),
    ("[1,]", 3),
    ("[1 2]", 3),
    ("[,1]", 1),
    ("[1}", 2),
    ("{\"a\" 1}", 5),
    ("{\"a\":1,}", 7),
    ("{a:1}", 1),
    ("{\"a\":1]", 6),
    ("[[1]", 4),
    ("[] []", 3),
    ("\u{feff}1", 0),
    ("\u{a0}1", 0),
];

#[test]
fn what_is_json_is_decided_as_the_standard_does() {
    let long = "x".repeat(20);
    let strings = ["\"\"", "\"\\\"\"", "\"\\u00e9\\uD800\"", "\"\u{7f}é\u{80}\u{10ffff}\"", &format!("\"{long}\\\\\"")];
    let others =
        ["0", "-0", "-0.0e+0", "1E9", "1e-999999", "true", " [ ] ", "{\"a\" : [ { } , \n\t\r null ] }", "[[],{}]"];
    for text in strings.into_iter().chain(others) {
        assert_eq!((fault_of(text), is_json(text)), (None, true), "{text}");
    }
    for &(text, at) in NOT_JSON {
        assert_eq!((fault_of(text), is_json(text)), (Some(at), false), "{text}");
        for path in ["", "a", "0", "*"] {
            assert_eq!(found(text, &[path]), Err(Fault::NotJson { at }), "{text} {path}");
        }
    }
}

#[test]
fn every_byte_is_looked_at_wherever_it_stands_in_a_word_of_eight() {
    for before in 0..17 {
        for byte in 0..=0x7f_u8 {
            let text = format!("\"{}{}{}\"", "é".repeat(before / 2), "a".repeat(before % 2), char::from(byte));
            assert_eq!(fault_of(&text).is_none(), is_json(&text), "{text:?}");
            let text = format!("\"{}{}bcdefghi\"", "a".repeat(before), char::from(byte));
            assert_eq!(fault_of(&text).is_none(), is_json(&text), "{text:?}");
        }
    }
}

#[test]
fn values_are_found_as_they_are_written() {
    let text = r#" {"a": [1.10, {"b": "x\n"}, []], "\u0063": {"0": null, "x": -0}, "d": 1e999} "#;
    let paths = ["", "a.0", "a.1.b", "a.*", "c.0", "*.x", "d", "d.e", "a.0.x"];
    assert_eq!(
        found(text, &paths).unwrap(),
        [
            (0, text.trim()),
            (3, "1.10"),
            (1, "1.10"),
            (3, r#"{"b": "x\n"}"#),
            (2, r#""x\n""#),
            (3, "[]"),
            (4, "null"),
            (5, "-0"),
            (6, "1e999"),
        ]
    );
}

#[test]
fn a_name_that_stands_for_no_text_is_refused_where_paths_could_lead() {
    let text = r#"{"\ud800": 1}"#;
    assert_eq!(found(text, &["a"]), Err(Fault::HalfAPair(r#""\ud800""#)));
    assert_eq!(found(&format!("[{text}]"), &["a"]), Ok(vec![]));
}

#[test]
fn paths_lead_as_deep_as_a_thread_can_follow() {
    let nested = |levels: usize| (r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let path = vec!["a"; MAX_LEVELS + 1].join(".");
    let (open, close) = nested(MAX_LEVELS);
    assert_eq!(found(&format!("{open}0{close}"), &[&path]), Ok(vec![]));
    let (open, close) = nested(MAX_LEVELS + 1);
    assert_eq!(found(&format!("{open}0{close}"), &[&path]), Err(Fault::TooDeep { at: 5 * MAX_LEVELS }));
    let (open, close) = nested(100_000);
    assert_eq!(fault_of(&format!("{open}0{close}")), None);
}

#[test]
fn depth_is_of_the_brackets_outside_of_strings() {
    for (json, expected) in
        [("1", 0), ("[]", 1), (r#"[{"a": [1, []]}, [2]]"#, 4), (r#"["[[[[", "\"[[", "\\", [], {"]": 1}]"#, 2)]
    {
        assert_eq!(Hazards::of(json).depth, expected, "{json}");
    }
    assert_eq!(Hazards::of(&"[".repeat(100_000)).depth, 100_000);
}

#[test]
fn half_of_a_surrogate_pair_is_found_wherever_it_is() {
    for json in
        [r#""\ud800""#, r#""\uDFFF""#, r#""\ud83dx""#, r#""\ud83d\\ude00""#, r#""\ude00\ud83d""#, r#""\\\ud800""#]
    {
        assert!(Hazards::of(json).has_half_a_pair, "{json}");
    }
    for json in
        ["", "[]", r#""\ud83d\ude00""#, r#""\\ud800""#, r#""\u00e9\n\"""#, r#""\uD83D\uDE00\u0041""#, "\"\u{1f600}\""]
    {
        assert!(!Hazards::of(json).has_half_a_pair, "{json}");
    }
}

#[test]
fn a_number_that_no_float_holds_is_found_outside_of_strings() {
    let digits = "9".repeat(309);
    for json in ["1e999", "[0, -1E+400]", r#"{"a": ["1", 2e308]}"#, &digits, &format!("[\"\\\"\", {digits}.5]")] {
        assert!(Hazards::of(json).has_too_large_a_number, "{json}");
    }
    let text = format!(r#"["1e999 \" {digits}", "é\\", 1e308, 1e-999, 18446744073709551617, true]"#);
    for json in ["", "[]", &text] {
        assert!(!Hazards::of(json).has_too_large_a_number, "{json}");
    }
}

/// Pieces of JSON, and what is nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        " ",
        "\n",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\"\\n\"",
        "\"\\ud800\"",
        "\"",
        "\\",
        "0",
        "-1",
        "1.5",
        "2e9",
        "true",
        "false",
        "null",
        "é",
        "\u{1}",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[ab01\"\n]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What a path leads to in a tree.
fn at<'j>(value: &'j Value, path: &[Step<'_>], found: &mut Vec<&'j Value>) {
    let Some((step, rest)) = path.split_first() else { return found.push(value) };
    match (step, value) {
        (Step::Name(name), Value::Object(members)) => members.get(*name).into_iter().for_each(|v| at(v, rest, found)),
        (Step::Name(name), Value::Array(elements)) => {
            let index = name.parse::<usize>().ok().filter(|index| index.to_string() == **name);
            index.and_then(|index| elements.get(index)).into_iter().for_each(|v| at(v, rest, found));
        }
        (Step::Each, Value::Object(members)) => members.values().for_each(|v| at(v, rest, found)),
        (Step::Each, Value::Array(elements)) => elements.iter().for_each(|v| at(v, rest, found)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn the_same_texts_are_json_as_elsewhere(text in prop_oneof![nearly_json(), any::<String>()], path in "[ab0*](\\.[ab0*])?") {
        prop_assert_eq!(fault_of(&text).is_none(), is_json(&text));
        match found(&text, &[&path]) {
            Ok(_) | Err(Fault::HalfAPair(_)) => prop_assert!(is_json(&text)),
            Err(Fault::NotJson { .. }) => prop_assert!(!is_json(&text)),
            Err(Fault::TooDeep { .. } | Fault::TooManyValues) => prop_assert!(false, "{text} is small"),
        }
    }

    #[test]
    fn a_fault_is_where_no_continuation_could_mend_it(text in nearly_json()) {
        if let Some(at) = fault_of(&text) {
            let end = (at + 1..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
            let wrong = &text[..end];
            for rest in ["", "\"", "0", "]", "}", "\"]", "\"}", ":0}", "\":0}", "0]", "0}"] {
                prop_assert!(at == text.len() || !is_json(&format!("{wrong}{rest}")), "{wrong}{rest}");
            }
        }
    }

    #[test]
    fn a_number_is_too_large_when_serde_json_says_so(
        mantissa in "-?[1-9](\\.[0-9]{1,3})?", exponent in 290..320_u32, in_array: bool,
    ) {
        let number = format!("{mantissa}e{exponent}");
        let json = if in_array { format!("[\"\", {number}]") } else { number };
        let refused = serde_json::from_str::<serde_json::Value>(&json).is_err();
        prop_assert_eq!(Hazards::of(&json).has_too_large_a_number, refused, "{}", json);
    }

    #[test]
    fn half_a_pair_is_what_keeps_a_string_from_being_read(escapes in r"(\\u(d[89abcdef0][0-9a-f]{2}|00e9)|x|\\\\|\\n){0,6}") {
        let json = format!("\"{escapes}\"");
        prop_assert_eq!(Hazards::of(&json).has_half_a_pair, serde_json::from_str::<String>(&json).is_err(), "{}", json);
    }

    #[test]
    fn what_is_plain_has_no_hazards_and_most_values_are(json in json()) {
        let text = serde_json::to_string(&json).unwrap();
        for entry in search(&text, &Tree::of_paths([steps("*"), steps("*.*")])).unwrap() {
            let is_scalar = !entry.json.starts_with(['[', '{']);
            prop_assert!(!entry.is_plain || Hazards::of(entry.json) == Hazards::default(), "{}", entry.json);
            prop_assert!(entry.is_plain || !is_scalar || entry.json.contains(['\\', 'e']), "{}", entry.json);
        }
    }

    #[test]
    fn all_paths_find_together_what_each_finds_in_a_tree(
        json in json(),
        pretty: bool,
        paths in prop::collection::btree_set("([ab01*](\\.[ab01*]){0,3})?", 1..8),
    ) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }.unwrap();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let together = found(&text, &paths).unwrap();
        for (index, path) in paths.iter().enumerate() {
            let mut expected = Vec::new();
            at(&json, &steps(path).collect::<Vec<_>>(), &mut expected);
            let of_path = together.iter().filter(|(path, _)| *path == index);
            let read: Vec<Value> = of_path.map(|(_, json)| serde_json::from_str(json).unwrap()).collect();
            prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected, "{}", path);
        }
    }
}
