//! Spells contracted English words out, with their apostrophe or without: whether something
//! arrived or "hasn't arrived" is all the difference, and that half of it must not be lost.

use crate::search::words::fold;

/// What stands for an apostrophe on one keyboard or another.
const APOSTROPHES: [char; 6] = ['\'', '’', '‘', 'ʼ', '´', '`'];

/// Contractions that aren't simply a word and its ending.
const IRREGULAR: [(&str, [&str; 2]); 4] = [
    ("can't", ["can", "not"]),
    ("won't", ["will", "not"]),
    ("shan't", ["shall", "not"]),
    ("let's", ["let", "us"]),
];

/// Endings that stand for a word of their own.
const ENDINGS: [(&str, &str); 6] = [
    ("n't", "not"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'d", "would"),
    ("'m", "am"),
];

/// Words after which `'s` means "is". After any other it tells whose something is.
const BEFORE_IS: [&str; 12] =
    ["where", "what", "who", "how", "when", "why", "it", "that", "there", "here", "he", "she"];

/// What is often written without its apostrophe, unless it is a word by itself or one of
/// another language, such as "ill" or "im".
const WITHOUT_APOSTROPHE: [(&str, [&str; 2]); 29] = [
    ("arent", ["are", "not"]),
    ("cannot", ["can", "not"]),
    ("cant", ["can", "not"]),
    ("couldnt", ["could", "not"]),
    ("didnt", ["did", "not"]),
    ("doesnt", ["does", "not"]),
    ("dont", ["do", "not"]),
    ("hadnt", ["had", "not"]),
    ("hasnt", ["has", "not"]),
    ("havent", ["have", "not"]),
    ("heres", ["here", "is"]),
    ("hows", ["how", "is"]),
    ("isnt", ["is", "not"]),
    ("ive", ["i", "have"]),
    ("shouldnt", ["should", "not"]),
    ("thats", ["that", "is"]),
    ("theres", ["there", "is"]),
    ("theyre", ["they", "are"]),
    ("wasnt", ["was", "not"]),
    ("werent", ["were", "not"]),
    ("weve", ["we", "have"]),
    ("whats", ["what", "is"]),
    ("whens", ["when", "is"]),
    ("wheres", ["where", "is"]),
    ("whos", ["who", "is"]),
    ("wont", ["will", "not"]),
    ("wouldnt", ["would", "not"]),
    ("youre", ["you", "are"]),
    ("youve", ["you", "have"]),
];

/// Whether a character joins the parts of a contracted word.
pub(super) fn is_apostrophe(c: char) -> bool {
    APOSTROPHES.contains(&c)
}

/// The folded words of a piece of text between spaces and marks other than apostrophes.
pub(super) fn spelt_out(piece: &str) -> Vec<String> {
    let piece = piece.trim_matches(is_apostrophe);
    if !piece.contains(is_apostrophe) {
        let word = fold(piece);
        let known = WITHOUT_APOSTROPHE.iter().find(|(short, _)| *short == word);
        return known.map_or_else(|| vec![word], |(_, words)| owned(words));
    }
    let whole = fold(&piece.replace(is_apostrophe, "'"));
    if let Some((_, words)) = IRREGULAR.iter().find(|(short, _)| *short == whole) {
        return owned(words);
    }
    for (ending, meaning) in ENDINGS {
        if let Some(word) = whole.strip_suffix(ending).filter(|word| is_one_word(word)) {
            return owned(&[word, meaning]);
        }
    }
    match whole.strip_suffix("'s").filter(|word| is_one_word(word)) {
        Some(word) if BEFORE_IS.contains(&word) => owned(&[word, "is"]),
        Some(word) => owned(&[word]),
        // Other languages join words of their own, as in "l'envoi".
        None => piece.split(is_apostrophe).map(fold).collect(),
    }
}

fn is_one_word(word: &str) -> bool {
    !word.is_empty() && !word.contains('\'')
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contraction_means_what_it_means_spelt_out() {
        for (short, long) in [
            ("Where's", "where is"),
            ("hasn’t", "has not"),
            ("HASNT", "has not"),
            ("doesn`t", "does not"),
            ("can't", "can not"),
            ("won't", "will not"),
            ("whats", "what is"),
            ("I'm", "i am"),
            ("they've", "they have"),
            ("'quoted'", "quoted"),
        ] {
            assert_eq!(spelt_out(short).join(" "), long, "{short}");
        }
    }

    #[test]
    fn what_belongs_to_somebody_is_theirs_and_other_languages_join_whole_words() {
        for (short, long) in [
            ("sender's", "sender"),
            ("l'envoi", "l envoi"),
            ("n’a", "n a"),
            ("im", "im"),
            ("ill", "ill"),
            ("rock'n't'roll", "rock n t roll"),
        ] {
            assert_eq!(spelt_out(short).join(" "), long, "{short}");
        }
    }
}
