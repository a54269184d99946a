//! What the gateway itself says, for the manifests to fit.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::Value;
use settings::{Environment, Settings, Source, load};
use support::gateway_process::{GatewayOptions, GatewayProcess, get, run_gateway, workspace_root};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    workspace_root()
}

/// The settings as they ship, as a pod reads them.
pub fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let source = Source { file: None, directory: root() };
        let environment: Environment = [("OPENCLAW_BIND", "lan")].into_iter().collect();
        load(&source, &environment).unwrap().settings
    })
}

/// What a running gateway answers to `GET /openapi.json` and to `GET /status`.
fn answers() -> &'static (Value, Value) {
    static ANSWERS: OnceLock<(Value, Value)> = OnceLock::new();
    ANSWERS.get_or_init(|| {
        let gateway = GatewayProcess::start(&GatewayOptions::default());
        let ask = |path| {
            let (status, body) = get(gateway.port(), path).expect("an answer");
            assert_eq!(status, 200, "{path}: {body}");
            serde_json::from_str(&body).unwrap()
        };
        (ask("/openapi.json"), ask("/status"))
    })
}

/// The paths of the API.
pub fn paths() -> Vec<&'static str> {
    answers().0["paths"].as_object().unwrap().keys().map(String::as_str).collect()
}

/// What `/status` answers.
pub fn status() -> &'static Value {
    &answers().1
}

/// Whether the gateway says that it reads this variable.
pub fn reads(variable: &str) -> bool {
    static HELP: OnceLock<String> = OnceLock::new();
    let help = HELP.get_or_init(|| {
        let output = run_gateway(&["--help"], &root(), &[]);
        String::from_utf8(output.stdout).unwrap()
    });
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    help.split(|c| !is_part(c)).any(|word| word == variable)
}
