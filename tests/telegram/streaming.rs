//! Answers that are shown while they are made.

use support::fake_model::{FakeModel, Gate, Script};

use crate::world::{World, within};

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
