//! A secret that stands in the file, or in a file of its own.

use secrecy::SecretString;

use crate::decode::{At, FilePath, Reader, Secret, Setting, Shown, is_sendable};
use crate::source::{Refusal, read_bounded, utf8};

/// No secret is this long; a larger file is another one by mistake.
const MAX_BYTES: u64 = 64 * 1024;

/// The secret out of `name` and `nameFile`, of which at most one may be set.
pub(super) fn of_pair(
    inline: Setting<Secret>,
    file: Setting<FilePath>,
    reader: &Reader<'_>,
) -> Setting<SecretString> {
    match (inline, file) {
        (inline, Setting::Absent) => inline.map(|Secret(secret)| secret),
        (Setting::Absent, Setting::Given(path)) => of_file(path, reader),
        (Setting::Absent | Setting::Given(_) | Setting::Wrong, Setting::Wrong) => Setting::Wrong,
        (Setting::Given(_) | Setting::Wrong, Setting::Given(path)) => {
            let other = path.origin.setting.trim_end_matches("File").to_owned();
            let message = format!("expected only one of {other} and this file");
            reader.error(&path.origin, shown(&path), message);
            Setting::Wrong
        }
    }
}

fn of_file(path: At<FilePath>, reader: &Reader<'_>) -> Setting<SecretString> {
    let content = read_bounded(&reader.resolve(path.value.as_path()), MAX_BYTES).and_then(utf8);
    let fault = match content.as_deref().map(|text| text.trim_end_matches(['\n', '\r'])) {
        Ok("") => "found it empty".to_owned(),
        Ok(text) if is_sendable(text) => return Setting::Given(path.map(|_| text.into())),
        Ok(_) => format!("found something else than {}", Secret::EXPECTATION),
        Err(Refusal::Unreadable(error)) => error.to_string(),
        Err(refusal) => format!("found {}", refusal.describe()),
    };
    let message = format!("expected a readable file that holds the secret: {fault}");
    reader.error(&path.origin, shown(&path), message);
    Setting::Wrong
}

fn shown(path: &At<FilePath>) -> Shown {
    Shown::text(&path.value.as_path().to_string_lossy())
}
