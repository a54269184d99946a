//! kill -9 in mid-answer, with three replicas behind nginx: of the one that streams to the browser, of
//! the one that makes the answer, and of one that does both. The answer is completed once.

use support::fake_model::{Gate, Script};

use crate::browser::Browser;
use crate::world::World;

/// So many questions may be asked until things are where a test wants them: a visitor may write 20
/// messages in a row.
const MOST_QUESTIONS: usize = 18;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_when_the_replica_that_streams_it_is_killed() {
    let mut scene = Scene::set(Places::Apart).await;
    let streams = scene.streams;
    scene.world.gateways[streams].kill();
    scene.world.until_streamed_by_another(streams).await;
    scene.browser.until_connected().await;
    scene.rest.open();
    scene.ends_well(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_made_anew_when_the_replica_that_makes_it_is_killed() {
    let mut scene = Scene::set(Places::Apart).await;
    let rest = scene.expect_another();
    let makes = scene.makes;
    scene.world.gateways[makes].kill();
    // Another replica takes the turn over when the lease is over, and asks the model again.
    scene.world.model.wait_for_requests(scene.number + 1).await;
    assert_eq!(scene.world.streaming(), Some(scene.streams), "the stream is the same");
    rest.open();
    scene.ends_well(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_completed_once_when_the_replica_that_does_all_of_it_is_killed() {
    let mut scene = Scene::set(Places::Together).await;
    let rest = scene.expect_another();
    let both = scene.makes;
    scene.world.gateways[both].kill();
    scene.world.model.wait_for_requests(scene.number + 1).await;
    scene.world.until_streamed_by_another(both).await;
    scene.browser.until_connected().await;
    rest.open();
    scene.ends_well(1).await;
}

/// Which replicas are at work for one visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    /// One streams to the browser, and another one makes the answer.
    Apart,
    /// One does both.
    Together,
}

/// A visitor in mid-answer.
struct Scene {
    world: World,
    browser: Browser,
    /// The replica that streams to the browser.
    streams: usize,
    /// The replica that makes the answer.
    makes: usize,
    /// How many questions were asked, the last of which is being answered.
    number: usize,
    /// Lets the model go on with it.
    rest: Gate,
}

impl Scene {
    /// Asks until the answer is made where it is wanted.
    async fn set(wanted: Places) -> Self {
        let world = World::behind_nginx();
        let browser = Browser::start().await;
        browser.visit_and_open(&world.page()).await;
        for number in 1..=MOST_QUESTIONS {
            let rest = script(&world, number);
            browser.write(&question(number)).await;
            browser.until_streaming(begun(number).trim()).await;
            let streams = world.streaming().expect("one replica streams");
            let makes = world.at_work();
            let places = if streams == makes { Places::Together } else { Places::Apart };
            if places == wanted {
                browser.record().await;
                return Self { world, browser, streams, makes, number, rest };
            }
            rest.open();
            answered(&browser, number).await;
        }
        panic!("{wanted:?} never came in {MOST_QUESTIONS} questions");
    }

    /// What the model says when it is asked the same once more.
    fn expect_another(&self) -> Gate {
        script(&self.world, self.number)
    }

    /// All is answered once, was never seen doubled, and is the same for whoever comes later.
    async fn ends_well(&self, more_requests: usize) {
        let Self { browser, number, .. } = self;
        answered(browser, *number).await;
        let begun = begun(*number).trim().to_owned();
        let states = browser.recorded().await;
        assert!(states.iter().any(|state| state.contains(&begun)), "{states:?}");
        for state in states {
            let seen = state.concat().matches(&*begun).count();
            assert!(state.len() <= *number && seen <= 1, "what the visitor saw: {state:?}");
        }
        let asked: Vec<String> = (1..=*number).map(question).collect();
        assert_eq!(browser.texts(".message.customer .bubble").await, asked);
        let forget = "for (const key of Object.keys(localStorage)) {
            if (key.endsWith(':log')) localStorage.removeItem(key);
        }";
        browser.run(forget).await;
        browser.reload().await;
        browser.until_connected().await;
        answered(browser, *number).await;
        assert_eq!(self.world.model.request_count(), number + more_requests);
    }
}

fn question(number: usize) -> String {
    format!("Where is parcel {number}?")
}

fn begun(number: usize) -> String {
    format!("Parcel {number} ")
}

/// Makes the model say half of an answer, and the rest when the gate is opened.
fn script(world: &World, number: usize) -> Gate {
    let rest = Gate::default();
    let script = Script::new().say(&begun(number)).wait(&rest).say("is on its way.");
    world.model.push(script.finish());
    rest
}

/// Waits until all questions so far have their answers.
async fn answered(browser: &Browser, number: usize) {
    let answers: Vec<String> =
        (1..=number).map(|number| format!("{}is on its way.", begun(number))).collect();
    let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
    browser.until_answered(&answers).await;
}
