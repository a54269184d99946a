//! `openclaw-gateway monitor`, on real gateways that are killed and started again.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::gateway_process::{GatewayOptions, GatewayProcess, gateway_binary, run_gateway};
use support::nginx::{Nginx, NginxOptions};
use support::ports::free_port;
use support::redis_server::RedisServer;

use crate::fake_webhook::{FakeWebhook, Refusal, assert_no_secret};

/// A monitor that runs, with its log and what it prints in a folder of its own.
struct Monitor {
    process: Child,
    folder: PathBuf,
}

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("openclaw-monitor-{}", free_port()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Monitor {
    /// Looks ten times a second, and believes the second failure in a row.
    fn start(endpoint: &str, webhooks: &[String]) -> Self {
        let folder = folder();
        let mut command = Command::new(gateway_binary());
        command
            .args(["monitor", "--interval", "100ms", "--timeout", "5s", "--endpoint", endpoint])
            .args(["--log", folder.join("health.log").to_str().unwrap()])
            .env_clear()
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("printed")).unwrap());
        match webhooks {
            [] => {}
            // One is given in the open, the others in the environment.
            [first, rest @ ..] => {
                command.args(["--alert-webhook", first]);
                command.env("OPENCLAW_ALERT_WEBHOOKS", rest.join(" "));
            }
        }
        Self { process: command.spawn().unwrap(), folder }
    }

    fn printed(&self) -> String {
        std::fs::read_to_string(self.folder.join("printed")).unwrap()
    }

    /// The lines of its log so far.
    fn looks(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.folder.join("health.log")).unwrap_or_default();
        let whole = log.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Looks into its log until it satisfies.
    fn looks_when(&self, satisfies: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let patience = Instant::now() + Duration::from_secs(30);
        loop {
            let looks = self.looks();
            if satisfies(&looks) {
                return looks;
            }
            assert!(Instant::now() < patience, "{looks:?}\n{}", self.printed());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Tells it to stop, and returns its exit code.
    fn stop(&mut self) -> Option<i32> {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn states(looks: &[Value]) -> Vec<&str> {
    looks.iter().map(|look| look["look"].as_str().unwrap()).collect()
}

/// A gateway on a port that a test can start again.
fn gateway_on(port: u16) -> Child {
    Command::new(gateway_binary())
        .env_clear()
        .env("OPENCLAW_GATEWAY_PORT", port.to_string())
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn kill(mut process: Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_and_telegram_are_told_when_a_gateway_dies_and_when_it_is_back() {
    let mut slack = FakeWebhook::start(&[]).await;
    let mut telegram = FakeWebhook::start(&[]).await;
    let port = free_port();
    let gateway = gateway_on(port);
    let endpoint = format!("http://someone:a-password@127.0.0.1:{port}/healthz?key=hidden");
    // The monitor may be there before the gateway is: that is only one state to come out of.
    while support::gateway_process::get(port, "/readyz").is_none_or(|(status, _)| status != 200) {}
    let mut monitor = Monitor::start(&endpoint, &[slack.slack_url(), telegram.telegram_url()]);
    monitor.looks_when(|looks| states(looks).contains(&"up"));

    kill(gateway);
    let place = format!("http://127.0.0.1:{port}/healthz");
    for texts in [slack.texts(1).await, telegram.texts(1).await] {
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].starts_with("DOWN: ") && texts[0].contains(&place), "{texts:?}");
        assert!(texts[0].contains("refused"), "{texts:?}");
    }
    let gateway = gateway_on(port);
    for texts in [slack.texts(2).await, telegram.texts(2).await] {
        assert!(texts[1].starts_with("UP again: "), "{texts:?}");
    }
    let looks = monitor.looks_when(|looks| looks.last().is_some_and(|look| look["look"] == "up"));
    assert_eq!(monitor.stop(), Some(0));
    kill(gateway);

    let changes: Vec<_> = looks
        .iter()
        .filter_map(|look| Some((look["changed_from"].as_str()?, look["state"].as_str()?)))
        .collect();
    assert_eq!(changes, [("up", "down"), ("down", "up")]);
    let down = looks.iter().position(|look| look["changed_from"] == "up").unwrap();
    assert_eq!(states(&looks[down - 1..=down]), ["down", "down"], "it takes two");
    assert_eq!(looks[down - 1]["failures"], 1);
    assert_eq!(looks[0]["http_status"], 200);
    let log = std::fs::read_to_string(monitor.folder.join("health.log")).unwrap();
    let printed = monitor.printed();
    for text in [&log, &printed] {
        assert_no_secret(text);
        assert!(!text.contains("a-password") && !text.contains("hidden"), "{text}");
    }
    assert!(printed.contains("DOWN: ") && printed.contains("UP again: "), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_tried_again_as_the_webhook_asks_and_given_up_when_that_is_hopeless() {
    let refusals = [Refusal::TooMany(1), Refusal::Broken];
    let mut slack = FakeWebhook::start(&refusals).await;
    let mut telegram = FakeWebhook::start(&refusals).await;
    let gone = FakeWebhook::start(&[Refusal::Gone, Refusal::Gone]).await;
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let webhooks = [gone.slack_url(), slack.slack_url(), telegram.telegram_url()];
    let mut monitor = Monitor::start(&nowhere, &webhooks);
    assert_eq!(slack.texts(1).await.len(), 1);
    assert_eq!(telegram.texts(1).await.len(), 1);
    assert_eq!(monitor.stop(), Some(0));
    assert_eq!((slack.requests(), telegram.requests(), gone.requests()), (3, 3, 1));
    let printed = monitor.printed();
    assert!(printed.contains("could not be told: it answered 404: no_service"), "{printed}");
    assert_no_secret(&printed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_loses_its_redis_is_down_and_one_without_its_ollama_degraded() {
    let mut slack = FakeWebhook::start(&[]).await;
    let mut redis = RedisServer::start();
    let ollama = format!("http://127.0.0.1:{}", free_port());
    let gateway = GatewayProcess::start(&GatewayOptions {
        redis_url: Some(redis.url()),
        environment: vec![("OLLAMA_HOST".to_owned(), ollama)],
        ..Default::default()
    });
    let _monitor = Monitor::start(&gateway.url(""), &[slack.slack_url()]);
    let texts = slack.texts(1).await;
    assert!(texts[0].starts_with("DEGRADED: "), "{texts:?}");
    assert!(texts[0].contains("ollama disconnected"), "{texts:?}");
    redis.kill();
    let texts = slack.texts(2).await;
    assert!(texts[1].starts_with("DOWN: "), "{texts:?}");
    assert!(texts[1].contains("503") && texts[1].contains("redis disconnected"), "{texts:?}");
    redis.start_again();
    let texts = slack.texts(3).await;
    assert!(texts[2].starts_with("UP again but DEGRADED: "), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_store_is_full_is_degraded_and_the_alert_says_why() {
    let mut slack = FakeWebhook::start(&[]).await;
    let redis = RedisServer::start();
    let gateway = GatewayProcess::start(&GatewayOptions {
        redis_url: Some(redis.url()),
        ..Default::default()
    });
    let monitor = Monitor::start(&gateway.url(""), &[slack.slack_url()]);
    monitor.looks_when(|looks| states(looks).contains(&"up"));
    // As good as full, so that Redis still writes and the gateway takes nothing new.
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "61mb"]), "OK");
    let ballast = (56 * 1024 * 1024 - 4096).to_string();
    assert!(!redis.cli(&["SETRANGE", "ballast", &ballast, "x"]).is_empty());
    let texts = slack.texts(1).await;
    assert!(texts[0].starts_with("DEGRADED: ") && texts[0].contains("store is full"), "{texts:?}");
    // Full to the brim, so that Redis refuses the gateway's own report: it is still there.
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "1mb"]), "OK");
    let before = monitor.looks().len();
    let looks = monitor.looks_when(|looks| looks.len() > before + 20);
    assert!(looks[before..].iter().all(|look| look["state"] == "degraded"), "{looks:?}");
    assert_eq!(redis.cli(&["CONFIG", "SET", "maxmemory", "0"]), "OK");
    let texts = slack.texts(2).await;
    assert!(texts[1].starts_with("WELL again: "), "{texts:?}");
}

#[test]
fn a_self_signed_endpoint_is_trusted_once_its_certificate_is_given() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    let nginx = Nginx::start(&NginxOptions::shipped(&[gateway.port()]));
    let folder = folder();
    std::fs::write(folder.join("tls.crt"), nginx.certificate()).unwrap();
    let endpoint = format!("https://localhost:{}", nginx.https_port());
    let once = ["monitor", "--once", "--failures", "1", "--endpoint", &endpoint];
    let look = |file: &[&str]| {
        let arguments: Vec<&str> = once.iter().chain(file).copied().collect();
        let output = run_gateway(&arguments, &folder, &[]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = look(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("not trusted") && said.contains("--certificate-authority"), "{said}");
    let (code, said) = look(&["--certificate-authority", "tls.crt"]);
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(folder.join("empty"), "no certificate\n").unwrap();
    for file in ["empty", "missing"] {
        let (code, said) = look(&["--certificate-authority", file]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(file) && said.contains("certificate"), "{said}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn for_cron_it_looks_once_and_its_log_remembers_what_was_said() {
    let mut slack = FakeWebhook::start(&[]).await;
    let port = free_port();
    let folder = folder();
    let (endpoint, webhook) = (format!("http://127.0.0.1:{port}"), slack.slack_url());
    let look = || {
        let log = folder.join("health.log");
        let arguments = ["monitor", "--once", "--endpoint", &endpoint, "--failures", "2"];
        let rest = ["--log", log.to_str().unwrap(), "--alert-webhook", &webhook];
        let arguments: Vec<&str> = arguments.iter().chain(&rest).copied().collect();
        let output = tokio::task::block_in_place(|| run_gateway(&arguments, &folder, &[]));
        assert_no_secret(&String::from_utf8_lossy(&output.stderr));
        output.status.code().unwrap()
    };
    assert_eq!((look(), slack.requests()), (1, 0), "the first failure is not believed yet");
    assert_eq!((look(), slack.texts(1).await.len()), (1, 1));
    assert_eq!((look(), slack.requests()), (1, 1), "it is still down, and that was said");
    let gateway = gateway_on(port);
    while support::gateway_process::get(port, "/readyz").is_none_or(|(status, _)| status != 200) {}
    assert_eq!(look(), 0);
    let texts = slack.texts(2).await;
    assert!(texts[1].starts_with("UP again: "), "{texts:?}");
    assert_eq!((look(), slack.requests()), (0, 2));
    kill(gateway);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_moved_away_is_begun_anew() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    let monitor = Monitor::start(&gateway.url(""), &[]);
    monitor.looks_when(|looks| looks.len() >= 2);
    let log = monitor.folder.join("health.log");
    std::fs::rename(&log, monitor.folder.join("rotated")).unwrap();
    let looks = monitor.looks_when(|looks| looks.len() >= 2);
    assert!(looks.iter().all(|look| look["state"] == "up"), "{looks:?}");
}

#[test]
fn a_webhook_that_can_not_be_ends_the_start_without_being_repeated() {
    for address in [
        "hooks.slack.com/services/T0/B0/s3cret",
        "https://api.telegram.org/bot1:s3cret/sendMessage",
        "ftp://host/s3cret",
    ] {
        let by_option = ["monitor", "--once", "--alert-webhook", address];
        let by_variable = [("OPENCLAW_ALERT_WEBHOOKS", address)];
        for output in [
            run_gateway(&by_option, &std::env::temp_dir(), &[]),
            run_gateway(&["monitor", "--once"], &std::env::temp_dir(), &by_variable),
        ] {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(!said.contains("s3cret") && said.to_lowercase().contains("webhook"), "{said}");
        }
    }
}

#[test]
fn its_help_teaches_how_to_alert_slack_and_telegram() {
    let output = run_gateway(&["monitor", "--help"], &std::env::temp_dir(), &[]);
    let help = String::from_utf8_lossy(&output.stdout);
    for expected in [
        "hooks.slack.com",
        "sendMessage?chat_id=",
        "--once",
        "--failures",
        "Exit codes",
        "30s",
        "every 2xx",
        "--certificate-authority",
    ] {
        assert!(help.contains(expected), "{expected} is missing in:\n{help}");
    }
}
