//! `channels.webchat`: the chat that sites embed.

use super::origin::Origins;
use crate::decode::{FilePath, List, Prose, Secret, Setting, Switch, Whole, section};

section! {
    /// The chat that sites embed, and the page at `/` that shows it.
    struct WebChat {
        /// Whether the channel is on. Default true: its visitors need no token, and see nothing but
        /// their own conversation.
        enabled: Switch = Switch(true),
        /// The origins whose pages may embed the chat, such as `https://shop.example`, each an element
        /// or several in one, separated by commas. Default none: only pages that are served under
        /// the gateway's own name.
        allowed_origins: List<Origins>,
        /// The secret that sessions are signed with, of 16 characters or more, the same for all
        /// replicas. Default: one that the replicas make and keep in their store.
        session_secret: Setting<Secret>,
        /// A file that holds that secret, in place of `sessionSecret`.
        session_secret_file: Setting<FilePath>,
        /// Further secrets whose sessions are taken. To change `sessionSecret`, first add the next
        /// one here on all replicas, then exchange the two, and drop the old one after `sessionDays`.
        accepted_session_secrets: List<Secret>,
        /// For how many days a visitor who doesn't come back keeps the conversation. Default 30.
        session_days: Whole<1, 365> = Whole::of::<30>(),
        /// The secret with which the site signs who its visitor is. Default none: nobody is known.
        identity_secret: Setting<Secret>,
        /// A file that holds that secret, in place of `identitySecret`.
        identity_secret_file: Setting<FilePath>,
        /// What the chat says first. Default: a greeting in the visitor's language.
        greeting: Setting<Prose>,
        /// Whether visitors may send files. Default false, the only choice there is so far.
        attachments: Setting<Switch>,
    }
}
