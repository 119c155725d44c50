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
    fn an_integer_is_the_same_number_as_its_spelling(
        number in r"-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,3})?([eE][-+]?[0-9]{1,2})?",
    ) {
        let read = integer(&number);
        prop_assert!(read.is_none_or(|integer| same_number(&integer.to_string(), &number)));
    }

    #[test]
    fn no_text_panics(text: String, number in "[-+0-9.eE]{0,24}") {
        let _ = (integer(&text), integer(&number), same_number(&text, &number));
    }
}
