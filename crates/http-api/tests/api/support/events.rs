//! Server-sent events as they come.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::Incoming;
use serde_json::Value;

use super::within;

/// A stream of events.
pub(crate) struct EventStream {
    pub(crate) headers: HeaderMap,
    body: Incoming,
    rest: String,
}

impl EventStream {
    pub(crate) fn new(headers: HeaderMap, body: Incoming) -> Self {
        Self { headers, body, rest: String::new() }
    }

    /// The next block of lines, or nothing at the end.
    pub(crate) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let block = block.to_owned();
                self.rest = rest.to_owned();
                return Some(block);
            }
            let frame = within(self.body.frame()).await?;
            let data: Bytes = frame.unwrap().into_data().unwrap();
            self.rest.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event, without heartbeats.
    pub(crate) async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let block = self.block().await?;
            if block.starts_with(':') {
                continue;
            }
            let field = |name: &str| {
                let lines = block.lines().filter_map(|line| line.strip_prefix(name));
                lines.map(str::trim).collect::<Vec<_>>().join("\n")
            };
            let data = serde_json::from_str(&field("data:")).unwrap();
            return Some((field("event:"), data));
        }
    }

    /// The next event, which has this name.
    pub(crate) async fn expect(&mut self, name: &str) -> Value {
        let (its_name, data) = self.next().await.expect("the stream ended");
        assert_eq!(its_name, name, "{data}");
        data
    }
}
