//! What is JSON, but more than some readers take.

use crate::cursor::Cursor;

/// In how many digits a number may be too large for a float without an exponent that says so: 1.8e308 has 309.
const MANY_DIGITS: usize = 309;

/// What readers of JSON differ in: each refuses some of it, or reads something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hazards {
    /// How deeply arrays and objects nest.
    pub depth: usize,
    /// Whether a `\u` escape is half of a surrogate pair (RFC 8259 section 8.2): no text can hold what it stands for.
    pub has_half_a_pair: bool,
    /// Whether a number is too large for a float of 64 bits, such as `1e999`: some read infinity.
    pub has_too_large_a_number: bool,
}

impl Hazards {
    /// Those of a JSON text, in one pass. Of a text that is not JSON, those before the fault.
    pub fn of(json: &str) -> Self {
        let (mut hazards, mut cursor, mut depth) = (Self::default(), Cursor::new(json), 0_usize);
        while let Some(byte) = cursor.peek() {
            let read = match byte {
                b'"' => cursor.quoted().map(|string| hazards.has_half_a_pair |= string.stands_for_no_text()),
                b'-' | b'0'..=b'9' => {
                    let start = cursor.at();
                    cursor.number().map(|()| hazards.has_too_large_a_number |= is_too_large(cursor.since(start)))
                }
                _ => {
                    match byte {
                        b'[' | b'{' => depth += 1,
                        b']' | b'}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    hazards.depth = hazards.depth.max(depth);
                    cursor.skip();
                    Ok(())
                }
            };
            if read.is_err() {
                break;
            }
        }
        hazards
    }
}

fn is_too_large(number: &str) -> bool {
    may_be_too_large(number) && number.parse::<f64>().is_ok_and(f64::is_infinite)
}

pub(crate) fn may_be_too_large(number: &str) -> bool {
    number.len() >= MANY_DIGITS || number.contains(['e', 'E'])
}
