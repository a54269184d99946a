//! What the metrics tell, and what they don't.

use conversation::ports::LanguageModel;
use futures::StreamExt;
use metrics_exporter_prometheus::PrometheusBuilder;

use crate::models::{Answer, Scripted, Step, chain, prompt, quota, reply};

#[tokio::test(start_paused = true)]
async fn every_request_is_counted_by_model_and_outcome_and_nothing_else() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let page = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);

    let first = Scripted::failing("a/1", quota());
    let second = Scripted::new(
        "b/2",
        [
            Answer::Steps(vec![Step::Say("Hello")]),
            Answer::Steps(vec![Step::Say("Hello"), Step::Hang]),
        ],
    );
    let chain = chain(vec![first.link(), second.link()]);
    reply(&chain).await.unwrap();
    let mut abandoned = chain.answer(prompt()).await.unwrap();
    abandoned.next().await.unwrap().unwrap();
    drop(abandoned);

    let page = page.render();
    for line in [
        r#"openclaw_model_requests_total{model="a/1",outcome="quota"} 1"#,
        r#"openclaw_model_requests_total{model="a/1",outcome="resting"} 1"#,
        r#"openclaw_model_requests_total{model="b/2",outcome="answered"} 1"#,
        r#"openclaw_model_requests_total{model="b/2",outcome="cancelled"} 1"#,
        r#"openclaw_model_first_token_seconds_count{model="b/2"} 2"#,
        r#"openclaw_model_duration_seconds_count{model="b/2"} 1"#,
        r#"openclaw_model_breaker_state{model="a/1"} 2"#,
        r#"openclaw_model_breaker_state{model="b/2"} 0"#,
    ] {
        assert!(page.lines().any(|found| found == line), "no {line} in\n{page}");
    }
    assert!(!page.contains("Hello") && !page.contains("money"), "{page}");
}
