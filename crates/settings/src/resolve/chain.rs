//! The models to ask, in order.

use super::provider::{Known, Providers};
use crate::decode::{At, Reader, Shown, did_you_mean};
use crate::document::{Model, ModelRef};
use crate::settings::ResolvedModel;

/// The primary model and its fallbacks with all that is needed to ask them.
pub(super) fn resolve(
    model: &Model,
    providers: &Providers,
    reader: &Reader<'_>,
) -> Vec<ResolvedModel> {
    let mut seen: Vec<&ModelRef> = Vec::new();
    let mut chain = Vec::new();
    for reference in model.references() {
        if seen.contains(&&reference.value) {
            reader.warning(&reference.origin, "this model is named before, and is asked only once");
            continue;
        }
        seen.push(&reference.value);
        chain.extend(look_up(reference, providers, reader));
    }
    chain
}

fn look_up(
    reference: &At<ModelRef>,
    providers: &Providers,
    reader: &Reader<'_>,
) -> Option<ResolvedModel> {
    let ModelRef { provider, model } = &reference.value;
    let report = |message: String| {
        reader.error(&reference.origin, Shown::text(&reference.value.to_string()), message);
    };
    let endpoint = match providers.get(provider) {
        Known::Usable(endpoint) => endpoint,
        Known::Wrong => return None,
        Known::Unknown => {
            let known = providers.ids().into_iter().collect::<Vec<_>>().join(", ");
            let hint = did_you_mean(provider, providers.ids());
            report(format!(
                "expected a provider that is set up under models.providers or built in \
                 ({known}), there is no \"{provider}\"{hint}"
            ));
            return None;
        }
    };
    if let Some(variable) = endpoint.missing_key {
        report(format!(
            "expected an API key for the provider \"{provider}\": set {variable}, \
             models.providers.{provider}.apiKey or models.providers.{provider}.apiKeyFile"
        ));
        return None;
    }
    Some(ResolvedModel {
        provider_id: provider.clone(),
        api: endpoint.api,
        base_url: endpoint.base_url.clone(),
        api_key: endpoint.api_key.clone(),
        model: model.clone(),
        first_token: endpoint.limits.first_token,
        total: endpoint.limits.total,
        max_concurrent: endpoint.limits.max_concurrent,
        sees: endpoint.seeing.contains(model),
    })
}
