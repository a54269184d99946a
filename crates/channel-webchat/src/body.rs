//! Reads a request's JSON, up to the limit.

use std::fmt;
use std::marker::PhantomData;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::BytesMut;
use http_body_util::BodyExt as _;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use crate::refusal::Refusal;

/// How much of a body that is too large is read and thrown away before the answer. A client that
/// is cut off while it still sends often never sees the answer that tells it why.
const DISCARD_BYTES: usize = 1024 * 1024;

/// An object of JSON. By itself the parser would take a list for one, with its fields in their order.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

/// The body as a JSON object of this form.
pub(crate) async fn read<T: DeserializeOwned>(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
) -> Result<T, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::NotJson);
    }
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::Incomplete)?;
        let Ok(data) = frame.into_data() else { continue };
        if whole.len() + data.len() > limit {
            drop(whole);
            discard(body).await;
            return Err(Refusal::TooLarge(limit));
        }
        whole.extend_from_slice(&data);
    }
    let object = serde_json::from_slice::<Object<T>>(&whole);
    object.map(|Object(read)| read).map_err(|error| Refusal::Invalid(wrong(&error)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// What is wrong with the JSON, without what stands in it.
fn wrong(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => {
            "it is no object, or a value is missing or of the wrong kind"
        }
        serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof
        | serde_json::error::Category::Io => "it is not JSON",
    };
    let (line, column) = (error.line(), error.column());
    format!("The body can't be read: {what}, at line {line}, column {column}.")
}

async fn discard(mut body: Body) {
    let mut left = DISCARD_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, bytes::Bytes::len);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
