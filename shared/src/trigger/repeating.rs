//! How a call of a bulk retry runs. It may have run before under the same id, in a function that died. So the log is
//! written after the queue has the job, and then proves that it has.

use super::answer::Answer;
use super::{Answered, Decision, Destinations, Run};
use crate::domain::action::NewAction;
use crate::domain::id::ActionId;
use crate::domain::job::Job;
use crate::domain::request::Outcome;
use crate::http::ApiError;
use crate::ports::{PushJob, PutRequest, ReplaceRequest, WriteAction};

impl<Requests: PutRequest + ReplaceRequest> Run<'_, Requests> {
    /// Runs a kept call under an id that it may have been run under before. Answers and logs it, or fails if the queue did
    /// not say that it has the job: then the log says nothing, and the call can be repeated once more.
    ///
    /// The ledger knows its jobs by their ids, however often they come. The queue of other people's consumers does so for
    /// five minutes: unless `drops_duplicates`, a job for it is not sent, and the answer is `None`.
    pub async fn repeat<Jobs: PushJob, Actions: PushJob, Ledger: WriteAction>(
        &self,
        drops_duplicates: bool,
        to: &Destinations<Jobs, Actions, Ledger>,
    ) -> Result<Option<Answered>, ApiError> {
        match self.decide(None) {
            Ok(Decision::Queue(job, answer)) => match job.action() {
                Some(action) => self.start_first(&job, &action, &answer, to).await.map(Some),
                None if drops_duplicates => self.send_first(&job, &answer, &to.jobs).await.map(Some),
                None => Ok(None),
            },
            Ok(Decision::Answer(answer)) => Ok(Some(self.ignore(&answer).await)),
            Err(error) => self.fail(error).await.map(Some),
        }
    }

    async fn send_first(&self, job: &Job, answer: &Answer, jobs: &impl PushJob) -> Result<Answered, ApiError> {
        let push = match jobs.push_job(job) {
            Ok(push) => self.measurements.queueing(push),
            Err(error) => return self.fail(error.into()).await,
        };
        push.await?;
        Ok(self.end(self.answered(Outcome::Queued, answer)).await)
    }

    /// An action whose job was not sent is not ended here, as one of a sender's call is: it would be over when its job
    /// is sent after all.
    async fn start_first<Jobs, Actions: PushJob, Ledger: WriteAction>(
        &self,
        job: &Job,
        action: &NewAction,
        answer: &Answer,
        to: &Destinations<Jobs, Actions, Ledger>,
    ) -> Result<Answered, ApiError> {
        let push = match to.actions.push_job(job) {
            Ok(push) => self.measurements.queueing(push),
            Err(error) => return self.fail(error.into()).await,
        };
        let (pushed, written) = tokio::join!(push, to.ledger.write_action(action));
        let id = self.written(written).unwrap_or_else(|| ActionId::of_job(job.id, 0));
        pushed?;
        Ok(self.end(self.answered(Outcome::Queued, answer).starting(id)).await)
    }
}
