//! Fetching a file that came with a message, when it is needed.
//!
//! The API tells an address that is good for five minutes, and wants the token there too. The
//! token goes only to hosts that are Meta's, or to the one that the API itself is at.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::client::{Failure, Graph, below, json, refused, unanswered};

/// Who may be shown the token besides the API's own host.
const HOSTS: [&str; 4] = ["fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net"];

/// WhatsApp's own limits by the beginning of the media type, in bytes.
const LIMITS: [(&str, u64); 3] =
    [("image/", 5 * 1024 * 1024), ("audio/", 16 * 1024 * 1024), ("video/", 16 * 1024 * 1024)];

/// Its limit for everything else: documents.
const DOCUMENT_LIMIT: u64 = 100 * 1024 * 1024;

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Its type, such as `image/jpeg`.
    pub(crate) media_type: String,
    /// Its content.
    pub(crate) content: Bytes,
}

/// Why a file can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MediaError {
    /// It is larger than may be fetched.
    #[error("the file has more than {limit} bytes")]
    TooLarge {
        /// How large it may be.
        limit: u64,
    },
    /// There is no such file, or no longer: WhatsApp keeps them for 30 days.
    #[error("there is no such file (any more)")]
    Gone,
    /// The address of it is one that the token must not be shown to.
    #[error("the file is at an address that is not WhatsApp's")]
    Elsewhere,
    /// What came isn't what was announced.
    #[error("the file came damaged")]
    Damaged,
    /// It didn't come, and may come later.
    #[error("the file could not be fetched: {0}")]
    Unavailable(String),
}

impl Graph {
    /// Fetches the file with this handle, of at most `limit` bytes.
    pub(crate) async fn media(&self, handle: &str, limit: u64) -> Result<File, MediaError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if handle.is_empty() || !handle.bytes().all(is_plain) {
            return Err(MediaError::Gone);
        }
        let told = self.about(handle).await?;
        let of = |key: &str| told.get(key).and_then(Value::as_str);
        let media_type = of("mime_type").unwrap_or("application/octet-stream").to_owned();
        let limit = limit.min(limit_of(&media_type));
        if told.get("file_size").and_then(Value::as_u64).is_some_and(|size| size > limit) {
            return Err(MediaError::TooLarge { limit });
        }
        let url = of("url").and_then(|url| Url::parse(url).ok()).ok_or(MediaError::Gone)?;
        if !self.may_see_token(&url) {
            return Err(MediaError::Elsewhere);
        }
        let content = self.download(url, limit).await?;
        match of("sha256") {
            Some(hash) if !matches(&content, hash) => Err(MediaError::Damaged),
            Some(_) | None => Ok(File { media_type, content }),
        }
    }

    async fn about(&self, handle: &str) -> Result<Value, MediaError> {
        let url = below(&self.base, &[handle]).map_err(|_| MediaError::Gone)?;
        let response = self.client.get(url).send().await.map_err(|error| lost(&error))?;
        if !response.status().is_success() {
            return Err(unavailable(refused(response).await));
        }
        json(response)
            .await
            .ok_or_else(|| MediaError::Unavailable("what it is can't be read".to_owned()))
    }

    async fn download(&self, url: Url, limit: u64) -> Result<Bytes, MediaError> {
        let mut response = self.client.get(url).send().await.map_err(|error| lost(&error))?;
        if !response.status().is_success() {
            return Err(unavailable(refused(response).await));
        }
        if response.content_length().is_some_and(|length| length > limit) {
            return Err(MediaError::TooLarge { limit });
        }
        let mut content = BytesMut::new();
        while let Some(piece) = response.chunk().await.map_err(|error| lost(&error))? {
            if (content.len() + piece.len()) as u64 > limit {
                return Err(MediaError::TooLarge { limit });
            }
            content.extend_from_slice(&piece);
        }
        Ok(content.freeze())
    }

    fn may_see_token(&self, url: &Url) -> bool {
        if url.origin() == self.base.origin() {
            return true;
        }
        let is_below = |host: &str| {
            HOSTS.iter().any(|known| {
                host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
        };
        url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(is_below)
    }
}

fn limit_of(media_type: &str) -> u64 {
    LIMITS
        .iter()
        .find(|(kind, _)| media_type.starts_with(kind))
        .map_or(DOCUMENT_LIMIT, |(_, limit)| *limit)
}

/// Whether the content has this hash, which has been written in either way.
fn matches(content: &[u8], hash: &str) -> bool {
    let digest = Sha256::digest(content);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hash.eq_ignore_ascii_case(&hex) || hash == STANDARD.encode(digest)
}

fn lost(error: &reqwest::Error) -> MediaError {
    unavailable(unanswered(error))
}

fn unavailable(failure: Failure) -> MediaError {
    match failure {
        Failure::NotConnected(why) | Failure::Uncertain(why) => MediaError::Unavailable(why),
        Failure::Refused { status: 404, .. } => MediaError::Gone,
        Failure::Refused { complaint, code, .. } if complaint.may_pass() => {
            MediaError::Unavailable(format!("{} ({code})", complaint.explanation()))
        }
        Failure::Refused { .. } => MediaError::Gone,
    }
}
