//! Text that others wrote, and times, as a terminal may show them.

/// Control characters are spelt out, and what turns the direction of text: what a sender put into a variable and a step
/// prints must neither steer the terminal nor read as something else.
pub(crate) fn printable(text: &str) -> String {
    let spelt = |char: char| match char {
        '\t' => char.to_string(),
        _ if char.is_control() || turns_text(char) => char.escape_unicode().to_string(),
        _ => char.to_string(),
    };
    text.chars().map(spelt).collect()
}

fn turns_text(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
    fn text_reads_in_the_order_in_which_it_was_written() {
        assert_eq!(printable("gpj\u{202e}.sh \u{2066}x\u{2069}"), "gpj\\u{202e}.sh \\u{2066}x\\u{2069}");
    }

    #[test]
    fn a_time_is_short_and_other_text_is_shown_as_it_is() {
        assert_eq!(time("2026-11-23T19:51:56.061Z"), "2026-11-23 19:51:56");
        assert_eq!(time("soon\u{1b}"), "soon\\u{1b}");
    }
}
