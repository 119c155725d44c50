//! What the owner of a hook writes of a signature, and a second opinion on each text.

use shared::domain::signature::SignedText;
use shared::domain::signature::scheme::TimeForm;

use super::sections;

/// `seconds x-time`, or `- x-time` without a time; an empty line; then the text. It is taken if and only if the grammar of
/// this file takes it, and is printed as a text that is read as the same.
///
/// # Panics
///
/// When the two disagree.
pub fn signed_texts(input: &[u8]) {
    let Some((lines, text)) = sections(input) else { return };
    let Some((form, header)) = lines.first().and_then(|line| line.split_once(' ')) else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let form = match form {
        "seconds" => Some(TimeForm::Seconds),
        "millis" => Some(TimeForm::Millis),
        "rfc3339" => Some(TimeForm::Rfc3339),
        _ => None,
    };
    let read = |text: &str| SignedText::read(text, form.map(|form| (header, form)));
    let signed = read(text);
    assert_eq!(signed.is_ok(), is_signed_text(text, form.map(|_| header)), "{text:?}");
    if let Ok(signed) = signed {
        let printed = signed.to_string();
        assert!(printed.eq_ignore_ascii_case(text), "{text:?}: {printed:?}");
        assert_eq!(read(&printed), Ok(signed), "{printed:?}");
    }
}

/// The grammar by another way: the text is cut at the body, and each half is looked at from its far end.
fn is_signed_text(text: &str, time: Option<&str>) -> bool {
    let halves: Vec<_> = text.split("{body}").collect();
    let [before, after] = *halves else { return false };
    let is_time = |name: &str| time == Some(&*name.to_ascii_lowercase());
    let (Some(in_front), Some(behind)) = (headers(before), headers(after)) else { return false };
    let ends = |(name, _, end): &(&str, usize, usize)| {
        is_time(name) || !matches!(before[*end..].chars().next(), None | Some('{'))
    };
    let begins = |(name, start, _): &(&str, usize, usize)| {
        is_time(name) || !matches!(after[..*start].chars().next_back(), None | Some('}'))
    };
    text.chars().count() <= 500
        && in_front.len() + behind.len() <= 8
        && in_front.iter().all(ends)
        && behind.iter().all(begins)
}

/// The headers that a half names, with where they begin and end; `None` if anything else stands in braces, or if a
/// character may not be signed.
fn headers(half: &str) -> Option<Vec<(&str, usize, usize)>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(char) = half[at..].chars().next() {
        match char {
            '{' => {
                let name = half[at..].strip_prefix("{header:")?.split('}').next()?;
                let end = at + "{header:".len() + name.len();
                let is_name = (1..=64).contains(&name.len())
                    && name.chars().all(|char| char.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(char));
                if !is_name || !half[end..].starts_with('}') {
                    return None;
                }
                found.push((name, at, end + 1));
                at = end + 1;
            }
            '\n' | ' '..='z' | '|' | '~' => at += 1,
            _ => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_opinions_take_what_can_be_read_in_one_way_and_refuse_what_cannot() {
        for (text, expected) in [
            ("{body}", true),
            ("v0:{header:X-Time}:{body}", true),
            ("{header:x-time}{body}", true),
            ("{header:id}.{body}:{header:id}", true),
            ("{header:id}{body}", false),
            ("{body}{header:id}", false),
            ("{header:id}{header:x-time}.{body}", false),
            ("{body}{body}", false),
            ("{header:a{body}", false),
            ("{bodY}", false),
        ] {
            assert_eq!(is_signed_text(text, Some("x-time")), expected, "{text}");
            signed_texts(format!("seconds x-time\n\n{text}").as_bytes());
        }
    }
}
