//! Any bytes are read or refused, and JSON is always read.
#![no_main]

use channel_whatsapp::inbound::{Update, decode};
use conversation::Timestamp;
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fuzz_target!(|body: &[u8]| {
    let Ok(envelope) = decode(body, NOW) else { return };
    for change in envelope.changes {
        assert!(!change.updates.is_empty() || !change.malformed.is_empty());
        for update in change.updates {
            if let Update::Message(arrived) = update {
                assert_eq!(arrived.inbound.conversation.channel(), "whatsapp");
                assert!(arrived.inbound.message.at <= NOW);
            }
        }
    }
});
