//! Replies on their way out.

use std::time::Duration;

use channel_telegram::{Rates, Streaming, Telegram};
use conversation::Part;
use conversation::ports::{Channel as _, SendError, Sent};
use support::fake_telegram::Fault;
use support::ports::free_port;

use crate::world::{TOKEN, World, chat, waiting};

/// When to come again, of a part that the pace held back.
fn paced(sent: Result<Sent, SendError>) -> Duration {
    match sent {
        Err(SendError::Paced { retry_after }) => retry_after,
        other => panic!("{other:?}"),
    }
}

/// When to come again, of a part that failed and was certainly not sent.
fn not_sent(sent: Result<Sent, SendError>) -> Option<Duration> {
    match sent {
        Err(SendError::NotSent { retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_reply_is_shown_formatted_and_its_id_is_the_receipt() {
    let world = World::new();
    let sent = world.send("7", "<b>Hello</b> &lt;you&gt;").await.unwrap();
    let delivered = world.fake.delivered();
    assert_eq!(delivered.len(), 1);
    assert_eq!((delivered[0].chat, delivered[0].text.as_str()), (7, "Hello <you>"));
    assert_eq!(sent.receipt, Some(delivered[0].message_id.to_string()));
    assert_eq!(world.channel.name(), "telegram");
    assert!(world.fake.violations().is_empty());
}

#[tokio::test]
async fn whatever_the_model_says_telegram_can_read() {
    let world = World::new();
    let long = "A sentence with **bold `code` and [a link](https://x.example/?a=1&b=2)** in it. ";
    let replies = [
        "# Title\n\n- **a** & `b < c`\n  1. ~~x~~ _y_\n\n> quoted\n\n```rust\nlet a = b && c;\n```",
        &long.repeat(300),
        &"😀".repeat(6000),
        &"```\n    a < b && c > d\n".repeat(900),
        &"> quote\n> ".repeat(1500),
        "<script>alert(1)</script> [x](javascript:alert(1)) [y](tg://user?id=7)",
        "[a](https://x/?q=\"><b>)",
    ];
    for reply in &replies {
        let before = world.fake.delivered().len();
        world.reply("7", reply, &[]).await;
        assert!(world.fake.delivered().len() > before, "{reply:.60}");
    }
    assert_eq!(world.fake.violations(), Vec::<String>::new());
    assert!(world.fake.calls("sendMessage").len() > 20);
}

#[tokio::test]
async fn formatting_that_telegram_cannot_read_is_left_off() {
    let world = World::new();
    world.fake.fail("sendMessage", Fault::unformattable());
    world.send("7", "<b>a</b> &amp; <code>b</code>").await.unwrap();
    let delivered = world.fake.delivered();
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0].written, "a & b");
}

#[tokio::test]
async fn in_a_group_the_first_part_quotes_the_newest_message() {
    let world = World::new();
    let answered = [waiting("5"), waiting("6"), waiting("")];
    let reply = "word ".repeat(1500);
    world.reply("-100", &reply, &answered).await;
    world.reply("7", &reply, &answered).await;
    let quotes = |chat| {
        let delivered = world.fake.delivered().into_iter().filter(move |it| it.chat == chat);
        delivered.map(|it| it.reply_to).collect::<Vec<_>>()
    };
    assert_eq!(quotes(-100), [Some(6), None]);
    assert_eq!(quotes(7), [None, None]);
}

#[tokio::test]
async fn a_reply_goes_to_the_topic_or_through_the_business_account_it_belongs_to() {
    let world = World::new();
    world.send("-100/33", "a").await.unwrap();
    world.send("7@Conn-1", "b").await.unwrap();
    let delivered = world.fake.delivered();
    assert_eq!((delivered[0].chat, delivered[0].topic), (-100, Some(33)));
    assert_eq!((delivered[1].chat, delivered[1].business.as_deref()), (7, Some("Conn-1")));
}

#[tokio::test]
async fn a_group_that_moved_is_followed() {
    let world = World::new();
    world.fake.fail("sendMessage", Fault::moved(-1_009_999_999_999));
    world.send("-100/33", "a").await.unwrap();
    let delivered = world.fake.delivered();
    assert_eq!((delivered[0].chat, delivered[0].topic), (-1_009_999_999_999, Some(33)));
}

#[tokio::test]
async fn a_chat_that_telegram_closes_is_left_alone_and_others_are_not() {
    let world = World::new();
    world.fake.fail("sendMessage", Fault::too_many(9));
    assert_eq!(paced(world.send("7", "a").await), seconds(9));
    assert_eq!(paced(world.send("7", "a").await), seconds(9));
    world.channel.typing(&chat("7"), &waiting("2")).await;
    assert_eq!(world.fake.calls("sendMessage").len(), 1);
    assert_eq!(world.fake.calls("sendChatAction").len(), 0);
    world.send("8", "b").await.unwrap();
    world.clock.advance(Duration::from_secs(9));
    world.send("7", "a").await.unwrap();
    assert_eq!(world.fake.delivered().len(), 2);
}

#[tokio::test]
async fn several_chats_closed_at_once_close_the_bot() {
    let world = World::new();
    for seconds in [9, 7, 5] {
        world.fake.fail("sendMessage", Fault::too_many(seconds));
    }
    assert_eq!(paced(world.send("6", "a").await), seconds(9));
    assert_eq!(paced(world.send("7", "a").await), seconds(7));
    assert_eq!(paced(world.send("8", "a").await), seconds(5));
    assert_eq!(paced(world.send("9", "a").await), seconds(5));
    assert_eq!(world.fake.calls("sendMessage").len(), 3);
    world.clock.advance(Duration::from_secs(5));
    world.send("9", "a").await.unwrap();
}

#[tokio::test]
async fn two_groups_that_telegram_closes_silence_nobody_else() {
    let world = World::new();
    for group in ["-1001", "-1002"] {
        world.fake.fail("sendMessage", Fault::too_many(3600));
        assert_eq!(paced(world.send(group, "a").await), seconds(3600));
    }
    world.send("7", "a").await.unwrap();
}

#[tokio::test]
async fn typing_that_telegram_refuses_closes_its_own_chat_only() {
    let world = World::new();
    for person in ["1", "2", "3", "4"] {
        world.fake.fail("sendChatAction", Fault::too_many(20));
        world.channel.typing(&chat(person), &waiting("2")).await;
        assert_eq!(paced(world.send(person, "a").await), seconds(20));
    }
    assert_eq!(world.fake.calls("sendChatAction").len(), 4);
    world.send("7", "a").await.unwrap();
}

#[tokio::test]
async fn what_would_be_too_fast_is_not_even_tried() {
    let world = World::new();
    for _ in 0..4 {
        world.send("7", "a").await.unwrap();
    }
    assert_eq!(paced(world.send("7", "a").await), seconds(1));
    assert_eq!(world.fake.calls("sendMessage").len(), 4);
    world.clock.advance(Duration::from_secs(1));
    world.send("7", "a").await.unwrap();
}

#[tokio::test]
async fn a_customer_who_blocked_the_bot_is_sent_nothing_more() {
    let world = World::new();
    world.fake.block(7);
    let error = world.send("7", "a").await.unwrap_err();
    let why = "nobody is there any more: the bot was blocked by the user".to_owned();
    assert_eq!(error, SendError::Unreachable { why });
    world.channel.typing(&chat("7"), &waiting("2")).await;
}

#[tokio::test]
async fn what_may_have_gone_out_is_uncertain() {
    let world = World::impatient();
    let faults = [
        (Fault::CutBefore, 0),
        (Fault::CutAfter, 1),
        (Fault::CutWithin, 1),
        (Fault::Hang, 0),
        (Fault::HangAfter, 1),
        (Fault::failure(500, "Internal Server Error"), 0),
        (Fault::Answer { status: 502, body: "<html>".to_owned() }, 0),
        (Fault::Answer { status: 200, body: "<html>".to_owned() }, 0),
    ];
    let mut delivered = 0;
    for (index, (fault, more)) in faults.into_iter().enumerate() {
        world.fake.fail("sendMessage", fault.clone());
        let sent = world.send(&(index + 1).to_string(), "a").await;
        assert!(matches!(sent, Err(SendError::Uncertain { .. })), "{fault:?}: {sent:?}");
        delivered += more;
        assert_eq!(world.fake.delivered().len(), delivered, "{fault:?}");
        world.clock.advance(Duration::from_secs(1));
    }
}

#[tokio::test]
async fn what_never_reached_telegram_is_certainly_not_sent() {
    let fake = World::new().fake;
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let world = World::at(fake, &nobody);
    assert_eq!(not_sent(world.send("7", "a").await), None);
}

#[tokio::test]
async fn a_call_that_telegram_refuses_is_not_tried_again() {
    let world = World::new();
    world.fake.fail("sendMessage", Fault::failure(400, "Bad Request: message is too long"));
    assert!(matches!(world.send("7", "a").await, Err(SendError::Refused { .. })));
    let elsewhere = conversation::ConversationId::new("api", "7").unwrap();
    let part = Part { text: "a".to_owned(), ..Default::default() };
    let sent = world.channel.send(&elsewhere, &part, "t").await;
    assert!(matches!(sent, Err(SendError::Refused { .. })));
    assert_eq!(world.fake.calls("sendMessage").len(), 1);
}

#[tokio::test]
async fn a_wrong_token_is_for_the_operator_to_mend() {
    let mut world = World::new();
    let wrong = TOKEN.replace("very", "some");
    world.options.token = channel_telegram::BotToken::new(&wrong).unwrap();
    let world = World::with(world.fake, world.options);
    assert_eq!(not_sent(world.send("7", "a").await), Some(seconds(60)));
}

#[tokio::test]
async fn typing_is_shown_where_the_answer_will_stand() {
    let world = World::new();
    world.channel.typing(&chat("-100/33"), &waiting("2")).await;
    let calls = world.fake.calls("sendChatAction");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].parameters["message_thread_id"], 33);
    assert!(world.fake.violations().is_empty());
}

#[tokio::test]
async fn replicas_keep_the_pace_together() {
    let world = World::new();
    let (rates, clock) = (Rates::default(), world.clock.clone());
    let other = Telegram::new(world.api.clone(), Streaming::Off, rates, world.store.clone(), clock);
    let part = Part { text: "a".to_owned(), ..Part::default() };
    for _ in 0..2 {
        world.send("7", "a").await.unwrap();
        other.send(&chat("7"), &part, "t:0").await.unwrap();
    }
    assert_eq!(paced(other.send(&chat("7"), &part, "t:0").await), seconds(1));
    world.clock.advance(seconds(9));
    world.fake.fail("sendMessage", Fault::too_many(30));
    assert_eq!(paced(world.send("7", "a").await), seconds(30));
    assert_eq!(paced(other.send(&chat("7"), &part, "t:0").await), seconds(30));
    assert_eq!(world.fake.calls("sendMessage").len(), 5);
}

#[tokio::test]
async fn those_who_are_too_many_for_the_bot_come_again_one_after_the_other() {
    let world = World::new();
    let mut waits = Vec::new();
    for person in 1..=9 {
        match world.send(&person.to_string(), "a").await {
            Ok(_) => {}
            refused => waits.push(paced(refused).as_millis()),
        }
    }
    assert_eq!(waits, [40, 80, 120, 160]);
    world.clock.advance(Duration::from_millis(40));
    world.send("9", "a").await.unwrap();
}

#[tokio::test]
async fn content_is_fetched_within_its_limit() {
    let world = World::new();
    let media = world.channel.media().unwrap();
    world.fake.put_file("photo-1", "photos/file_1.jpg", &[7; 1000]);
    let attachment = |handle: &str, bytes| conversation::Attachment {
        media_type: "image/jpeg".to_owned(),
        name: None,
        handle: handle.to_owned(),
        bytes,
    };
    let content = media.fetch(&attachment("photo-1", None), 1000).await.unwrap();
    assert_eq!((content.media_type.as_str(), content.bytes), ("image/jpeg", vec![7; 1000]));
    let calls = world.fake.calls("getFile").len();
    assert!(media.fetch(&attachment("photo-1", Some(1000)), 999).await.is_none());
    assert_eq!(world.fake.calls("getFile").len(), calls, "it is known to be too large");
    assert!(media.fetch(&attachment("photo-1", None), 999).await.is_none());
    assert!(media.fetch(&attachment("gone", None), 999).await.is_none());
}
