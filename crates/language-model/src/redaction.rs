//! Makes what a vendor says fit for logs: short, on one line, without keys or phone numbers.
//! Vendors do echo keys in their error messages.

/// How many characters of a vendor's message are kept.
const LONGEST: usize = 200;
/// A run of letters and digits from this length on is taken for a key if it mixes capitals,
/// small letters and digits. Names of models don't.
const KEY: usize = 16;
/// Any run from this length on is taken for a key.
const SURELY_KEY: usize = 32;
/// Digits in a row from this length on are taken for a phone number. Dates are shorter.
const PHONE: usize = 9;
const PREFIXES: [&str; 6] = ["sk-", "sk_", "gsk_", "xai-", "AIza", "hf_"];
const REMOVED: &str = "[removed]";

/// The message on one line, cut to a length, without what looks like a secret.
pub(crate) fn presentable(message: &str) -> String {
    let mut shown = String::new();
    for word in message.split(|char: char| char.is_whitespace() || char.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        push_word(&mut shown, word);
        if shown.chars().count() > LONGEST {
            shown = shown.chars().take(LONGEST).chain(['…']).collect();
            break;
        }
    }
    shown
}

fn push_word(shown: &mut String, word: &str) {
    let start = word.find(|char: char| char.is_ascii_alphanumeric()).unwrap_or(0);
    if PREFIXES.iter().any(|prefix| word[start..].starts_with(prefix)) {
        shown.push_str(REMOVED);
        return;
    }
    let mut rest = word;
    while !rest.is_empty() {
        let is_run = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let run = rest.find(|char| !is_run(char)).unwrap_or(rest.len());
        shown.push_str(if is_secret(&rest[..run]) { REMOVED } else { &rest[..run] });
        let between = rest[run..].find(is_run).unwrap_or(rest.len() - run);
        shown.push_str(&rest[run..run + between]);
        rest = &rest[run + between..];
    }
}

fn is_secret(run: &str) -> bool {
    let has = |test: fn(&u8) -> bool| run.bytes().any(|byte| test(&byte));
    let mixed =
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    run.len() >= SURELY_KEY
        || (run.len() >= KEY && mixed)
        || (run.len() >= PHONE && run.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_phone_numbers_are_removed_and_names_of_models_stay() {
        for (said, shown) in [
            (
                "Incorrect API key provided: sk-abc1****wxyz.",
                "Incorrect API key provided: [removed]",
            ),
            ("key 'sk-proj-1' is\nwrong", "key [removed] is wrong"),
            ("Bearer Ab1dEf2hIj3lMn4p!", "Bearer [removed]!"),
            ("call +491711234567 now", "call +[removed] now"),
            (
                "model 'claude-sonnet-4-5-20250929' not found",
                "model 'claude-sonnet-4-5-20250929' not found",
            ),
            ("meta-llama/Llama-3.3-70B-Instruct", "meta-llama/Llama-3.3-70B-Instruct"),
            ("  ", ""),
        ] {
            assert_eq!(presentable(said), shown);
        }
    }

    #[test]
    fn a_long_message_is_cut() {
        let shown = presentable(&"wörter ".repeat(100));
        assert_eq!(shown.chars().count(), LONGEST + 1);
        assert!(shown.ends_with('…'));
    }

    #[test]
    fn one_endless_word_is_removed() {
        assert_eq!(presentable(&"x".repeat(10_000)), REMOVED);
    }
}
