//! `openclaw-gateway healthcheck`, as a container's health check runs it.

use std::io::Read as _;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use support::gateway_process::{GatewayOptions, GatewayProcess, run_gateway};
use support::ports::free_port;
use support::redis_server::RedisServer;

/// Runs it, and returns its exit code and what it said.
fn healthcheck(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let arguments: Vec<&str> = ["healthcheck"].iter().chain(arguments).copied().collect();
    let output = run_gateway(&arguments, &std::env::temp_dir(), environment);
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_gateway_that_takes_work_is_healthy_and_a_killed_one_is_not() {
    let mut gateway = GatewayProcess::start(&GatewayOptions::default());
    let port = gateway.port().to_string();
    let by_port = [("OPENCLAW_GATEWAY_PORT", port.as_str())];
    let endpoint = gateway.url("");
    assert_eq!(healthcheck(&[], &by_port), (0, String::new()));
    assert_eq!(healthcheck(&["--endpoint", &endpoint], &[]), (0, String::new()));
    assert_eq!(healthcheck(&["--endpoint", &gateway.url("/healthz")], &[]), (0, String::new()));
    gateway.kill();
    for (code, said) in [healthcheck(&[], &by_port), healthcheck(&["--endpoint", &endpoint], &[])] {
        assert_eq!((code, said.lines().count()), (1, 1), "{said}");
        assert!(said.contains(&port) && said.contains("refused"), "{said}");
    }
}

#[test]
fn one_that_cannot_reach_its_store_is_unhealthy_for_that_reason() {
    let mut redis = RedisServer::start();
    let options = GatewayOptions { redis_url: Some(redis.url()), ..Default::default() };
    let gateway = GatewayProcess::start(&options);
    let endpoint = gateway.url("");
    assert_eq!(healthcheck(&["--endpoint", &endpoint], &[]), (0, String::new()));
    redis.kill();
    let patience = Instant::now() + Duration::from_secs(60);
    let (code, said) = loop {
        match healthcheck(&["--endpoint", &endpoint], &[]) {
            (0, _) => assert!(Instant::now() < patience, "it notices"),
            outcome => break outcome,
        }
    };
    assert_eq!((code, said.lines().count()), (1, 1), "{said}");
    assert!(said.contains("503") && said.contains("its store can't be reached"), "{said}");
}

#[test]
fn one_that_takes_connections_and_says_nothing_is_unhealthy() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    // The health check gives up by itself: nothing here ever answers or closes first.
    let listening = std::thread::spawn(move || {
        let (mut connection, _) = silent.accept().unwrap();
        let mut asked = String::new();
        connection.read_to_string(&mut asked).unwrap();
        asked
    });
    let (code, said) = healthcheck(&["--endpoint", &endpoint], &[]);
    assert_eq!(code, 1);
    assert!(said.contains("no answer in time"), "{said}");
    assert!(listening.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
}

#[test]
fn settings_that_were_spoilt_after_the_start_do_not_make_a_gateway_look_ill() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    let port = gateway.port().to_string();
    let spoilt = std::env::temp_dir().join(format!("openclaw-spoilt-{}.json", free_port()));
    std::fs::write(&spoilt, "{ gateway: { bind: ").unwrap();
    let environment = [
        ("OPENCLAW_CONFIG_PATH", spoilt.to_str().unwrap()),
        ("OPENCLAW_GATEWAY_PORT", port.as_str()),
    ];
    let checked = healthcheck(&[], &environment);
    std::fs::remove_file(&spoilt).unwrap();
    assert_eq!(checked, (0, String::new()));
}
