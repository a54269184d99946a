//! What is carried over takes two steps, since the two conversations may lie on two servers; somebody
//! may die between them.

use conversation::Remarked;

use crate::carrying::carry;
use crate::harness::Harness as _;
use crate::notes::{note, tell};
use crate::redis_harness::RedisHarness;
use crate::steps::{accept_new, answer_next, claim_nothing};
use crate::words::{by_channel, customer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_repeats_it_after_a_death_between_the_steps_does_what_is_left() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    for key in ["1", "2"] {
        accept_new(&*store, by_channel(&old, key, key)).await;
        answer_next(&*store, key).await;
    }
    tell(&*store, note(&old, "n", "1", Remarked::TakenBack)).await;
    let keys = ["h", "n", "m"].map(|kind| format!("oc:{{p00}}:{kind}:{}", old.digest()));
    for key in &keys {
        assert_eq!(harness.server().cli(&["COPY", key, &format!("{key}:before")]), "1");
    }
    assert_eq!(carry(&*store, &old, &new, "change").await, Ok(true));
    assert_eq!(store.history(&old).await, Ok(Vec::new()));

    // So it stands when somebody dies after the first step.
    for key in &keys {
        let before = format!("{key}:before");
        assert_eq!(harness.server().cli(&["COPY", &before, key, "REPLACE"]), "1");
    }
    // What comes before it is repeated stays.
    accept_new(&*store, by_channel(&old, "3", "3")).await;
    answer_next(&*store, "3").await;
    tell(&*store, note(&old, "n2", "3", Remarked::TakenBack)).await;
    assert_eq!(store.history(&old).await.unwrap().len(), 3);
    for _ in 0..2 {
        assert_eq!(carry(&*store, &old, &new, "change").await, Ok(false));
        let history = store.history(&old).await.unwrap();
        assert_eq!((history.len(), history[0].asked[0].text.as_str()), (1, "3"));
    }
    assert_eq!(store.history(&new).await.unwrap().len(), 2);
    for (who, about) in [(&old, "3"), (&new, "1")] {
        accept_new(&*store, by_channel(who, "last", "last")).await;
        let remarks = answer_next(&*store, "last").await.remarks;
        let about_what: Vec<_> = remarks.iter().map(|remark| remark.about.as_deref()).collect();
        assert_eq!(about_what, [Some(about)]);
    }
    claim_nothing(&harness, &*store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_went_along_leaves_even_after_a_death_between_the_steps() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    let of_old = format!("oc:{{p00}}:c:{}", old.digest());
    let back = |name| harness.server().cli(&["HSET", &of_old, "p", name]);
    store.take_over(&old, "Rosa").await.unwrap();
    assert_eq!(carry(&*store, &old, &new, "change").await, Ok(true));
    assert_eq!(harness.server().cli(&["EXISTS", &of_old]), "0");
    let records = format!("oc:{{p00}}:m:{}", old.digest());
    let unmoved = || harness.server().cli(&["DEL", &records]);
    assert_eq!((unmoved(), back("Rosa")), ("1".to_owned(), "1".to_owned()));
    assert_eq!(carry(&*store, &old, &new, "change").await, Ok(false));
    assert_eq!(store.taken_over_by(&old).await, Ok(None));
    // Somebody else came since.
    assert_eq!((unmoved(), back("Emil")), ("1".to_owned(), "1".to_owned()));
    assert_eq!(carry(&*store, &old, &new, "change").await, Ok(false));
    assert_eq!(store.taken_over_by(&old).await.unwrap().as_deref(), Some("Emil"));
    assert_eq!(store.taken_over_by(&new).await.unwrap().as_deref(), Some("Rosa"));
}

/// An earlier version wrote down no person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_version_brought_is_taken_away_too() {
    let harness = RedisHarness::start().await;
    let store = harness.all_ports("one").await;
    let (old, new) = (customer("old number"), customer("new number"));
    accept_new(&*store, by_channel(&old, "1", "1")).await;
    answer_next(&*store, "1").await;
    let history = format!("oc:{{p00}}:h:{}", old.digest());
    assert_eq!(harness.server().cli(&["COPY", &history, "before"]), "1");
    assert_eq!(carry(&*store, &old, &new, "change").await, Ok(true));
    let records = format!("oc:{{p00}}:m:{}", new.digest());
    let record = harness.server().cli(&["HVALS", &records]);
    assert_eq!(record.split(' ').count(), 4, "{record}");
    assert_eq!(harness.server().cli(&["COPY", "before", &history]), "1");
    assert_eq!(harness.server().cli(&["DEL", &format!("oc:{{p00}}:m:{}", old.digest())]), "1");
    assert_eq!(carry(&*store, &old, &new, "change").await, Ok(false));
    assert_eq!(store.history(&old).await, Ok(Vec::new()));
}
