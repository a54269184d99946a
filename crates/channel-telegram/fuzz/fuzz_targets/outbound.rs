//! Whatever the model says, its parts fit, and without their tags none is blank.
#![no_main]

use channel_telegram::{LONGEST, parts, plain};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|markdown: &str| {
    for part in parts(markdown) {
        assert!(part.encode_utf16().count() <= LONGEST);
        assert!(!plain(&part).trim().is_empty());
        let count = |what: &str| part.matches(what).count();
        for tag in ["b", "i", "s", "pre", "blockquote"] {
            assert_eq!(count(&format!("<{tag}>")), count(&format!("</{tag}>")), "{part}");
        }
        assert_eq!(count("<a href=\""), count("</a>"), "{part}");
    }
});
