//! `shared_testing::fuzz::certificates` on whatever libFuzzer comes up with.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| shared_testing::fuzz::certificates(input));
