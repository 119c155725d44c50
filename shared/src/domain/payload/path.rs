//! A path to values in a payload, as people write it.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Peekable;
use std::str::{Chars, FromStr};

use crate::domain::Invalid;

/// The longest path, in characters, which is what a schema of JSON can say.
const MAX_PATH_CHARS: usize = 500;

/// What a backslash makes a part of a name.
const ESCAPED: [char; 8] = ['.', '[', ']', '*', '$', '"', '\'', '\\'];

/// A place in a payload: `repository.name`, `commits[0].id`, `$["key with.dots"]`, `commits.*.id`.
///
/// ```text
/// path    = ( "$" / name / bracket ) *( "." name / bracket )
/// name    = "*" / first *char           ; * is each element of an array, or each value of an object
/// first   = any character but . [ ] * \ " ' / escape
/// char    = any character but . [ ] * \ / escape
/// bracket = "[" ( "*" / index / word / quoted ) "]"
/// index   = "0" / %x31-39 *DIGIT        ; without leading zeros
/// word    = ( ALPHA / "_" ) *( ALPHA / DIGIT / "_" / "-" )
/// quoted  = '"' *( any character but " \ / escape ) '"', or the same between apostrophes
/// escape  = "\" one of . [ ] * $ " ' \
/// ```
///
/// `$` is the whole payload where the path ends with it, or goes on with a dot or a bracket. A name of digits is an index
/// where the payload has an array, and a name where it has an object, however it is written.
///
/// It is printed as it was written. Two paths are equal when they lead to the same values.
#[derive(Debug, Clone)]
pub struct Path {
    text: String,
    segments: Vec<Segment>,
}

/// One step of a path, from a value into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// To the member of an object that has this name, or to the element of an array that has this index.
    Name(String),
    /// To each value of an object, or each element of an array.
    Each,
}

impl Segment {
    /// The name, unless it is any.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Each => None,
        }
    }
}

impl Path {
    /// The steps from the outside in; none for the whole payload.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether it leads to any number of values, because it has a `*`.
    pub fn is_many(&self) -> bool {
        self.segments.contains(&Segment::Each)
    }

    /// The same path, if it leads to one value at most.
    pub fn to_one(self) -> Result<Self, Invalid> {
        if self.is_many() {
            return Err(Invalid::new("must be a path to one value, without `*`: write `a[0]` for the first element"));
        }
        Ok(self)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Eq for Path {}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        self.segments.cmp(&other.segments)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Path {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.chars().count() > MAX_PATH_CHARS {
            return Err(Invalid::new(format!("must be a path of at most {MAX_PATH_CHARS} characters")));
        }
        let segments = Reader::new(text).read().map_err(Invalid::new)?;
        Ok(Self { text: text.to_owned(), segments })
    }
}

/// Reads the text of a path. An error says what to write instead.
struct Reader<'t> {
    text: &'t str,
    rest: Peekable<Chars<'t>>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, rest: text.chars().peekable() }
    }

    fn read(mut self) -> Result<Vec<Segment>, &'static str> {
        let mut segments = Vec::new();
        let from_whole =
            self.text.strip_prefix('$').is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        if from_whole {
            self.rest.next();
        } else if !self.text.starts_with('[') {
            segments.push(self.name()?);
        }
        while let Some(char) = self.rest.next() {
            segments.push(match char {
                '.' => self.name()?,
                '[' => self.bracket()?,
                _ => return Err("must have a dot or another bracket behind a `]`: write `a[0].b`"),
            });
        }
        Ok(segments)
    }

    /// A name or `*`, up to a dot or a bracket.
    fn name(&mut self) -> Result<Segment, &'static str> {
        let Some(first) = self.rest.peek().copied() else { return Err(self.ends_too_early()) };
        match first {
            '.' if self.text.starts_with('.') => return Err("must not begin with a dot: write `a.b`, or `$.a.b`"),
            '.' => return Err("must have a name between two dots: write `a.b`, or `a.*.b` for each value of `a`"),
            '[' => return Err("must not have a dot before a bracket: write `a[0]`"),
            '"' | '\'' => return Err(r#"must have a quoted name in brackets: write `a["b.c"]`"#),
            _ => {}
        }
        let mut name = String::new();
        while let Some(char) = self.rest.next_if(|char| !matches!(char, '.' | '[')) {
            match char {
                '*' if name.is_empty() && matches!(self.rest.peek(), None | Some('.' | '[')) => {
                    return Ok(Segment::Each);
                }
                '*' => return Err(r"must have `*` alone between dots or in brackets: write `\*` for a star in a name"),
                ']' => return Err(r"must have a `[` before each `]`: write `\]` for a bracket in a name"),
                '\\' => name.push(self.escaped()?),
                _ => name.push(char),
            }
        }
        Ok(Segment::Name(name))
    }

    fn ends_too_early(&self) -> &'static str {
        match self.text {
            "" => "must not be empty: write a path such as `repository.name`, or `$` for the whole payload",
            "$." => "must have a name behind `$.`: write `$.name`, or `$` for the whole payload",
            _ => "must not end with a dot: write `a.b`",
        }
    }

    fn escaped(&mut self) -> Result<char, &'static str> {
        let escaped = self.rest.next().filter(|char| ESCAPED.contains(char));
        escaped.ok_or(r#"must have a backslash only before one of `.[]*$"'\`: write `\\` for a backslash"#)
    }

    /// What is between brackets, the first of which was read.
    fn bracket(&mut self) -> Result<Segment, &'static str> {
        if let Some(quote) = self.rest.next_if(|char| matches!(char, '"' | '\'')) {
            return self.quoted(quote);
        }
        let mut inside = String::new();
        loop {
            match self.rest.next() {
                Some(']') => break,
                Some(char) => inside.push(char),
                None => return Err(r"must have a `]` behind each `[`: write `\[` for a bracket in a name"),
            }
        }
        match inside.as_str() {
            "*" => Ok(Segment::Each),
            inside if is_index(inside) || is_word(inside) => Ok(Segment::Name(inside.to_owned())),
            inside => Err(wrong_inside(inside)),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Segment, &'static str> {
        let mut name = String::new();
        loop {
            match self.rest.next() {
                Some(char) if char == quote => break,
                Some('\\') => name.push(self.escaped()?),
                Some(char) => name.push(char),
                None => return Err(r#"must have a quote at both ends of a quoted name: write `a["b.c"]`"#),
            }
        }
        match self.rest.next() {
            Some(']') => Ok(Segment::Name(name)),
            Some(_) | None => Err(r#"must have a `]` behind a quoted name: write `a["b.c"]`"#),
        }
    }
}

fn is_index(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

fn is_word(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What is wrong between brackets that hold neither an index nor a name.
fn wrong_inside(text: &str) -> &'static str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "" => r#"must have something between brackets: write `a[0]`, `a[*]` or `a["b"]`"#,
        _ if text.strip_prefix('-').is_some_and(is_number) => {
            "must count elements from 0, and cannot count from the end: write `a[0]` for the first, or `a[*]` for each"
        }
        _ if is_number(text) => "must have an index without leading zeros: write `a[1]`",
        _ => r#"must have an index, `*` or a quoted name between brackets: write `a[0]`, `a[*]` or `a["b.c"]`"#,
    }
}

#[cfg(test)]
mod tests;
