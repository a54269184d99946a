//! The stored forms of version 1, as they were first written: they stay readable.

use conversation::{ConversationId, DedupeKey, Fingerprint, Timestamp};

use super::*;

const ENVELOPE_V1: &str = "1rSjt8pYYcQ1sWlSmtAAECAwQFBgcfingerprint-01231763800000001gateway-1\n\
    {\"key\":\"wamid.1\",\"message\":{\"text\":\"hallo\",\"at\":1763800000000}}";
const EXCHANGE_V1: &str = r#"{"v":1,"asked":[{"key":"k","message":{"text":"hi","at":5}}],
    "reply":{"text":"hello","model":"openai/x","at":6}}"#;

fn digest() -> Digest {
    Digest([7; 16])
}

#[test]
fn a_waiting_message_of_version_1_stays_readable() {
    let read = waiting(digest(), ENVELOPE_V1).unwrap();
    assert_eq!((read.key.as_str(), read.request), ("wamid.1", None));
    assert_eq!(read.message, Message::text("hallo", Timestamp(1_763_800_000_000)));
    assert_eq!(read.id.token, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(listener(ENVELOPE_V1), Some("gateway-1"));
    assert_eq!(listener(&ENVELOPE_V1.replace("gateway-1", "")), None);
}

#[test]
fn a_record_of_version_1_stays_readable() {
    let head = "AAECAwQFBgcfingerprint-01231763800000001";
    assert_eq!(record(&format!("{head}w")).unwrap().1, MessageState::Waiting);
    assert_eq!(record(&format!("{head}a")).unwrap().1, MessageState::Answered(None));
    let answered = format!("{head}a{{\"text\":\"t\",\"model\":\"m\",\"at\":1}}");
    let reply = Reply { text: "t".into(), model: "m".into(), at: Timestamp(1) };
    assert_eq!(record(&answered).unwrap().1, MessageState::Answered(Some(reply)));
    let parked = record(&format!("{head}ptoo often")).unwrap().1;
    assert_eq!(parked, MessageState::Parked { reason: "too often".into() });
    assert_eq!(record(&format!("{head}t")).unwrap().1, MessageState::TakenBack);
    let undelivered = record(&format!("{head}u131047")).unwrap().1;
    assert_eq!(undelivered, MessageState::Undelivered { reason: "131047".into() });
    // What was carried over may stand behind it.
    for recorded in ["r", "r2 0a1b 0 da39"] {
        assert_eq!(record(&format!("{head}{recorded}")).unwrap().1, MessageState::Recorded);
    }
}

#[test]
fn a_message_over_its_senders_rate_is_told_from_others() {
    let over = ENVELOPE_V1.replacen("{\"key\"", "{\"slow\":true,\"key\"", 1);
    let slowed = waiting(digest(), &over).unwrap();
    let usual = waiting(digest(), ENVELOPE_V1).unwrap();
    assert_eq!((slowed.message.command, usual.message.command), (Some(Command::SlowDown), None));
    assert_eq!(
        (slowed.key, slowed.id, slowed.message.text),
        (usual.key, usual.id, usual.message.text)
    );
    let turn = EXCHANGE_V1.replacen("{\"key\"", "{\"slow\":true,\"key\"", 1);
    assert_eq!(exchange(&turn).unwrap().asked[0].command, Some(Command::SlowDown));
}

#[test]
fn a_turn_of_version_1_stays_readable_and_a_later_one_is_refused_by_name() {
    assert_eq!(exchange(EXCHANGE_V1).unwrap().reply.text, "hello");
    let later = EXCHANGE_V1.replace("\"v\":1", "\"v\":2");
    let error = exchange(&later).unwrap_err();
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[test]
fn an_outbox_of_version_1_stays_readable() {
    let body = r#"{"v":1,"turn":"t","reply":{"text":"a b","model":"m","at":1},
        "parts":[{"text":"a"},{"text":"b","quotes":"q"},{"text":"c"}]}"#;
    let fields = [("n", "3"), ("b", body), ("s:0", "dwamid.9"), ("s:1", "s"), ("at", "9")];
    let read = outbox(fields.into_iter()).unwrap().unwrap();
    let states: Vec<_> = read.parts.iter().map(|part| part.state.clone()).collect();
    let receipt = Some("wamid.9".to_owned());
    assert_eq!(states, [PartState::Delivered(receipt), PartState::Sending, PartState::Pending]);
    assert_eq!(read.next(), Some(1));
    assert_eq!(outbox(std::iter::empty()).unwrap(), None);
}

#[test]
fn what_is_written_is_read_back_alike() {
    let inbound = Inbound {
        conversation: ConversationId::new("api", "web/ann").unwrap(),
        key: DedupeKey::new("a key with \"quotes\" and ümläuts").unwrap(),
        message: Message::text("a\nb \u{1F4E6}", Timestamp(9)),
        answer_by: AnswerBy::Record(Fingerprint::of(&[b"x"])),
        request: Some("a-request".to_owned()),
        rate: None,
    };
    let incoming = Incoming::new(&inbound, digest(), "gateway-2").unwrap();
    let time = "1763800000001";
    let envelope = format!("{}{time}{}", incoming.before_time, incoming.after_time);
    let read = waiting(digest(), &envelope).unwrap();
    assert_eq!(read.id, incoming.id);
    assert_eq!(read.key, inbound.key.as_str());
    assert_eq!(read.message, inbound.message);
    assert_eq!(read.request, inbound.request);
    assert_eq!(listener(&envelope), Some("gateway-2"));
    let (token, state) = record(&format!("{}w", &envelope[18..58])).unwrap();
    assert_eq!((token, state), (incoming.id.token, MessageState::Waiting));
}

#[test]
fn garbage_is_refused_and_never_panics() {
    for garbage in [
        "",
        "1",
        "2rxxx",
        "1r\u{1F4E6}\u{1F4E6}\u{1F4E6}\u{1F4E6}\u{1F4E6}\u{1F4E6}\u{1F4E6}",
        &ENVELOPE_V1[..66],
    ] {
        assert!(waiting(digest(), garbage).is_err(), "{garbage}");
        assert!(record(garbage).is_err(), "{garbage}");
        assert!(exchange(garbage).is_err(), "{garbage}");
    }
    assert!(outbox([("b", "{}")].into_iter()).is_err());
}

#[test]
fn a_turn_that_cannot_be_read_is_left_out_of_the_history() {
    let later = EXCHANGE_V1.replace("\"v\":1", "\"v\":2").replace("hello", "later");
    let turns = [EXCHANGE_V1.to_owned(), later, "garbage".to_owned(), EXCHANGE_V1.to_owned()];
    let replies: Vec<String> = history(&turns).into_iter().map(|turn| turn.reply.text).collect();
    assert_eq!(replies, ["hello", "hello"]);
}

#[test]
fn what_cannot_be_read_is_never_quoted() {
    let secret = EXCHANGE_V1.replace("\"v\":1", "\"v\":\"my secret\"");
    let error = exchange(&secret).unwrap_err().to_string();
    assert!(!error.contains("secret"), "{error}");
    assert!(error.contains("Data error at line 1"), "{error}");
    let head = "AAECAwQFBgcfingerprint-01231763800000001";
    let error = record(&format!("{head}a\"my secret\"")).unwrap_err().to_string();
    assert!(!error.contains("secret"), "{error}");
}
