//! docker-compose.yml, as far as it can be checked without an engine.

use std::collections::BTreeSet;

use support::gateway_process::workspace_root;

fn read(name: &str) -> String {
    std::fs::read_to_string(workspace_root().join(name)).unwrap()
}

/// The variables that a text substitutes, with their defaults as far as they are plain text.
fn variables(text: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("${") {
        let inner = &text[at + 2..];
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap();
        let default = inner[end..]
            .strip_prefix(":-")
            .map_or("", |rest| rest.split(['}', '$']).next().unwrap_or_default());
        found.insert((inner[..end].to_owned(), default.to_owned()));
    }
    found
}

#[test]
fn env_example_names_every_variable_and_no_other() {
    let used: BTreeSet<String> =
        variables(&read("docker-compose.yml")).into_iter().map(|(name, _)| name).collect();
    assert!(used.len() > 20, "{used:?}");
    let named: BTreeSet<String> = read(".env.example")
        .lines()
        .filter_map(|line| line.strip_prefix("# ")?.split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    assert_eq!(named, used);
}

#[test]
fn every_variable_of_the_settings_file_reaches_the_gateways() {
    let compose = read("docker-compose.yml");
    let (_, gateway) = compose.split_once("\n  gateway:").unwrap();
    let (gateway, _) = gateway.split_once("\n  redis:").unwrap();
    let settings = read("config/openclaw.json");
    let lines = settings.lines().filter(|line| !line.trim_start().starts_with("//"));
    let named = variables(&lines.collect::<String>());
    assert!(named.len() > 10, "{named:?}");
    for (name, _) in named {
        assert!(gateway.contains(&format!("\n      {name}: ")), "{name}");
    }
}

#[test]
fn every_variable_has_a_default_so_that_no_env_file_is_needed() {
    for (at, _) in read("docker-compose.yml").match_indices("${") {
        let text = read("docker-compose.yml");
        let inner = &text[at + 2..];
        let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap();
        let rest = &inner[end..];
        assert!(rest.starts_with(":-") || rest.starts_with(":+"), "{}", &inner[..end]);
    }
}

#[test]
fn env_example_shows_the_defaults_of_the_proxy() {
    let nginx = read("nginx/nginx.conf");
    for line in read(".env.example").lines().filter_map(|line| line.strip_prefix("# NGINX_")) {
        let Some((name, value)) = line.split_once('=') else { continue };
        if name.ends_with("_RATE") || name.ends_with("_BURST") {
            let marker = format!("# NGINX_{name}");
            let mut lines = nginx.lines().filter(|line| line.ends_with(&marker)).peekable();
            assert!(lines.peek().is_some(), "{name}");
            for line in lines {
                assert!(line.contains(&format!("={value}")), "{name}: {line}");
            }
        }
    }
}

#[test]
fn the_image_is_built_by_the_rust_that_the_project_needs() {
    let needed = read("Cargo.toml");
    let (_, rest) = needed.split_once("rust-version = \"").unwrap();
    let version = rest.split('"').next().unwrap();
    for name in ["Dockerfile", "docker-compose.yml", ".env.example"] {
        assert!(read(name).contains(&format!("rust:{version}-bookworm")), "{name}");
    }
}
