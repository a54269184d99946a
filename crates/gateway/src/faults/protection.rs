//! The protections that can be taken away.

/// Something that keeps the promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// A message that comes in again is the same message.
    Dedupe,
    /// A message is stored before its caller is told so.
    Persist,
    /// Only the owner of a claim acts under it.
    Fence,
    /// What a provider says of sent parts is heeded.
    Receipts,
}

/// The one that the environment takes away.
pub(super) fn missing() -> anyhow::Result<Option<Protection>> {
    match std::env::var("OPENCLAW_WITHOUT").ok().as_deref() {
        None => Ok(None),
        Some("dedupe") => Ok(Some(Protection::Dedupe)),
        Some("persist") => Ok(Some(Protection::Persist)),
        Some("fence") => Ok(Some(Protection::Fence)),
        Some("receipts") => Ok(Some(Protection::Receipts)),
        Some(other) => {
            anyhow::bail!(
                "OPENCLAW_WITHOUT is dedupe, persist, fence or receipts, and not '{other}'"
            )
        }
    }
}
