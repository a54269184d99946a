//! Brings the forms of an English word together: `delivery`, `delivered`, `deliveries`.
//!
//! Lighter than Porter's rules, and deliberately joining nouns with their verbs, which Porter
//! keeps apart (`delivery`, `deliver`). What comes out is a key for comparison, not a word.

/// Endings that are taken off, the first that fits, and how many characters must remain.
const ENDINGS: [(&str, usize); 12] = [
    ("ations", 4),
    ("ation", 4),
    ("ances", 4),
    ("ance", 4),
    ("ences", 5),
    ("ence", 5),
    ("ions", 4),
    ("ion", 4),
    ("ing", 3),
    ("ed", 3),
    ("ly", 4),
    ("al", 5),
];

/// The key under which the forms of a folded word meet. Words of other scripts stay as they are.
pub(crate) fn stem(word: &str) -> String {
    if word.len() < 4 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = singular(word);
    for (ending, remaining) in ENDINGS {
        let Some(rest) = stem.strip_suffix(ending) else { continue };
        if rest.len() >= remaining && has_vowel(rest) {
            stem = rest.to_owned();
            break;
        }
    }
    trim(stem)
}

fn singular(word: &str) -> String {
    let ies = word.strip_suffix("ies").or_else(|| word.strip_suffix("ied"));
    if let Some(rest) = ies.filter(|rest| rest.len() > 2) {
        return format!("{rest}y");
    }
    let hissing = ["sses", "shes", "ches", "xes", "zes"];
    if hissing.iter().any(|ending| word.ends_with(ending)) {
        return word.strip_suffix("es").unwrap_or(word).to_owned();
    }
    let is_plural = !["ss", "us", "is"].iter().any(|ending| word.ends_with(ending));
    word.strip_suffix('s').filter(|_| is_plural).unwrap_or(word).to_owned()
}

/// Takes off a silent `e`, a final `y` after a consonant, `at` as in `estimat`, and one of two
/// equal consonants at the end.
fn trim(mut stem: String) -> String {
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    let mut tail = stem.bytes().rev();
    let (last, before) = (tail.next(), tail.next());
    if stem.len() > 4 && last == Some(b'y') && before.is_some_and(|byte| !is_vowel(byte)) {
        stem.pop();
    } else if stem.len() > 6 && stem.ends_with("at") {
        stem.truncate(stem.len() - 2);
    } else if stem.len() > 3 && last == before && last.is_some_and(|byte| !is_vowel(byte)) {
        stem.pop();
    }
    stem
}

fn has_vowel(text: &str) -> bool {
    text.bytes().any(|byte| is_vowel(byte) || byte == b'y')
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_a_word_meet() {
        let families: [&[&str]; 12] = [
            &["deliver", "delivery", "deliveries", "delivered", "delivering", "delivers"],
            &["ship", "ships", "shipped", "shipping"],
            &["compensate", "compensation", "compensated"],
            &["estimate", "estimates", "estimated", "estimation"],
            &["damage", "damaged", "damages"],
            &["arrive", "arrived", "arriving", "arrival"],
            &["insure", "insured", "insurance"],
            &["cancel", "cancelled", "canceled", "cancellation"],
            &["complaint", "complaints"],
            &["box", "boxes"],
            &["delay", "delays", "delayed"],
            &["address", "addresses", "addressed"],
        ];
        for family in families {
            let stems: Vec<_> = family.iter().map(|word| stem(word)).collect();
            assert!(stems.iter().all(|s| *s == stems[0]), "{family:?} became {stems:?}");
        }
    }

    #[test]
    fn words_that_differ_in_meaning_stay_apart() {
        for (one, other) in [
            ("lost", "list"),
            ("late", "later"),
            ("zone", "zoo"),
            ("price", "prize"),
            ("ship", "shipment"),
        ] {
            assert_ne!(stem(one), stem(other));
        }
    }

    #[test]
    fn short_words_and_other_scripts_stay_as_they_are() {
        for word in ["day", "kg", "paket1", "größe", "طردي"] {
            assert_eq!(stem(word), word);
        }
    }
}
