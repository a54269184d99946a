//! What is carried over takes two steps, since the two conversations may lie on two servers; somebody
//! may die between them.

use conversation::{DedupeKey, Remarked};

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
    let change = DedupeKey::new("change").unwrap();
    for key in ["1", "2"] {
        accept_new(&*store, by_channel(&old, key, key)).await;
        answer_next(&*store, key).await;
    }
    tell(&*store, note(&old, "n", "1", Remarked::TakenBack)).await;
    let keys = ["h", "n"].map(|kind| format!("oc:{{p00}}:{kind}:{}", old.digest()));
    for key in &keys {
        assert_eq!(harness.server().cli(&["COPY", key, &format!("{key}:before")]), "1");
    }
    assert_eq!(store.carry_over(&old, &new, &change).await, Ok(true));
    assert_eq!(store.history(&old).await, Ok(Vec::new()));

    // So it stands when somebody dies after the first step.
    for key in &keys {
        assert_eq!(harness.server().cli(&["COPY", &format!("{key}:before"), key]), "1");
    }
    // What comes before it is repeated stays.
    accept_new(&*store, by_channel(&old, "3", "3")).await;
    answer_next(&*store, "3").await;
    tell(&*store, note(&old, "n2", "3", Remarked::TakenBack)).await;
    assert_eq!(store.history(&old).await.unwrap().len(), 3);
    for _ in 0..2 {
        assert_eq!(store.carry_over(&old, &new, &change).await, Ok(false));
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
