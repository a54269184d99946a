//! WhatsApp: the channel that sends, and the routes that Meta calls.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use channel_whatsapp::webhook::{self, Parts};
use channel_whatsapp::{DmPolicy, Options, WhatsApp};
use conversation::{Clock, Rate};
use settings::WhatsAppSettings;

use super::Stores;

/// Puts the channel together.
pub(super) fn channel(
    settings: &WhatsAppSettings,
    Stores { inbox, store }: &Stores,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<(WhatsApp, Router)> {
    let options = options(settings).context("channels.whatsapp")?;
    let channel = WhatsApp::new(&options, store.clone()).context("channels.whatsapp")?;
    let parts =
        Parts { inbox: inbox.clone(), notes: store.clone(), receipts: store.clone(), clock };
    let routes = webhook::router(&options, parts).context("channels.whatsapp")?;
    Ok((channel, routes))
}

fn options(settings: &WhatsAppSettings) -> anyhow::Result<Options> {
    let usual = Options::new(
        settings.phone_number_id.as_str(),
        settings.access_token.clone(),
        settings.app_secret.clone(),
        settings.verify_token.clone(),
    );
    let rate = settings.rate_limit;
    let listed = settings.allow_from.iter().map(|entry| entry.parse());
    Ok(Options {
        api_root: settings.api_root.as_ref().map_or(usual.api_root, ToString::to_string),
        api_version: settings.api_version.clone().unwrap_or(usual.api_version),
        dm_policy: match settings.dm_policy {
            settings::DmPolicy::Open => DmPolicy::Open,
            settings::DmPolicy::Allowlist => DmPolicy::Allowlist,
            settings::DmPolicy::Disabled => DmPolicy::Disabled,
        },
        allow_from: listed.collect::<Result<_, _>>()?,
        rate: Some(Rate { burst: rate.burst.get(), period: rate.period }),
        ..usual
    })
}

#[cfg(test)]
mod tests {
    use settings::{Environment, Source};

    use super::*;

    #[test]
    fn what_the_settings_say_of_whatsapp_reaches_the_channel() {
        let directory = std::env::temp_dir().join(format!("openclaw-wa-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("openclaw.json");
        let text = "{ channels: { whatsapp: { phoneNumberId: '1', accessToken: 'a', appSecret: 'b', \
                    verifyToken: 'c', apiRoot: 'http://127.0.0.1:9/x', apiVersion: 'v30.1', \
                    allowFrom: ['+49 1511234567', 'DE.1', '*'], \
                    rateLimit: { burst: 2, everySeconds: 9 } } } }";
        std::fs::write(&file, text).unwrap();
        let source = Source { file: Some(file), directory: directory.clone() };
        let settings = settings::load(&source, &Environment::default()).unwrap().settings;
        std::fs::remove_dir_all(&directory).unwrap();
        let options = options(&settings.channels.whatsapp.unwrap()).unwrap();
        assert_eq!((&*options.phone_number_id, &*options.api_version), ("1", "v30.1"));
        assert_eq!(options.api_root, "http://127.0.0.1:9/x");
        assert_eq!((options.dm_policy, options.allow_from.len()), (DmPolicy::Allowlist, 3));
        let rate = options.rate.unwrap();
        assert_eq!((rate.burst, rate.period.as_secs()), (2, 9));
    }
}
