//! Whether an Ollama is there.

use language_model::{InvalidProvider, OllamaProbe};
use support::fake_model::FakeModel;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that says just this to everyone.
async fn server(response: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut open = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(response.as_bytes()).await;
            open.push(stream);
        }
    });
    url
}

#[tokio::test]
async fn an_ollama_answers() {
    let fake = FakeModel::scripted();
    assert!(OllamaProbe::new(&fake.url()).unwrap().answers().await);
    let version = "HTTP/1.1 200 OK\r\ncontent-length: 19\r\n\r\n{\"version\":\"0.5.1\"}";
    assert!(OllamaProbe::new(&server(version).await).unwrap().answers().await);
}

#[tokio::test]
async fn what_is_no_ollama_does_not() {
    let fake = FakeModel::scripted();
    let gone = fake.url();
    fake.stop().await;
    assert!(!OllamaProbe::new(&gone).unwrap().answers().await);
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHello",
        "HTTP/1.1 503 Busy\r\ncontent-length: 19\r\n\r\n{\"version\":\"0.5.1\"}",
        "",
    ] {
        let url = server(response).await;
        assert!(!OllamaProbe::new(&url).unwrap().answers().await, "{response:?}");
    }
}

#[test]
fn an_address_that_is_none_is_refused() {
    assert!(matches!(OllamaProbe::new("ollama:11434"), Err(InvalidProvider::BaseUrl(_))));
}
