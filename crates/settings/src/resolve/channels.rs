//! The channels, and what they have in common.

use std::num::NonZeroU32;

use super::telegram;
use crate::channels::{ChannelSettings, RateLimitSettings};
use crate::decode::Reader;
use crate::document::{Channels, RateLimit};

/// The channels that are on.
pub(super) fn resolve(channels: Channels, reader: &Reader<'_>) -> ChannelSettings {
    ChannelSettings { telegram: telegram::resolve(channels.telegram, reader) }
}

/// How often one customer is answered.
pub(super) fn rate_limit(limit: &RateLimit) -> RateLimitSettings {
    let burst = u32::try_from(limit.burst.get()).ok().and_then(NonZeroU32::new);
    RateLimitSettings {
        burst: burst.unwrap_or(NonZeroU32::MIN),
        period: limit.every_seconds.seconds(),
    }
}
