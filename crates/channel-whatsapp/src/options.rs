//! What the settings say about the channel.

use std::time::Duration;

use conversation::Rate;
use secrecy::SecretString;

use crate::allow::{DmPolicy, Entry};

/// Everything about one business number.
#[derive(Clone, Debug)]
pub struct Options {
    /// WhatsApp's id of the business number, which is not the number itself.
    pub phone_number_id: String,
    /// The token that requests are made with.
    pub access_token: SecretString,
    /// The secret that webhooks are signed with.
    pub app_secret: SecretString,
    /// What WhatsApp says when it asks whether the webhook's address is ours.
    pub verify_token: SecretString,
    /// Where the Graph API is.
    pub api_root: String,
    /// Which version of it is spoken, such as `v25.0`.
    pub api_version: String,
    /// Who is answered.
    pub dm_policy: DmPolicy,
    /// Who is answered under [`DmPolicy::Allowlist`].
    pub allow_from: Vec<Entry>,
    /// How often one sender may ask for an answer; as often as it likes if none is set.
    pub rate: Option<Rate>,
    /// The largest body of a webhook, in bytes. WhatsApp sends up to 3 MB.
    pub body_bytes: usize,
    /// How long making a connection to the API may take.
    pub connect_timeout: Duration,
    /// How long a request to the API may take in all.
    pub request_timeout: Duration,
    /// The largest file that is fetched, in bytes, if WhatsApp's own limit for its kind isn't
    /// smaller.
    pub media_bytes: u64,
}

impl Options {
    /// The Graph API of Meta.
    pub const API_ROOT: &str = "https://graph.facebook.com";

    /// The version that this channel was written for.
    pub const API_VERSION: &str = "v25.0";

    /// A number with its secrets, and the usual limits. Everyone is answered.
    #[must_use]
    pub fn new(
        phone_number_id: impl Into<String>,
        access_token: SecretString,
        app_secret: SecretString,
        verify_token: SecretString,
    ) -> Self {
        Self {
            phone_number_id: phone_number_id.into(),
            access_token,
            app_secret,
            verify_token,
            api_root: Self::API_ROOT.to_owned(),
            api_version: Self::API_VERSION.to_owned(),
            dm_policy: DmPolicy::default(),
            allow_from: Vec::new(),
            rate: None,
            body_bytes: 4 * 1024 * 1024,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(20),
            media_bytes: 16 * 1024 * 1024,
        }
    }
}

/// Why a channel can't be made from its options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOptions {
    /// The number's id is none.
    #[error(
        "phoneNumberId must be the id that WhatsApp Manager shows for the business number, of \
         digits only, and not the number itself"
    )]
    PhoneNumberId,
    /// The version is none.
    #[error("apiVersion must look like v25.0, and is {0:?}")]
    ApiVersion(String),
    /// The address is none.
    #[error("apiRoot must be an absolute http or https URL: {0}")]
    ApiRoot(String),
    /// The token can't stand in an HTTP header.
    #[error("accessToken is empty or holds characters that can't be sent")]
    AccessToken,
    /// A secret is empty, which would let everyone in.
    #[error("{0} is empty; anyone could sign webhooks then")]
    EmptySecret(&'static str),
    /// The HTTP client could not be made, for example since there are no root certificates.
    #[error("the HTTP client of the WhatsApp channel can't be made: {0}")]
    Client(String),
}
