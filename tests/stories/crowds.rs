//! Many at a time, on several threads and two replicas: everyone is answered, once and in order.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::world::{Replica, World, api, chat};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_messages_of_one_customer_are_answered_once_and_in_order() {
    let mut world = World::new();
    world.options.collect = NonZeroUsize::new(7).unwrap();
    let world = Arc::new(world);
    let (one, two) = (world.start("one"), world.start("two"));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut clients = JoinSet::new();
    for number in 0..50 {
        let (world, order) = (Arc::clone(&world), Arc::clone(&order));
        clients.spawn(async move {
            let text = format!("ann {number}");
            let id = {
                let mut order = order.lock().await;
                order.push(text.clone());
                world.say(&api("ann"), &text).await
            };
            let answer = world.answer(&api("ann"), &id).await;
            assert!(answer.split(['\n', ':']).any(|line| line.trim() == text), "{text}: {answer}");
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let turns = world.turns(&api("ann")).await;
    let asked: Vec<String> = turns.iter().flat_map(|(asked, _)| asked.clone()).collect();
    assert_eq!(asked, *order.lock().await);
    assert!(turns.iter().all(|(asked, _)| asked.len() <= 7));
    world.is_idle().await;
    one.assert_nothing_crashed();
    two.assert_nothing_crashed();
    assert_eq!(one.pool.answered_total() + two.pool.answered_total(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_customers_are_all_answered_once() {
    let mut world = World::new();
    world.options.max_concurrent = NonZeroUsize::new(32).unwrap();
    let world = Arc::new(world);
    let (one, two) = (world.start("one"), world.start("two"));
    let mut clients = JoinSet::new();
    for number in 0..500 {
        let world = Arc::clone(&world);
        clients.spawn(async move {
            let name = format!("customer-{number}");
            let id = world.say(&api(&name), &format!("{name} asks")).await;
            let answer = world.answer(&api(&name), &id).await;
            assert_eq!(answer, format!("re: {name} asks"));
            assert_eq!(world.turns(&api(&name)).await.len(), 1);
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    world.is_idle().await;
    assert_eq!(world.model.tries(), 500);
    one.assert_nothing_crashed();
    two.assert_nothing_crashed();
    assert_eq!(one.pool.answered_total() + two.pool.answered_total(), 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_crowd_is_sent_arrives_once_and_in_order() {
    let world = Arc::new(World::new());
    let replicas = [world.start("one"), world.start("two")];
    let mut clients = JoinSet::new();
    for customer in 0..40 {
        let world = Arc::clone(&world);
        clients.spawn(async move {
            for message in 0..5 {
                let text = format!("c{customer} {message}a|{message}b");
                world.say(&chat(&format!("c{customer}")), &text).await;
                tokio::task::yield_now().await;
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    world.is_idle().await;
    replicas.iter().for_each(Replica::assert_nothing_crashed);
    let arrived = world.channel.arrived();
    let references: HashSet<_> = arrived.iter().map(|part| part.reference.clone()).collect();
    assert_eq!(references.len(), arrived.len());
    for customer in 0..40 {
        let to = chat(&format!("c{customer}"));
        let own = arrived.iter().filter(|part| part.to == to).map(|part| part.text.as_str());
        let sent = own.collect::<Vec<_>>().join("|");
        let turns = world.turns(&to).await;
        let replies: Vec<_> = turns.iter().map(|(_, reply)| reply.as_str()).collect();
        assert_eq!(sent, replies.join("|"));
        let asked: Vec<_> = turns.iter().flat_map(|(asked, _)| asked.clone()).collect();
        assert_eq!(asked.len(), 5);
        assert!(asked.is_sorted());
    }
}
