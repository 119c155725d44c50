//! The output of a step on its way into the log: bytes become text, text becomes parts.

use std::str;

use crate::api::OutputPart;

/// The largest part that the API takes, in bytes of UTF-8.
const LARGEST_PART: usize = 32 << 10;

/// The largest part as a JSON string, in which one byte can become six: the API takes bodies of 64 KiB.
const LARGEST_JSON: usize = 48 << 10;

/// How much text waits to be sent. The log keeps no more than that of a step, so what is pushed out here would be
/// overwritten there.
const LARGEST_BACKLOG: usize = 256 << 10;

/// Turns bytes into text, whichever way they are cut. What is no UTF-8 becomes U+FFFD, as `String::from_utf8_lossy`
/// does it.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The beginning of a character whose rest has not come yet: at most three bytes.
    begun: Vec<u8>,
}

impl Decoder {
    pub(crate) fn push(&mut self, bytes: &[u8]) -> String {
        let mut bytes = [&self.begun, bytes].concat();
        let mut text = String::with_capacity(bytes.len());
        loop {
            match str::from_utf8(&bytes) {
                Ok(rest) => {
                    text.push_str(rest);
                    bytes.clear();
                    break;
                }
                Err(error) => {
                    let (valid, rest) = bytes.split_at(error.valid_up_to());
                    text.push_str(str::from_utf8(valid).unwrap_or_default());
                    let Some(wrong) = error.error_len() else {
                        bytes = rest.to_vec();
                        break;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    bytes = rest[wrong..].to_vec();
                }
            }
        }
        self.begun = bytes;
        text
    }

    /// The output has ended; what was begun stays incomplete.
    pub(crate) fn finish(&mut self) -> &'static str {
        if self.begun.is_empty() {
            return "";
        }
        self.begun.clear();
        "\u{fffd}"
    }
}

/// What a step has printed and the API does not have yet. A part is sent again with more text until it is full.
#[derive(Debug)]
pub(crate) struct Log {
    order: u32,
    part: u64,
    text: String,
    /// Of `text` as a JSON string.
    json: usize,
    /// How much of `text` has arrived.
    arrived: usize,
    /// What comes behind `text`.
    backlog: String,
    /// How many bytes were left out before it.
    left_out: usize,
}

impl Log {
    pub(crate) fn new(order: u32) -> Self {
        let (text, backlog) = (String::new(), String::new());
        Self { order, part: 0, text, json: 0, arrived: 0, backlog, left_out: 0 }
    }

    pub(crate) fn push(&mut self, text: &str) {
        self.backlog.push_str(text);
        let too_much = self.backlog.ceil_char_boundary(self.backlog.len().saturating_sub(LARGEST_BACKLOG));
        self.backlog.drain(..too_much);
        self.left_out += too_much;
    }

    /// What to send next, if the API does not have everything.
    pub(crate) fn next(&mut self) -> Option<OutputPart> {
        self.fill();
        let (order, part) = (self.order, self.part);
        (self.text.len() > self.arrived).then(|| OutputPart { order, part, text: self.text.clone() })
    }

    /// Whether nothing comes behind this part.
    pub(crate) fn ends_with(&self, part: &OutputPart) -> bool {
        self.backlog.is_empty() && part.part == self.part && part.text.len() == self.text.len()
    }

    /// How soon the API should get what is there.
    pub(crate) fn urgency(&self) -> Urgency {
        match self.text.len() - self.arrived + self.backlog.len() {
            0 => Urgency::Nothing,
            _ if self.text.len() + self.backlog.len() >= LARGEST_PART => Urgency::FullPart,
            _ => Urgency::SomeText,
        }
    }

    /// The API has this part.
    pub(crate) fn arrived(&mut self, part: &OutputPart) {
        if part.part == self.part {
            self.arrived = self.arrived.max(part.text.len());
        }
    }

    /// Takes as much of the backlog into the part as fits. A full part that has arrived is followed by the next one.
    fn fill(&mut self) {
        if self.left_out > 0 {
            let bytes = std::mem::take(&mut self.left_out);
            let note = format!("\n[… {bytes} bytes were left out: they came faster than they could be sent …]\n");
            self.backlog.insert_str(0, &note);
        }
        self.take();
        if !self.backlog.is_empty() && self.arrived == self.text.len() {
            self.part += 1;
            (self.json, self.arrived) = (0, 0);
            self.text.clear();
            self.take();
        }
    }

    fn take(&mut self) {
        let mut end = 0;
        for char in self.backlog.chars() {
            let json = self.json + json_len(char);
            if self.text.len() + end + char.len_utf8() > LARGEST_PART || json > LARGEST_JSON {
                break;
            }
            end += char.len_utf8();
            self.json = json;
        }
        self.text.extend(self.backlog.drain(..end));
    }
}

/// How soon the API should get what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    Nothing,
    SomeText,
    FullPart,
}

/// The bytes of a character in a JSON string.
fn json_len(char: char) -> usize {
    match char {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => char.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Sends everything that waits, and gives back the last form of each part.
    fn sent(log: &mut Log) -> Vec<String> {
        let mut parts = Vec::new();
        while let Some(part) = log.next() {
            let index = usize::try_from(part.part).unwrap();
            parts.resize(parts.len().max(index + 1), String::new());
            parts[index].clone_from(&part.text);
            log.arrived(&part);
        }
        parts
    }

    #[test]
    fn a_part_is_sent_again_with_more_text_until_it_is_full() {
        let mut log = Log::new(2);
        log.push("one\n");
        let first = log.next().unwrap();
        log.push("two\n");
        log.arrived(&first);

        let second = log.next().unwrap();

        assert_eq!(first, OutputPart { order: 2, part: 0, text: "one\n".into() });
        assert_eq!(second, OutputPart { order: 2, part: 0, text: "one\ntwo\n".into() });
        log.arrived(&second);
        assert_eq!(log.next(), None);
        assert_eq!(log.urgency(), Urgency::Nothing);
    }

    #[test]
    fn what_did_not_arrive_is_sent_again() {
        let mut log = Log::new(1);
        log.push("text");

        assert_eq!(log.next(), log.next());
        assert_eq!(log.urgency(), Urgency::SomeText);
    }

    #[test]
    fn a_full_part_is_followed_by_the_next_one_only_once_it_has_arrived() {
        let mut log = Log::new(1);
        log.push(&"a".repeat(LARGEST_PART + 1));
        assert_eq!(log.urgency(), Urgency::FullPart);

        let first = log.next().unwrap();
        assert_eq!((first.part, first.text.len()), (0, LARGEST_PART));
        assert_eq!(log.next().unwrap(), first);
        log.arrived(&first);

        assert_eq!(log.next(), Some(OutputPart { order: 1, part: 1, text: "a".into() }));
    }

    #[test]
    fn text_that_comes_too_fast_is_left_out_and_its_size_is_said() {
        let mut log = Log::new(1);
        log.push("begin\n");
        log.push(&"x".repeat(LARGEST_BACKLOG));
        log.push("end\n");

        let text = sent(&mut log).concat();

        assert!(text.starts_with("\n[… 10 bytes were left out"), "{}", &text[..80]);
        assert!(text.ends_with("xend\n"));
    }

    #[test]
    fn a_character_on_the_border_of_two_chunks_is_kept_whole() {
        let mut decoder = Decoder::default();

        let text: String = "Grüße 🦀".as_bytes().iter().map(|byte| decoder.push(&[*byte])).collect();

        assert_eq!(text + decoder.finish(), "Grüße 🦀");
    }

    proptest! {
        #[test]
        fn chunks_are_read_as_the_whole_would_be(chunks in vec(vec(prop_oneof![any::<u8>(), 0x80..=0xbf_u8, 0xc0..=0xf7_u8], 0..9), 0..9)) {
            let mut decoder = Decoder::default();
            let text: String = chunks.iter().map(|chunk| decoder.push(chunk)).collect();

            prop_assert_eq!(text + decoder.finish(), String::from_utf8_lossy(&chunks.concat()).into_owned());
        }

        #[test]
        fn parts_hold_all_text_in_order_and_fit_into_a_call(
            texts in vec("[a\"\\n\\x00é🦀]{0,40}", 0..20), times in 1..400_usize,
        ) {
            let mut log = Log::new(1);
            let mut parts = Vec::new();
            let mut whole = String::new();
            for text in &texts {
                let text = text.repeat(times);
                whole.push_str(&text);
                log.push(&text);
                for (index, part) in sent(&mut log).into_iter().enumerate() {
                    if !part.is_empty() {
                        parts.resize(parts.len().max(index + 1), String::new());
                        parts[index] = part;
                    }
                }
            }

            prop_assert_eq!(parts.concat(), whole);
            for part in &parts {
                prop_assert!(part.len() <= LARGEST_PART);
                prop_assert!(serde_json::to_string(part).unwrap().len() <= LARGEST_JSON + 2);
            }
        }
    }
}
