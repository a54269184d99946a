//! Replies on their way out, as the API takes them.

use channel_whatsapp::{Address, Reference};
use conversation::ports::{Channel as _, Waiting};
use conversation::{DedupeKey, Message, MessageId, Part, Reply, Timestamp};
use support::fake_whatsapp::ReadMark;

use crate::stage::{channel, conversation, say};

pub(crate) fn waiting(key: &str) -> Waiting {
    let id = MessageId {
        conversation: conversation("4915112345678").digest(),
        key: DedupeKey::new(key).unwrap().digest(),
        token: [0; 8],
    };
    let message = Message::text("Hi", Timestamp(0));
    Waiting { id, key: key.to_owned(), message, request: None }
}

#[tokio::test]
async fn a_reply_goes_out_with_its_quote_and_its_reference() {
    let (fake, channel) = channel();
    let to = conversation("+4915112345678");
    let reply = Reply { text: "**Yes.**".into(), model: "a/b".into(), at: Timestamp(0) };
    let parts = channel.parts(&reply, &[waiting("wamid.1"), waiting("wamid.2")]);
    let [part] = parts.as_slice() else { panic!("one part") };
    let sent = channel.send(&to, part, "turn-7:0").await.unwrap();

    assert_eq!(fake.violations(), [""; 0]);
    let [delivered] = <[_; 1]>::try_from(fake.delivered()).unwrap();
    assert_eq!(sent.receipt, Some(delivered.receipt));
    assert_eq!(delivered.to, "+4915112345678");
    assert_eq!(delivered.text, "*Yes.*");
    assert_eq!(delivered.quotes.as_deref(), Some("wamid.2"));
    assert_eq!(delivered.data, Some(Reference::new(&to, "turn-7:0").to_string()));
}

#[tokio::test]
async fn persons_without_a_number_and_groups_are_reached_too() {
    let (fake, channel) = channel();
    say(&channel, "DE.13491208655302741918", "to an id").await.unwrap();
    let group = Address::Group("Y2FwaV9ncm91cA".to_owned()).conversation().unwrap();
    let part = Part { text: "to a group".to_owned(), quotes: None, ..Part::default() };
    channel.send(&group, &part, "turn:0").await.unwrap();

    assert_eq!(fake.violations(), [""; 0]);
    let reached: Vec<(String, String)> =
        fake.delivered().into_iter().map(|message| (message.recipient_type, message.to)).collect();
    let of = |kind: &str, to: &str| (kind.to_owned(), to.to_owned());
    let expected = [of("individual", "DE.13491208655302741918"), of("group", "Y2FwaV9ncm91cA")];
    assert_eq!(reached, expected);
}

/// Only the conversation that it was written in knows the reply when its status comes.
#[tokio::test]
async fn a_reply_follows_a_customer_who_moved_and_its_reference_stays() {
    let (fake, channel) = channel();
    let (old, new) = (conversation("4915112345678"), conversation("DE.13491208655302741918"));
    let part = Part { text: "yes".to_owned(), moved_to: Some(new), ..Part::default() };
    channel.send(&old, &part, "turn:0").await.unwrap();
    let [delivered] = <[_; 1]>::try_from(fake.delivered()).unwrap();
    assert_eq!(delivered.to, "DE.13491208655302741918");
    assert_eq!(delivered.data, Some(Reference::new(&old, "turn:0").to_string()));
}

#[tokio::test]
async fn a_long_reply_arrives_whole_in_parts_that_the_api_takes() {
    let (fake, channel) = channel();
    let text: String = (0..1500).map(|n| format!("**Word {n}** 👍, ")).collect();
    let reply = Reply { text, model: "a/b".into(), at: Timestamp(0) };
    let parts = channel.parts(&reply, &[waiting("wamid.1")]);
    assert!(parts.len() > 4, "{}", parts.len());
    for (index, part) in parts.iter().enumerate() {
        let to = conversation("4915112345678");
        channel.send(&to, part, &format!("turn:{index}")).await.unwrap();
    }
    assert_eq!(fake.violations(), [""; 0]);
    let whole: String = fake.delivered().into_iter().map(|message| message.text + " ").collect();
    let words: Vec<&str> = whole.split_whitespace().filter(|word| word.ends_with('*')).collect();
    let expected: Vec<String> = (0..1500).map(|n| format!("{n}*")).collect();
    assert_eq!(words, expected);
}

#[tokio::test]
async fn reading_and_typing_are_shown_once_for_a_message() {
    let (fake, channel) = channel();
    let to = conversation("4915112345678");
    for key in ["wamid.1", "wamid.1", "wamid.2", "wamid.2"] {
        channel.typing(&to, &waiting(key)).await;
    }
    let mark = |message: &str| ReadMark { message: message.to_owned(), typing: true };
    assert_eq!(fake.read_marks(), [mark("wamid.1"), mark("wamid.2")]);
    assert_eq!(fake.violations(), [""; 0]);
}
