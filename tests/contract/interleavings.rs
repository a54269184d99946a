//! Random interleavings of several owners with crashes, against a model of what must be true.
//!
//! After each verb the store's answer is compared with the model's; at the end everything is
//! brought to rest, and every message must be answered exactly once, lie among the dead letters,
//! or have been forgotten on purpose. A failure names the seed; `PROPTEST_RNG_SEED` repeats it.

mod acts;
mod letters;
mod model;
mod play;
mod rest;
mod tellings;
mod verbs;

use std::fmt::Debug;
use std::hash::{BuildHasher as _, Hasher as _};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use crate::harness::Harness;
use crate::memory_harness::MemoryHarness;
use crate::redis_harness::RedisHarness;
use acts::{Act, acts};
use play::Play;

#[test]
fn memory_loses_nothing_and_answers_nothing_twice() {
    let runtime = runtime();
    check(cases("CONTRACT_MEMORY_CASES", 400), acts(), |acts| {
        runtime.block_on(async { play(&MemoryHarness::start().await, acts).await });
    });
}

#[test]
fn redis_loses_nothing_and_answers_nothing_twice() {
    let runtime = runtime();
    let harness = Mutex::new(runtime.block_on(RedisHarness::start()));
    check(cases("CONTRACT_REDIS_CASES", 24), acts(), |acts| {
        runtime.block_on(async {
            let mut harness = harness.lock().await;
            harness.start_over().await;
            play(&*harness, acts).await;
        });
    });
}

async fn play(harness: &dyn Harness, acts: &[Act]) {
    let mut play = Play::begin(harness).await;
    for act in acts {
        play.act(act).await;
    }
    play.come_to_rest().await;
    play.assert_all_is_accounted_for().await;
}

pub(crate) fn check<A: Debug>(
    cases: u32,
    acts: impl Strategy<Value = Vec<A>>,
    test: impl Fn(&[A]),
) {
    let mut config = Config { cases, failure_persistence: None, ..Config::default() };
    config.max_shrink_iters = cases.saturating_mul(4);
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => std::hash::RandomState::new().build_hasher().finish(),
    };
    config.rng_seed = RngSeed::Fixed(seed);
    let outcome = TestRunner::new(config).run(&acts, |acts| {
        test(&acts);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("PROPTEST_RNG_SEED={seed} repeats this:\n{error}");
    }
}

pub(crate) fn cases(variable: &str, usual: u32) -> u32 {
    std::env::var(variable).ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
