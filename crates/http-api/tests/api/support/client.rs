//! A client that shows an answer just as it came.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use super::{EventStream, within};

/// A request in the making.
pub(crate) struct Ask {
    address: SocketAddr,
    request: hyper::http::request::Builder,
    body: Bytes,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Makes a request.
pub(crate) fn ask(address: SocketAddr, method: &str, path: &str) -> Ask {
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    Ask { address, request, body: Bytes::new() }
}

impl Ask {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Calls the gateway by another name.
    pub(crate) fn host(mut self, name: &str) -> Self {
        if let Some(headers) = self.request.headers_mut() {
            headers.insert("host", name.parse().unwrap());
        }
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header(CONTENT_TYPE.as_str(), "application/json").body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// The whole answer.
    pub(crate) async fn send(self) -> Answer {
        within(async {
            let (parts, body) = self.begin().await.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Answer { status: parts.status.as_u16(), headers: parts.headers, body }
        })
        .await
    }

    /// The answer as events.
    pub(crate) async fn stream(self) -> EventStream {
        let response = within(self.begin()).await;
        assert_eq!(response.status(), 200);
        let (parts, body) = response.into_parts();
        EventStream::new(parts.headers, body)
    }

    async fn begin(self) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let io = TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let request = self.request.body(Full::new(self.body)).unwrap();
        sender.send_request(request).await.unwrap()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: impl TryInto<HeaderName>) -> &str {
        let name = name.try_into().ok().unwrap();
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code and the sentence of an error, whose shape is checked on the way.
    pub(crate) fn error(&self) -> (String, String) {
        let body = self.json();
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        let error = body["error"].as_object().unwrap();
        let keys: Vec<&str> = error.keys().map(String::as_str).collect();
        let key_to_retry_with =
            if keys.contains(&"retry_with") { &["retry_with"][..] } else { &[] };
        assert_eq!(
            keys,
            [&["code", "message", "request_id"], key_to_retry_with].concat(),
            "{body}"
        );
        let request_id = error["request_id"].as_str().unwrap();
        assert!(!request_id.is_empty());
        assert_eq!(request_id, self.header("x-request-id"));
        let said = |field: &str| error[field].as_str().unwrap().to_owned();
        assert!(said("message").ends_with('.'), "not a sentence: {}", said("message"));
        (said("code"), said("message"))
    }

    /// Checks status and code of an error, and that its sentence says all of `says`.
    pub(crate) fn assert_error(&self, status: u16, code: &str, says: &[&str]) {
        assert_eq!(self.status, status, "{}", self.text());
        let (its_code, message) = self.error();
        assert_eq!(its_code, code, "{message}");
        for word in says {
            assert!(message.contains(word), "{message:?} doesn't say {word:?}");
        }
    }
}
