//! Attachments that can be fetched, or not.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use conversation::Attachment;
use conversation::ports::{Content, Media};
use tokio::time::sleep;

/// The attachments: each is a picture made of its handle, but one whose handle is `stuck`.
#[derive(Default)]
pub(crate) struct Album {
    fetched: Mutex<Vec<String>>,
    takes: Mutex<Duration>,
}

impl Album {
    /// The bytes of the picture with this handle.
    pub(crate) fn picture(handle: &str) -> Vec<u8> {
        [b"GIF89a", handle.as_bytes()].concat()
    }

    /// The handles that were asked for.
    pub(crate) fn fetched(&self) -> Vec<String> {
        self.fetched.lock().unwrap().clone()
    }

    /// Lets each fetching take this long from now on.
    pub(crate) fn take(&self, time: Duration) {
        *self.takes.lock().unwrap() = time;
    }
}

#[async_trait]
impl Media for Album {
    async fn fetch(&self, attachment: &Attachment, limit: u64) -> Option<Content> {
        self.fetched.lock().unwrap().push(attachment.handle.clone());
        let takes = *self.takes.lock().unwrap();
        sleep(takes).await;
        if attachment.handle == "stuck" {
            std::future::pending::<()>().await;
        }
        let bytes = Self::picture(&attachment.handle);
        let fits = bytes.len() as u64 <= limit;
        fits.then(|| Content { media_type: attachment.media_type.clone(), bytes })
    }
}
