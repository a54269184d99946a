//! Every recorded webhook, posted as WhatsApp posts it.

use std::path::PathBuf;

use crate::stage::Stage;

#[tokio::test]
async fn every_recorded_webhook_is_acknowledged() {
    let stage = Stage::set().await;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.join("../../../shared/fixtures/whatsapp");
    let mut posted = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let body = std::fs::read_to_string(&path).unwrap();
        assert_eq!(stage.post_signed(&body).await.status, 200, "{}", path.display());
        posted += 1;
    }
    assert!(posted >= 40, "only {posted} recorded webhooks");
}
