//! Which key a command is about, and which slot of a Cluster that key lies in.

use deadpool_redis::redis::{Arg, Cmd};

/// How many slots a Cluster has.
const SLOTS: u16 = 16_384;

/// The key that decides where a command goes; none if any server will do.
pub(crate) fn key(cmd: &Cmd) -> Option<&[u8]> {
    let mut words = cmd.args_iter().map(|arg| match arg {
        Arg::Simple(word) => word,
        _ => &[],
    });
    let position = match words.next()? {
        b"PING" | b"PUBLISH" | b"SCRIPT" | b"INFO" | b"KEYS" => return None,
        // The script's digest and the number of keys stand between.
        b"EVALSHA" | b"EVAL" => 2,
        b"XGROUP" => 1,
        _ => 0,
    };
    words.nth(position)
}

/// The slot of a key: that of its hash tag, if it has one.
pub(crate) fn slot(key: &[u8]) -> u16 {
    crc16(tag(key).unwrap_or(key)) % SLOTS
}

/// A key of our own beside this one: on the same server, whatever moves.
pub(crate) fn beside(key: &[u8], name: &str) -> String {
    let end = key.iter().position(|&byte| byte == b'}').map_or(key.len(), |end| end + 1);
    let stem = key.get(..end).unwrap_or(key);
    format!("{}:{name}", String::from_utf8_lossy(stem))
}

/// What stands between the first brace and the next closing one, unless that is nothing.
fn tag(key: &[u8]) -> Option<&[u8]> {
    let start = key.iter().position(|&byte| byte == b'{')? + 1;
    let rest = key.get(start..)?;
    let end = rest.iter().position(|&byte| byte == b'}')?;
    rest.get(..end).filter(|tag| !tag.is_empty())
}

/// CRC-16/XMODEM, as the Redis Cluster specification prescribes.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| match crc & 0x8000 {
            0 => crc << 1,
            _ => (crc << 1) ^ 0x1021,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_specification() {
        // The specification's own test vector, and what `CLUSTER KEYSLOT` answers.
        assert_eq!(crc16(b"123456789"), 0x31c3);
        let known = [("foo", 12_182), ("oc:{foo}:ready", 12_182), ("{}foo", 9500), ("", 0)];
        for (key, expected) in known {
            assert_eq!(slot(key.as_bytes()), expected, "{key}");
        }
    }

    #[test]
    fn the_key_of_a_command_is_found() {
        let cmd = |words: &[&str]| {
            let mut cmd = Cmd::new();
            cmd.arg(words);
            cmd
        };
        for (words, expected) in [
            (vec!["EVALSHA", "abc", "2", "oc:{p01}:ready", "x"], Some("oc:{p01}:ready")),
            (vec!["XGROUP", "CREATE", "s", "g"], Some("s")),
            (vec!["HGET", "h", "f"], Some("h")),
            (vec!["PING"], None),
            (vec!["PUBLISH", "channel", "text"], None),
        ] {
            assert_eq!(key(&cmd(&words)), expected.map(str::as_bytes), "{words:?}");
        }
    }

    #[test]
    fn a_key_beside_another_shares_its_tag() {
        assert_eq!(beside(b"oc:{p01}:in:ab", "replicated"), "oc:{p01}:replicated");
    }
}
