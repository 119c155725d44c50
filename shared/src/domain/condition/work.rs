//! How much of a payload conditions may look at.

/// How many bytes the conditions of one hook compare at most, in one call. A stranger chooses how many values there are
/// and how long they are, and fifty conditions may look at the same ones: without a bound, a body of 4 MiB could take
/// minutes. The largest body may be compared eight times.
const MAX_WORK_BYTES: usize = 32 * 1024 * 1024;

/// What a comparison takes besides the bytes that it looks at, in bytes.
const COMPARISON: usize = 16;

/// What conditions may still compare.
#[derive(Debug)]
pub struct Work {
    left: usize,
}

/// The conditions would compare too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuchWork;

impl Work {
    /// What one call may take.
    pub fn of_one_call() -> Self {
        Self { left: MAX_WORK_BYTES }
    }

    /// Takes one comparison of so many bytes.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), TooMuchWork> {
        self.left = self.left.checked_sub(bytes.saturating_add(COMPARISON)).ok_or(TooMuchWork)?;
        Ok(())
    }
}
