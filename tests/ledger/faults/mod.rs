//! Whatever goes wrong, each accepted job's action ends once, no step that has begun begins again unless it may, and
//! nothing stays held.

mod calls;
mod everywhere;
mod executions;
mod latest;
mod many;
mod messages;
mod sweep;
mod turns;
mod unavailable;
mod workers;
mod world;
