//! What is sent, and the trigger without AWS: what `bench`, its other binaries and `cargo bench` have in common.

mod body;
mod event;
mod stars;
mod trigger;

pub use self::body::{SIZES, Size, push};
pub use self::event::{Event, HOOK_ID, RUNNING_HOOK_ID, SECRET, github_signature, next_delivery};
pub use self::stars::{Stars, stars};
pub use self::trigger::Trigger;

/// What goes wrong: text for the person who runs the benchmark.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
