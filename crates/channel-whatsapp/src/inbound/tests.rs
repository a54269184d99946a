//! What the recorded webhooks don't show: further kinds, odd senders, bad elements.

use conversation::{Remark, Remarked, Timestamp};
use serde_json::{Value, json};

use super::{Arrived, Change, Malformed, Moved, NotedBy, StatusState, Update, decode};
use crate::Reference;

pub(super) const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub(super) fn change(field: &str, value: &Value) -> Change {
    let body = json!({"entry": [{"changes": [{"field": field, "value": value}]}]});
    let envelope = decode(body.to_string().as_bytes(), NOW).unwrap();
    let [change] = <[Change; 1]>::try_from(envelope.changes).ok().unwrap();
    change
}

/// What a message of Ann's says, with these fields besides the usual ones.
fn of_ann(fields: &Value) -> Result<Update, Malformed> {
    let mut message = json!({"from": "491511", "id": "wamid.1", "timestamp": "1700000000"});
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let contacts = json!([{"wa_id": "491511", "profile": {"name": "Ann"}}]);
    let change = change("messages", &json!({"contacts": contacts, "messages": [message]}));
    let first = change.updates.into_iter().next();
    first.ok_or_else(|| *change.malformed.first().unwrap())
}

fn arrived(fields: &Value) -> Arrived {
    match of_ann(fields) {
        Ok(Update::Message(arrived)) => *arrived,
        Ok(_) | Err(_) => panic!("no message: {fields}"),
    }
}

fn note(fields: &Value) -> (Remark, NotedBy) {
    match of_ann(fields) {
        Ok(Update::Note(noted)) => (noted.note.remark, noted.by),
        Ok(_) | Err(_) => panic!("no note: {fields}"),
    }
}

fn moved(update: Result<Update, Malformed>) -> Moved {
    match update {
        Ok(Update::Moved(moved)) => *moved,
        Ok(_) | Err(_) => panic!("nobody moved"),
    }
}

#[test]
fn every_kind_that_a_customer_sends_has_words() {
    for (fields, words) in [
        (json!({"type": "text", "text": {"body": "Hi"}}), "Hi"),
        (
            json!({"type": "interactive", "interactive":
                {"list_reply": {"id": "r1", "title": "Morning", "description": "8 to 12"}}}),
            "Morning: 8 to 12",
        ),
        (json!({"type": "interactive", "interactive": {"button_reply": {"id": "yes"}}}), "yes"),
        (
            json!({"type": "interactive", "interactive": {"nfm_reply": {"body": "Sent"}}}),
            "[filled in: form]\nSent",
        ),
        (
            json!({"type": "interactive", "interactive": {"call_permission_reply": {"response": "accept"}}}),
            "[call permission: accept]",
        ),
        (
            json!({"type": "location", "location": {"latitude": 1.5, "longitude": -2}}),
            "[location: latitude 1.5, longitude -2]",
        ),
        (
            json!({"type": "order", "order": {"text": "Please", "product_items": [{"product_retailer_id": "A"}]}}),
            "Please\n[order: 1 × A]",
        ),
        (
            json!({"type": "contacts", "contacts": [{"name": {"first_name": "Bo"}, "org": {"company": "ACME"},
                "emails": [{"email": "bo@acme.example"}]}, {}]}),
            "[contact: Bo, ACME, bo@acme.example]",
        ),
        (
            json!({"type": "unsupported", "errors": [{"code": 131_051, "title": "Message type unknown"}]}),
            "[a message that WhatsApp doesn't pass on: Message type unknown]",
        ),
        (
            json!({"type": "text", "text": {"body": "How much?"},
                "context": {"referred_product": {"product_retailer_id": "SKU-1"}}}),
            "How much?\n[asked about the product SKU-1]",
        ),
        (json!({"type": "image"}), "[a message of the kind image that can't be read]"),
        (json!({"type": "text", "text": "?"}), "[a message of the kind text that can't be read]"),
    ] {
        assert_eq!(arrived(&fields).inbound.message.text, words, "{fields}");
    }
}

#[test]
fn a_file_keeps_its_kind_its_name_and_its_caption() {
    let file = json!({"id": "7", "mime_type": "application/pdf", "filename": "bill.pdf", "caption": "See"});
    let message = arrived(&json!({"type": "document", "document": file})).inbound.message;
    let [attachment] = message.attachments.as_slice() else { panic!("one attachment") };
    assert_eq!(message.text, "See");
    assert_eq!(attachment.media_type, "application/pdf");
    assert_eq!(attachment.name.as_deref(), Some("bill.pdf"));
    assert_eq!(attachment.handle, "7");

    let voice = json!({"type": "audio", "audio": {"id": "8", "voice": true}});
    let message = arrived(&voice).inbound.message;
    assert_eq!(message.text, "[voice message]");
    assert_eq!(message.attachments[0].media_type, "audio/*");
    let sticker = json!({"type": "sticker", "sticker": {"id": "9", "mime_type": "image/webp"}});
    assert_eq!(arrived(&sticker).inbound.message.text, "[sticker]");
}

#[test]
fn what_only_annotates_starts_no_turn() {
    let reacted = |emoji: &str| json!({"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": emoji}});
    let edit = json!({"type": "edit", "edit": {"original_message_id": "wamid.0",
        "message": {"type": "text", "text": {"body": "Better"}}}});
    let revoke = json!({"type": "revoke", "revoke": {"original_message_id": "wamid.0"}});
    for (fields, expected) in [
        (reacted("👍"), Remarked::Reacted(vec!["👍".to_owned()])),
        (reacted(""), Remarked::Reacted(Vec::new())),
        (revoke, Remarked::TakenBack),
    ] {
        let (remark, by) = note(&fields);
        assert_eq!((remark.what, by), (expected, NotedBy::Customer), "{fields}");
        assert_eq!(remark.about.as_deref(), Some("wamid.0"), "{fields}");
    }
    let (Remark { about, what: Remarked::Edited(message), .. }, _) = note(&edit) else {
        panic!("no edit")
    };
    assert_eq!((about.as_deref(), message.text.as_str()), (Some("wamid.0"), "Better"));
    assert_eq!(message.reference.as_deref(), Some("wamid.0"));
    assert_eq!(message.author.display_name.as_deref(), Some("Ann"));
}

#[test]
fn a_message_of_an_unknown_kind_is_a_note_that_names_the_kind() {
    let (remark, by) = note(&json!({"type": "poll_creation", "poll_creation": {"name": "Where?"}}));
    let Remarked::Happened(words) = remark.what else { panic!("something else") };
    assert!(words.contains("poll_creation") && !words.contains("Where?"), "{words}");
    assert_eq!(by, NotedBy::UnknownKind);
}

#[test]
fn what_a_colleague_does_on_the_phone_is_noted_in_the_customers_conversation() {
    let echoes = |element: Value| {
        let mut echo =
            json!({"id": "wamid.7", "from": "1555", "to": "491511", "to_user_id": "DE.1"});
        echo.as_object_mut().unwrap().extend(element.as_object().unwrap().clone());
        let change = change("smb_message_echoes", &json!({"message_echoes": [echo]}));
        let [Update::Note(noted)] = change.updates.as_slice() else { panic!("one note") };
        assert_eq!(noted.note.conversation.key(), "DE.1");
        assert_eq!(noted.sender.formerly().unwrap().key(), "491511");
        assert_eq!(noted.by, NotedBy::Colleague);
        noted.note.remark.clone()
    };
    let said = echoes(json!({"type": "text", "text": {"body": "I call you"}}));
    let Remarked::Colleague(message) = said.what else { panic!("nothing said") };
    assert_eq!((message.text.as_str(), said.about), ("I call you", None));
    let edited = echoes(json!({"type": "edit", "edit": {"original_message_id": "wamid.6",
        "message": {"type": "text", "text": {"body": "I write"}}}}));
    assert_eq!(edited.about.as_deref(), Some("wamid.6"));
    assert!(matches!(edited.what, Remarked::Colleague(message) if message.text == "I write"));
    let deleted = echoes(json!({"type": "revoke", "revoke": {"original_message_id": "wamid.6"}}));
    // It isn't the customer who took a message back.
    assert!(matches!(deleted.what, Remarked::Happened(_)));
}

#[test]
fn a_changed_number_or_id_moves_the_conversation() {
    let system = |system: Value| of_ann(&json!({"type": "system", "system": system}));
    let Moved { from, to, key, .. } =
        moved(system(json!({"type": "user_changed_number", "wa_id": "491722"})));
    assert_eq!((from.key(), to.key(), key.as_str()), ("491511", "491722", "wamid.1"));
    let with_id = json!({"type": "user_changed_number", "wa_id": "491722", "user_id": "DE.2"});
    assert_eq!(moved(system(with_id)).to.key(), "DE.2");
    let same = system(json!({"type": "user_changed_number", "wa_id": "491511"}));
    assert!(matches!(same, Ok(Update::Note(_))));
    let changed = json!({"type": "user_changed_number", "wa_id": "491722"});
    let in_group = json!({"type": "system", "group_id": "Y2Fw", "system": changed});
    assert!(matches!(of_ann(&in_group), Ok(Update::Note(_))));

    let message = json!({"from_user_id": "DE.1", "id": "wamid.1", "type": "system",
        "system": {"type": "user_changed_user_id", "user_id": "DE.2"}});
    let by_message = change("messages", &json!({"messages": [message]}));
    let ids = json!({"user_id_update": [{"user_id": {"previous": "DE.1", "current": "DE.2"}}, {}]});
    let told = change("user_id_update", &ids);
    assert_eq!(told.malformed.len(), 1);
    for change in [by_message, told] {
        let Moved { from, to, .. } = moved(Ok(change.updates.into_iter().next().unwrap()));
        assert_eq!((from.key(), to.key()), ("DE.1", "DE.2"));
    }
}

#[test]
fn a_conversation_is_named_by_group_id_or_number_in_this_order() {
    let text = json!({"body": "Hi"});
    let contacts = json!([{"user_id": "DE.1", "profile": {"name": "Ann"}}]);
    for (sender, key, formerly) in [
        (json!({"from": "491511", "from_user_id": "DE.1"}), "DE.1", Some("491511")),
        (json!({"from": "+49 1511"}), "DE.1", Some("491511")),
        (json!({"from_user_id": "DE.1"}), "DE.1", None),
        (json!({"from": "DE.1"}), "DE.1", None),
        (json!({}), "DE.1", None),
        (json!({"from": "491511", "group_id": "Y2Fw"}), "group/Y2Fw", None),
    ] {
        let mut message = json!({"id": "wamid.1", "type": "text", "text": text});
        message.as_object_mut().unwrap().extend(sender.as_object().unwrap().clone());
        let change = change("messages", &json!({"contacts": contacts, "messages": [message]}));
        let [Update::Message(arrived)] = change.updates.as_slice() else { panic!("{sender}") };
        assert_eq!(arrived.inbound.conversation.key(), key, "{sender}");
        let before = arrived.sender.formerly();
        assert_eq!(before.as_ref().map(|before| before.key()), formerly, "{sender}");
    }
    let by_number = arrived(&json!({"type": "text", "text": text}));
    assert_eq!(by_number.inbound.conversation.key(), "491511");
    assert_eq!(by_number.sender.formerly(), None);
}

#[test]
fn a_bad_element_never_sinks_its_neighbours() {
    let good = json!({"from": "1", "id": "wamid.1", "type": "text", "text": {"body": "Hi"}});
    let long = "x".repeat(300);
    let messages = json!([7, {}, null, [], "x", {"id": "wamid.2"}, {"id": long, "from": "1"},
        {"id": "wamid.3", "from": "1", "type": "reaction"}, good, {"id": "wamid.4", "from": long.repeat(2)}]);
    let statuses = json!([null, {"id": "wamid.5"}, {"id": "wamid.5", "status": "read"}]);
    let change = change("messages", &json!({"messages": messages, "statuses": statuses}));
    assert_eq!(change.updates.len(), 2);
    assert_eq!(change.malformed.len(), 11);
}

#[test]
fn only_what_is_no_json_is_refused() {
    for body in ["", "{", "nonsense", "{}x", "\u{0}"] {
        assert!(decode(body.as_bytes(), NOW).is_err(), "{body}");
    }
    for body in ["{}", "[]", "7", "null", r#"{"entry": [7, {"changes": [7]}]}"#, r#"{"entry": {}}"#]
    {
        let envelope = decode(body.as_bytes(), NOW).unwrap();
        let malformed: usize = envelope.changes.iter().map(|change| change.malformed.len()).sum();
        assert!(malformed > 0, "{body}");
    }
}

#[test]
fn an_empty_list_is_nothing_to_complain_about() {
    let tried_out = r#"{"object": "whatsapp_business_account", "entry": []}"#;
    for body in [tried_out, r#"{"entry": [{"id": "1", "changes": []}]}"#] {
        let envelope = decode(body.as_bytes(), NOW).unwrap();
        assert!(envelope.changes.is_empty(), "{body}");
    }
}

#[test]
fn a_moment_is_never_later_than_now() {
    for (timestamp, at) in [
        (json!("1700000000"), Timestamp(1_700_000_000_000)),
        (json!(1_700_000_000), Timestamp(1_700_000_000_000)),
        (json!("99999999999999999999"), NOW),
        (json!("9999999999"), NOW),
        (json!("0"), NOW),
        (json!("soon"), NOW),
        (json!(null), NOW),
    ] {
        let fields = json!({"type": "text", "text": {"body": "Hi"}, "timestamp": timestamp});
        assert_eq!(arrived(&fields).inbound.message.at, at, "{timestamp}");
    }
}

#[test]
fn a_status_leads_back_to_the_reply_that_it_is_of() {
    let conversation = crate::Address::of_person("491511").conversation().unwrap();
    let reference = Reference::new(&conversation, "turn:0");
    let failed = json!({"id": "wamid.9", "status": "failed", "recipient_user_id": "DE.1",
        "biz_opaque_callback_data": reference.to_string(), "errors": [{"code": 131_047}]});
    let foreign = json!({"id": "wamid.9", "status": "warned", "recipient_id": "491511",
        "biz_opaque_callback_data": "another app's"});
    let change = change("messages", &json!({"statuses": [failed, foreign]}));
    let statuses: Vec<_> = change
        .updates
        .iter()
        .map(|update| match update {
            Update::Status(status) => status,
            _ => panic!("a status"),
        })
        .collect();
    assert_eq!(statuses[0].reference, Some(reference));
    assert!(matches!(&statuses[0].state, StatusState::Failed(fault) if fault.code == 131_047));
    assert_eq!(statuses[1].reference, None);
    assert_eq!(statuses[1].state, StatusState::Other("warned".to_owned()));
}
