//! Replies of which the provider says more later, or says nothing.

use support::fake_whatsapp::{Delivered, Script};

use crate::world::{ANN, World, dead_letters, wait_for_dead_letters, wait_for_metric, within};

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_whose_sender_died_is_not_sent_twice_if_a_status_tells_that_it_went_out() {
    let world = World::new();
    let mut dying = world.gateway();
    world.whatsapp.push(Script::TakeAndHang);
    world.write(&dying, "wamid.1", "Where is my parcel?").await;
    let [sent] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    // It is out, and the gateway never hears of it.
    dying.kill();
    let other = world.gateway();
    world.report(&other, &sent, "sent", None).await;
    world.report(&other, &sent, "delivered", None).await;

    // The next answer comes after the old reply is settled, so nothing was sent before it.
    world.write(&other, "wamid.2", "And the other one?").await;
    let replies = world.replies(2).await;
    assert_eq!(replies[1].text, "answered: And the other one?");
    assert_eq!(dead_letters(&other).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_can_not_be_delivered_after_all_is_a_dead_letter_once() {
    let world = World::new();
    let gateway = world.gateway();
    world.write(&gateway, "wamid.1", "Hi").await;
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    // An alert sees only what increases, so it begins at nothing.
    let none =
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="outside_window"} 0"#;
    wait_for_metric(&gateway, none).await;
    for _ in 0..3 {
        world.report(&gateway, &reply, "failed", Some(131_047)).await;
    }
    let letters = wait_for_dead_letters(&gateway, 1).await;
    assert!(letters.len() == 1 && letters[0].contains("131047"), "{letters:?}");
    let undelivered =
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="outside_window"} 1"#;
    wait_for_metric(&gateway, undelivered).await;
    let log = gateway.log();
    let told = log.lines().filter(|line| line.contains("ERROR") && line.contains("131047"));
    assert_eq!(told.count(), 1, "{log}");
    assert!(!log.contains(ANN), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_sent_from_the_number_and_could_not_deliver_alerts_nobody() {
    let world = World::new();
    let gateway = world.gateway();
    world.write(&gateway, "wamid.1", "Hi").await;
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    for data in [None, Some("another app's".to_owned())] {
        let sent_by_others = Delivered { receipt: "wamid.9".to_owned(), data, ..reply.clone() };
        world.report(&gateway, &sent_by_others, "failed", Some(131_047)).await;
    }
    wait_for_metric(
        &gateway,
        r#"openclaw_whatsapp_complaints_total{call="status_of_others",kind="outside_window"} 2"#,
    )
    .await;
    let none =
        r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="outside_window"} 0"#;
    wait_for_metric(&gateway, none).await;
    assert_eq!(dead_letters(&gateway).await, [""; 0]);
    assert!(!gateway.log().contains("131047"), "{}", gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_kept_no_more_and_failed_alerts_once() {
    let world = World::new();
    let gateway = world.gateway();
    world.write(&gateway, "wamid.1", "Hi").await;
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    let of_ours = reply.data.clone().unwrap();
    let of_a_reply_not_known = of_ours.replace(':', "x:");
    assert_ne!(of_ours, of_a_reply_not_known);
    let forgotten = Delivered { data: Some(of_a_reply_not_known), ..reply };
    for _ in 0..2 {
        world.report(&gateway, &forgotten, "failed", Some(131_047)).await;
    }
    let one = r#"openclaw_undelivered_replies_total{channel="whatsapp",reason="outside_window"} 1"#;
    wait_for_metric(&gateway, one).await;
    let log = gateway.log();
    let told = log.lines().filter(|line| line.contains("ERROR") && line.contains("131047"));
    assert_eq!(told.count(), 1, "{log}");
    assert!(!log.contains(ANN), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_outside_the_window_is_a_dead_letter_and_one_who_is_gone_is_no_alarm() {
    let world = World::new();
    let gateway = world.gateway();
    world.whatsapp.push(Script::error(400, 131_047));
    world.write(&gateway, "wamid.1", "Hi").await;
    let letters = wait_for_dead_letters(&gateway, 1).await;
    assert!(letters[0].contains("24 hours"), "{letters:?}");
    world.whatsapp.push(Script::error(400, 131_026));
    world.write(&gateway, "wamid.2", "Hi again").await;
    wait_for_metric(
        &gateway,
        r#"openclaw_whatsapp_complaints_total{call="send",kind="undeliverable"} 1"#,
    )
    .await;
    let log = gateway.log();
    let alarms: Vec<&str> =
        log.lines().filter(|line| line.contains("131026") && !line.contains(" INFO ")).collect();
    assert_eq!(alarms, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_the_provider_delays_a_reply_and_fails_nothing() {
    let world = World::new();
    let replicas = [world.gateway(), world.gateway()];
    // As often as would make a dead letter of a failure.
    world.whatsapp.push(Script::error(400, 131_056));
    world.whatsapp.push(Script::error(400, 131_056));
    world.write(&replicas[0], "wamid.1", "Hi").await;
    let [reply] = <[_; 1]>::try_from(world.replies(1).await).unwrap();
    assert_eq!(reply.text, "answered: Hi");
    assert_eq!(dead_letters(&replicas[0]).await, [""; 0]);
    assert_eq!(world.whatsapp.scripts_left(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_not_answered_for_is_waited_for_and_then_sent_again() {
    let world = World::new();
    let gateway = world.gateway();
    world.whatsapp.push(Script::TakeAndCut);
    world.write(&gateway, "wamid.1", "Hi").await;
    within(world.whatsapp.wait_for_delivered(2)).await;
    let [first, second] = <[_; 2]>::try_from(world.whatsapp.delivered()).unwrap();
    // Both carry the same data, by which a late status is known to be of the same reply.
    assert_eq!((first.text, first.data), (second.text, second.data));
    wait_for_metric(&gateway, "openclaw_sends_uncertain_total 1").await;
}
