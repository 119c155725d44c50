//! Why a value from outside is refused, and the checks that several kinds of value share.

/// Why a value from outside was refused: a sentence part that goes behind the field's name, such as
/// `must be at most 60 characters long`. It never repeats the value, which may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(std::borrow::Cow<'static, str>);

impl Invalid {
    /// A reason such as `must be a valid e-mail address`.
    pub fn new(reason: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self(reason.into())
    }
}

/// Checks one line of text that people read: its length in characters, and that it prints.
pub(super) fn check_label(text: &str, max_chars: usize) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new("must not be empty"));
    }
    if text.chars().count() > max_chars {
        return Err(Invalid::new(format!("must be at most {max_chars} characters long")));
    }
    check_line(text)
}

/// Checks that `text` is one line without anything at its ends that gets lost where it is copied or sent.
pub(crate) fn check_line(text: &str) -> Result<(), Invalid> {
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err(Invalid::new(
            "must not contain line breaks or other control characters, or begin or end with a space",
        ));
    }
    Ok(())
}

/// Checks text that may have several lines: its length in characters, and that a shell and a terminal can take it.
pub(super) fn check_lines(text: &str, least: usize, most: usize) -> Result<(), Invalid> {
    let length = text.chars().count();
    if !(least..=most).contains(&length) {
        let range = if least == 0 { format!("at most {most}") } else { format!("{least} to {most}") };
        return Err(Invalid::new(format!("must be {range} characters long")));
    }
    if text.chars().any(|char| char.is_control() && !['\n', '\t'].contains(&char)) {
        return Err(Invalid::new("must not contain control characters other than line feeds and tabs"));
    }
    Ok(())
}

/// Checks that `text` is a header's name of at most 64 characters.
pub(super) fn check_field_name(text: &str) -> Result<(), Invalid> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(token) {
        Ok(())
    } else {
        Err(Invalid::new("must be a valid header name of at most 64 characters"))
    }
}
