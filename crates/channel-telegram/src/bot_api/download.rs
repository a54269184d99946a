//! Fetching what a customer sent.

use super::{ApiError, BotApi, http};

/// The largest file that Telegram hands to bots, in bytes.
pub(super) const FILE_BYTES: usize = 20 << 20;

impl BotApi {
    /// Fetches a file by its handle, if it is no larger than `limit` bytes, and than the 20 MB
    /// that Telegram allows.
    ///
    /// # Errors
    /// [`ApiError::TooLarge`], or what asking for the file or fetching it says.
    pub async fn download(&self, handle: &str, limit: usize) -> Result<Vec<u8>, ApiError> {
        let limit = limit.min(FILE_BYTES);
        let file = self.file(handle).await?;
        if file.file_size.is_some_and(|bytes| usize::try_from(bytes).is_ok_and(|it| it > limit)) {
            return Err(ApiError::TooLarge { limit });
        }
        let refused = |why: &str| ApiError::Refused { code: 400, why: why.to_owned() };
        let path: Vec<&str> = file.file_path.split('/').collect();
        if path.iter().any(|part| matches!(*part, "" | "." | "..")) {
            return Err(refused("the file's path can't be fetched from here"));
        }
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            let bot = format!("bot{}", self.token.expose());
            segments.pop_if_empty().push("file").push(&bot).extend(path);
        }
        let request = self.client.get(url).timeout(self.timeouts.download);
        let response = request.send().await.map_err(|error| http::unsent(&error))?;
        match response.status().as_u16() {
            200 => http::body(response, limit).await,
            404 => Err(refused("the file is gone")),
            code => Err(ApiError::Unknown(format!("HTTP {code} instead of the file"))),
        }
    }
}
