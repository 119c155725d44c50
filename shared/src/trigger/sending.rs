//! How an accepted call becomes a job on a queue, and the job of a pipeline of ours an action in the ledger.

use super::answer::Answer;
use super::{Answered, Run};
use crate::domain::action::NewAction;
use crate::domain::id::ActionId;
use crate::domain::job::Job;
use crate::domain::request::Outcome;
use crate::ports::{EndUnsent, PushJob, PutRequest, ReplaceRequest, StoreError, WriteAction};
use crate::telemetry::Chain;

/// Where the jobs of accepted calls go.
#[derive(Debug, Clone)]
pub struct Destinations<Jobs, Actions, Ledger> {
    /// The queue that other people's consumers read: whatever is no pipeline of ours.
    pub jobs: Jobs,
    /// The queue of the pipelines of ours.
    pub actions: Actions,
    /// Their actions.
    pub ledger: Ledger,
}

impl<Requests: PutRequest + ReplaceRequest> Run<'_, Requests> {
    /// Sends the job and writes the log at the same time. Only when the queue did not take the job is the log, which
    /// says that it did, corrected.
    pub(super) async fn queue(&self, job: &Job, answer: &Answer, jobs: &impl PushJob) -> Answered {
        let push = match jobs.push_job(job) {
            Ok(push) => self.measurements.queueing(push),
            Err(error) => return self.end(self.failed(&error.into())).await,
        };
        let (pushed, queued) = tokio::join!(push, self.end(self.answered(Outcome::Queued, answer)));
        match pushed {
            Ok(()) => queued,
            Err(error) => {
                let failed = self.failed(&error.into());
                self.note(self.requests.replace_request(&self.record(&failed)).await);
                failed
            }
        }
    }

    /// Sends the job, writes its action and logs the call at the same time. The job is what counts: an action that could
    /// not be written is written when its job arrives, but one without a job would wait for ever.
    pub(super) async fn start(
        &self,
        job: &Job,
        action: &NewAction,
        answer: &Answer,
        actions: &impl PushJob,
        ledger: &(impl WriteAction + EndUnsent),
    ) -> Answered {
        let push = match actions.push_job(job) {
            Ok(push) => self.measurements.queueing(push),
            Err(error) => return self.end(self.failed(&error.into())).await,
        };
        let id = ActionId::of_job(job.id, 0);
        let queued = self.end(self.answered(Outcome::Queued, answer).starting(id));
        let (pushed, written, queued) = tokio::join!(push, ledger.write_action(action), queued);
        let written = self.written(written);
        match (pushed, written) {
            (Ok(()), Some(later)) if later != id => {
                let queued = queued.starting(later);
                self.note(self.requests.replace_request(&self.record(&queued)).await);
                queued
            }
            (Ok(()), _) => queued,
            (Err(error), action_id) => {
                let failed = Answered { action_id, ..self.failed(&error.into()) };
                let record = self.record(&failed);
                let (ended, logged) = tokio::join!(ledger.end_unsent(action), self.requests.replace_request(&record));
                self.written(ended.map(|(id, _)| id));
                self.note(logged);
                failed
            }
        }
    }

    /// The id of an action that was written. One that could not be written never fails a call.
    pub(super) fn written(&self, written: Result<ActionId, StoreError>) -> Option<ActionId> {
        match written {
            Ok(id) => {
                self.measurements.action(&id);
                Some(id)
            }
            Err(error) => {
                self.measurements.action_write_failed();
                tracing::warn!(cause = %Chain(&error), "The action could not be written");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::domain::action::Status;
    use crate::domain::hook::Hook;
    use crate::domain::id::PipelineId;
    use crate::domain::request::Request;
    use crate::fixtures;
    use crate::http::ACTION_ID;
    use crate::ports::QueueError;
    use crate::telemetry::Measurements;

    /// A queue that takes everything, a ledger in which every action has the id of this attempt, and a log.
    #[derive(Default)]
    struct Fake {
        attempt: u8,
        log: Mutex<Vec<Request>>,
    }

    impl PushJob for Fake {
        fn push_job(&self, _: &Job) -> Result<impl Future<Output = Result<(), QueueError>> + Send, QueueError> {
            Ok(std::future::ready(Ok(())))
        }
    }

    impl WriteAction for Fake {
        async fn write_action(&self, action: &NewAction) -> Result<ActionId, StoreError> {
            Ok(ActionId::of_job(action.job, self.attempt))
        }
    }

    impl EndUnsent for Fake {
        async fn end_unsent(&self, _: &NewAction) -> Result<(ActionId, Status), StoreError> {
            panic!("the job was sent")
        }
    }

    impl PutRequest for Fake {
        async fn put_request(&self, request: &Request) -> Result<(), StoreError> {
            self.log.lock().unwrap().push(request.clone());
            Ok(())
        }
    }

    impl ReplaceRequest for Fake {
        async fn replace_request(&self, request: &Request) -> Result<(), StoreError> {
            self.log.lock().unwrap().push(request.clone());
            Ok(())
        }
    }

    fn hook_of_ours() -> Hook {
        let mut hook = fixtures::hook();
        hook.relation.pipeline_id = PipelineId::new(1 << 52).ok();
        hook.pipelines = hook.relation.pipeline_id.into_iter().collect();
        hook
    }

    #[tokio::test]
    async fn an_action_whose_id_another_job_has_is_named_by_its_own_in_the_answer_and_in_the_log() {
        for attempt in [0, 1, 2] {
            let fake = Fake { attempt, ..Fake::default() };
            let (hook, received, measurements) = (hook_of_ours(), fixtures::received(), Measurements::begin());
            let to = Destinations {
                jobs: Fake::default(),
                actions: Fake::default(),
                ledger: Fake { attempt, ..Fake::default() },
            };

            let answered = Run::new(&hook, &received, &fake, &measurements).accept(None, &to).await.unwrap();

            let id = ActionId::of_job(received.id, attempt);
            assert_eq!(answered.response.headers()[ACTION_ID], id.to_string());
            let log = fake.log.into_inner().unwrap();
            assert_eq!(log.last().and_then(|request| request.summary.action_id), Some(id));
            assert_eq!(log.len(), if attempt == 0 { 1 } else { 2 }, "it is corrected only if it is wrong");
            let header = (ACTION_ID.as_str().to_owned(), id.to_string());
            assert!(log.last().unwrap().exchange.response_headers.contains(&header));
        }
    }
}
