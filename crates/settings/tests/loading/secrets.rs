//! Secrets: out of files, and into no output.

use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use secrecy::ExposeSecret;
use settings::ApiAuth;

use crate::support::{Directory, errors, load_text, settings};

fn token_of(directory: &Directory) -> String {
    match directory.load(&[]).unwrap().settings.gateway.api_auth {
        ApiAuth::Token(token) => token.expose_secret().to_owned(),
        ApiAuth::Open | ApiAuth::Locked => panic!("a token is set"),
    }
}

#[test]
fn a_secret_may_stand_in_a_file_of_its_own() {
    let directory = Directory::new();
    let text = "{ gateway: { auth: { tokenFile: 'secrets/${NAME:-token}' } } }";
    directory
        .write("config/openclaw.json", text)
        .write("secrets/token", "abc${NOT_A_VARIABLE}\r\n\n");
    assert_eq!(token_of(&directory), "abc${NOT_A_VARIABLE}");
    let absolute = directory.path().join("secrets/token");
    let text = format!("{{ gateway: {{ auth: {{ tokenFile: '{}' }} }} }}", absolute.display());
    directory.write("config/openclaw.json", text);
    assert_eq!(token_of(&directory), "abc${NOT_A_VARIABLE}");
}

#[test]
fn a_secret_file_that_gives_no_secret_is_refused_at_its_place() {
    let directory = Directory::new();
    let text = "{ models: { providers: { openai: { apiKeyFile: 'key' } } } }";
    directory.write("config/openclaw.json", text);
    let refused = |expected: &str| {
        let problems = directory.load(&[]).unwrap_err();
        let headlines: Vec<_> = problems.iter().map(|problem| problem.headline()).collect();
        let start = "config/openclaw.json:1:48: models.providers.openai.apiKeyFile = \"key\": \
                     expected a readable file that holds the secret: ";
        assert_eq!(headlines.len(), 1, "{headlines:#?}");
        let rest = headlines[0].strip_prefix(start).unwrap_or_else(|| panic!("{headlines:#?}"));
        assert!(rest.starts_with(expected), "{rest}");
        assert!(!problems.to_string().contains("sk-"), "{problems}");
    };
    refused("No such file");
    for (content, expected) in [
        (b"".as_slice(), "found it empty"),
        (b"\n\r\n", "found it empty"),
        (b"sk-one\nsk-two\n", "found something else than a secret of visible ASCII characters"),
        (b"sk-\xff", "found bytes in line 1 that are not UTF-8"),
        (&[b's'; 70_000], "found a file of more than 64 KiB"),
    ] {
        directory.write("key", content);
        refused(expected);
    }
}

#[test]
fn a_file_that_is_a_pipe_or_a_directory_is_refused_without_waiting_for_its_writer() {
    for (file, in_the_way) in [("key", "pipe"), ("key", "directory"), ("openclaw.json", "pipe")] {
        let directory = Directory::new();
        let text = "{ models: { providers: { openai: { apiKeyFile: 'config/key' } } } }";
        directory.write("config/openclaw.json", text);
        let path = directory.path().join("config").join(file);
        let _ = std::fs::remove_file(&path);
        let maker = if in_the_way == "pipe" { "mkfifo" } else { "mkdir" };
        assert!(Command::new(maker).arg(&path).status().unwrap().success());
        let (done, result) = mpsc::channel();
        thread::spawn(move || done.send(directory.load(&[]).unwrap_err().to_string()));
        // Who opens a pipe without a writer would never come back.
        let problems = result.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(problems.contains(in_the_way), "{problems}");
        assert!(problems.contains("only regular files are read"), "{problems}");
    }
}

#[test]
fn a_secret_that_is_set_in_two_ways_is_refused() {
    let text = "{ gateway: { auth: { token: 'a', tokenFile: 'b' } }, \
                store: { redisUrl: 'redis://c', redisUrlFile: 'd' }, \
                models: { providers: { x: { baseUrl: 'http://h', apiKey: 'e', apiKeyFile: 'f' } } } }";
    let found = errors(text, &[]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].contains("expected only one of gateway.auth.token and this file"));
    assert!(found[1].contains("expected only one of store.redisUrl and this file"));
    assert!(found[2].contains("expected only one of models.providers.x.apiKey and this file"));
}

#[test]
fn secrets_are_not_in_the_debug_output() {
    let text = "{ gateway: { auth: { token: 'hush-1' } }, store: { redisUrl: 'redis://:hush-2@h' }, \
                agents: { defaults: { model: { primary: 'x/m', fallbacks: ['openai/m'] } } }, \
                models: { providers: { x: { baseUrl: 'http://h', apiKey: 'hush-3' } } } }";
    let settings = settings(text, &[("OPENAI_API_KEY", "hush-4")]);
    assert!(settings.chain().iter().all(|model| model.api_key.is_some()));
    assert!(settings.redis_url.is_some());
    let debug = format!("{settings:?}");
    assert!(debug.contains("provider_id") && !debug.contains("hush"), "{debug}");
    let environment = settings::Environment::from_iter([("A", "hush")]);
    assert_eq!(format!("{environment:?}"), "Environment(1 variables)");
}

#[test]
fn secrets_are_not_in_any_problem() {
    let texts = [
        // Wrong values of secrets themselves.
        "{ gateway: { auth: { token: 'hush hush' } } }",
        "{ gateway: { auth: { token: 0x7465737, tokn: 'hush' } }, store: { redisUrl: 'hush' } }",
        "{ gateway: { auth: { token: ['hush'] } } }",
        // Secrets next to what is wrong.
        "{ gateway: { auth: { mode: 'tokn', token: 'hush' /* hush */ } } } // hush",
        "{ gateway: { auth: { mode: 'tokn', token: '${T:-hush}' } } }",
        "{ models: { providers: { x: { apiKey: 'hush' }, y: 'hush'.z } } }",
        "{ models: { providers: { x: { apikey: 'hush', baseUrl: 'http://hush@h' } } } }",
        "{ models: { providers: { x: { baseUrl: 'hush:hush@h' } } } }",
        // Broken syntax around secrets.
        "{ gateway: { auth: { token: 'hush } } }",
        "{ gateway: { auth: { token: hush } } }",
        "{ gateway: { auth: { token: hush.hush } } }",
        "{ gateway: { auth: { token: 123:hush } } }",
        "{ gateway: { auth: { token: 'hush' mode: 'token' } } }",
        "{ gateway: { auth: { token: 'a\\\nhush', mode: token } } }",
        "{ gateway: { auth: { token: 'a\nhush', mode: token } } }",
        "{ gateway: { auth: { token: 'hush\\u12' } } }",
        "{ token: hush",
        "hush",
    ];
    for text in texts {
        let problems = load_text(text, &[]).expect_err(text);
        let report = format!("{problems}\n{problems:?}");
        assert!(!report.contains("hush") && !report.contains("7465737"), "{text}\n{report}");
    }
    let variables = [
        ("OPENCLAW_GATEWAY_TOKEN", "hush hush"),
        ("REDIS_URL", "hush:6379"),
        ("OPENAI_API_KEY", "hush\n"),
        ("OLLAMA_HOST", "http://hush:hush@h"),
    ];
    let text = "{ agents: { defaults: { model: { primary: 'openai/m' } } } }";
    let report = load_text(text, &variables).unwrap_err().to_string();
    assert!(!report.contains("hush"), "{report}");
    assert_eq!(report.lines().count(), variables.len());
}
