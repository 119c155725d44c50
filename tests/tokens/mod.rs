//! Tokens that users make for programs: what they are good for, and when they end.

mod access;
mod everywhere;
mod lifecycle;
mod stored;
