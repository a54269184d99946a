//! Web Chat over several real gateways: a visitor is told the same wherever its stream is.

use serde_json::{Value, json};
use support::event_stream::{Tape, Told};
use support::fake_model::{FakeModel, Gate, Script};
use support::gateway_process::{GatewayOptions, GatewayProcess};
use support::http::{Answer, post_message, send};
use support::redis_server::RedisServer;

use crate::world::{gateway, options, within};

async fn post(gateway: &GatewayProcess, path: &str, token: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("content-type", "application/json")];
    if !token.is_empty() {
        headers.push(("authorization", &bearer));
    }
    send(gateway.port(), "POST", path, &headers, &body.to_string()).await.unwrap()
}

async fn visitor(gateway: &GatewayProcess) -> String {
    let session = post(gateway, "/webchat/session", "", &json!({})).await;
    assert_eq!(session.status, 200, "{}", session.body);
    session.json()["token"].as_str().unwrap().to_owned()
}

async fn ask(gateway: &GatewayProcess, token: &str, id: &str) {
    let said = json!({ "id": id, "text": "Where is my parcel?" });
    let answer = post(gateway, "/webchat/messages", token, &said).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
}

async fn listen(gateway: &GatewayProcess, token: &str, after: Option<&str>) -> Tape {
    let mut tape = Tape::open(gateway.port(), token, after).await.unwrap();
    tape.expect("hello").await;
    tape
}

/// Takes an event as a widget does, into the partial answer that it shows. What is an entry is
/// returned.
fn taken(told: Told, shown: &mut String) -> Option<Value> {
    let text = |data: &Value| data["text"].as_str().expect("words").to_owned();
    match told.name.as_str() {
        "started" | "restarted" => shown.clear(),
        "delta" => {
            let at = usize::try_from(told.data["at"].as_u64().expect("a place")).unwrap();
            if at <= shown.len() {
                shown.truncate(at);
                shown.push_str(&text(&told.data));
            }
        }
        "text" => *shown = text(&told.data),
        "entry" => return Some(told.data),
        "state" => {}
        other => panic!("{other} {}", told.data),
    }
    None
}

/// Follows the answer until an entry comes.
async fn followed(tape: &mut Tape, shown: &mut String) -> Value {
    loop {
        let told = within(tape.next()).await.expect("the stream goes on");
        if let Some(entry) = taken(told, shown) {
            return entry;
        }
    }
}

/// Waits until this much of the answer is shown.
async fn until_shown(tape: &mut Tape, wanted: &str) {
    let mut shown = String::new();
    while shown != wanted {
        let told = within(tape.next()).await.expect("the stream goes on");
        assert_eq!(taken(told, &mut shown), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_replica_says_is_told_on_every_other_while_it_is_said() {
    let redis = RedisServer::start();
    let model = FakeModel::scripted();
    let gate = Gate::default();
    model.push(Script::new().say("It is ").wait(&gate).say("there.").finish());
    let replicas = [gateway(&model, &redis), gateway(&model, &redis)];
    let token = visitor(&replicas[0]).await;
    let mut tapes =
        [listen(&replicas[0], &token, None).await, listen(&replicas[1], &token, None).await];
    ask(&replicas[0], &token, "one").await;
    let mut first = None;
    for tape in &mut tapes {
        let said = within(tape.entry()).await;
        assert_eq!((&said["from"], &said["key"]), (&json!("customer"), &json!("one")));
        first = said["id"].as_str().map(str::to_owned);
        until_shown(tape, "It is ").await;
    }
    gate.open();
    let mut answers = Vec::new();
    for tape in &mut tapes {
        answers.push(followed(tape, &mut String::from("It is ")).await);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0]["text"], "It is there.");
    assert_eq!(answers[0]["answers"], json!(["one"]));
    // A stream goes on after any entry, on any replica.
    for replica in &replicas {
        let mut tape = listen(replica, &token, first.as_deref()).await;
        assert_eq!(within(tape.entry()).await, answers[0]);
    }
    assert_eq!(model.request_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_whose_replica_is_killed_halfway_is_told_once_and_as_a_whole() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let (joined, never) = (Gate::default(), Gate::default());
    model.push(Script::new().say("half ").wait(&joined).say("an ans").wait(&never).finish());
    let mut dying = gateway(&model, &redis);
    let token = visitor(&dying).await;
    let mut cut = listen(&dying, &token, None).await;
    ask(&dying, &token, "one").await;
    let said = within(cut.entry()).await;
    until_shown(&mut cut, "half ").await;
    let other = gateway(&model, &redis);
    // Whoever comes to the middle is told all that was said as soon as there is more of it.
    let mut tape = listen(&other, &token, said["id"].as_str()).await;
    joined.open();
    until_shown(&mut tape, "half an ans").await;
    dying.kill();
    while cut.next().await.is_some() {}
    let mut shown = String::from("half an ans");
    let answer = followed(&mut tape, &mut shown).await;
    assert_eq!(answer["text"], "answered: Where is my parcel?");
    assert!(shown.is_empty() || "answered: Where is my parcel?".starts_with(&shown), "{shown}");
    let again = json!({ "id": "one", "text": "Where is my parcel?" });
    assert_eq!(post(&other, "/webchat/messages", &token, &again).await.status, 200);
    let mut whole = listen(&other, &token, None).await;
    assert_eq!(within(whole.entry()).await, said);
    assert_eq!(within(whole.entry()).await, answer);
    ask(&other, &token, "two").await;
    assert_eq!(within(whole.entry()).await["key"], "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_a_replica_that_stops_end_at_once_and_its_turn_is_finished() {
    let redis = RedisServer::start();
    let model = FakeModel::scripted();
    let gate = Gate::default();
    model.push(Script::new().say("It is ").wait(&gate).say("there.").finish());
    let mut stopping = gateway(&model, &redis);
    let token = visitor(&stopping).await;
    let mut tape = listen(&stopping, &token, None).await;
    ask(&stopping, &token, "one").await;
    let said = within(tape.entry()).await;
    until_shown(&mut tape, "It is ").await;
    let other = gateway(&model, &redis);
    stopping.signal("TERM");
    within(async { while tape.next().await.is_some() {} }).await;
    let mut tape = listen(&other, &token, said["id"].as_str()).await;
    gate.open();
    let answer = followed(&mut tape, &mut String::new()).await;
    assert_eq!(answer["text"], "It is there.");
    assert!(stopping.wait().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_token_the_chat_works_where_the_api_is_locked() {
    let model = FakeModel::answering(|_| "There.".to_owned());
    let usual = options(&model, None);
    let environment = vec![("OPENCLAW_BIND".to_owned(), "lan".to_owned())];
    let settings =
        usual.settings.replacen('{', r#"{ gateway: { bind: "${OPENCLAW_BIND:-loopback}" },"#, 1);
    let gateway = GatewayProcess::start(&GatewayOptions { settings, environment, ..usual });
    let locked = post_message(gateway.port(), "ann", "Hello", None).await.unwrap();
    assert_eq!(locked.status, 401);
    let token = visitor(&gateway).await;
    let mut tape = listen(&gateway, &token, None).await;
    ask(&gateway, &token, "one").await;
    assert_eq!(within(tape.entry()).await["key"], "one");
    assert_eq!(followed(&mut tape, &mut String::new()).await["text"], "There.");
    let page = send(gateway.port(), "GET", "/", &[], "").await.unwrap();
    assert!(page.status == 200 && page.body.contains("/webchat/widget.js"), "{}", page.body);
    let refused = post(&gateway, "/webchat/stop", "nonsense", &json!({})).await;
    assert_eq!(refused.json()["error"]["request_id"].as_str(), refused.header("x-request-id"));
}
