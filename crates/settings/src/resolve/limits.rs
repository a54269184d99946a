//! How long a provider may take, and how much it is asked at once.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::decode::{Reader, Setting, Shown, Whole};
use crate::document::ProviderApi;

/// The limits of one provider.
#[derive(Clone)]
pub(super) struct Limits {
    pub(super) first_token: Duration,
    pub(super) total: Duration,
    pub(super) max_concurrent: NonZeroUsize,
}

type Seconds = Whole<1, 3_600>;
type Count = Whole<1, 65_536>;

impl Limits {
    /// What was set, and the protocol's usual values for the rest. None for a wrong one, which was
    /// reported.
    pub(super) fn resolve(
        api: ProviderApi,
        timeout: Setting<Seconds>,
        first_token: Setting<Seconds>,
        max_concurrent: Setting<Count>,
        reader: &Reader<'_>,
    ) -> Option<Self> {
        let (usual_total, usual_first, usual_count): (Seconds, Seconds, Count) = match api {
            ProviderApi::OpenAiCompletions | ProviderApi::AnthropicMessages => {
                (Whole::of::<60>(), Whole::of::<20>(), Whole::of::<256>())
            }
            ProviderApi::Ollama => (Whole::of::<120>(), Whole::of::<60>(), Whole::of::<4>()),
        };
        let total = timeout.or(usual_total)?;
        if let Setting::Given(first) = &first_token
            && first.value.get() > total.get()
        {
            let message =
                format!("expected at most {}, this provider's timeoutSeconds", total.get());
            reader.error(&first.origin, Shown::Value(first.value.get().to_string()), message);
        }
        let first = first_token.or(usual_first)?.seconds().min(total.seconds());
        let max_concurrent = max_concurrent.or(usual_count)?.count();
        Some(Self { first_token: first, total: total.seconds(), max_concurrent })
    }
}
