//! Names of turns: random, so that a provider that echoes one gives nothing away.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `turn_` and 16 URL-safe characters, made from 12 random bytes.
pub(crate) fn turn_id(random: [u8; 12]) -> String {
    let mut id = String::with_capacity(21);
    id.push_str("turn_");
    URL_SAFE_NO_PAD.encode_string(random, &mut id);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turns_name_has_sixteen_url_safe_characters() {
        assert_eq!(turn_id([0; 12]), "turn_AAAAAAAAAAAAAAAA");
        assert_eq!(turn_id([0xff; 12]), "turn_________________");
    }
}
