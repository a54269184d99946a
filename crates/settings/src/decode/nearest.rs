//! The known name that was probably meant.

use strsim::damerau_levenshtein;

/// `; did you mean "…"?` when a known name is near enough, and else nothing.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(written, known) {
        Some(name) => format!("; did you mean \"{name}\"?"),
        None => String::new(),
    }
}

/// The known name with the fewest typing errors between it and what was written: at most one for
/// every three characters. Case, `-` and `_` don't count, so other spellings are found too.
fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // No name is this long, and the comparison takes the square of the length.
    if written.len() > 64 {
        return None;
    }
    let written = plain(written);
    known
        .into_iter()
        .map(|name| (damerau_levenshtein(&written, &plain(name)), name))
        .filter(|(errors, name)| errors * 3 <= name.chars().count().max(3))
        .min_by_key(|(errors, _)| *errors)
        .map(|(_, name)| name)
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(|character| !matches!(character, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_name_with_a_typing_error_is_found() {
        let known = ["gateway", "agents", "models", "trustedProxies"];
        assert_eq!(nearest("gatway", known), Some("gateway"));
        assert_eq!(nearest("trusted_proxies", known), Some("trustedProxies"));
        assert_eq!(nearest("Modles", known), Some("models"));
    }

    #[test]
    fn a_name_that_is_far_from_all_others_is_not_guessed() {
        assert_eq!(nearest("channels", ["gateway", "agents", "models"]), None);
        assert_eq!(nearest("x", ["port", "bind"]), None);
        assert_eq!(nearest(&"p".repeat(1000), ["port"]), None);
    }
}
