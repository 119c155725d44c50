//! Whatever goes wrong, each accepted job's action ends once, no step that has begun begins again unless it may, and
//! nothing stays held.

mod calls;
mod everywhere;
mod latest;
mod messages;
mod sweep;
mod turns;
mod unavailable;
mod workers;
mod world;
