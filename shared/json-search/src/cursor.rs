//! A place in a JSON text, and how it moves on.

use std::borrow::Cow;

use crate::Fault;

/// Where a text is not JSON.
pub(crate) type NotJson = usize;

/// A place in a text that is being read. Each method begins at the first byte of what it reads, and ends behind it.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// What closes the arrays and objects that are being passed over.
    open: Vec<u8>,
}

/// A string as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Quoted<'a> {
    /// With its quotation marks.
    json: &'a str,
    is_escaped: bool,
}

impl<'a> Quoted<'a> {
    /// The text that it stands for.
    pub(crate) fn text(self) -> Result<Cow<'a, str>, Fault<'a>> {
        if self.is_escaped {
            // It is known to be JSON, so that this is all that can be wrong with it.
            serde_json::from_str(self.json).map(Cow::Owned).map_err(|_| Fault::HalfAPair(self.json))
        } else {
            Ok(Cow::Borrowed(self.json.get(1..self.json.len() - 1).unwrap_or_default()))
        }
    }

    /// Whether a `\u` escape is half of a surrogate pair.
    pub(crate) fn stands_for_no_text(self) -> bool {
        let bytes = self.json.as_bytes();
        let unit = |at: usize| {
            let digits = self.json.get(at + 2..at + 6).filter(|_| bytes[at..].starts_with(br"\u"))?;
            u16::from_str_radix(digits, 16).ok()
        };
        let mut at = if self.is_escaped { 0 } else { bytes.len() };
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

    pub(crate) fn is_escaped(self) -> bool {
        self.is_escaped
    }
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, open: Vec::new() }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// What was read since this place.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The byte at this place.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads the whole text, which is one value with space around it.
    pub(crate) fn read_all(&mut self) -> Result<(), NotJson> {
        self.skip_space();
        self.pass_over()?;
        self.end()
    }

    /// The end of the text, before which there may be space.
    pub(crate) fn end(&mut self) -> Result<(), NotJson> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.at) }
    }

    pub(crate) fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Moves on by the byte here.
    pub(crate) fn skip(&mut self) {
        self.at += 1;
    }

    /// Moves on, if this is the byte here.
    fn take(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == Some(byte);
        self.at += usize::from(is_here);
        is_here
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take(byte) { Ok(()) } else { Err(self.at) }
    }

    /// From an opening bracket to the first element, if there is one.
    pub(crate) fn first_element(&mut self) -> Result<bool, NotJson> {
        self.expect(b'[')?;
        self.skip_space();
        Ok(!self.take(b']'))
    }

    /// From behind an element to the next one, if there is one.
    pub(crate) fn next_element(&mut self) -> Result<bool, NotJson> {
        self.another(b']')
    }

    /// From an opening brace to the value of the first member, if there is one.
    pub(crate) fn first_member(&mut self) -> Result<Option<Quoted<'a>>, NotJson> {
        self.expect(b'{')?;
        self.skip_space();
        if self.take(b'}') { Ok(None) } else { self.name().map(Some) }
    }

    /// From behind a member to the value of the next one, if there is one.
    pub(crate) fn next_member(&mut self) -> Result<Option<Quoted<'a>>, NotJson> {
        if self.another(b'}')? { self.name().map(Some) } else { Ok(None) }
    }

    /// From behind a value to the next one, unless this closes what they are in.
    fn another(&mut self, close: u8) -> Result<bool, NotJson> {
        self.skip_space();
        if self.take(b',') {
            self.skip_space();
            return Ok(true);
        }
        self.expect(close).map(|()| false)
    }

    fn name(&mut self) -> Result<Quoted<'a>, NotJson> {
        let name = self.quoted()?;
        self.skip_space();
        self.expect(b':')?;
        self.skip_space();
        Ok(name)
    }

    /// Reads a string.
    pub(crate) fn quoted(&mut self) -> Result<Quoted<'a>, NotJson> {
        let start = self.at;
        let is_escaped = self.string()?;
        Ok(Quoted { json: self.since(start), is_escaped })
    }

    /// Reads any value. It takes a byte of memory, and no stack, for each level.
    pub(crate) fn pass_over(&mut self) -> Result<(), NotJson> {
        loop {
            let opens = match self.peek() {
                Some(b'{') => self.first_member()?.map(|_| b'}'),
                Some(b'[') => self.first_element()?.then_some(b']'),
                _ => self.scalar().map(|()| None)?,
            };
            self.open.extend(opens);
            if opens.is_none() && !self.on_to_the_next()? {
                return Ok(());
            }
        }
    }

    /// From behind a value to the next one in what is being passed over; false if all of that was read.
    fn on_to_the_next(&mut self) -> Result<bool, NotJson> {
        while let Some(&close) = self.open.last() {
            if self.another(close)? {
                if close == b'}' {
                    self.name()?;
                }
                return Ok(true);
            }
            self.open.pop();
        }
        Ok(false)
    }

    fn scalar(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => self.number(),
        }
    }

    fn literal(&mut self, literal: &str) -> Result<(), NotJson> {
        literal.bytes().try_for_each(|byte| self.expect(byte))
    }

    pub(crate) fn number(&mut self) -> Result<(), NotJson> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    /// At least one.
    fn digits(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.at) }
    }

    /// Reads a string, and says whether anything in it is escaped.
    fn string(&mut self) -> Result<bool, NotJson> {
        self.expect(b'"')?;
        let mut is_escaped = false;
        loop {
            self.skip_plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(is_escaped);
                }
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                // A control character, or the end of the text.
                _ => return Err(self.at),
            }
        }
    }

    /// Moves on to the next byte that means something in a string, eight bytes at a time.
    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (words, tail) = rest.as_chunks();
        for (index, word) in words.iter().enumerate() {
            let marked = marked(u64::from_le_bytes(*word));
            if marked != 0 {
                self.at += 8 * index + marked.trailing_zeros() as usize / 8;
                return;
            }
        }
        let plain = tail.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        self.at += 8 * words.len() + plain.unwrap_or(tail.len());
    }

    /// What a backslash escapes.
    fn escape(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                        return Err(self.at);
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.at),
        }
        Ok(())
    }
}

/// Marks the first of eight bytes that is a quotation mark, a backslash or a control character by its highest bit,
/// and no byte before it.
fn marked(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    // Subtracting borrows from the bytes behind the first that is below; a byte of 0x80 or more is never below.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (is(b'"') | is(b'\\') | below(word, 0x20)) & HIGHEST
}
