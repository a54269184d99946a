//! Bad input: refused in words, and at no cost to the store.

use support::fake_whatsapp::{sign, text_webhook};
use support::http::{Answer, send};

use crate::world::{ANN, World};

async fn post(port: u16, body: &str, signature: Option<&str>) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(signature.map(|signature| ("x-hub-signature-256", signature)));
    send(port, "POST", "/webhooks/whatsapp", &headers, body).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_with_the_status_that_says_why() {
    let world = World::new();
    let gateway = world.gateway();
    let secret = &world.whatsapp.account().app_secret;
    let body = text_webhook(world.whatsapp.account(), ANN, "wamid.1", "Hi").to_string();
    let large = format!("{{}}{}", " ".repeat(5_000_000));
    // A reader of JSON refuses half of a character, and what was sent with it would be lost.
    let half = body.replace("Hi", r"Hi \ud83d!");
    for (body, signature, status) in [
        (body.as_str(), None, 401),
        (body.as_str(), Some("sha256=nonsense".to_owned()), 401),
        (body.as_str(), Some(sign(body.as_bytes(), "another secret")), 403),
        ("nonsense", Some(sign(b"nonsense", secret)), 400),
        (large.as_str(), Some(sign(large.as_bytes(), secret)), 413),
        (half.as_str(), Some(sign(half.as_bytes(), secret)), 200),
    ] {
        let answer = post(gateway.port(), body, signature.as_deref()).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        if status != 200 {
            let named = answer.header("x-request-id").unwrap();
            assert_eq!(answer.json()["error"]["request_id"], named, "{}", answer.body);
        }
    }
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    assert_eq!(reply.text, "answered: Hi \u{FFFD}!");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_wrong_signatures_costs_redis_nothing() {
    const FLOOD: u64 = 2000;
    let world = World::new();
    let gateway = world.gateway();
    let body = text_webhook(world.whatsapp.account(), ANN, "wamid.1", "Hi").to_string();
    let wrong = sign(body.as_bytes(), "another secret");
    let before = commands(&world);
    for _ in 0..FLOOD / 50 {
        let posts = (0..50).map(|_| post(gateway.port(), &body, Some(&wrong)));
        let answers = futures::future::join_all(posts).await;
        assert!(answers.iter().all(|answer| answer.status == 403));
    }
    // What a gateway asks for its own sake, such as whether there is work, goes on by the clock:
    // some twenty commands a second. One command for each of the flood would be many more.
    let during = commands(&world) - before;
    assert!(during < FLOOD / 2, "{during} commands");
    // The same measure sees what messages cost.
    let before = commands(&world);
    for n in 0..20 {
        world.write(&gateway, &format!("wamid.{n}"), "Hi").await;
    }
    assert!(commands(&world) - before >= 20);
}

/// How many commands Redis has run.
fn commands(world: &World) -> u64 {
    let figures = world.redis.cli(&["INFO", "stats"]);
    let count = figures.lines().find_map(|line| line.strip_prefix("total_commands_processed:"));
    count.unwrap().trim().parse().unwrap()
}
