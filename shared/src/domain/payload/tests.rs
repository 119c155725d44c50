//! Values, by example and by property.

use proptest::prelude::*;

use super::*;

#[test]
fn an_integer_may_be_spelt_in_several_ways_but_never_rounded() {
    for (text, expected) in [
        ("42", Some(42)),
        ("-42", Some(-42)),
        ("42.0", Some(42)),
        ("4.2e1", Some(42)),
        ("420E-1", Some(42)),
        ("1e3", Some(1000)),
        ("0.0", Some(0)),
        ("-0", Some(0)),
        ("0e99999", Some(0)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775808", None),
        ("42.5", None),
        ("1e-1", None),
        ("1e400", None),
        ("1e99999999999", None),
        (&format!("1.{}", "0".repeat(998)), Some(1)),
        (&format!("1.{}", "0".repeat(999)), None),
    ] {
        assert_eq!(integer(text), expected, "{text}");
    }
}

#[test]
fn a_number_is_the_same_in_all_its_spellings_and_no_other_is() {
    for (a, b) in [
        ("1", "1.0"),
        ("-0", "0e5"),
        ("100", "1e2"),
        ("0.0120", "12E-3"),
        ("-18446744073709551616", "-1844674407370955161.60e+1"),
        ("1e400", "10E399"),
        ("1e99999999999999999999", "1e99999999999999999999"),
    ] {
        assert!(same_number(a, b) && same_number(b, a), "{a} {b}");
    }
    let zeros = format!("1.{}", "0".repeat(999));
    assert!(same_number(&zeros[..1_000], "1") && same_number(&zeros, &zeros) && !same_number(&zeros, "1"));
    for (a, b) in [
        ("1", "-1"),
        ("0.1", "0.10000000000000000001"),
        ("9007199254740993.5", "9007199254740992.5"),
        ("18446744073709551616", "18446744073709551617"),
        ("1e999", "2e999"),
        ("1e-400", "0"),
        ("1e99999999999999999999", "10e99999999999999999998"),
    ] {
        assert!(!same_number(a, b) && !same_number(b, a), "{a} {b}");
    }
}

#[test]
fn depth_is_of_the_brackets_outside_of_strings() {
    for (json, expected) in
        [("1", 0), ("[]", 1), (r#"[{"a": [1, []]}, [2]]"#, 4), (r#"["[[[[", "\"[[", "\\", [], {"]": 1}]"#, 2)]
    {
        assert_eq!(depth(json), expected, "{json}");
    }
    assert_eq!(depth(&"[".repeat(100_000)), 100_000);
}

#[test]
fn half_of_a_surrogate_pair_is_found_wherever_it_is() {
    for json in
        [r#""\ud800""#, r#""\uDFFF""#, r#""\ud83dx""#, r#""\ud83d\\ude00""#, r#""\ude00\ud83d""#, r#""\\\ud800""#]
    {
        assert!(has_half_a_pair(json), "{json}");
    }
    for json in
        ["", "[]", r#""\ud83d\ude00""#, r#""\\ud800""#, r#""\u00e9\n\"""#, r#""\uD83D\uDE00\u0041""#, "\"\u{1f600}\""]
    {
        assert!(!has_half_a_pair(json), "{json}");
    }
}

#[test]
fn a_number_that_no_float_holds_is_found_outside_of_strings() {
    let digits = "9".repeat(309);
    for json in ["1e999", "[0, -1E+400]", r#"{"a": ["1", 2e308]}"#, &digits, &format!("[\"\\\"\", {digits}.5]")] {
        assert!(has_too_large_a_number(json), "{json}");
    }
    let text = format!(r#"["1e999 \" {digits}", "é\\", 1e308, 1e-999, 18446744073709551617, true]"#);
    for json in ["", "[]", &text] {
        assert!(!has_too_large_a_number(json), "{json}");
    }
}

#[test]
fn a_number_is_written_as_json_writes_it() {
    for text in ["0", "-0", "42", "1.10", "-4e2", "4.2E-10", "1e+9"] {
        assert!(is_number(text), "{text}");
    }
    for text in ["", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", " 1", "1 ", "0x1", "1,5", "NaN", "--1", "1.2.3"] {
        assert!(!is_number(text), "{text}");
    }
}

proptest! {
    #[test]
    fn a_number_is_what_serde_json_takes_for_one(text in "[-+0-9.eE ]{0,6}") {
        let is_json = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        prop_assert_eq!(is_number(&text), is_json && text.trim() == text, "{}", text);
    }

    #[test]
    fn a_number_is_too_large_when_serde_json_says_so(
        mantissa in "-?[1-9](\\.[0-9]{1,3})?", exponent in 290..320_u32, in_array: bool,
    ) {
        let number = format!("{mantissa}e{exponent}");
        let json = if in_array { format!("[\"\", {number}]") } else { number };
        let refused = serde_json::from_str::<serde_json::Value>(&json).is_err();
        prop_assert_eq!(has_too_large_a_number(&json), refused, "{}", json);
    }

    #[test]
    fn half_a_pair_is_what_keeps_a_string_from_being_read(escapes in r"(\\u(d[89abcdef0][0-9a-f]{2}|00e9)|x|\\\\|\\n){0,6}") {
        let json = format!("\"{escapes}\"");
        prop_assert_eq!(has_half_a_pair(&json), serde_json::from_str::<String>(&json).is_err(), "{}", json);
    }

    #[test]
    fn an_integer_is_the_same_number_as_its_spelling(
        number in r"-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,3})?([eE][-+]?[0-9]{1,2})?",
    ) {
        let read = integer(&number);
        prop_assert!(read.is_none_or(|integer| same_number(&integer.to_string(), &number)));
    }

    #[test]
    fn no_text_panics(text: String, number in "[-+0-9.eE]{0,24}") {
        let _ = (integer(&text), integer(&number), depth(&text), same_number(&text, &number));
    }
}
