//! The business number on WhatsApp: what belongs together, and what it lacks.

use secrecy::SecretString;
use url::{Host, Url};

use super::channels::{dm_policy, rate_limit};
use super::secret;
use crate::channels::WhatsAppSettings;
use crate::decode::{At, BaseUrl, Origin, Reader, Setting, Shown, Switch};
use crate::document::WhatsApp;

/// What the channel can't do without.
struct Needs {
    phone_number_id: Setting<String>,
    access_token: Setting<SecretString>,
    app_secret: Setting<SecretString>,
    verify_token: Setting<SecretString>,
}

/// The channel, if it is on and nothing is wrong with it.
pub(super) fn resolve(whatsapp: WhatsApp, reader: &Reader<'_>) -> Option<WhatsAppSettings> {
    let needs = Needs {
        phone_number_id: whatsapp.phone_number_id.map(|id| id.0),
        access_token: secret::of_pair(whatsapp.access_token, whatsapp.access_token_file, reader),
        app_secret: secret::of_pair(whatsapp.app_secret, whatsapp.app_secret_file, reader),
        verify_token: secret::of_pair(whatsapp.verify_token, whatsapp.verify_token_file, reader),
    };
    let api_root = whatsapp.api_root.map(|BaseUrl(url)| url);
    check_root(&api_root, reader);
    let dm_policy = dm_policy(whatsapp.dm_policy, &whatsapp.allow_from, reader);
    let place = needs.place();
    let (is_on, place) = match &whatsapp.enabled {
        Setting::Given(At { value: Switch(on), origin }) => (*on, place.or(Some(origin))),
        Setting::Absent | Setting::Wrong => (place.is_some(), place),
    };
    if !is_on {
        return None;
    }
    needs.report_missing(place?, reader);
    Some(WhatsAppSettings {
        phone_number_id: needs.phone_number_id.value()?,
        access_token: needs.access_token.value()?,
        app_secret: needs.app_secret.value()?,
        verify_token: needs.verify_token.value()?,
        api_root: api_root.value(),
        api_version: whatsapp.api_version.value().map(|version| version.0),
        dm_policy,
        allow_from: whatsapp.allow_from.0.into_iter().map(|entry| entry.value.0).collect(),
        rate_limit: rate_limit(&whatsapp.rate_limit),
    })
}

impl Needs {
    /// The place of the first that is there, which turns the channel on.
    fn place(&self) -> Option<&Origin> {
        let secrets = [&self.access_token, &self.app_secret, &self.verify_token];
        let of_id = self.phone_number_id.given().map(|id| &id.origin);
        of_id.or_else(|| secrets.into_iter().find_map(Setting::given).map(|given| &given.origin))
    }

    fn report_missing(&self, place: &Origin, reader: &Reader<'_>) {
        let is_missing = |secret: &Setting<SecretString>| matches!(secret, Setting::Absent);
        let missing: Vec<&str> = [
            ("phoneNumberId", matches!(self.phone_number_id, Setting::Absent)),
            ("accessToken", is_missing(&self.access_token)),
            ("appSecret", is_missing(&self.app_secret)),
            ("verifyToken", is_missing(&self.verify_token)),
        ]
        .into_iter()
        .filter_map(|(name, is_missing)| is_missing.then_some(name))
        .collect();
        if !missing.is_empty() {
            let message = format!(
                "expected {} in channels.whatsapp too, which the channel can't do without; \
                 `enabled: false` turns it off",
                missing.join(" and ")
            );
            reader.error(place, Shown::Nothing, message);
        }
    }
}

/// Whoever listens on the way to another machine would read the token.
fn check_root(root: &Setting<Url>, reader: &Reader<'_>) {
    let Some(At { value, origin }) = root.given() else { return };
    let is_here = match value.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if value.scheme() == "http" && !is_here {
        reader.warning(origin, "the access token is sent there unencrypted; use https://");
    }
}
