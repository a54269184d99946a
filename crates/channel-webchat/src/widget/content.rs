//! One file, with its compressed form and the tag by which browsers know that it hasn't changed.

use std::io::Write as _;
use std::sync::OnceLock;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use crate::keyring::hex;

/// A file's content.
pub(crate) struct Content {
    pub(crate) media_type: &'static str,
    pub(crate) plain: Bytes,
    /// In quotes, as it stands in the header.
    pub(crate) tag: String,
    zipped: OnceLock<Option<Bytes>>,
}

impl Content {
    pub(super) fn new(media_type: &'static str, text: String) -> Self {
        let tag = format!("\"{}\"", digest(text.as_bytes()));
        Self { media_type, plain: Bytes::from(text), tag, zipped: OnceLock::new() }
    }

    /// The content in gzip, made when it is first asked for; none if that can't be.
    pub(crate) fn zipped(&self) -> Option<Bytes> {
        self.zipped.get_or_init(|| zip(&self.plain)).clone()
    }
}

fn zip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// The first 16 hexadecimal digits of the content's SHA-256: enough to tell versions apart.
pub(super) fn digest(content: &[u8]) -> String {
    let mut text = hex(&Sha256::digest(content));
    text.truncate(16);
    text
}
