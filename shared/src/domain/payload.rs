//! Paths into a payload, and the values at them.
//!
//! A payload is never turned into a tree here: the boundary that knows its format hands over the few values that a
//! hook's paths point at, borrowed from the bytes that arrived.

mod path;

use std::borrow::Cow;
use std::cmp::Ordering;

pub use self::path::{Path, Segment};

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

/// How two JSON numbers compare, to the last digit. `None` if one of them has over 1,000 characters, or an exponent of
/// over 64 bits.
pub fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    if a.len().max(b.len()) > MAX_NUMBER_CHARS {
        return None;
    }
    // How far the first digit is from the decimal point says more than the digits themselves.
    let read = |number| {
        let (negative, digits, power) = decimal(number)?;
        let magnitude = power.checked_add(i64::try_from(digits.len()).ok()?)?;
        Some((
            if digits.is_empty() {
                0
            } else if negative {
                -1
            } else {
                1
            },
            magnitude,
            digits,
        ))
    };
    let ((a_sign, a_magnitude, a_digits), (b_sign, b_magnitude, b_digits)) = (read(a)?, read(b)?);
    let size = (a_magnitude, a_digits).cmp(&(b_magnitude, b_digits));
    Some(a_sign.cmp(&b_sign).then(if a_sign < 0 { size.reverse() } else { size }))
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

#[cfg(test)]
mod tests;
