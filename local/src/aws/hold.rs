//! Requests of a function that a test holds on their way, so that something else happens in between: above all, that the
//! function is killed at exactly this moment.

use std::{
    future::pending,
    sync::{Arc, Mutex},
};

use tokio::sync::watch;

use crate::tasks::lock;

/// Where a request is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the service has done anything.
    Sent,
    /// When the service has done what was asked, and its answer has not left.
    Done,
}

/// The hold of one function's requests, of all services together. It ends when this is dropped; what is held then stays
/// so until its sender is gone.
///
/// ```
/// # async fn example(stack: local::Stack) -> Result<(), local::Error> {
/// let mut hold = stack.hold("ActionStart", 3, local::Moment::Done);
/// // make the function run
/// hold.reached().await;
/// stack.kill("ActionStart")?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Hold {
    holds: Holds,
    reached: watch::Receiver<bool>,
    state: Arc<watch::Sender<State>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Held,
    LetGo,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Holds(Arc<Mutex<Option<Held>>>);

#[derive(Debug)]
struct Held {
    function: String,
    /// How many requests are let through.
    before: usize,
    moment: Moment,
    reached: watch::Sender<bool>,
    state: Arc<watch::Sender<State>>,
}

/// A request that is held at this moment.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) at: Moment,
    reached: watch::Sender<bool>,
    state: watch::Receiver<State>,
}

impl Hold {
    /// Waits until the request is held. It never is if the function sends fewer.
    pub async fn reached(&mut self) {
        if self.reached.wait_for(|reached| *reached).await.is_err() {
            pending::<()>().await;
        }
    }

    /// Lets everything go on that is held.
    pub fn let_go(self) {
        self.state.send_replace(State::LetGo);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        *lock(&self.holds.0) = None;
    }
}

impl Holds {
    /// Holds the request of the function that is the `nth` from now on, counted from 1, at this moment, and everything
    /// that the function sends after it. It takes the place of another hold.
    pub(super) fn hold(&self, function: &str, nth: usize, moment: Moment) -> Hold {
        let (reached, was_reached) = watch::channel(false);
        let state = Arc::new(watch::Sender::new(State::Held));
        *lock(&self.0) = Some(Held {
            function: function.to_owned(),
            before: nth.saturating_sub(1),
            moment,
            reached,
            state: Arc::clone(&state),
        });
        Hold { holds: self.clone(), reached: was_reached, state }
    }

    /// Whether this request of the function is to be held.
    pub(super) fn stop(&self, function: &str) -> Option<Stop> {
        let mut held = lock(&self.0);
        let held = held.as_mut().filter(|held| held.function == function)?;
        if let Some(left) = held.before.checked_sub(1) {
            held.before = left;
            return None;
        }
        // Only the first one gets as far as that.
        let at = std::mem::replace(&mut held.moment, Moment::Sent);
        Some(Stop { at, reached: held.reached.clone(), state: held.state.subscribe() })
    }
}

impl Stop {
    pub(super) async fn wait(mut self) {
        self.reached.send_replace(true);
        if self.state.wait_for(|state| *state == State::LetGo).await.is_err() {
            // No one can let it go any more.
            pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn the_nth_request_of_the_function_is_held_and_what_follows_until_it_is_let_go() {
        let holds = Holds::default();
        let mut hold = holds.hold("One", 2, Moment::Done);
        assert!(holds.stop("Other").is_none());
        assert!(holds.stop("One").is_none(), "the first one");
        assert!(timeout(SHORT, hold.reached()).await.is_err());

        let (second, third) = (holds.stop("One").unwrap(), holds.stop("One").unwrap());

        assert_eq!((second.at, third.at), (Moment::Done, Moment::Sent));
        let second = tokio::spawn(second.wait());
        hold.reached().await;
        assert!(!second.is_finished());
        hold.let_go();
        timeout(SHORT, second).await.unwrap().unwrap();
        timeout(SHORT, third.wait()).await.unwrap();
        assert!(holds.stop("One").is_none());
    }

    #[tokio::test]
    async fn what_is_held_stays_so_when_the_hold_is_dropped() {
        let holds = Holds::default();
        let hold = holds.hold("One", 1, Moment::Sent);
        let stop = holds.stop("One").unwrap();
        drop(hold);
        assert!(timeout(SHORT, stop.wait()).await.is_err());
    }
}
