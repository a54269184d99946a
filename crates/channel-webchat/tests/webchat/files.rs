//! The widget's files over the wire.

use support::http::{Answer, send};

use crate::stage::Stage;

async fn get(stage: &Stage, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(stage.port, "GET", path, headers, "").await.unwrap()
}

/// Where the loader finds the panel.
async fn assets(stage: &Stage) -> String {
    let loader = get(stage, "/webchat/widget.js", &[]).await;
    let (_, rest) = loader.body.split_once("assets/").unwrap();
    format!("/webchat/assets/{}", rest.split('/').next().unwrap())
}

#[tokio::test]
async fn the_loader_is_asked_for_again_and_its_modules_never() {
    let stage = Stage::new().await;
    let loader = get(&stage, "/webchat/widget.js", &[]).await;
    assert_eq!(loader.status, 200);
    let module = get(&stage, &format!("{}/panel.js", assets(&stage).await), &[]).await;
    assert_eq!(module.status, 200);
    for (file, age) in [
        (&loader, "public, max-age=300, must-revalidate"),
        (&module, "public, max-age=31536000, immutable"),
    ] {
        assert_eq!(file.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(file.header("cache-control"), Some(age));
        assert_eq!(file.header("access-control-allow-origin"), Some("*"));
        assert_eq!(file.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(file.header("vary"), Some("Accept-Encoding"));
    }
    let tag = loader.header("etag").unwrap();
    for known in [tag.to_owned(), format!("\"other\", W/{tag}")] {
        let again = get(&stage, "/webchat/widget.js", &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_eq!(again.header("etag"), Some(tag));
    }
    let changed = get(&stage, "/webchat/widget.js", &[("if-none-match", "\"other\"")]).await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn browsers_that_can_get_it_compressed() {
    let stage = Stage::new().await;
    let plain = get(&stage, "/webchat/widget.js", &[]).await;
    let zipped = get(&stage, "/webchat/widget.js", &[("accept-encoding", "br, gzip;q=0.8")]).await;
    assert_eq!(zipped.header("content-encoding"), Some("gzip"));
    let length =
        |answer: &Answer| -> usize { answer.header("content-length").unwrap().parse().unwrap() };
    assert!(length(&zipped) * 2 < length(&plain));
    for not in ["gzip;q=0", "br", "identity"] {
        let plain = get(&stage, "/webchat/widget.js", &[("accept-encoding", not)]).await;
        assert_eq!(plain.header("content-encoding"), None, "{not}");
    }
}

#[tokio::test]
async fn a_set_of_another_version_is_not_served() {
    let stage = Stage::new().await;
    let assets = assets(&stage).await;
    for path in ["/webchat/assets/0000000000000000/panel.js".to_owned(), format!("{assets}/x.js")] {
        assert_eq!(get(&stage, &path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_demo_page_forbids_everything_that_is_not_its_own() {
    let stage = Stage::new().await;
    let page = get(&stage, "/", &[]).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"));
    for inline in ["<style", " style=", "onclick=", "onload=", "<script>"] {
        assert!(!page.body.contains(inline), "the policy would stop {inline}");
    }
    let mut loaded = 0;
    for part in page.body.split("=\"/webchat/").skip(1) {
        let path = format!("/webchat/{}", part.split('"').next().unwrap());
        assert_eq!(get(&stage, &path, &[]).await.status, 200, "{path}");
        loaded += 1;
    }
    assert!(loaded >= 2, "{loaded}");
}
