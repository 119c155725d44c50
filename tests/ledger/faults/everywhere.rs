//! How something goes wrong at each request of a function to AWS: the function is killed, or the service is unavailable.

use std::pin::pin;

use harness::{Answer, soak};
use local::{Fault, Moment, Service};
use tokio::select;

use super::world::World;

/// Kills the function at each of the requests that it sends for `act`: at most so many, from the one on that `first`
/// says. Each time, `act` gets what `prepare` has made, goes on after the kill, and returns what was accepted. Returns
/// which of the requests was the last, counted from 1.
#[expect(clippy::print_stdout, reason = "`--show-output` shows how much was searched")]
pub(super) async fn killed_everywhere<'s, Case>(
    world: &World<'s>,
    function: &str,
    (first, most): (impl Fn(&Case) -> usize, usize),
    prepare: impl AsyncFn() -> Case,
    act: impl AsyncFn(&Case) -> Vec<Answer>,
) -> usize {
    let (mut last, mut kills) = (0, 0);
    for nth in (0..most).filter(|nth| soak() > 1 || *nth == 0 || nth % 2 == 1) {
        let before = last;
        for moment in moments(nth) {
            // What is prepared has come to rest before anything goes wrong again.
            world.is_disturbed.set(false);
            let case = prepare().await;
            let mut hold = world.stack.hold(function, first(&case) + nth, *moment);
            let mut acting = pin!(act(&case));
            let early = select! {
                biased;
                () = hold.reached() => None,
                accepted = &mut acting => Some(accepted),
            };
            if early.is_none() {
                world.stack.kill(function).unwrap();
                world.is_disturbed.set(true);
                last = nth + 1;
                kills += 1;
            }
            // Also if nothing was held: what comes next must not be.
            drop(hold);
            let accepted = if let Some(accepted) = early { accepted } else { acting.await };
            let what = format!("{function}, request {}, {moment:?}, killed: {}", nth + 1, world.is_disturbed.get());
            world.rest(&accepted.iter().collect::<Vec<_>>(), &what).await;
        }
        if last == before {
            break;
        }
    }
    println!("{function} was killed {kills} times");
    last
}

/// The moments at which a function is killed that sends this request. What it does one after the other is in the same
/// state before a request as after the last one. Only a long run tries both, and each request instead of every other one.
fn moments(nth: usize) -> &'static [Moment] {
    if soak() > 1 {
        &[Moment::Sent, Moment::Done]
    } else if nth == 0 {
        &[Moment::Sent]
    } else {
        &[Moment::Done]
    }
}

/// All of its requests.
pub(super) fn all<Case>() -> (impl Fn(&Case) -> usize, usize) {
    (|_: &Case| 1, usize::MAX)
}

/// DynamoDB, SQS or Step Functions fails at each of the requests that the function sends for `act`, as long as the SDK tries it again.
pub(super) async fn unavailable_everywhere<Case>(
    world: &World<'_>,
    function: &str,
    prepare: impl AsyncFn() -> Case,
    act: impl AsyncFn(&Case) -> Vec<Answer>,
) {
    let calls = |service: Service| {
        let calls = world.stack.aws_calls();
        calls.iter().filter(|call| call.function.as_deref() == Some(function) && call.service == service).count()
    };
    let services = [Service::DynamoDb, Service::Sqs, Service::StepFunctions];
    world.is_disturbed.set(false);
    let case = prepare().await;
    let before = services.map(calls);
    act(&case).await;
    let all = services.map(calls);
    assert!(all[0] > before[0], "{function} asks DynamoDB");
    world.rest(&[], "undisturbed").await;
    let faults = [Fault::lose_answer(), Fault::hang_up(), Fault::throttle(), Fault::status(500)];
    for (service, number) in services.into_iter().zip(all.iter().zip(before).map(|(all, before)| all - before)) {
        for nth in (0..number).filter(|nth| soak() > 1 || nth % 2 == 0) {
            for fault in faults.iter().cycle().skip(nth / 2).take(if soak() > 1 { 4 } else { 1 }) {
                world.is_disturbed.set(false);
                let case = prepare().await;
                world.is_disturbed.set(true);
                let fault = fault.clone().of(function).after(nth.try_into().unwrap()).first(TRIED);
                world.stack.fault(service, fault.clone());
                let accepted = act(&case).await;
                world.rest(&accepted.iter().collect::<Vec<_>>(), &format!("{service:?}: {fault:?}")).await;
                world.stack.fault(service, None);
            }
        }
    }
}

/// As often as the SDK tries a request at most.
const TRIED: u32 = 6;
