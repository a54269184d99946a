//! What the stack answers as it ships, without any setting: over TLS, with its own certificate.

use std::process::Command;

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

/// Asks all of it, and that plain HTTP leads to TLS.
pub fn verify(stack: &Stack<'_>) {
    let certificate = stack.certificate();
    for (options, path, status, word) in ANSWERS {
        let url = format!("https://localhost:{}{path}", stack.https_port());
        let mut curl = Command::new("curl");
        // The certificate is its own authority: none other is believed.
        curl.args(["--silent", "--max-time", "10", "--cacert"]).arg(&certificate);
        curl.args(["--write-out", "\n%{http_code}"]).args(options).arg(url);
        let said = run(&mut curl);
        let (body, code) = said.rsplit_once('\n').unwrap();
        assert_eq!(code, status.to_string(), "{path}: {body}");
        assert!(body.contains(word), "{path}: {body}");
    }
    let plain = format!("http://localhost:{}/", stack.http_port());
    let write = "%{http_code} %{redirect_url}";
    let curl = ["--silent", "--output", "/dev/null", "--write-out", write, &plain];
    let led = run(Command::new("curl").args(curl));
    assert_eq!(led, format!("308 https://localhost:{}/", stack.https_port()));
    println!("compose-test: without any setting it serves TLS, and asks for a token");
}
