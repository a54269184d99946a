//! `nginx -t`, and the variables that `nginx/start.sh` takes.

use std::process::Command;

use support::gateway_process::workspace_root;
use support::nginx::{NginxOptions, check_configuration, nginx_binary};

/// A way to change a variable, and what the file must then hold.
const CHANGES: [(&str, &str, &str); 9] = [
    ("NGINX_API_RATE", "7r/s", "zone=api:10m rate=7r/s;"),
    ("NGINX_CHAT_RATE", "30r/m", "zone=chat:10m rate=30r/m;"),
    ("NGINX_WEBHOOK_RATE", "9r/s", "zone=webhooks:10m rate=9r/s;"),
    ("NGINX_API_BURST", "11", "zone=api burst=11 nodelay;"),
    ("NGINX_CHAT_BURST", "12", "zone=chat burst=12 nodelay;"),
    ("NGINX_WEBHOOK_BURST", "13", "zone=webhooks burst=13 nodelay;"),
    ("NGINX_PLAIN_HTTP", "webhooks", "default webhooks;"),
    ("NGINX_HTTPS_PORT", "8443", "default \":8443\";"),
    ("NGINX_OPERATORS", "10.0.0.0/8, fd00::1", "default 0; 10.0.0.0/8 1; fd00::1 1;"),
];

#[test]
fn nginx_takes_the_shipped_configuration() {
    let output = check_configuration(&NginxOptions::shipped(&[18789, 18790]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("[warn]"), "{said}");
}

/// With the line that names the replicas in Compose, which needs nginx 1.27.3.
#[test]
fn nginx_takes_the_line_that_follows_scaled_replicas() {
    let options = NginxOptions {
        upstreams: vec!["gateway:18789 resolve".to_owned()],
        ..NginxOptions::default()
    };
    let output = check_configuration(&options);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_variable_changes_its_lines_and_nginx_takes_them() {
    for (name, value, expected) in CHANGES {
        let options = NginxOptions::shipped(&[18789]).with(name, value);
        let output = check_configuration(&options);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let (rendered, status) = render(name, value);
        assert!(status && rendered.contains(expected), "{name}: no '{expected}'");
    }
}

#[test]
fn every_line_that_names_a_variable_is_one_that_a_variable_changes() {
    let text = std::fs::read_to_string(workspace_root().join("nginx/nginx.conf")).unwrap();
    let mut named: Vec<&str> = text
        .lines()
        .filter_map(|line| line.rsplit_once("# NGINX_"))
        .map(|(_, name)| name)
        .collect();
    named.sort_unstable();
    named.dedup();
    let mut known: Vec<&str> = CHANGES.iter().map(|(name, ..)| &name["NGINX_".len()..]).collect();
    known.sort_unstable();
    assert_eq!(named, known);
}

#[test]
fn a_value_that_is_none_ends_the_start_and_says_what_would_be_right() {
    for (name, value) in [
        ("NGINX_API_RATE", "500"),
        ("NGINX_API_RATE", "5r/s; } evil {"),
        ("NGINX_CHAT_BURST", "many"),
        ("NGINX_PLAIN_HTTP", "yes"),
        ("NGINX_HTTPS_PORT", "https"),
        ("NGINX_OPERATORS", "10.0.0.0/8; evil"),
    ] {
        let output = check_configuration(&NginxOptions::shipped(&[18789]).with(name, value));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{name}={value}: {said}");
        assert!(said.contains(name) && said.contains("expected"), "{said}");
    }
}

/// What `start.sh` makes of the shipped file, with a program in nginx's place that does nothing.
fn render(name: &str, value: &str) -> (String, bool) {
    let root = workspace_root();
    let file = std::env::temp_dir().join(format!("openclaw-{name}-{}.conf", std::process::id()));
    let status = Command::new("sh")
        .arg(root.join("nginx/start.sh"))
        .env("NGINX_BINARY", "true")
        .env("NGINX_CONF", root.join("nginx/nginx.conf"))
        .env("NGINX_RENDERED", &file)
        .env(name, value)
        .status()
        .unwrap();
    let rendered = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    (rendered, status.success())
}

#[test]
fn the_nginx_of_these_tests_can_follow_scaled_replicas() {
    let output = Command::new(nginx_binary()).arg("-v").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let version = said.trim().rsplit_once("nginx/").unwrap().1;
    let numbers: Vec<u32> =
        version.split('.').map(|part| part.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(numbers >= vec![1, 27, 3], "{said}");
}
