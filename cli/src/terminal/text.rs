//! Text that others wrote, and times, as a terminal may show them.

/// Control characters are spelt out: what a sender put into a variable and a step prints must not steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    let spelt = |char: char| match char {
        '\t' => char.to_string(),
        _ if char.is_control() => char.escape_default().to_string(),
        _ => char.to_string(),
    };
    text.chars().map(spelt).collect()
}

/// `2026-11-23T19:51:56.061Z` as `2026-11-23 19:51:56`, in UTC; any other text as it is.
pub(crate) fn time(instant: &str) -> String {
    match (instant.get(..10), instant.get(11..19), instant.ends_with('Z')) {
        (Some(day), Some(clock), true) => format!("{day} {clock}"),
        _ => printable(instant),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_cannot_steer_the_terminal() {
        assert_eq!(printable("a\tb \u{1b}[2J \u{9b}31m \u{7} ü🦀"), "a\tb \\u{1b}[2J \\u{9b}31m \\u{7} ü🦀");
    }

    #[test]
    fn a_time_is_short_and_other_text_is_shown_as_it_is() {
        assert_eq!(time("2026-11-23T19:51:56.061Z"), "2026-11-23 19:51:56");
        assert_eq!(time("soon\u{1b}"), "soon\\u{1b}");
    }
}
