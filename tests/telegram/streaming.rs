//! Answers that are shown while they are made.

use support::fake_model::{FakeModel, Gate, Script};

use support::fake_telegram::Fault;
use support::gateway_process::get;

use crate::world::{World, in_group, within};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_grows_before_the_customer_s_eyes_and_is_exact_in_the_end() {
    let (model, gate) = (FakeModel::scripted(), Gate::default());
    let begin = Script::new().say("Your parcel ").say("is in ");
    model.push(begin.wait(&gate).say("**Berlin** & ").say("arrives `soon`.").finish());
    let world = World::with(model, "streaming: 'edit',");
    let _gateway = world.gateway().await;
    world.telegram.says(7, "Where is it?");
    let draft = world.seen(7, 1).await.remove(0);
    assert!("Your parcel is in".starts_with(draft.text.trim_end()), "{draft:?}");
    gate.open();
    within(world.telegram.wait_for_calls("editMessageText", 1)).await;
    let exact = async {
        while world.telegram.delivered()[0].text != "Your parcel is in Berlin & arrives soon." {
            tokio::task::yield_now().await;
        }
    };
    within(exact).await;
    let delivered = world.telegram.delivered();
    assert_eq!(delivered.len(), 1, "{delivered:?}");
    assert_eq!(delivered[0].message_id, draft.message_id);
    let written = "Your parcel is in <b>Berlin</b> &amp; arrives <code>soon</code>.";
    assert_eq!(delivered[0].written, written);
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_group_the_growing_answer_replies_to_the_question() {
    let (model, gate) = (FakeModel::scripted(), Gate::default());
    model.push(Script::new().say("It is ").say("in ").wait(&gate).say("Berlin.").finish());
    let world = World::with(model, "streaming: 'edit',");
    let _gateway = world.gateway().await;
    world.telegram.update("message", in_group(-100_500, 7, 5, "@the_bot where is it?"));
    let draft = world.seen(-100_500, 1).await.remove(0);
    assert_eq!(draft.reply_to, Some(5));
    gate.open();
    let whole = async {
        while world.telegram.delivered()[0].text != "It is in Berlin." {
            tokio::task::yield_now().await;
        }
    };
    within(whole).await;
    assert_eq!(world.telegram.delivered().len(), 1);
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_beginning_of_which_nobody_knows_whether_it_went_out_is_counted() {
    let (model, gate) = (FakeModel::scripted(), Gate::default());
    model.push(Script::new().say("It is ").say("in ").wait(&gate).say("Berlin.").finish());
    let world = World::with(model, "streaming: 'edit',");
    let gateway = world.gateway().await;
    world.telegram.fail("sendMessage", Fault::CutAfter);
    world.telegram.says(7, "Where is it?");
    world.seen(7, 1).await;
    gate.open();
    assert_eq!(world.texts(7, 2).await[1], "It is in Berlin.");
    let port = gateway.port();
    let asking = tokio::task::spawn_blocking(move || get(port, "/metrics"));
    let (_, page) = asking.await.unwrap().unwrap();
    assert!(page.lines().any(|line| line == "openclaw_sends_uncertain_total 1"), "{page}");
}
