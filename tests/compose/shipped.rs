//! What the stack answers as it ships, without any setting: over TLS, with its own certificate.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::commands::run;
use crate::stack::Stack;

/// What is asked, what it must be answered with, and a word of it.
const ANSWERS: [(&[&str], &str, u32, &str); 5] = [
    (&[], "/healthz", 200, r#""redis":"connected""#),
    (&[], "/", 200, "<html"),
    (&[], "/metrics", 404, "not_found"),
    (&[], "/api/v1/messages/x", 401, "token_not_set"),
    (
        &["--header", "content-type: application/json", "--data", QUESTION],
        "/api/v1/message",
        401,
        "token_not_set",
    ),
];

const QUESTION: &str = r#"{"channel":"web","user_id":"ann","message":"hello"}"#;

/// Asks all of it, that the chat answers, and that plain HTTP leads to TLS.
pub fn verify(stack: &Stack<'_>) {
    let root = format!("https://localhost:{}", stack.https_port());
    let site = Site { root, certificate: stack.certificate() };
    for (options, path, status, word) in ANSWERS {
        let mut curl = site.curl(path);
        let said = run(curl.args(["--write-out", "\n%{http_code}"]).args(options));
        let (body, code) = said.rsplit_once('\n').unwrap();
        assert_eq!(code, status.to_string(), "{path}: {body}");
        assert!(body.contains(word), "{path}: {body}");
    }
    chat(&site);
    let plain = format!("http://localhost:{}/", stack.http_port());
    let write = "%{http_code} %{redirect_url}";
    let curl = ["--silent", "--output", "/dev/null", "--write-out", write, &plain];
    let led = run(Command::new("curl").args(curl));
    assert_eq!(led, format!("308 https://localhost:{}/", stack.https_port()));
    println!(
        "compose-test: without any setting it serves TLS, the chat answers, the API wants a token"
    );
}

/// What a browser would ask, by curl.
struct Site {
    root: String,
    certificate: PathBuf,
}

impl Site {
    fn curl(&self, path: &str) -> Command {
        let mut curl = Command::new("curl");
        // The certificate is its own authority: none other is believed.
        curl.args(["--silent", "--max-time", "60", "--cacert"]).arg(&self.certificate);
        curl.arg(format!("{}{path}", self.root));
        curl
    }

    fn post(&self, path: &str, token: &str, body: &Value) -> Value {
        let mut curl = self.curl(path);
        curl.args(["--fail-with-body", "--header", "content-type: application/json"]);
        curl.args(["--header", token, "--data", &body.to_string()]);
        serde_json::from_str(&run(&mut curl)).unwrap()
    }
}

/// A visitor of the page asks in the chat, without a token of the API, and is answered.
fn chat(site: &Site) {
    let session = site.post("/webchat/session", "x-none: ", &json!({}));
    let token = format!("authorization: Bearer {}", session["token"].as_str().unwrap());
    let words = json!({ "id": "m1", "text": "How much is a parcel of 3 kg?" });
    site.post("/webchat/messages", &token, &words);
    let mut curl = site.curl("/webchat/events");
    let mut stream = curl
        .args(["--no-buffer", "--header", &token])
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl starts");
    let mut lines = BufReader::new(stream.stdout.take().unwrap()).lines().map_while(Result::ok);
    let answer = lines.find(|line| line.contains(r#""from":"assistant""#));
    stream.kill().unwrap();
    stream.wait().unwrap();
    let answer = answer.expect("an answer within a minute");
    assert!(answer.contains(r#""answers":["m1"]"#), "{answer}");
}
