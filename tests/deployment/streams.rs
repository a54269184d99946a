//! Answers that come as they are made.

use support::nginx::{Nginx, NginxOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::upstream::read_request;

/// The upstream says the second word only when the first has arrived, so that an nginx that
/// keeps anything back would wait forever.
#[tokio::test]
async fn each_event_of_a_stream_arrives_before_the_next_is_made() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nginx = Nginx::start(&NginxOptions::unlimited(&[listener.local_addr().unwrap().port()]));
    let (heard, mut hearing) = tokio::sync::mpsc::channel::<()>(1);
    let upstream = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        for word in 0..3 {
            stream.write_all(format!("data: word-{word}\n\n").as_bytes()).await.unwrap();
            hearing.recv().await.unwrap();
        }
    });

    let mut client = TcpStream::connect(("127.0.0.1", nginx.http_port())).await.unwrap();
    let request = "GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\n\r\n";
    client.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    for word in 0..3 {
        let wanted = format!("word-{word}");
        while !String::from_utf8_lossy(&received).contains(&wanted) {
            let reading = client.read_buf(&mut received);
            let read = tokio::time::timeout(std::time::Duration::from_secs(20), reading).await;
            assert!(read.expect("the event is kept back").unwrap() > 0, "the stream ended");
        }
        heard.send(()).await.unwrap();
    }
    upstream.await.unwrap();
}
