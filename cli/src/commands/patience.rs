//! What is asked again when the deployment cannot answer for a while.

use std::time::Duration;

use tokio::time::sleep;

use crate::terminal::{Kind, Screen, Trouble, printable};

const SHORTEST: Duration = Duration::from_secs(1);

const LONGEST: Duration = Duration::from_secs(30);

/// How long something was not answered, and how often.
#[derive(Debug)]
pub(super) struct Patience {
    screen: Screen,
    attempts: u32,
    /// How often it is asked before that is the end.
    most: Option<u32>,
}

impl Patience {
    /// As long as it takes.
    pub(super) fn endless(screen: Screen) -> Self {
        Self { screen, attempts: 0, most: None }
    }

    /// So many attempts.
    pub(super) fn of(screen: Screen, most: u32) -> Self {
        Self { screen, attempts: 0, most: Some(most) }
    }

    /// The answer; or nothing, after a pause, if it makes sense to ask again.
    pub(super) async fn bear<T>(&mut self, answer: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
        let trouble = match answer {
            Ok(answer) => {
                if self.attempts > 0 {
                    self.screen.note("It answers again.");
                }
                self.attempts = 0;
                return Ok(Some(answer));
            }
            Err(trouble) => trouble,
        };
        let is_passing = trouble.kind == Kind::Unreachable || trouble.status == Some(429);
        if !is_passing || self.most.is_some_and(|most| self.attempts + 1 >= most) {
            return Err(trouble);
        }
        if self.attempts == 0 {
            self.screen.note(&format!("{} It is asked again until it answers.", printable(&trouble.message)));
        }
        sleep(pause(self.attempts)).await;
        self.attempts += 1;
        Ok(None)
    }
}

/// Twice as long each time.
fn pause(attempts: u32) -> Duration {
    SHORTEST.saturating_mul(1 << attempts.min(5)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable() -> Result<(), Trouble> {
        Err(Trouble::new(Kind::Unreachable, "It cannot be reached."))
    }

    #[tokio::test]
    async fn what_passes_is_asked_again_and_anything_else_is_the_end() {
        let mut patience = Patience::of(Screen::new(true), 2);

        assert_eq!(patience.bear(unreachable()).await, Ok(None));
        assert_eq!(patience.bear(Ok(1)).await, Ok(Some(1)));
        assert_eq!(patience.bear(unreachable()).await, Ok(None));
        assert!(patience.bear(unreachable()).await.is_err());
        let refused = Err::<(), _>(Trouble::new(Kind::NotLoggedIn, "The token has expired."));
        assert!(Patience::endless(Screen::new(true)).bear(refused).await.is_err());
    }

    #[test]
    fn pauses_grow_to_half_a_minute() {
        let pauses: Vec<_> = [0, 1, 2, 4, 5, 9].map(|attempts| pause(attempts).as_secs()).into();

        assert_eq!(pauses, [1, 2, 4, 16, 30, 30]);
    }
}
