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
async fn a_page_from_before_an_upgrade_gets_the_panel_of_this_version_but_not_to_keep() {
    let stage = Stage::new().await;
    let assets = assets(&stage).await;
    for name in ["panel.js", "demo.js", "demo.css"] {
        let old = get(&stage, &format!("/webchat/assets/0000000000000000/{name}"), &[]).await;
        let own = get(&stage, &format!("{assets}/{name}"), &[]).await;
        assert_eq!((old.status, own.status), (200, 200), "{name}");
        assert_eq!(old.body, own.body);
        assert_eq!(old.header("content-type"), own.header("content-type"));
        assert_eq!(old.header("cache-control"), Some("no-store"));
        assert_eq!(old.header("access-control-allow-origin"), Some("*"));
    }
    for path in ["/webchat/assets/0000000000000000/x.js".to_owned(), format!("{assets}/x.js")] {
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
