//! What happens to the stack, in the order of the README.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use support::http::send;

use crate::commands::run;
use crate::load::{Load, ask, ask_about};
use crate::shipped;
use crate::stack::{Replica, Stack, get, within};

/// Requests per second while something happens.
const RATE: u32 = 50;

/// The whole story.
pub async fn tell(stack: &mut Stack<'_>) {
    deploy(stack);
    shipped::verify(stack);
    stack.take_messages();
    stack.compose(&["up", "--detach", "--wait", "--no-build"]);
    verify(stack).await;
    kill(stack, 1).await;
    kill(stack, 2).await;
    scale(stack).await;
    edit_a_skill(stack).await;
    stop_redis(stack).await;
}

fn deploy(stack: &Stack<'_>) {
    let begun = Instant::now();
    let size = stack.build();
    let took = begun.elapsed().as_secs();
    println!("compose-test: the image was built in {took} s and has {:.1} MB", size as f64 / 1e6);
    assert!(size <= 30_000_000, "the image has {size} bytes");
    let begun = Instant::now();
    stack.compose(&["up", "--detach", "--wait", "--no-build"]);
    println!("compose-test: up and healthy in {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!(stack.replicas().len(), 3);
}

async fn verify(stack: &Stack<'_>) {
    let port = stack.http_port();
    let health = send(port, "GET", "/healthz", &[], "").await.unwrap();
    assert_eq!(health.status, 200, "{}", health.body);
    assert_eq!(health.json()["redis"], "connected");
    let refused = send(port, "POST", "/api/v1/message", &[], "{}").await.unwrap();
    assert_eq!(refused.json()["error"]["code"], "token_missing");
    assert_eq!(send(port, "GET", "/metrics", &[], "").await.unwrap().status, 404);
    let page = send(port, "GET", "/", &[], "").await.unwrap();
    assert!(page.status == 200 && page.body.contains("<html"), "{}", page.body);
    // The model that the one container has pulled is known to the other one.
    let replies = async || ask(port, "ann", None).await.unwrap().reply();
    let begun = Instant::now();
    while !replies().await.contains("stand-in for Ollama") {
        assert!(begun.elapsed() < Duration::from_secs(60), "Ollama's model is never asked");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    for replica in stack.replicas() {
        let seen = stack.inspect(&replica.name);
        assert_eq!(seen["HostConfig"]["ReadonlyRootfs"], true);
        assert_eq!(seen["Config"]["User"], "65532:65532");
    }
    println!("compose-test: it answers through nginx");
}

/// Kills replicas as a crash does; the engine starts them again.
async fn kill(stack: &Stack<'_>, count: usize) {
    let load = Load::start(stack.http_port(), RATE);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let killed: Vec<Replica> = stack.replicas().into_iter().take(count).collect();
    for replica in &killed {
        run(Command::new("kill").args(["-9", &replica.pid.to_string()]));
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    load.must_have_no_failures(&format!("{count} of 3 replicas killed")).await;
    let is_back = |replica: &Replica| {
        let state = stack.inspect(&replica.name)["State"].take();
        state["Health"]["Status"] == "healthy" && state["Pid"] != replica.pid
    };
    let limit = Duration::from_secs(60);
    within(limit, "the killed replicas are back", || killed.iter().all(is_back));
}

async fn scale(stack: &Stack<'_>) {
    let nginx = stack.inspect("oc-nginx")["State"]["StartedAt"].take();
    let before = addresses(stack);
    let load = Load::start(stack.http_port(), RATE);
    let arguments = ["up", "--detach", "--wait", "--no-build", "--no-recreate", "--scale"];
    stack.compose(&[&arguments[..], &["gateway=5"]].concat());
    let since = stack.log_length();
    let added: BTreeSet<String> = addresses(stack).difference(&before).cloned().collect();
    assert_eq!(added.len(), 2);
    let limit = Duration::from_secs(10);
    let took =
        within(limit, "new replicas get requests", || added.is_subset(&stack.served_by(since)));
    println!("compose-test: new replicas got requests after {:.1} s", took.as_secs_f64());
    stack.compose(&[&arguments[..], &["gateway=3"]].concat());
    tokio::time::sleep(Duration::from_secs(2)).await;
    load.must_have_no_failures("scaled from 3 to 5 and back").await;
    assert_eq!(stack.replicas().len(), 3);
    assert_eq!(stack.inspect("oc-nginx")["State"]["StartedAt"], nginx, "nginx was started again");
}

fn addresses(stack: &Stack<'_>) -> BTreeSet<String> {
    stack.replicas().into_iter().map(|replica| replica.address).collect()
}

/// An edit that is a mistake shows in every replica's figures, and its correction does too.
async fn edit_a_skill(stack: &Stack<'_>) {
    let file = stack.file("skills/ESTIMATES.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let limit = Duration::from_secs(5);
    let sound = |replica: &Replica| {
        let figures = get(&replica.address, "/metrics").unwrap_or_default();
        figures.lines().any(|line| line == "openclaw_skills_problems 0")
    };
    let sound = || stack.replicas().iter().filter(|replica| sound(replica)).count();
    std::fs::write(&file, "---\nname: [\n---\n").unwrap();
    within(limit, "all replicas see the mistake", || sound() == 0);
    let word = "Zeppelin";
    let section = format!("\n## Do you deliver by {word}?\nBy {word} it takes 9 days.\n");
    // As editors do: a new file takes the old one's place.
    let beside = stack.file("skills/.ESTIMATES.md.new");
    std::fs::write(&beside, text + &section).unwrap();
    std::fs::rename(&beside, &file).unwrap();
    let took = within(limit, "all replicas see the edit", || sound() == 3);
    println!("compose-test: all replicas saw the edit after {:.1} s", took.as_secs_f64());
    // Without a model the skills themselves answer.
    stack.compose(&["stop", "ollama"]);
    let question = format!("Do you deliver by {word}?");
    let reply = ask_about(stack.http_port(), "carol", &question, None).await.unwrap().reply();
    assert!(reply.contains("9 days"), "{reply}");
    stack.compose(&["start", "ollama"]);
}

async fn stop_redis(stack: &Stack<'_>) {
    let port = stack.http_port();
    let before = ask(port, "bob", Some("before")).await.unwrap();
    stack.compose(&["stop", "redis"]);
    let refused = ask(port, "bob", Some("during")).await.unwrap();
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.header("retry-after").is_some(), "{:?}", refused.headers);
    stack.compose(&["start", "redis"]);
    let begun = Instant::now();
    loop {
        let answer = ask(port, "bob", Some("during")).await.unwrap();
        if answer.status == 200 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no recovery: {}", answer.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("compose-test: answers again {:.1} s after Redis", begun.elapsed().as_secs_f64());
    let again = ask(port, "bob", Some("before")).await.unwrap();
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.reply(), before.reply());
}
