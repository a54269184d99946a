//! The command line, as a person at a terminal or a container's start meets it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use support::gateway_process::{
    GatewayOptions, GatewayProcess, gateway_command, get, run_gateway, workspace_root,
};
use support::http::{post_message, send};
use support::ports::free_port;

/// A directory of the test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("openclaw-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(path.join("config")).unwrap();
        std::fs::create_dir_all(path.join("skills")).unwrap();
        Self(path)
    }

    fn write(&self, file: &str, text: &str) -> &Self {
        std::fs::write(self.0.join(file), text).unwrap();
        self
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
        let output = run_gateway(arguments, &self.0, environment);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn wrong_settings_end_the_start_with_78_and_every_error_before_a_port_is_bound() {
    let folder = Folder::new();
    let settings = "{\n  gateway: { port: 99999, bind: \"wan\" },\n  models: { providers: { x: {\n    \
                    api: \"ollama\", baseUrl: \"relative/path\" } } },\n  \
                    logging: { level: \"${NO_SUCH_VARIABLE}\" },\n}\n";
    folder.write("config/openclaw.json", settings);
    // The port is taken: a gateway that tried to bind it would complain of that.
    let port = free_port();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = port.to_string();
    let environment = [("OPENCLAW_GATEWAY_PORT", port.as_str())];
    for arguments in [&[] as &[&str], &["check"]] {
        let (code, _, errors) = folder.run(arguments, &environment);
        assert_eq!(code, 78, "{errors}");
        for expected in [
            "openclaw.json:2:",
            "99999",
            "wan",
            "openclaw.json:4:",
            "relative/path",
            "openclaw.json:5:",
            "NO_SUCH_VARIABLE",
        ] {
            assert!(errors.contains(expected), "{expected} is missing in:\n{errors}");
        }
        assert!(!errors.contains("can't be opened"), "{errors}");
    }
}

#[test]
fn a_taken_port_is_said_in_a_sentence_and_exits_with_1() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, _, errors) = folder.run(&[], &[("OPENCLAW_GATEWAY_PORT", &port)]);
    assert_eq!(code, 1, "{errors}");
    assert!(errors.contains(&port) && errors.contains("gateway.port"), "{errors}");
}

#[test]
fn check_names_the_line_of_a_bad_skill_and_is_content_with_what_ships() {
    let folder = Folder::new();
    folder.write("skills/BAD.md", "---\nname: bad\ndescription: [unclosed\n---\n# Bad\ntext\n");
    let (code, _, errors) = folder.run(&["check"], &[]);
    assert_eq!(code, 78, "{errors}");
    assert!(errors.contains("BAD.md:3:") || errors.contains("BAD.md:4:"), "{errors}");

    // Wrong settings hide no bad skill, as long as they tell where the skills are.
    folder.write("config/openclaw.json", "{ gateway: { port: 99999 } }");
    let (code, _, errors) = folder.run(&["check"], &[]);
    assert_eq!(code, 78, "{errors}");
    for expected in ["99999", "BAD.md:", "1 skill file can't be used"] {
        assert!(errors.contains(expected), "{expected} is missing in:\n{errors}");
    }
    folder.write("config/openclaw.json", "{ skills: { directory: 5 } }");
    let (code, _, errors) = folder.run(&["check"], &[]);
    assert_eq!(code, 78, "{errors}");
    assert!(errors.contains("weren't checked") && !errors.contains("BAD.md"), "{errors}");

    let output = run_gateway(&["check"], &workspace_root(), &[]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("skills:   3"), "{said}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn check_counts_warnings_and_with_strict_they_are_errors() {
    let folder = Folder::new();
    folder.write("skills/hours.md", "# Opening hours\n\nMonday to Friday.\n");
    folder.write("config/openclaw.json", "{ gateway: { prot: 18789 } }");
    let (code, said, warned) = folder.run(&["check"], &[]);
    assert_eq!(code, 0, "{warned}");
    assert!(warned.contains("prot") && said.contains("no errors, 1 warning;"), "{said}{warned}");
    let (code, said, warned) = folder.run(&["check", "--strict"], &[]);
    assert_eq!(code, 78, "{said}{warned}");
    assert!(said.is_empty() && warned.ends_with("no errors, 1 warning\n"), "{said}{warned}");

    // Errors don't hide how many warnings there were.
    folder.write("config/openclaw.json", "{ gateway: { prot: 1, port: 99999 } }");
    let (code, _, errors) = folder.run(&["check"], &[]);
    assert_eq!(code, 78, "{errors}");
    assert!(errors.ends_with("1 error, 1 warning\n"), "{errors}");
    folder.write("config/openclaw.json", "{ gateway: { prot: 1 } }");
    folder.write("skills/BAD.md", "---\nname: bad\ndescription: [unclosed\n---\n# Bad\ntext\n");
    let (code, _, errors) = folder.run(&["check"], &[]);
    assert_eq!(code, 78, "{errors}");
    assert!(errors.ends_with("1 error, 1 warning\n"), "{errors}");

    let (code, said, _) = folder.run(&["check", "--help"], &[]);
    assert!(code == 0 && said.contains("--strict") && said.contains("78"), "{said}");
    assert!(run_gateway(&["check", "--strict"], &workspace_root(), &[]).status.success());
}

#[test]
fn a_certificate_is_put_into_a_directory_that_is_made_for_it() {
    let folder = Folder::new();
    let (code, _, said) = folder.run(&["certificate", "--out", "new/certificates"], &[]);
    assert_eq!(code, 0, "{said}");
    let mode =
        |path: &str| std::fs::metadata(folder.0.join(path)).unwrap().permissions().mode() & 0o7777;
    // The process' mask may take more away; nothing is open to everybody's writing.
    assert_eq!(mode("new/certificates") & 0o022, 0);
    assert_eq!(mode("new/certificates") & 0o700, 0o700);
    assert_eq!(mode("new/certificates/tls.key") & 0o137, 0);
    assert!(folder.0.join("new/certificates/tls.crt").is_file());
}

#[test]
fn a_wrong_command_line_ends_with_2_as_help_says() {
    let folder = Folder::new();
    let (code, _, said) = folder.run(&["--no-such-option"], &[]);
    assert_eq!(code, 2, "{said}");
    let (_, help, _) = folder.run(&["--help"], &[]);
    assert!(help.contains("\n  2   the command line is wrong"), "{help}");
}

#[test]
fn schema_prints_a_json_schema_and_help_teaches() {
    let folder = Folder::new();
    let (code, schema, _) = folder.run(&["schema"], &[]);
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!((code, schema["type"].as_str()), (0, Some("object")));
    assert!(schema["properties"]["gateway"].is_object());
    let (code, help, _) = folder.run(&["--help"], &[]);
    assert_eq!(code, 0);
    for expected in ["REDIS_URL", "OPENCLAW_CONFIG_PATH", "OPENCLAW_BIND", "check", "schema", "78"]
    {
        assert!(help.contains(expected), "{expected} is missing in:\n{help}");
    }
}

#[test]
fn a_command_whose_reader_has_left_ends_quietly() {
    let folder = Folder::new();
    for command in ["schema", "check"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = gateway_command(&[command], &folder.0, &[]).stdout(writer).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{command}: {said}");
        assert!(!said.contains("panicked") && !said.contains("written"), "{command}: {said}");
    }
    // Where the complaints can't be read either, the exit code still tells.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    folder.write("config/openclaw.json", "{ gateway: { port: 'none' } }");
    let output = gateway_command(&["check"], &folder.0, &[]).stderr(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn output_that_is_lost_is_a_failure() {
    let folder = Folder::new();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = gateway_command(&["schema"], &folder.0, &[]).stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the output can't be written: No space left"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_all_addresses_without_a_token_the_api_is_locked_and_health_is_not() {
    let settings = "{ gateway: { bind: \"lan\" } }".to_owned();
    let gateway = GatewayProcess::start(&GatewayOptions { settings, ..Default::default() });
    let refused = post_message(gateway.port(), "ann", "hello", None).await.unwrap();
    assert_eq!(refused.status, 401);
    let sentence = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(sentence.contains("OPENCLAW_GATEWAY_TOKEN"), "{sentence}");
    assert_eq!(get(gateway.port(), "/healthz").unwrap().0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_only_its_bearer_is_let_in_and_no_log_line_shows_it() {
    let environment = vec![("OPENCLAW_GATEWAY_TOKEN".to_owned(), "a-very-secret-token".to_owned())];
    let gateway = GatewayProcess::start(&GatewayOptions { environment, ..Default::default() });
    let body = r#"{"channel":"test","user_id":"ann","message":"hello"}"#;
    for (token, status) in [("a-very-secret-token", 200), ("a-very-secret-tokex", 401), ("", 401)] {
        let bearer = format!("Bearer {token}");
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        let answer = send(gateway.port(), "POST", "/api/v1/message", &headers, body).await.unwrap();
        assert_eq!(answer.status, status, "{token}: {}", answer.body);
    }
    assert!(!gateway.log().contains("a-very-secret"), "{}", gateway.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_prints_where_to_chat_and_a_line_that_works() {
    let gateway = GatewayProcess::start(&GatewayOptions::default());
    let printed = gateway.log();
    assert!(printed.contains(&gateway.url("/").replace("127.0.0.1", "localhost")), "{printed}");
    let command =
        printed.split("Try:").nth(1).unwrap().split("}'").next().unwrap().to_owned() + "}'";
    let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(answer["reply"].as_str().is_some_and(|reply| !reply.is_empty()), "{answer}");
}
