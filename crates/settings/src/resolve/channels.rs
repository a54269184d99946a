//! The channels, and what they have in common.

use std::num::NonZeroU32;

use super::{telegram, web_chat, whatsapp};
use crate::channels::{ChannelSettings, RateLimitSettings};
use crate::decode::{At, List, Reader, Setting};
use crate::document::{Channels, DmPolicy, RateLimit};

/// The channels that are on.
pub(super) fn resolve(channels: Channels, reader: &Reader<'_>) -> ChannelSettings {
    ChannelSettings {
        whatsapp: whatsapp::resolve(channels.whatsapp, reader),
        telegram: telegram::resolve(channels.telegram, reader),
        web_chat: web_chat::resolve(channels.webchat, reader),
    }
}

/// Who is heard: those on the list, if there is one, unless something else is said.
pub(super) fn dm_policy<T>(
    policy: Setting<DmPolicy>,
    allow_from: &List<T>,
    reader: &Reader<'_>,
) -> DmPolicy {
    let listed = allow_from.0.first();
    match (policy.given(), listed) {
        (Some(At { value: DmPolicy::Allowlist, origin }), None) => {
            reader.warning(origin, "nobody is heard, since allowFrom is empty");
        }
        (Some(At { value: DmPolicy::Open | DmPolicy::Disabled, .. }), Some(entry)) => {
            reader.warning(&entry.origin, "does nothing, since dmPolicy is not \"allowlist\"");
        }
        (Some(_) | None, _) => {}
    }
    let usual = if listed.is_some() { DmPolicy::Allowlist } else { DmPolicy::Open };
    policy.or(usual).unwrap_or(usual)
}

/// How often one customer is answered.
pub(super) fn rate_limit(limit: &RateLimit) -> RateLimitSettings {
    let burst = u32::try_from(limit.burst.get()).ok().and_then(NonZeroU32::new);
    RateLimitSettings {
        burst: burst.unwrap_or(NonZeroU32::MIN),
        period: limit.every_seconds.seconds(),
    }
}
