//! How often sessions and addresses may ask, counted over all replicas.

use std::sync::Arc;
use std::time::Duration;

use conversation::Rate;
use conversation::ports::Accord;

use crate::keyring::Keyring;
use crate::refusal::Refusal;

/// Something that is counted: what is done, by whom, and how often that may be.
pub(crate) struct Lane<'a> {
    pub(crate) what: &'static str,
    pub(crate) who: &'a [u8],
    pub(crate) rate: Rate,
}

/// Passes the lanes in their order, or says how long to wait. Whom one of them keeps out is not
/// counted by those behind it: a visitor who asks too often uses up nothing that is shared with
/// others. The lanes' names hold no address.
pub(crate) async fn pass(
    accord: &Arc<dyn Accord>,
    keyring: &Keyring,
    lanes: &[Lane<'_>],
) -> Result<(), Refusal> {
    for lane in lanes {
        let name = format!("webchat/{}/{}", lane.what, keyring.name(lane.who));
        if let Some(wait) = accord.pass(&name, lane.rate).await? {
            return Err(Refusal::TooOften(whole_seconds(wait)));
        }
    }
    Ok(())
}

fn whole_seconds(wait: Duration) -> u32 {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_come_back_too_early() {
        assert_eq!(whole_seconds(Duration::from_millis(1)), 1);
        assert_eq!(whole_seconds(Duration::from_millis(2_000)), 2);
        assert_eq!(whole_seconds(Duration::from_millis(2_001)), 3);
        assert_eq!(whole_seconds(Duration::ZERO), 1);
    }
}
