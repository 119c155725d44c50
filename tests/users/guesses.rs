//! What stops guessing passwords, and does not stop users: bounds for each pair of e-mail address and network, and for
//! each e-mail address.

use std::time::SystemTime;

use harness::{Answer, Pipehook, User, shared, together};
use serde_json::{Value as Json, json};

const WRONG: &str = "not the password of anybody";

/// The address of a stranger, of one in `count` networks.
fn stranger(network: usize) -> String {
    format!("203.0.113.{network}")
}

async fn guess(stack: &Pipehook, source_ip: &str, email: &str) -> u16 {
    stack.log_in_from(Some(source_ip), email, WRONG).await.status
}

/// Fails five times from each of `count` networks.
async fn fail_from_networks(stack: &Pipehook, email: &str, count: usize) {
    for network in 0..count {
        let source_ip = stranger(network);
        let answers = together((0..5).map(|_| guess(stack, &source_ip, email))).await;
        assert_eq!(answers, [401; 5], "{network}");
    }
}

fn now_millis() -> u128 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis()
}

/// What fifty failures from elsewhere leave behind, without their work.
async fn exhaust(stack: &Pipehook, email: &str) {
    let mut item = key(email, None);
    let now = now_millis();
    item["expires_at"] = json!({ "N": (now / 1_000 + 900).to_string() });
    for time in 1..=50 {
        item[format!("t{time}")] = json!({ "N": now.to_string() });
    }
    stack.put_item("UsersTable", &item).await;
}

async fn log_in_from(user: &User<'_>, stack: &Pipehook, source_ip: &str) -> Answer {
    stack.log_in_from(Some(source_ip), &user.email, &user.password).await
}

fn key(email: &str, network: Option<&str>) -> Json {
    let pk = network.map_or_else(|| format!("LOGIN#{email}"), |network| format!("LOGIN-FROM#{email}#{network}"));
    json!({ "pk": { "S": pk } })
}

async fn item(stack: &Pipehook, email: &str, network: Option<&str>) -> Json {
    stack.item("UsersTable", &key(email, network)).await
}

#[test]
fn five_failures_stop_a_network_whether_the_address_is_known_or_not() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        for email in [ann.email.clone(), stack.unused_email()] {
            for _ in 0..5 {
                stack.log_in(&email, WRONG).await.refused(401);
            }

            let answer = stack.log_in(&email, &ann.password).await;

            answer.refused(429);
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((880..=900).contains(&seconds), "{seconds}");
        }
        assert_eq!(ann.footprint().await, before, "the right password came too late");
    });
}

#[test]
fn the_bound_holds_for_every_spelling_of_an_address_and_for_no_other_address() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        for _ in 0..5 {
            stack.log_in(&ann.email.to_uppercase(), WRONG).await.refused(401);
        }

        stack.log_in(&ann.email, &ann.password).await.refused(429);
        stack.log_in(&bob.email, &bob.password).await.is(200);
    });
}

#[test]
fn no_header_makes_a_call_one_from_another_network() {
    shared(async |stack| {
        let ann = stack.user().await;
        let guess = |number: usize| {
            let call = stack.post("/users/login").json(&json!({ "email": ann.email, "password": WRONG }));
            let address = stranger(number);
            let call = call.header("x-forwarded-for", &address).header("x-real-ip", &address);
            call.header("forwarded", format!("for={address}")).header("true-client-ip", &address)
        };
        for number in 0..5 {
            guess(number).send().await.refused(401);
        }

        guess(5).send().await.refused(429);
    });
}

#[test]
fn a_stranger_does_not_keep_a_user_out_however_often_it_fails() {
    shared(async |stack| {
        let ann = stack.user().await;
        let answers = together((0..60).map(|_| guess(stack, "203.0.113.200", &ann.email))).await;
        let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(401), count(429)), (5, 55));

        stack.log_in(&ann.email, &ann.password).await.is(200);
        // What was refused has not used up what all networks have.
        log_in_from(&ann, stack, "198.51.100.7").await.is(200);
        log_in_from(&ann, stack, "203.0.113.200").await.refused(429);
    });
}

#[test]
fn fifty_failures_stop_every_network_but_those_of_the_user() {
    shared(async |stack| {
        let ann = stack.user().await;
        log_in_from(&ann, stack, "2001:db8:1:2::9").await.is(200);
        let unknown = stack.unused_email();
        let before = ann.footprint().await;
        for email in [&ann.email, &unknown] {
            fail_from_networks(stack, email, 10).await;
            let answer = stack.log_in_from(Some("198.51.100.7"), email, &ann.password).await;
            answer.refused(429);
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=900).contains(&seconds), "{seconds}");
        }
        assert_eq!(ann.footprint().await, before);

        stack.log_in(&ann.email, &ann.password).await.is(200);
        log_in_from(&ann, stack, "2001:db8:1:2::10").await.is(200);
        log_in_from(&ann, stack, "198.51.100.8").await.refused(429);
        for _ in 0..5 {
            assert_eq!(guess(stack, "2001:db8:1:2::11", &ann.email).await, 401);
        }
        log_in_from(&ann, stack, "2001:db8:1:2::12").await.refused(429);
        stack.log_in(&ann.email, &ann.password).await.is(200);
    });
}

#[test]
fn a_network_is_the_users_for_30_days_after_a_login() {
    shared(async |stack| {
        let ann = stack.user().await;
        log_in_from(&ann, stack, "198.51.100.7").await.is(200);
        let stored = item(stack, &ann.email, Some("198.51.100.7")).await;
        let seconds = |name: &str| stored[name]["N"].as_str().unwrap().parse::<u128>().unwrap();
        let days = (seconds("known_until") - now_millis() / 1_000) / (24 * 60 * 60);
        assert!((29..=30).contains(&days), "{days}");
        assert!(seconds("expires_at") >= seconds("known_until"), "it is not forgotten before");
        exhaust(stack, &ann.email).await;
        log_in_from(&ann, stack, "198.51.100.7").await.is(200);

        let key = key(&ann.email, Some("198.51.100.7"));
        stack.damage("UsersTable", &key, "known_until", &json!({ "N": "1700000000" })).await;

        log_in_from(&ann, stack, "198.51.100.7").await.refused(429);
    });
}

#[test]
fn a_failure_makes_no_network_known_and_keeps_none_known_for_less() {
    shared(async |stack| {
        let ann = stack.user().await;
        guess(stack, "198.51.100.7", &ann.email).await;
        let stored = item(stack, &ann.email, Some("198.51.100.7")).await;
        assert!(stored.is_object() && stored.get("known_until").is_none(), "{stored}");

        log_in_from(&ann, stack, "198.51.100.7").await.is(200);
        let known = item(stack, &ann.email, Some("198.51.100.7")).await;
        guess(stack, "198.51.100.7", &ann.email).await;
        let after = item(stack, &ann.email, Some("198.51.100.7")).await;
        assert_eq!(after["known_until"], known["known_until"]);
        assert!(after["expires_at"]["N"].as_str() >= known["known_until"]["N"].as_str());
    });
}

#[test]
fn ipv6_addresses_count_by_their_first_64_bits() {
    shared(async |stack| {
        let ann = stack.user().await;
        for host in 1..=5 {
            assert_eq!(guess(stack, &format!("2001:db8:7:7:{host}::1"), &ann.email).await, 401);
        }

        assert_eq!(guess(stack, "2001:db8:7:7:ffff::1", &ann.email).await, 429);
        assert_eq!(guess(stack, "2001:db8:7:8::1", &ann.email).await, 401);
        let stored = item(stack, &ann.email, Some("2001:db8:7:7::/64")).await;
        assert!(stored.is_object(), "nothing but the network is kept");
    });
}

#[test]
fn an_ipv4_address_is_the_same_written_as_ipv6_and_others_are_others() {
    shared(async |stack| {
        let ann = stack.user().await;
        for address in ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201", "192.0.2.1", "::ffff:192.0.2.1"] {
            assert_eq!(guess(stack, address, &ann.email).await, 401);
        }

        assert_eq!(guess(stack, "::ffff:192.0.2.1", &ann.email).await, 429);
        assert_eq!(guess(stack, "::ffff:192.0.2.2", &ann.email).await, 401);
    });
}

#[test]
fn calls_that_do_not_say_where_they_come_from_count_together_and_make_nothing_known() {
    shared(async |stack| {
        let ann = stack.user().await;
        stack.log_in_from(None, &ann.email, &ann.password).await.is(200);
        let stored = item(stack, &ann.email, Some("unknown")).await;
        assert!(stored.is_object() && stored.get("known_until").is_none(), "{stored}");
        for source_ip in [None, Some(""), Some("nowhere"), None, Some("192.0.2.1, 192.0.2.2")] {
            stack.log_in_from(source_ip, &ann.email, WRONG).await.refused(401);
        }

        stack.log_in_from(None, &ann.email, &ann.password).await.refused(429);
        stack.log_in(&ann.email, &ann.password).await.is(200);
    });
}

#[test]
fn a_new_password_clears_all_failures() {
    shared(async |stack| {
        let ann = stack.user().await;
        exhaust(stack, &ann.email).await;
        for _ in 0..5 {
            stack.log_in(&ann.email, WRONG).await.refused(401);
        }
        stack.log_in(&ann.email, &ann.password).await.refused(429);
        log_in_from(&ann, stack, "198.51.100.7").await.refused(429);
        let mut input = json!({ "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1 });
        stack.put_user(&input).await.unwrap();
        stack.log_in(&ann.email, &ann.password).await.refused(429);

        input["password"] = "a password that she chose".into();
        stack.put_user(&input).await.unwrap();

        stack.log_in(&ann.email, "a password that she chose").await.is(200);
        let anew = stack.log_in_from(Some(&stranger(0)), &ann.email, "a password that she chose").await;
        anew.is(200);
        stack.log_in_from(Some("198.51.100.7"), &ann.email, "a password that she chose").await.is(200);
        // The bounds hold for the new password as they did for the old.
        exhaust_again(stack, &ann.email).await;
    });
}

/// Five guesses from one network are looked at, and no more.
async fn exhaust_again(stack: &Pipehook, email: &str) {
    let answers = together((0..20).map(|_| guess(stack, "203.0.113.99", email))).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5);
}

#[test]
fn the_bounds_end_when_their_time_is_over() {
    shared(async |stack| {
        let ann = stack.user().await;
        exhaust(stack, &ann.email).await;
        for _ in 0..5 {
            stack.log_in(&ann.email, WRONG).await.refused(401);
        }
        stack.log_in(&ann.email, &ann.password).await.refused(429);

        let long_ago = json!({ "N": "1" });
        stack.damage("UsersTable", &key(&ann.email, Some("127.0.0.1")), "t5", &long_ago).await;
        stack.log_in(&ann.email, &ann.password).await.is(200);

        log_in_from(&ann, stack, "198.51.100.7").await.refused(429);
        stack.damage("UsersTable", &key(&ann.email, None), "t50", &long_ago).await;
        log_in_from(&ann, stack, "198.51.100.7").await.is(200);
    });
}

#[test]
fn a_success_clears_the_failures_of_its_network() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..2 {
            for _ in 0..4 {
                stack.log_in(&ann.email, WRONG).await.refused(401);
            }
            stack.log_in(&ann.email, &ann.password).await.is(200);
        }
    });
}

#[test]
fn logins_that_succeed_do_not_count_and_clear_no_failure_of_other_networks() {
    shared(async |stack| {
        let ann = stack.user().await;
        fail_from_networks(stack, &ann.email, 9).await;
        for network in 0..10 {
            log_in_from(&ann, stack, &format!("198.51.100.{network}")).await.is(200);
        }
        let sources: Vec<_> = (0..10).map(|network| format!("192.0.2.{network}")).collect();

        let answers = together(sources.iter().map(|source_ip| guess(stack, source_ip, &ann.email))).await;

        assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    });
}

#[test]
fn of_twenty_guesses_at_once_from_one_network_five_are_looked_at() {
    shared(async |stack| {
        let ann = stack.user().await;

        let answers = together((0..20).map(|_| stack.log_in(&ann.email, WRONG))).await;

        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(401), count(429)), (5, 15));
        stack.log_in(&ann.email, &ann.password).await.refused(429);
    });
}

#[test]
fn of_sixty_guesses_at_once_from_twenty_networks_fifty_are_looked_at() {
    shared(async |stack| {
        let email = stack.unused_email();
        let sources: Vec<_> = (0..60).map(|guess| stranger(guess % 20)).collect();

        let answers = together(sources.iter().map(|source_ip| guess(stack, source_ip, &email))).await;

        let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(401), count(429)), (50, 10));
    });
}

#[test]
fn an_address_that_ends_like_a_network_counts_for_itself_alone() {
    shared(async |stack| {
        let ann = stack.user().await;
        let alike = format!("{}#127.0.0.1", ann.email);
        for network in 0..10 {
            guess(stack, &stranger(network), &alike).await;
        }

        for _ in 0..4 {
            stack.log_in(&ann.email, WRONG).await.refused(401);
        }
        stack.log_in(&ann.email, &ann.password).await.is(200);
    });
}
