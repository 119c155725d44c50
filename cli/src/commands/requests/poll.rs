//! Asks the log again and again for what is new.

use std::{fmt, time::Duration};

use serde_json::value::RawValue;
use tokio::time::sleep;

use crate::{
    api::{Answer, Client},
    calls::{Follow, Listed},
    commands::patience::Patience,
    host::Moment,
    terminal::{Screen, Trouble},
};

/// A call is seen about so long after it came. What asking costs is in docs/api.md.
const PAUSE: Duration = Duration::from_secs(2);

/// A call, and what the API says of it.
pub(crate) type Item = (Listed, Box<RawValue>);

/// The path of the list after a call, with pages of a size.
type Path = Box<dyn Fn(Option<&str>, usize) -> String + Send + Sync>;

/// A log that is followed.
pub(crate) struct Poll<'c> {
    client: &'c Client,
    path: Path,
    follow: Follow,
    patience: Patience,
    begun: Moment,
    is_asked: bool,
}

impl fmt::Debug for Poll<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Poll").field("follow", &self.follow).finish_non_exhaustive()
    }
}

impl<'c> Poll<'c> {
    /// After a call; or from now on, with the newest calls that are there.
    pub(crate) async fn begin(
        client: &'c Client,
        screen: Screen,
        path: impl Fn(Option<&str>, usize) -> String + Send + Sync + 'static,
        after: Option<String>,
        known: usize,
    ) -> Result<(Self, Vec<Box<RawValue>>), Trouble> {
        let (begun, patience) = (Moment::now(), Patience::endless(screen));
        let is_asked = after.is_none();
        let (follow, items) = if let Some(id) = after {
            (Follow::after(id), Vec::new())
        } else {
            // All calls that may still be written late are newer than the oldest of these.
            let (items, _) = client.list(&path(None, 100), 100).await?;
            let calls: Vec<Listed> = Answer::each(&items)?;
            let follow = Follow::from_now(calls.iter().map(|call| &*call.id), Duration::ZERO);
            (follow, items.into_iter().take(known).collect())
        };
        Ok((Self { client, path: Box::new(path), follow, patience, begun, is_asked }, items))
    }

    /// See [`Follow::point`].
    pub(crate) fn point(&self) -> Option<&str> {
        self.follow.point()
    }

    /// See [`Follow::repeated`].
    pub(crate) fn repeated(&self) -> usize {
        self.follow.repeated()
    }

    /// Waits until there are new calls, oldest first.
    pub(crate) async fn next(&mut self) -> Result<Vec<Item>, Trouble> {
        loop {
            if self.is_asked {
                sleep(PAUSE).await;
            }
            self.is_asked = true;
            let asked = Moment::now() - self.begun;
            let answer = self.client.list(&(self.path)(self.follow.point(), 100), 0).await;
            let Some((items, _)) = self.patience.bear(answer).await? else { continue };
            let calls: Vec<Listed> = Answer::each(&items)?;
            let new = self.follow.take(calls.into_iter().zip(items).collect(), |(call, _)| &call.id, asked);
            if !new.is_empty() {
                return Ok(new);
            }
        }
    }
}
