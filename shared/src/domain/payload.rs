//! Paths into a payload, and the values at them.
//!
//! A payload is never turned into a tree here: the boundary that knows its format hands over the few values that a
//! hook's paths point at, borrowed from the bytes that arrived.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::Invalid;

/// The longest path, in characters, which is what a schema of JSON can say.
const MAX_PATH_CHARS: usize = 500;

/// A place in a payload, in dot notation: `repository.name`, `commits.0.id`. `\.` is a dot that is part of a name and
/// `\\` a backslash. A segment of digits is an index where the payload has an array and a name where it has an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<String>);

impl Path {
    /// The names and indexes from the outside in; never empty.
    pub fn segments(&self) -> &[String] {
        &self.0
    }
}

impl FromStr for Path {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.chars().count() > MAX_PATH_CHARS {
            return Err(Invalid::new(format!("must be a path of at most {MAX_PATH_CHARS} characters")));
        }
        let mut segments = vec![String::new()];
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            match char {
                '.' => segments.push(String::new()),
                '\\' => match chars.next() {
                    Some(escaped @ ('.' | '\\')) => push(&mut segments, escaped),
                    _ => {
                        return Err(Invalid::new(r"must be a path in which a backslash stands only in `\.` and `\\`"));
                    }
                },
                _ => push(&mut segments, char),
            }
        }
        if segments.iter().any(String::is_empty) {
            return Err(Invalid::new("must be a path such as `repository.name`, with no empty part"));
        }
        Ok(Self(segments))
    }
}

fn push(segments: &mut [String], char: char) {
    if let Some(last) = segments.last_mut() {
        last.push(char);
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(&segment.replace('\\', r"\\").replace('.', r"\."))?;
        }
        Ok(())
    }
}

/// A value of a payload. Numbers, arrays and objects are kept as the JSON text that arrived, so that nothing is lost
/// by reading them: 2^53 + 1, `1.10` and an array's exact digits come out as they went in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`, which counts as absent.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as JSON text.
    Number(&'a str),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// A field of a form, decoded: text that may stand for a value of another type.
    Field(Cow<'a, str>),
    /// An array, as JSON text.
    Array(&'a str),
    /// An object, as JSON text.
    Object(&'a str),
}

impl Value<'_> {
    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) | Self::Field(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// A string or a number as text; what identifies something is one of the two.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) | Self::Field(text) => Some(text),
            Self::Number(text) => Some(text),
            Self::Null | Self::Boolean(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }
}

/// Whether a text is a number as JSON writes it (RFC 8259 section 6): `1.10` and `-4e2`, but not `+1`, `01` or a space.
pub fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(mantissa, e)| (mantissa, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The longest number that is converted or compared digit by digit, in characters. A stranger must not choose how long
/// that takes: a body could be one number, and a hook may look at it a hundred times.
const MAX_NUMBER_CHARS: usize = 1_000;

/// The integer that a JSON number's text denotes, if it is one: `42`, `42.0` and `4.2e1` are the same integer.
pub fn integer(number: &str) -> Option<i64> {
    if number.len() > MAX_NUMBER_CHARS {
        return None;
    }
    if let Ok(integer) = number.parse() {
        return Some(integer);
    }
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let shift = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let digits = format!("{whole}{fraction}").parse::<i64>().ok()?;
    if digits == 0 {
        return Some(0);
    }
    let power = 10_i64.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 { digits.checked_mul(power) } else { (digits % power == 0).then(|| digits / power) }
}

/// Whether two JSON numbers are the same number, however they are spelt. Nothing is rounded: numbers that only a float
/// takes for the same are different. One of over 1,000 characters is only the same as itself.
pub fn same_number(a: &str, b: &str) -> bool {
    let is_short = a.len().max(b.len()) <= MAX_NUMBER_CHARS;
    a == b || (is_short && decimal(a).is_some_and(|a| decimal(b) == Some(a)))
}

/// The sign, the digits without zeros at either end, and the power of ten of the last digit. `None` when the power is
/// beyond 64 bits: such a number is the same only when it is spelt the same.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |number| (true, number));
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    let shift = zeros.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let power = exponent.parse::<i64>().ok()?.checked_add(shift)?;
    Some((negative, significant.trim_start_matches('0').to_owned(), power))
}

/// How deeply arrays and objects nest in a JSON text.
pub fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string) = (0_usize, 0, false);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            // What is escaped is no quote.
            b'\\' => drop(bytes.next()),
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Whether a `\u` escape in a JSON text is half of a surrogate pair. Such a text is JSON, but most readers refuse it, and
/// no text can hold what it stands for.
pub fn has_half_a_pair(json: &str) -> bool {
    let bytes = json.as_bytes();
    let unit = |at: usize| {
        let digits = json.get(at + 2..at + 6).filter(|_| bytes[at..].starts_with(br"\u"))?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += found;
        match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => return true,
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    false
}

/// Whether a JSON text has a number that is too large for a float of 64 bits, such as `1e999`. It is JSON, but readers
/// refuse it, or read infinity.
pub fn has_too_large_a_number(json: &str) -> bool {
    let is_part = |char: char| char.is_ascii_digit() || matches!(char, '+' | '-' | '.' | 'e' | 'E');
    let (mut rest, mut in_string) = (json, false);
    while let Some(char) = rest.chars().next() {
        let length = match char {
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            '-' | '0'..='9' if !in_string => rest.find(|char| !is_part(char)).unwrap_or(rest.len()),
            _ => char.len_utf8(),
        };
        in_string ^= char == '"';
        let (token, after) = rest.split_at(length);
        // Without an exponent, it takes 309 digits.
        let may_be_large = !in_string && (token.len() > 308 || token.contains(['e', 'E']));
        if may_be_large && token.parse::<f64>().is_ok_and(f64::is_infinite) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dots_separate_and_a_backslash_escapes_them() {
        let path: Path = r"a.0.b\.c\\d".parse().unwrap();
        assert_eq!(path.segments(), ["a", "0", r"b.c\d"]);
    }

    #[test]
    fn a_path_has_at_most_500_characters() {
        assert!("é".repeat(500).parse::<Path>().is_ok());
        assert!("é".repeat(501).parse::<Path>().is_err());
    }

    #[test]
    fn a_path_with_an_empty_part_or_a_stray_backslash_is_refused() {
        for text in ["", ".", "a.", ".a", "a..b", r"a\", r"a\b"] {
            assert!(text.parse::<Path>().is_err(), "{text:?}");
        }
    }

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
        for json in [
            "",
            "[]",
            r#""\ud83d\ude00""#,
            r#""\\ud800""#,
            r#""\u00e9\n\"""#,
            r#""\uD83D\uDE00\u0041""#,
            "\"\u{1f600}\"",
        ] {
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
        for text in
            ["", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", " 1", "1 ", "0x1", "1,5", "NaN", "--1", "1.2.3"]
        {
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
        fn what_was_printed_parses_to_itself(segments in prop::collection::vec(r"[a-z0-9.\\ é]{1,8}", 1..6)) {
            let path = Path(segments);
            prop_assert_eq!(path.to_string().parse(), Ok(path));
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
            let _ = text.parse::<Path>();
            let _ = (integer(&text), integer(&number), depth(&text), same_number(&text, &number));
        }
    }
}
