//! `openclaw-gateway status`, on real gateways with and without Redis.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use support::fake_model::{Api, FakeModel};
use support::gateway_process::{GatewayOptions, GatewayProcess, gateway_binary, get, run_gateway};
use support::http::post_message;
use support::ports::free_port;
use support::redis_server::RedisServer;

fn status(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let arguments: Vec<&str> = ["status"].iter().chain(arguments).copied().collect();
    let output = run_gateway(&arguments, &std::env::temp_dir(), environment);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Looks until what it sees satisfies; replicas report once a second.
fn status_when(environment: &[(&str, &str)], satisfies: impl Fn(&Value) -> bool) -> (i32, Value) {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let (code, printed, errors) = status(&["--json"], environment);
        if let Ok(seen) = serde_json::from_str(&printed)
            && satisfies(&seen)
        {
            return (code, seen);
        }
        assert!(Instant::now() < patience, "{code} {printed} {errors}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn with_model(model: &FakeModel, redis: &RedisServer) -> GatewayOptions {
    let settings = format!(
        r#"{{
            agents: {{ defaults: {{ model: {{ primary: "fake/test" }} }} }},
            models: {{ providers: {{ fake: {{
                api: "openai-completions", baseUrl: "{}", apiKey: "test",
            }} }} }},
        }}"#,
        model.base_url(Api::OpenAi)
    );
    GatewayOptions { settings, redis_url: Some(redis.url()), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_all_replicas_and_what_they_did_and_needs_none_of_them_to_answer() {
    let (redis, model) = (RedisServer::start(), FakeModel::lean("Hello", Duration::ZERO));
    let url = redis.url();
    let environment = [("REDIS_URL", url.as_str())];
    let (code, _, errors) = status(&[], &environment);
    assert_eq!(code, 1);
    assert!(errors.contains("no gateway has used this Redis yet"), "{errors}");

    let first = GatewayProcess::start(&with_model(&model, &redis));
    let mut second = GatewayProcess::start(&with_model(&model, &redis));
    for number in 0..4 {
        let who = format!("user-{number}");
        let answer = post_message(first.port(), &who, "hello", None).await.unwrap();
        assert_eq!(answer.reply(), "Hello");
    }
    let (code, seen) = status_when(&environment, |seen| {
        let totals: u64 = seen["replicas"].as_array().map_or(0, |replicas| {
            replicas.iter().filter_map(|replica| replica["answered_total"].as_u64()).sum()
        });
        seen["totals"]["replicas"] == 2 && totals == 4
    });
    assert_eq!((code, &seen["status"]), (0, &"ok".into()), "{seen}");
    assert!(seen["totals"]["accepted_per_second"].as_f64().unwrap() > 0.0, "{seen}");
    for replica in seen["replicas"].as_array().unwrap() {
        assert!(replica["memory_bytes"].as_u64().unwrap() > 1_000_000, "{replica}");
        assert_eq!(replica["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(replica["skills_revision"], seen["replicas"][0]["skills_revision"]);
    }
    assert_eq!(seen["store"]["kind"], "redis");
    assert!(seen["store"]["used_bytes"].as_u64().unwrap() > 100_000, "{seen}");
    let names: Vec<&str> = seen["models"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|model| model["name"].as_str())
        .collect();
    assert_eq!(names.first(), Some(&"fake/test"), "{seen}");

    // Prometheus is told the same, a few seconds later.
    let figures = || get(first.port(), "/metrics").unwrap().1;
    let patience = Instant::now() + Duration::from_secs(30);
    while !figures().contains("openclaw_replicas 2\n") {
        assert!(Instant::now() < patience, "{}", figures());
        std::thread::sleep(Duration::from_millis(50));
    }
    let figures = figures();
    for expected in [
        "openclaw_start_time_seconds ",
        "openclaw_build_info{version=",
        "openclaw_skills_revision_info{revision=",
        "openclaw_messages_accepted_total",
        "openclaw_messages_answered_total",
        "openclaw_turns_in_flight ",
        "openclaw_resident_memory_bytes ",
        "openclaw_queue_conversations{place=\"ready\"} 0",
        "openclaw_queue_conversations{place=\"claimed\"} 0",
        "openclaw_queue_conversations{place=\"delayed\"} 0",
        "openclaw_oldest_waiting_seconds 0",
        "openclaw_dead_letters 0",
        "openclaw_store_used_bytes ",
        "openclaw_store_limit_bytes 0",
        "openclaw_model_breaker_state{model=\"fake/test\"} 0",
    ] {
        assert!(figures.contains(expected), "{expected} is missing in:\n{figures}");
    }

    let (code, table, _) = status(&[], &environment);
    assert_eq!(code, 0);
    let id = seen["replicas"][0]["id"].as_str().unwrap();
    for expected in [id, "REPLICA", "QUEUE", "REDIS", "MODEL", "fake/test", "dead letters 0"] {
        assert!(table.contains(expected), "{expected} is missing in:\n{table}");
    }

    // Stopped, the gateways still stand in Redis, for ten seconds.
    second.kill();
    first.signal("STOP");
    let (_, printed, _) = status(&["--json"], &environment);
    let seen: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(seen["totals"]["replicas"], 2, "{seen}");
    first.signal("CONT");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_a_person_is_named_and_shows_in_the_exit_code() {
    let redis = RedisServer::start_with(&["--maxmemory", "100mb"]);
    let url = redis.url();
    let environment = [("REDIS_URL", url.as_str())];
    let options = GatewayOptions { redis_url: Some(url.clone()), ..Default::default() };
    let mut gateway = GatewayProcess::start(&options);
    let limit = Some(100 * 1024 * 1024);
    let is_well = |seen: &Value| seen["totals"]["replicas"] == 1;
    let (code, seen) = status_when(&environment, is_well);
    assert_eq!((code, seen["store"]["limit_bytes"].as_u64()), (0, limit), "{seen}");
    assert_eq!(redis.cli(&["ZADD", "oc:{p00}:dead", "1", "a-letter"]), "1");
    let (code, seen) = status_when(&environment, is_well);
    assert_eq!((code, seen["status"].as_str()), (3, Some("degraded")), "{seen}");
    assert!(seen["concerns"].to_string().contains("1 dead letter"), "{seen}");
    gateway.kill();
    let (code, seen) = status_when(&environment, |seen| seen["totals"]["replicas"] == 0);
    assert_eq!((code, seen["status"].as_str()), (3, Some("down")), "{seen}");
}

#[test]
fn a_gateway_without_redis_is_asked_over_http_with_its_token() {
    let token = ("OPENCLAW_GATEWAY_TOKEN", "a-very-secret-token");
    let environment = vec![(token.0.to_owned(), token.1.to_owned())];
    let gateway = GatewayProcess::start(&GatewayOptions { environment, ..Default::default() });
    let port = gateway.port().to_string();
    let port = ("OPENCLAW_GATEWAY_PORT", port.as_str());
    let (code, seen) = status_when(&[port, token], |seen| seen["totals"]["replicas"] == 1);
    assert_eq!((code, &seen["store"]["kind"]), (0, &"process".into()), "{seen}");

    let (code, table, errors) = status(&["--endpoint", &gateway.url("")], &[token]);
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(table.contains("in the gateway's process"), "{table}");

    for (token, says) in [("", "OPENCLAW_GATEWAY_TOKEN"), ("another", "OPENCLAW_GATEWAY_TOKEN")] {
        let (code, _, errors) = status(&[], &[port, ("OPENCLAW_GATEWAY_TOKEN", token)]);
        assert_eq!((code, errors.lines().count()), (1, 1), "{errors}");
        assert!(errors.contains(says), "{errors}");
    }
}

#[tokio::test]
async fn what_is_wrong_elsewhere_in_the_settings_keeps_nobody_from_looking() {
    let redis = RedisServer::start();
    let model = FakeModel::echoing();
    let _gateway = GatewayProcess::start(&with_model(&model, &redis));
    let file = std::env::temp_dir().join(format!("openclaw-look-{}.json", std::process::id()));
    let shared = "agents: { defaults: { model: { primary: 'one/x' } } }, \
                  models: { providers: { one: { baseUrl: 'http://127.0.0.1:9', \
                  apiKey: '${A_KEY_THAT_IS_NOT_SET}' } } }";
    let look = |more: &str, environment: &[(&str, &str)]| {
        std::fs::write(&file, format!("{{ {shared}{more} }}")).unwrap();
        status(&["-c", file.to_str().unwrap()], environment)
    };
    let url = redis.url();
    // The gateway reports once a second.
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let (code, printed, errors) = look("", &[("REDIS_URL", &*url)]);
        assert!(code != 78 && errors.is_empty(), "{code} {printed} {errors}");
        if printed.contains("fake/test") {
            break;
        }
        assert!(Instant::now() < patience, "{printed}");
        std::thread::sleep(Duration::from_millis(50));
    }
    // What looking needs has to be right.
    let (code, _, errors) = look("", &[("REDIS_URL", "nonsense")]);
    assert!(code == 78 && errors.contains("REDIS_URL"), "{code} {errors}");
    let (code, _, errors) = look(", store: { redisUrl: '${NO_SUCH_REDIS}' }", &[]);
    assert!(code == 78 && errors.contains("store.redisUrl"), "{code} {errors}");
    let (code, _, errors) = look(", gateway: { port: 0 }", &[]);
    assert!(code == 78 && errors.contains("gateway.port"), "{code} {errors}");
    std::fs::remove_file(file).unwrap();
}

#[test]
fn that_it_can_not_look_is_said_in_one_line_that_helps() {
    let port = free_port().to_string();
    let (code, _, errors) = status(&[], &[("OPENCLAW_GATEWAY_PORT", &port)]);
    assert_eq!((code, errors.lines().count()), (1, 1), "{errors}");
    for expected in ["no Redis is configured", "REDIS_URL", "--endpoint", &port] {
        assert!(errors.contains(expected), "{expected} is missing in: {errors}");
    }
    let url = format!("redis://:a-password@127.0.0.1:{port}");
    let (code, _, errors) = status(&[], &[("REDIS_URL", &url)]);
    assert_eq!((code, errors.lines().count()), (1, 1), "{errors}");
    assert!(!errors.contains("a-password"), "{errors}");
}

#[test]
fn watched_it_prints_one_line_of_json_for_each_look_until_it_is_interrupted() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    let mut watching = Command::new(gateway_binary())
        .args(["status", "--json", "--watch", "--interval", "100ms"])
        .args(["--endpoint", &gateway.url("")])
        .env_clear()
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    let looks: Vec<Value> = lines
        .by_ref()
        .take(3)
        .map(|line| serde_json::from_str(&line.unwrap()).expect("a line is a whole status"))
        .collect();
    let at = |look: &Value| look["at"].as_str().unwrap().to_owned();
    assert!(at(&looks[0]) < at(&looks[1]) && at(&looks[1]) < at(&looks[2]), "{looks:?}");
    let pid = watching.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    // It ends by itself, and leaves no half line.
    for line in lines {
        let _: Value = serde_json::from_str(&line.unwrap()).unwrap();
    }
    assert_eq!(watching.wait().unwrap().code(), Some(0));
}

#[test]
fn its_help_names_the_exit_codes_and_the_fields() {
    let (code, help, _) = status(&["--help"], &[]);
    assert_eq!(code, 0);
    for expected in
        ["Exit codes", "oldest_waiting_seconds", "passed_over_by", "--watch", "--json", "REDIS_URL"]
    {
        assert!(help.contains(expected), "{expected} is missing in:\n{help}");
    }
}
