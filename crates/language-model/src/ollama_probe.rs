//! Whether an Ollama is there, for the health page.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Url};

use crate::{InvalidProvider, http};

/// How long it has to say so.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks an Ollama for its version.
pub struct OllamaProbe {
    client: Client,
    url: Url,
}

#[derive(serde::Deserialize)]
struct Version {
    #[serde(rename = "version")]
    _version: String,
}

impl OllamaProbe {
    /// A probe of the Ollama at `base_url`.
    ///
    /// # Errors
    /// [`InvalidProvider`] if that is no address.
    pub fn new(base_url: &str) -> Result<Self, InvalidProvider> {
        let url = http::address(base_url, &["api", "version"])?;
        let client = http::client(&url, HeaderMap::new(), PATIENCE)?;
        Ok(Self { client, url })
    }

    /// Whether it answers within 2 s.
    pub async fn answers(&self) -> bool {
        let asking = async {
            let response = self.client.get(self.url.clone()).send().await?.error_for_status()?;
            response.json::<Version>().await
        };
        matches!(tokio::time::timeout(PATIENCE, asking).await, Ok(Ok(_)))
    }
}
