//! Headers that are lists: entries with a separator between them, some of which have a name.

/// The value of a header's entry of this name, when there is exactly one: of two timestamps one would be signed and the
/// other checked for its age.
pub(super) fn entry<'h>(header: &'h str, separator: Option<char>, name: &str) -> Option<&'h str> {
    let value = |entry: &'h str| entry.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
    let mut values = entries(header, separator).filter_map(value);
    values.next().filter(|_| values.next().is_none())
}

/// What stands between the separators; without one, the header is one entry.
pub(super) fn entries(header: &str, separator: Option<char>) -> impl Iterator<Item = &str> {
    header.split(move |char| separator == Some(char)).map(str::trim)
}
