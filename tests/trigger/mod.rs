//! A webhook call: its signature, its payload, and the job that it becomes.

mod actions;
mod custom;
mod forms;
mod handshakes;
mod job_schema;
mod numbers;
mod oracles;
mod payloads;
mod pipelines;
mod places;
mod providers;
mod queue;
mod reading;
mod samples;
mod signatures;
mod strangers;
mod trials;
