//! `openclaw-gateway webhook`.

use std::process::Output;

use crate::world::World;

fn said(output: &Output) -> String {
    let streams = [&output.stdout, &output.stderr];
    streams.map(|stream| String::from_utf8_lossy(stream).into_owned()).concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_set_looked_at_and_deleted() {
    let world = World::new("webhookUrl: 'http://127.0.0.1:9/',");
    let url = "http://127.0.0.1:9/webhooks/telegram";
    let info = said(&world.command(&["webhook", "info", "telegram"]).await);
    assert!(info.contains("webhook:     none"), "{info}");
    assert!(info.contains("openclaw-gateway webhook set telegram"), "{info}");
    let set = world.command(&["webhook", "set", "telegram"]).await;
    assert!(set.status.success() && said(&set).contains(url), "{set:?}");
    assert_eq!(world.telegram.calls("setWebhook")[0].parameters["max_connections"], 40);
    let info = said(&world.command(&["webhook", "info", "telegram"]).await);
    assert!(info.contains(&format!("bot:         @the_bot\nwebhook:     {url}")), "{info}");
    let deleted = world.command(&["webhook", "delete", "telegram"]).await;
    assert!(deleted.status.success() && said(&deleted).contains("posts nothing more"));
    assert!(world.telegram.hook().is_none());
    world.assert_kept_to_the_contract();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_cannot_be_done_says_what_is_missing() {
    let world = World::new("");
    let nowhere = world.command(&["webhook", "set", "telegram"]).await;
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(said(&nowhere).contains("channels.telegram.webhookUrl or by --url"), "{nowhere:?}");
    let refused = ["webhook", "set", "telegram", "--url", "https://chat.example.org"];
    let refused = world.command(&refused).await;
    assert!(said(&refused).contains("bad webhook"), "{refused:?}");
    let polling = World::new("mode: 'polling',");
    let set = polling.command(&["webhook", "set", "telegram", "--url", "http://127.0.0.1:9"]).await;
    assert!(said(&set).contains("Set the mode to \"webhook\" first"), "{set:?}");
    let off = World::new("enabled: false,");
    let set = off.command(&["webhook", "info", "telegram"]).await;
    assert_eq!(set.status.code(), Some(78));
    let check = said(&polling.command(&["check"]).await);
    assert!(check.contains("channels: telegram (polling)"), "{check}");
    let help = said(&polling.command(&["webhook", "--help"]).await);
    assert!(help.contains("needed once, and again after"), "{help}");
}
