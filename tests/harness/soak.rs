//! How much of a search is made.

/// How many times as much as usual: ten in `.ci/run soak`.
pub fn soak() -> u32 {
    std::env::var("PIPEHOOK_SOAK").map_or(1, |factor| factor.parse().unwrap())
}
