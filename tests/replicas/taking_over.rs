//! A person takes a Web Chat over through the operators' routes of one replica, while its visitor
//! reads along on another.

use serde_json::{Value, json};
use support::event_stream::Tape;
use support::fake_model::{FakeModel, Gate, Script};
use support::gateway_process::GatewayProcess;
use support::http::{Answer, send};
use support::redis_server::RedisServer;

use crate::world::{gateway, within};

/// What a request has besides its path.
struct Visitor {
    bearer: String,
    /// The conversation, as operators name it.
    path: String,
}

async fn post(gateway: &GatewayProcess, path: &str, bearer: &str, body: &Value) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    if !bearer.is_empty() {
        headers.push(("authorization", bearer));
    }
    send(gateway.port(), "POST", path, &headers, &body.to_string()).await.unwrap()
}

/// What an operator does.
async fn operate(gateway: &GatewayProcess, path: &str, body: &Value) -> Value {
    let answer = post(gateway, path, "", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

async fn look(gateway: &GatewayProcess, path: &str) -> Value {
    let answer = send(gateway.port(), "GET", path, &[], "").await.unwrap();
    answer.json()
}

impl Visitor {
    async fn new(gateway: &GatewayProcess) -> Self {
        let session = operate(gateway, "/webchat/session", &json!({})).await;
        let key = session["conversation"].as_str().unwrap();
        Self {
            bearer: format!("Bearer {}", session["token"].as_str().unwrap()),
            path: format!("/api/v1/channels/webchat/conversations/{key}"),
        }
    }

    async fn listen(&self, gateway: &GatewayProcess) -> Tape {
        let token = self.bearer.strip_prefix("Bearer ").unwrap();
        let mut tape = Tape::open(gateway.port(), token, None).await.unwrap();
        tape.expect("hello").await;
        tape
    }

    /// Says something, and tells where to ask what became of it.
    async fn say(&self, gateway: &GatewayProcess, id: &str, text: &str) -> String {
        let body = json!({ "id": id, "text": text });
        let answer = post(gateway, "/webchat/messages", &self.bearer, &body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        format!("/api/v1/messages/{}", answer.json()["message_id"].as_str().unwrap())
    }
}

/// The next entry, without its id and time; what is said of answers in the making is passed over.
async fn next(tape: &mut Tape) -> Value {
    loop {
        let told = within(tape.next()).await.expect("the stream goes on");
        if told.name == "entry" {
            let mut entry = told.data;
            entry.as_object_mut().unwrap().retain(|name, _| name != "id" && name != "at");
            return entry;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_talks_to_a_person_and_then_to_a_model_that_knows_what_was_said() {
    let redis = RedisServer::start();
    let model = FakeModel::answering(|asked| format!("answered: {}", asked.question()));
    let replicas = [gateway(&model, &redis), gateway(&model, &redis)];
    let visitor = Visitor::new(&replicas[0]).await;
    let path = visitor.path.as_str();
    let mut tape = visitor.listen(&replicas[0]).await;

    visitor.say(&replicas[0], "1", "Where is my parcel?").await;
    assert_eq!(next(&mut tape).await["key"], "1");
    assert_eq!(next(&mut tape).await["text"], "answered: Where is my parcel?");

    let name = json!({ "name": "Rosa" });
    let taken = operate(&replicas[1], &format!("{path}/takeover"), &name).await;
    assert_eq!(taken["taken_over_by"], "Rosa");
    let notice = json!({ "from": "notice", "text": "", "notice": "taken_over", "name": "Rosa" });
    assert_eq!(next(&mut tape).await, notice);
    let asked = visitor.say(&replicas[0], "2", "Are you a person?").await;
    assert_eq!(next(&mut tape).await["key"], "2");
    // By now it was opened, and nobody will answer it.
    let left = within(look(&replicas[0], &format!("{asked}?wait=20"))).await;
    assert_eq!(left["status"], "taken_over");

    let shown = look(&replicas[1], path).await;
    assert_eq!(shown["taken_over_by"], "Rosa");
    let last = shown["transcript"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["from"], &last["text"]), (&json!("customer"), &json!("Are you a person?")));
    let words = json!({ "text": "I am, and I hold it in my hands.", "message_id": "s1" });
    for _ in 0..2 {
        operate(&replicas[1], &format!("{path}/say"), &words).await;
    }
    let said = json!({ "from": "person", "name": "Rosa", "text": words["text"] });
    assert_eq!(next(&mut tape).await, said);
    let resumed = operate(&replicas[1], &format!("{path}/resume"), &json!({})).await;
    assert_eq!(resumed, json!({ "resumed": true }));
    assert_eq!(next(&mut tape).await, json!({ "from": "notice", "text": "", "notice": "resumed" }));

    visitor.say(&replicas[0], "3", "When does it come?").await;
    assert_eq!(next(&mut tape).await["key"], "3");
    assert_eq!(next(&mut tape).await["text"], "answered: When does it come?");
    let requests = model.requests();
    assert_eq!(requests.len(), 2, "the model answered in Rosa's place");
    let prompt: Vec<&str> = requests[1].messages.iter().map(|said| said.content.as_str()).collect();
    let place = |words: &str| prompt.iter().position(|said| said.contains(words));
    let places = [
        place("Where is my parcel?"),
        place("Are you a person?"),
        place("I am, and I hold it in my hands."),
        place("When does it come?"),
    ];
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{prompt:?}");

    let again = visitor.listen(&replicas[1]).await;
    let mut whole = again;
    let mut kinds = Vec::new();
    for _ in 0..8 {
        let entry = next(&mut whole).await;
        let kind = if entry["from"] == "notice" { &entry["notice"] } else { &entry["from"] };
        kinds.push(kind.as_str().unwrap().to_owned());
    }
    let expected = [
        "customer",
        "assistant",
        "taken_over",
        "customer",
        "person",
        "resumed",
        "customer",
        "assistant",
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_making_stops_when_a_person_comes() {
    let redis = RedisServer::start();
    let model = FakeModel::scripted();
    let never = Gate::default();
    model.push(Script::new().say("It is ").wait(&never).say("lost.").finish());
    let replicas = [gateway(&model, &redis), gateway(&model, &redis)];
    let visitor = Visitor::new(&replicas[0]).await;
    let mut tape = visitor.listen(&replicas[0]).await;
    visitor.say(&replicas[0], "1", "Where is my parcel?").await;
    assert_eq!(next(&mut tape).await["key"], "1");
    while within(tape.next()).await.expect("the stream goes on").name != "delta" {}
    let takeover = format!("{}/takeover", visitor.path);
    operate(&replicas[1], &takeover, &json!({ "name": "Rosa" })).await;
    assert_eq!(next(&mut tape).await["notice"], "taken_over");
    let cut = next(&mut tape).await;
    assert_eq!((&cut["from"], &cut["text"]), (&json!("assistant"), &json!("It is")));
    model.wait_for_abandoned(1).await;
    assert_eq!(model.request_count(), 1);
}
