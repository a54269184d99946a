//! The limits that the API sets, kept by all replicas together and without holding a worker.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use channel_whatsapp::WhatsApp;
use conversation::Rate;
use conversation::ports::{Channel as _, SendError};
use support::fake_whatsapp::{Account, FakeWhatsApp, Script};

use crate::sending::waiting;
use crate::stage::{Lanes, conversation, options, say};

const ANN: &str = "4915112345678";
const BOB: &str = "4915187654321";

/// A fake, and two replicas that share their lanes.
fn replicas() -> (FakeWhatsApp, Arc<Lanes>, [WhatsApp; 2]) {
    let fake = FakeWhatsApp::start(Account::default());
    let lanes = Arc::new(Lanes::default());
    let options = options(fake.account(), &fake.url());
    let channels = [(); 2].map(|()| WhatsApp::new(&options, Arc::clone(&lanes) as _).unwrap());
    (fake, lanes, channels)
}

fn wait_of(sent: Result<conversation::ports::Sent, SendError>) -> Duration {
    match sent {
        Err(SendError::Paced { retry_after }) => retry_after,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_message_passes_the_lane_of_the_number_and_that_of_the_person() {
    let (_fake, lanes, [channel, _]) = replicas();
    for person in [ANN, BOB, ANN] {
        say(&channel, person, "Hi").await.unwrap();
    }
    let passed = lanes.passed.lock().unwrap();
    let (number, persons): (Vec<_>, Vec<_>) =
        passed.iter().partition(|(lane, _)| lane.matches('/').count() == 1);
    let of_the_number = Rate { burst: 80, period: Duration::from_micros(12_500) };
    let to_one_person = Rate { burst: 45, period: Duration::from_secs(6) };
    assert_eq!((number.len(), persons.len()), (3, 3));
    assert!(number.iter().all(|(lane, rate)| *lane == number[0].0 && *rate == of_the_number));
    assert!(persons.iter().all(|(_, rate)| *rate == to_one_person));
    assert!(persons[0].0 == persons[2].0 && persons[0].0 != persons[1].0);
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'/' | b'_' | b'-' | b'.');
    for (lane, _) in passed.iter() {
        assert!(lane.bytes().all(known) && !lane.contains(ANN) && !lane.contains(BOB), "{lane}");
        assert!(lane.len() <= 96, "{lane}");
    }
}

#[tokio::test]
async fn a_message_that_has_to_wait_costs_no_request() {
    let (fake, lanes, [channel, _]) = replicas();
    say(&channel, ANN, "Hi").await.unwrap();
    let lane = lanes.passed.lock().unwrap().pop().unwrap().0;
    lanes.closed.lock().unwrap().push((lane, Duration::from_secs(6)));
    let requests = fake.requests();
    assert_eq!(wait_of(say(&channel, ANN, "Hi").await), Duration::from_secs(6));
    assert_eq!(fake.requests(), requests);
    say(&channel, BOB, "Hi").await.unwrap();
}

#[tokio::test]
async fn a_person_who_got_too_much_is_left_alone_by_every_replica_and_others_are_not() {
    let (fake, _, [one, other]) = replicas();
    fake.push(Script::error(400, 131_056));
    assert_eq!(wait_of(say(&one, ANN, "Hi").await), Duration::from_secs(1));
    let requests = fake.requests();
    for replica in [&one, &other] {
        assert!(wait_of(say(replica, ANN, "Hi").await) <= Duration::from_secs(1));
    }
    one.typing(&conversation(ANN), &waiting("wamid.1")).await;
    assert_eq!(fake.requests(), requests);
    say(&other, BOB, "Hi").await.unwrap();
}

#[tokio::test]
async fn a_number_that_sent_too_much_sends_nothing_for_as_long_as_the_api_asks() {
    let (fake, _, [one, other]) = replicas();
    fake.push(Script::error(429, 130_429).with_header("Retry-After", "17"));
    assert_eq!(wait_of(say(&one, ANN, "Hi").await), Duration::from_secs(17));
    let requests = fake.requests();
    for replica in [&one, &other] {
        assert!(wait_of(say(replica, BOB, "Hi").await) > Duration::from_secs(10));
    }
    assert_eq!(fake.requests(), requests);
}

#[tokio::test]
async fn a_store_that_is_away_makes_messages_wait_and_is_no_failure_of_theirs() {
    let (fake, lanes, [channel, _]) = replicas();
    lanes.is_away.store(true, Ordering::SeqCst);
    assert_eq!(wait_of(say(&channel, ANN, "Hi").await), Duration::from_secs(1));
    assert_eq!(fake.requests(), 0);
    lanes.is_away.store(false, Ordering::SeqCst);
    say(&channel, ANN, "Hi").await.unwrap();
}
