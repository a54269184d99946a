//! `channels.whatsapp`: a business number on WhatsApp's Cloud API.

use super::hearing::{DmPolicy, RateLimit};
use super::whatsapp_words::{GraphVersion, PhoneNumberId, WhatsAppSender};
use crate::decode::{BaseUrl, FilePath, List, Secret, Setting, Switch, section};

section! {
    /// A business number on WhatsApp's Cloud API. Meta calls the gateway at `/webhooks/whatsapp`.
    struct WhatsApp {
        /// Whether the channel is on. Default: if the id or a secret of it is set.
        enabled: Setting<Switch>,
        /// The id that WhatsApp Manager shows for the business number; not the number itself.
        phone_number_id: Setting<PhoneNumberId>,
        /// The token that messages are sent with, best that of a system user, which doesn't expire.
        access_token: Setting<Secret>,
        /// A file that holds the token, in place of `accessToken`.
        access_token_file: Setting<FilePath>,
        /// The secret of the Meta app, which webhooks are signed with.
        app_secret: Setting<Secret>,
        /// A file that holds that secret, in place of `appSecret`.
        app_secret_file: Setting<FilePath>,
        /// A word of your own choice. It is entered beside the webhook's address at Meta, which
        /// says it when it verifies the address.
        verify_token: Setting<Secret>,
        /// A file that holds that word, in place of `verifyToken`.
        verify_token_file: Setting<FilePath>,
        /// Where the Graph API is. Default `https://graph.facebook.com`.
        api_root: Setting<BaseUrl>,
        /// Which version of the Graph API is spoken. Default `v25.0`, which the gateway was written
        /// for.
        api_version: Setting<GraphVersion>,
        /// Who is heard. Default `open`; `allowlist` if `allowFrom` is set.
        dm_policy: Setting<DmPolicy>,
        /// Who is heard under `allowlist`: numbers in international form such as `+4915112345678`,
        /// ids such as `DE.13491208655302741918`, or `*`.
        allow_from: List<WhatsAppSender>,
        /// How often one customer is answered.
        rate_limit: RateLimit,
    }
}
