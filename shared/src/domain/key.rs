//! Keys that can be replaced: a secret lists several, the newest first, and each has an id.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Invalid;
use super::secret::SecretString;

/// The fewest characters of the text that a key is derived from: 43 random letters and digits have 256 bits.
const MIN_TEXT_CHARS: usize = 43;

/// The most characters. Two keys without a space between them are longer.
const MAX_TEXT_CHARS: usize = 100;

/// The most keys of one secret. A rotation needs two; ten mean that no one cleans up the secret.
const MOST_KEYS: usize = 10;

const ID_BYTES: usize = 4;

/// Which key: what is signed or sealed names its key by this. It says nothing of the key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId([u8; ID_BYTES]);

impl KeyId {
    /// The id in a stored item.
    pub fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
        Self(bytes)
    }

    /// The id for a stored item.
    pub fn as_bytes(&self) -> &[u8; ID_BYTES] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    /// Eight lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut bytes = [0; ID_BYTES];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => Err(Invalid::new("must be eight hexadecimal digits")),
        }
    }
}

/// A kind of key.
pub trait Key: Sized {
    /// What a key of this kind is derived under. The labels keep the uses of one text apart, should two secrets ever be
    /// given the same.
    const LABEL: &'static str;

    /// What an id of this kind is derived under.
    const ID_LABEL: &'static str;

    /// The key that is these 256 bits.
    fn new(bits: &[u8; 32], id: KeyId) -> Self;

    /// Its id.
    fn id(&self) -> KeyId;
}

/// The keys of one kind that are in use, the newest first. There is at least one, and no id comes twice.
pub struct KeyRing<K>(Vec<K>);

impl<K: Key> KeyRing<K> {
    /// Reads the texts that a secret holds, separated by white space, and derives a key from each. What is wrong with
    /// the secret is said by the place of the text in it, never by the text.
    pub fn derive(secret: &SecretString) -> Result<Self, Invalid> {
        let mut keys: Vec<K> = Vec::new();
        for (place, text) in (1..).zip(secret.expose().split_whitespace()) {
            if place > MOST_KEYS {
                return Err(Invalid::new(format!("holds more than {MOST_KEYS} keys")));
            }
            check(text).map_err(|reason| Invalid::new(format!("has a key, number {place}, that {reason}")))?;
            let key = derive::<K>(text);
            if let Some(same) = keys.iter().position(|known| known.id() == key.id()) {
                return Err(Invalid::new(format!("has the same key twice, as number {} and number {place}", same + 1)));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(Invalid::new("holds no key")) } else { Ok(Self(keys)) }
    }

    /// The key for all that is signed or sealed from now on.
    pub fn newest(&self) -> &K {
        &self.0[0]
    }

    /// The key with this id. Keys are never tried one after the other: what names a key that is unknown is not genuine.
    pub fn get(&self, id: KeyId) -> Option<&K> {
        self.0.iter().find(|key| key.id() == id)
    }

    /// How many there are.
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<K> fmt::Debug for KeyRing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(..)")
    }
}

/// Quotes, commas or braces mean that JSON was stored or too much was pasted; a long text means that a space is
/// missing. If such text counted as a key, it would be another key, and secrets that the right one has sealed could not
/// be opened.
fn check(text: &str) -> Result<(), &'static str> {
    let allowed = |char: char| char.is_ascii_alphanumeric() || "+/=_-".contains(char);
    if !text.chars().all(allowed) {
        return Err("has characters other than A-Z, a-z, 0-9, +, /, =, _ and -");
    }
    match text.len() {
        ..MIN_TEXT_CHARS => Err("is shorter than 43 characters"),
        MIN_TEXT_CHARS..=MAX_TEXT_CHARS => Ok(()),
        _ => Err("is longer than 100 characters: two keys without a space between them?"),
    }
}

/// A plain hash is enough: the text has more entropy than the key.
fn derive<K: Key>(text: &str) -> K {
    let labelled = |label: &str| -> [u8; 32] {
        Sha256::new().chain_update(label).chain_update([0]).chain_update(text).finalize().into()
    };
    let [a, b, c, d, ..] = labelled(K::ID_LABEL);
    K::new(&Zeroizing::new(labelled(K::LABEL)), KeyId([a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Bits([u8; 32], KeyId);

    impl Key for Bits {
        const LABEL: &'static str = "a key";
        const ID_LABEL: &'static str = "a key's id";

        fn new(bits: &[u8; 32], id: KeyId) -> Self {
            Self(*bits, id)
        }

        fn id(&self) -> KeyId {
            self.1
        }
    }

    fn ring(secret: &str) -> Result<KeyRing<Bits>, Invalid> {
        KeyRing::derive(&SecretString::new(secret.to_owned()))
    }

    fn refusal(secret: &str) -> String {
        ring(secret).unwrap_err().to_string()
    }

    fn text(seed: char) -> String {
        seed.to_string().repeat(64)
    }

    #[test]
    fn the_first_key_is_the_newest_and_each_is_found_by_its_id() {
        let [a, b, c] = ['a', 'b', 'c'].map(text);
        let alone = [&a, &b, &c].map(|text| ring(text).unwrap());

        for secret in [format!("{a} {b} {c}"), format!("\n{a}\r\n\t{b}\n\n{c}\n")] {
            let ring = ring(&secret).unwrap();
            assert_eq!(ring.len(), 3);
            assert_eq!(ring.newest().0, alone[0].newest().0);
            for alone in &alone {
                let key = alone.newest();
                assert_eq!(ring.get(key.id()).unwrap().0, key.0);
            }
            assert!(ring.get(KeyId([0; 4])).is_none());
        }
    }

    #[test]
    fn an_empty_secret_is_refused() {
        for secret in ["", " ", "\n\t\r\n"] {
            assert_eq!(refusal(secret), "holds no key");
        }
    }

    #[test]
    fn a_short_key_is_refused_by_its_place() {
        let (good, short) = (text('a'), "b".repeat(42));
        assert_eq!(refusal(&short), "has a key, number 1, that is shorter than 43 characters");
        assert_eq!(refusal(&format!("{good} {short}")), "has a key, number 2, that is shorter than 43 characters");
        assert!(ring(&"b".repeat(43)).is_ok());
    }

    #[test]
    fn two_keys_without_a_space_are_refused() {
        let joined = format!("{}{}", text('a'), text('b'));
        assert!(refusal(&joined).contains("number 1, that is longer than 100 characters"));
        assert!(ring(&"b".repeat(100)).is_ok());
        assert!(ring(&"b".repeat(101)).is_err());
    }

    #[test]
    fn a_key_that_comes_twice_is_refused() {
        let [a, b] = ['a', 'b'].map(text);
        assert_eq!(refusal(&format!("{a} {b} {a}")), "has the same key twice, as number 1 and number 3");
    }

    #[test]
    fn more_than_ten_keys_are_refused() {
        let texts: Vec<_> = ('a'..='k').map(text).collect();
        assert_eq!(ring(&texts[..10].join(" ")).unwrap().len(), 10);
        assert_eq!(refusal(&texts.join(" ")), "holds more than 10 keys");
    }

    #[test]
    fn what_is_no_list_of_keys_is_refused_and_never_shown() {
        let [a, b] = ['a', 'b'].map(text);
        for secret in [
            format!("\"{a}\n{b}\""),
            format!("{{\"key\":\"{a}\"}}"),
            format!("{a},{b}"),
            format!("[\"{a}\",\"{b}\"]"),
            format!("{a}é"),
            format!("{a}\0"),
            format!("{a}\\n{b}"),
        ] {
            let refusal = refusal(&secret);
            assert!(refusal.contains("has characters other than") && !refusal.contains("aaa"), "{refusal}");
        }
    }

    proptest! {
        #[test]
        fn no_refusal_repeats_the_secret(secret: String) {
            if let Err(refusal) = ring(&secret) {
                let refusal = refusal.to_string();
                let mut parts = secret.split_whitespace().filter(|part| part.len() > 4);
                prop_assert!(parts.all(|part| !refusal.contains(part)));
            }
        }

        #[test]
        fn an_id_is_read_as_it_was_written(bytes: [u8; 4]) {
            let id = KeyId(bytes);
            prop_assert_eq!(id.to_string().parse::<KeyId>().unwrap(), id);
        }

        #[test]
        fn no_text_panics_as_an_id(text: String) {
            let is_one = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            prop_assert_eq!(text.parse::<KeyId>().is_ok(), is_one);
        }
    }
}
