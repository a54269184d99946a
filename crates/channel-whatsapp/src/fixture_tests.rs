//! Every recorded webhook, translated to words and compared with what it was found to say.

mod shown;

use std::path::PathBuf;

use conversation::Timestamp;

use crate::inbound::decode;

/// Later than every recorded webhook.
const NOW: Timestamp = Timestamp(4_000_000_000_000);

/// The recorded webhooks, by name.
fn recorded() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = folder.join("../../../shared/fixtures/whatsapp");
    let listing = std::fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!("the recorded webhooks are not there, {}: {error}", folder.display())
    });
    let mut files: Vec<_> = listing
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_recorded_webhook_says_what_it_was_found_to_say() {
    let files = recorded();
    assert!(files.len() >= 40, "only {} recorded webhooks", files.len());
    for (name, body) in files {
        let envelope = decode(&body, NOW).unwrap_or_else(|error| panic!("{name}: {error}"));
        let said: usize = envelope.changes.iter().map(|change| change.updates.len()).sum();
        assert!(said > 0, "{name} says nothing");
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.set_snapshot_path("../snapshots");
        settings.bind(|| insta::assert_snapshot!(name, shown::envelope(&envelope)));
    }
}

#[test]
fn no_element_of_the_recorded_webhooks_is_malformed() {
    for (name, body) in recorded() {
        for change in decode(&body, NOW).unwrap().changes {
            assert_eq!(change.malformed, [], "{name}");
        }
    }
}

#[test]
fn a_recorded_webhook_cut_anywhere_is_refused_or_read() {
    for (_, body) in recorded() {
        for end in 0..body.len() {
            let _ = decode(&body[..end], NOW);
        }
    }
}
