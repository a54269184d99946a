//! What a customer asks of the gateway itself.

use std::sync::Arc;
use std::time::Duration;

use conversation::{Author, Command, Message, Rate, Timestamp};
use tokio::time::sleep;

use crate::fakes::driven::Driven;
use crate::fakes::echo::asked;
use crate::world::{World, api, chat};

fn command(command: Command, text: &str, language: Option<&str>) -> Message {
    let author = Author { language: language.map(str::to_owned), ..Author::default() };
    Message { command: Some(command), author, ..Message::text(text, Timestamp(0)) }
}

#[tokio::test(start_paused = true)]
async fn whoever_opens_the_chat_is_greeted_in_their_language_without_a_model() {
    let world = World::new();
    let replica = world.start("one");
    for (customer, language, greeting) in [
        ("ann", None, "Hello! How can I help you?"),
        ("bob", Some("de-AT"), "Hallo! Wie kann ich Ihnen helfen?"),
        ("eve", Some("ar"), "مرحبًا! كيف يمكنني مساعدتك؟"),
    ] {
        world.say_as(&chat(customer), command(Command::Start, "[opened]", language)).await;
        world.is_idle().await;
        assert_eq!(world.channel.texts().pop().unwrap(), greeting);
    }
    assert_eq!(world.model.tries(), 0);
    assert_eq!(replica.figure("openclaw_sayings_total", "saying=\"greeting\""), 3);
    assert_eq!(replica.pool.answered_total(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_the_company_greets_with_is_said_to_everyone() {
    let mut world = World::new();
    world.options.sayings.greeting = Some("Welcome to the shop!".to_owned());
    let _replica = world.start("one");
    let id = world.say_as(&api("ann"), command(Command::Start, "", Some("fr"))).await;
    assert_eq!(world.answer(&api("ann"), &id).await, "Welcome to the shop!");
}

#[tokio::test(start_paused = true)]
async fn a_command_is_a_turn_of_its_own_between_the_messages_around_it() {
    let world = World::new();
    let ann = chat("ann");
    for text in ["ann 1", "ann 2"] {
        world.say(&ann, text).await;
    }
    world.say_as(&ann, command(Command::SlowDown, "ann 3", None)).await;
    for text in ["ann 4", "ann 5"] {
        world.say(&ann, text).await;
    }
    let _replica = world.start("one");
    world.is_idle().await;
    let slow_down = "That was a lot at once: please wait a moment before you write again.";
    assert_eq!(world.channel.texts(), ["re: ann 1\n\nann 2", slow_down, "re: ann 4\n\nann 5"]);
    assert_eq!(world.model.tries(), 2);
}

#[tokio::test(start_paused = true)]
async fn beginning_anew_is_confirmed_and_everything_before_it_is_forgotten() {
    let world = World::new();
    let _replica = world.start("one");
    let ann = chat("ann");
    world.say(&ann, "My number is 4711").await;
    world.say_as(&ann, command(Command::Restart, " ", Some("es"))).await;
    world.is_idle().await;
    let restarted = "Empecemos de nuevo. ¿Qué puedo hacer por usted?";
    assert_eq!(world.channel.texts(), ["re: My number is 4711", restarted]);
    assert_eq!(world.model.tries(), 1);
    let replies: Vec<_> = world.turns(&ann).await.into_iter().map(|(_, reply)| reply).collect();
    assert_eq!(replies, [restarted]);
}

#[tokio::test(start_paused = true)]
async fn words_that_begin_anew_are_answered_by_a_model_that_knows_nothing_of_before() {
    let world = World::new();
    let _replica = world.start("one");
    let ann = chat("ann");
    world.say(&ann, "My number is 4711").await;
    world.is_idle().await;
    world.say_as(&ann, command(Command::Restart, "Where are you?", None)).await;
    world.is_idle().await;
    assert_eq!(world.channel.texts().pop().unwrap(), "re: Where are you?");
    let prompt = world.model.prompts().pop().unwrap();
    assert_eq!(prompt.utterances.len(), 1, "{:?}", prompt.utterances);
    assert_eq!(world.turns(&ann).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_writes_too_often_can_begin_anew_as_well() {
    const PERIOD: Duration = Duration::from_secs(60);
    let mut world = World::new();
    world.rate = Some(Rate { burst: 1, period: PERIOD }.into());
    let _replica = world.start("one");
    let ann = chat("ann");
    world.say(&ann, "My number is 4711").await;
    world.is_idle().await;
    world.say_as(&ann, command(Command::Restart, "", None)).await;
    world.is_idle().await;
    assert_eq!(world.channel.texts(), ["re: My number is 4711"]);
    for (text, known) in [
        ("Where are you?", vec!["Where are you?"]),
        ("And now?", vec!["Where are you?", "re: Where are you?", "And now?"]),
    ] {
        sleep(2 * PERIOD).await;
        world.say(&ann, text).await;
        world.is_idle().await;
        let prompt = world.model.prompts().pop().unwrap();
        let said: Vec<_> = prompt.utterances.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(said, known);
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_writes_too_often_is_told_so_once_and_answered_later_with_all_of_it_in_mind() {
    const PERIOD: Duration = Duration::from_secs(60);
    let mut world = World::new();
    world.rate = Some(Rate { burst: 1, period: PERIOD }.into());
    let replica = world.start("one");
    let ann = chat("ann");
    for text in ["ann 1", "ann 2", "ann 3", "ann 4"] {
        world.say(&ann, text).await;
        world.is_idle().await;
    }
    let slow_down = "That was a lot at once: please wait a moment before you write again.";
    assert_eq!(world.channel.texts(), ["re: ann 1", slow_down]);
    assert_eq!(world.model.tries(), 1);
    assert_eq!(replica.figure("openclaw_sayings_total", "slow_down"), 1);

    sleep(2 * PERIOD).await;
    world.say(&ann, "ann 5").await;
    world.is_idle().await;
    let prompt = world.model.prompts().pop().unwrap();
    let said: Vec<_> = prompt.utterances.iter().map(|it| it.text.as_str()).collect();
    let expected = ["ann 1", "re: ann 1", "ann 2", slow_down, "ann 3\n\nann 4\n\nann 5"];
    assert_eq!(said, expected);
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_knew_of_is_not_asked_again() {
    const PERIOD: Duration = Duration::from_secs(60);
    let mut world = World::new();
    world.rate = Some(Rate { burst: 2, period: PERIOD }.into());
    let model = Arc::new(Driven::new());
    let replica = world.start_with(Arc::new(world.store.clone()), model.clone());
    let ann = chat("ann");
    world.say(&ann, "ann 1").await;
    let call = model.call().await;
    for text in ["ann 2", "ann 3", "ann 4"] {
        sleep(Duration::from_secs(1)).await;
        world.say(&ann, text).await;
    }
    assert_eq!(replica.figure("openclaw_recorded_messages_read_total", ""), 0);
    call.finish("re 1");
    let call = model.call().await;
    assert_eq!(asked(&call.prompt), "ann 2\n\nann 4");
    sleep(Duration::from_secs(1)).await;
    world.say(&ann, "too late").await;
    call.finish("re 2");
    world.is_idle().await;
    assert_eq!(replica.figure("openclaw_recorded_messages_read_total", ""), 1);

    for (text, question) in [("ann 5", "too late\n\nann 5"), ("ann 6", "ann 6")] {
        sleep(3 * PERIOD).await;
        world.say(&ann, text).await;
        let call = model.call().await;
        assert_eq!(asked(&call.prompt), question);
        let said: Vec<_> = call.prompt.utterances.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(said[..4], ["ann 1", "re 1", "ann 2\n\nann 4", "re 2"]);
        call.finish("fine");
        world.is_idle().await;
    }
    assert_eq!(replica.figure("openclaw_recorded_messages_read_total", ""), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_recorded_is_asked_whatever_time_its_provider_tells_and_whatever_we_said_since() {
    const PERIOD: Duration = Duration::from_secs(60);
    let mut world = World::new();
    world.rate = Some(Rate { burst: 1, period: PERIOD }.into());
    let replica = world.start("one");
    let ann = chat("ann");
    // All of one second for their provider.
    let second = |text: &str| Message::text(text, Timestamp(7_000));
    for text in ["ann 1", "ann 2", "ann 3"] {
        world.say_as(&ann, second(text)).await;
        world.is_idle().await;
    }
    sleep(2 * PERIOD).await;
    // Words of our own are no answer to it.
    world.say_as(&ann, command(Command::Start, "[opened]", None)).await;
    world.is_idle().await;
    assert_eq!(replica.figure("openclaw_recorded_messages_read_total", ""), 0);
    sleep(2 * PERIOD).await;
    world.say_as(&ann, second("ann 4")).await;
    world.is_idle().await;
    let prompt = world.model.prompts().pop().unwrap();
    assert_eq!(asked(&prompt), "ann 4\n\nann 3");
    assert_eq!(prompt.utterances[0].text, "ann 1");
    assert_eq!(replica.figure("openclaw_recorded_messages_read_total", ""), 1);
}
