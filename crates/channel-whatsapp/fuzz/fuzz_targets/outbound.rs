//! Any reply becomes parts that WhatsApp takes, and none that is empty.
#![no_main]

use channel_whatsapp::outbound::{LONGEST_TEXT, parts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|reply: &str| {
    let parts = parts(reply, &[]);
    assert_eq!(parts.is_empty(), reply.trim().is_empty());
    for part in parts {
        assert!(!part.text.trim().is_empty());
        assert!(part.text.encode_utf16().count() <= LONGEST_TEXT);
    }
});
