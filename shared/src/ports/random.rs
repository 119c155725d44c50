//! Randomness.

/// Where random bytes come from: a generator fit for keys, handed in by `main`, so that a test can replace it.
#[derive(Debug, Clone, Copy)]
pub struct Random(fn(&mut [u8]));

impl Random {
    /// Takes the function that fills a buffer.
    pub fn new(fill: fn(&mut [u8])) -> Self {
        Self(fill)
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }
}
