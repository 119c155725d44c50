//! Calls at the same time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Runs the futures at the same time; the results have their order.
pub async fn together<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut results: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        let unfinished = running.iter_mut().zip(&mut results).filter(|(_, result)| result.is_none());
        for (future, result) in unfinished {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                *result = Some(output);
            }
        }
        if results.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}
