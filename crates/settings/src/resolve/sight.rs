//! Which models of a provider can see.

use std::collections::BTreeSet;

use crate::decode::{At, Reader, Sections, Setting, Shown, did_you_mean};
use crate::document::{ModelId, ModelInput, ProviderModel};

/// The names of the models of `provider` that take pictures. `asked` are those that the chain
/// names: an entry that seems to mean one of them, but is written otherwise, is pointed out.
pub(super) fn resolve(
    provider: &str,
    entries: Sections<ProviderModel>,
    asked: &[&str],
    reader: &Reader<'_>,
) -> BTreeSet<String> {
    let mut listed: Vec<(At<String>, bool)> = Vec::new();
    for At { value: ProviderModel { id, input }, origin } in entries.0 {
        let id = match id {
            Setting::Given(id) => id.map(|ModelId(name)| name),
            Setting::Wrong => continue,
            Setting::Absent => {
                reader.error(&origin, Shown::Nothing, "expected an id, as in id: \"gpt-4o\"");
                continue;
            }
        };
        if listed.iter().any(|(known, _)| known.value == id.value) {
            reader.warning(&id.origin, "this model is listed before, and its first entry counts");
            continue;
        }
        let sees = input.0.iter().any(|input| input.value == ModelInput::Image);
        listed.push((id, sees));
    }
    point_out_misspelled(provider, &listed, asked, reader);
    listed.into_iter().filter(|(_, sees)| *sees).map(|(id, _)| id.value).collect()
}

/// Entries of models that nobody asks are fine, unless one that is asked has a similar name and no
/// entry of its own.
fn point_out_misspelled(
    provider: &str,
    listed: &[(At<String>, bool)],
    asked: &[&str],
    reader: &Reader<'_>,
) {
    let is_listed = |name: &str| listed.iter().any(|(id, _)| id.value == name);
    let unlisted = || asked.iter().copied().filter(|name| !is_listed(name));
    for (id, _) in listed.iter().filter(|(id, _)| !asked.contains(&id.value.as_str())) {
        let own = id.value.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/'));
        let hint = did_you_mean(own.unwrap_or(&id.value), unlisted());
        if !hint.is_empty() {
            reader.warning(&id.origin, format!("no model of this name is asked{hint}"));
        }
    }
}
