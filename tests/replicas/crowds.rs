//! Many messages of one customer, and many customers at once: with Redis and two replicas, and
//! with one gateway that keeps everything itself.

use std::collections::BTreeSet;

use support::fake_model::{FakeModel, Gate, Script};
use support::gateway_process::GatewayProcess;
use support::http::{post_message, send};
use support::redis_server::RedisServer;
use tokio::task::JoinSet;

use crate::world::{gateway, options, within};

/// One installation: its gateways, and the Redis they share, if any.
struct Installation {
    gateways: Vec<GatewayProcess>,
    _redis: Option<RedisServer>,
}

impl Installation {
    fn of_two_replicas(model: &FakeModel) -> Self {
        let redis = RedisServer::start();
        Self { gateways: vec![gateway(model, &redis), gateway(model, &redis)], _redis: Some(redis) }
    }

    fn alone(model: &FakeModel) -> Self {
        Self { gateways: vec![GatewayProcess::start(&options(model, None))], _redis: None }
    }

    /// The port of the gateway whose turn it is.
    fn port(&self, turn: usize) -> u16 {
        self.gateways[turn % self.gateways.len()].port()
    }
}

fn repeating() -> FakeModel {
    FakeModel::answering(|asked| asked.question().into())
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_messages_of_one_customer_are_answered_once_and_in_order_by_two_replicas() {
    let model = repeating();
    let installation = Installation::of_two_replicas(&model);
    fifty_of_one_customer(&model, &installation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_messages_of_one_customer_are_answered_once_and_in_order_without_redis() {
    let model = repeating();
    let installation = Installation::alone(&model);
    fifty_of_one_customer(&model, &installation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_customers_each_get_their_own_answer_once_from_two_replicas() {
    let model = repeating();
    let installation = Installation::of_two_replicas(&model);
    five_hundred_customers(&model, &installation).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_customers_each_get_their_own_answer_once_without_redis() {
    let model = repeating();
    let installation = Installation::alone(&model);
    five_hundred_customers(&model, &installation).await;
}

/// All fifty are accepted one after the other while the model holds the first one back, so that
/// there is an order to keep and they pile up.
async fn fifty_of_one_customer(model: &FakeModel, installation: &Installation) {
    let gate = Gate::default();
    model.push(Script::new().wait(&gate).say("message-00").finish());
    let mut hrefs = Vec::new();
    for number in 0..50 {
        hrefs.push(accepted(installation.port(number), &message(number)).await);
        if number == 0 {
            model.wait_for_requests(1).await;
        }
    }
    gate.open();
    for (number, href) in hrefs.iter().enumerate() {
        let reply = within(reply_at(installation.port(number + 1), href)).await;
        assert!(reply.contains(&message(number)), "{} got {reply}", message(number));
    }
    // On a machine so busy that a claim isn't renewed in time, the turn goes to another worker and
    // the model is asked again: what is promised is the order, and one reply.
    let mut asked: Vec<String> =
        model.requests().iter().flat_map(|asked| words(asked.question())).collect();
    let mut seen = BTreeSet::new();
    asked.retain(|word| seen.insert(word.clone()));
    let in_order: Vec<String> = (0..50).map(message).collect();
    assert_eq!(asked, in_order, "they were put to the model in the order of acceptance");
    let (said, replied) = history(installation.port(0), "ann").await;
    assert_eq!(words(&said.concat()), in_order, "each stands in the history once, in that order");
    assert_eq!(words(&replied.concat()), in_order, "each was answered once, in that order");
}

async fn five_hundred_customers(model: &FakeModel, installation: &Installation) {
    let mut asking = JoinSet::new();
    for number in 0..500 {
        let port = installation.port(number);
        asking.spawn(async move {
            let (user, message) = (format!("user-{number}"), format!("parcel of user {number}."));
            (message.clone(), post_message(port, &user, &message, None).await.unwrap().reply())
        });
    }
    while let Some(done) = asking.join_next().await {
        let (message, reply) = done.unwrap();
        assert_eq!(reply, message);
    }
    let asked: BTreeSet<String> =
        model.requests().iter().map(|asked| asked.question().to_owned()).collect();
    assert_eq!(asked.len(), 500, "the model was asked for each customer alone");
    for number in 0..500 {
        let kept = history(installation.port(number + 1), &format!("user-{number}")).await;
        let once = vec![format!("parcel of user {number}.")];
        assert_eq!(kept, (once.clone(), once));
    }
}

/// What a customer said, and what was replied, as the conversation's history has it.
async fn history(port: u16, user: &str) -> (Vec<String>, Vec<String>) {
    let path = format!("/api/v1/conversations/test/{user}");
    let answer = send(port, "GET", &path, &[], "").await.unwrap().json();
    let turns = answer["exchanges"].as_array().expect("the turns").clone();
    let text = |said: &serde_json::Value| said["text"].as_str().expect("words").to_owned();
    let asked = turns.iter().flat_map(|turn| turn["asked"].as_array().cloned().unwrap_or_default());
    (
        asked.map(|said| text(&said)).collect(),
        turns.iter().map(|turn| text(&turn["reply"])).collect(),
    )
}

fn message(number: usize) -> String {
    format!("message-{number:02}")
}

/// The messages of [`message`] in a text, in their order.
fn words(text: &str) -> Vec<String> {
    let starts = text.match_indices("message-").map(|(at, _)| at);
    starts.filter_map(|at| text.get(at..at + 10)).map(str::to_owned).collect()
}

/// Hands a message in, and says where its reply will be.
async fn accepted(port: u16, message: &str) -> String {
    let body = serde_json::json!({ "channel": "test", "user_id": "ann", "message": message });
    let headers = [("content-type", "application/json"), ("prefer", "respond-async")];
    let answer = send(port, "POST", "/api/v1/message", &headers, &body.to_string()).await.unwrap();
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["href"].as_str().expect("where the reply will be").to_owned()
}

/// The reply, once it is there.
async fn reply_at(port: u16, href: &str) -> String {
    loop {
        let answer = send(port, "GET", href, &[], "").await.unwrap();
        if answer.status == 200 {
            return answer.reply();
        }
        assert_eq!(answer.status, 202, "{}", answer.body);
    }
}
