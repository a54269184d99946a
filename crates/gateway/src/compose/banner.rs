//! What a person who starts the gateway by hand wants to know first.

use std::net::SocketAddr;

use settings::{ApiAuth, Settings};

/// Where to open the chat, a line to try, and where messages and answers come from.
pub(crate) fn text(settings: &Settings, address: SocketAddr) -> String {
    let port = address.port();
    let token = match settings.gateway.api_auth {
        ApiAuth::Open => "",
        ApiAuth::Token(_) | ApiAuth::Locked => {
            " \\\n    -H \"Authorization: Bearer $OPENCLAW_GATEWAY_TOKEN\""
        }
    };
    let models: Vec<String> = settings
        .chain()
        .iter()
        .map(|model| format!("{}/{}", model.provider_id, model.model))
        .collect();
    let answers = match (models.as_slice(), settings.agents.offline_answer) {
        ([], _) => "the skills alone; no model is configured".to_owned(),
        (models, true) => format!("{}, then the skills", models.join(", then ")),
        (models, false) => models.join(", then "),
    };
    let store = match settings.redis_url {
        Some(_) => "Redis",
        None => "this process; set REDIS_URL to keep them",
    };
    let locked = match settings.gateway.api_auth {
        ApiAuth::Locked => {
            "\n  The API refuses everybody until a token is set: OPENCLAW_GATEWAY_TOKEN or \
             gateway.auth.token.\n"
        }
        ApiAuth::Open | ApiAuth::Token(_) => "",
    };
    let chat = match settings.channels.web_chat {
        Some(_) => format!("  Chat    http://localhost:{port}/\n"),
        None => String::new(),
    };
    format!(
        "\n{chat}  Health  http://localhost:{port}/healthz\n  \
         Answers from {answers}\n  Messages are kept in {store}\n{locked}\n  Try:\n  \
         curl -s http://localhost:{port}/api/v1/message{token} \\\n    \
         -H 'Content-Type: application/json' \\\n    \
         -d '{{\"channel\":\"web\",\"user_id\":\"ann\",\"message\":\"Where is my parcel TRK-12345?\"}}'\n"
    )
}
