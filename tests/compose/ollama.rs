//! A stand-in for the `ollama` program, for machines that no image registry can be reached from: the
//! commands that the deployment runs, and the routes that the gateway asks, with a model that
//! answers always the same.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::PathBuf;
use std::process::ExitCode;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What the model says.
const REPLY: &str = "Answered by the stand-in for Ollama.";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["serve"] => serve().await,
        ["list"] => ask("GET", "/api/tags").await,
        ["show", model] => ask("GET", &format!("/stand-in/show/{model}")).await,
        ["pull", model] => ask("POST", &format!("/stand-in/pull/{model}")).await,
        other => Err(format!("the stand-in for ollama doesn't know {other:?}")),
    };
    match outcome {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("Error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Where the server listens, as the real one takes it from the environment.
fn address() -> String {
    std::env::var("OLLAMA_HOST").unwrap_or_else(|_| "127.0.0.1:11434".to_owned())
}

async fn ask(method: &str, path: &str) -> Result<String, String> {
    let port = address().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(11434);
    let answer = support::http::send(port, method, path, &[], "").await;
    let answer = answer.map_err(|error| format!("could not connect to ollama: {error}"))?;
    if answer.status == 200 { Ok(answer.body) } else { Err(answer.body) }
}

async fn serve() -> Result<String, String> {
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".to_owned());
    let models = PathBuf::from(home).join(".ollama/models");
    std::fs::create_dir_all(&models).map_err(|error| error.to_string())?;
    let router = Router::new()
        .route("/api/version", get(|| async { Json(json!({ "version": "0.0.0" })) }))
        .route("/api/tags", get(tags))
        .route("/api/chat", post(chat))
        .route("/stand-in/show/{model}", get(show))
        .route("/stand-in/pull/{model}", post(pull))
        .with_state(models);
    let listener = TcpListener::bind(address()).await.map_err(|error| error.to_string())?;
    axum::serve(listener, router).await.map_err(|error| error.to_string())?;
    Ok(String::new())
}

async fn tags(State(models): State<PathBuf>) -> Json<Value> {
    let entries = std::fs::read_dir(models).into_iter().flatten().flatten();
    let names: Vec<Value> = entries
        .map(|entry| json!({ "name": format!("{}:latest", entry.file_name().to_string_lossy()) }))
        .collect();
    Json(json!({ "models": names }))
}

async fn show(State(models): State<PathBuf>, Path(model): Path<String>) -> Response {
    if models.join(&model).exists() { "there".into_response() } else { not_found(&model) }
}

/// Nothing is downloaded: that a model is there is an empty file.
async fn pull(State(models): State<PathBuf>, Path(model): Path<String>) -> Response {
    match std::fs::write(models.join(model), "") {
        Ok(()) => "success".into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn chat(State(models): State<PathBuf>, Json(asked): Json<Value>) -> Response {
    let model = asked["model"].as_str().unwrap_or_default();
    if !models.join(model).exists() {
        return not_found(model);
    }
    let said = json!({
        "model": model,
        "created_at": "2026-01-01T00:00:00Z",
        "message": { "role": "assistant", "content": REPLY },
        "done": false,
    });
    let done = json!({
        "model": model,
        "created_at": "2026-01-01T00:00:00Z",
        "message": { "role": "assistant", "content": "" },
        "done": true,
        "done_reason": "stop",
        "prompt_eval_count": 1,
        "eval_count": 1,
    });
    let headers = [("content-type", "application/x-ndjson")];
    (headers, Body::from(format!("{said}\n{done}\n"))).into_response()
}

fn not_found(model: &str) -> Response {
    let error = json!({ "error": format!("model '{model}' not found") });
    (StatusCode::NOT_FOUND, Json(error)).into_response()
}
