//! Telegram's HTML, read as strictly as Telegram does, and a little more: signs that mean
//! something must be escaped wherever they stand.

/// The tags that Telegram knows, as far as the gateway has a use for them.
const TAGS: [&str; 13] =
    ["b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote"];

/// The text without its formatting, or what is wrong with the formatting.
pub(super) fn read(html: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(char) = rest.chars().next() {
        let offset = html.len() - rest.len();
        match char {
            '<' => {
                let Some((tag, after)) = rest[1..].split_once('>') else {
                    return Err(format!("Unclosed start tag at byte offset {offset}"));
                };
                tags(tag, &mut open).map_err(|what| format!("{what} at byte offset {offset}"))?;
                rest = after;
            }
            '&' => {
                let (char, after) = entity(rest)
                    .ok_or_else(|| format!("Bare ampersand at byte offset {offset}"))?;
                text.push(char);
                rest = after;
            }
            '>' => return Err(format!("Bare greater-than sign at byte offset {offset}")),
            char => {
                text.push(char);
                rest = &rest[char.len_utf8()..];
            }
        }
    }
    match open.last() {
        Some(tag) => Err(format!("Can't find end tag corresponding to start tag \"{tag}\"")),
        None => Ok(text),
    }
}

fn tags<'a>(tag: &'a str, open: &mut Vec<&'a str>) -> Result<(), String> {
    if let Some(name) = tag.strip_prefix('/') {
        return match open.pop() {
            Some(last) if last == name => Ok(()),
            Some(last) => {
                Err(format!("Unmatched end tag, expected \"</{last}>\", found \"</{name}>\""))
            }
            None => Err("Unexpected end tag".to_owned()),
        };
    }
    let (name, attribute) = tag.split_once(' ').unwrap_or((tag, ""));
    if !TAGS.contains(&name) {
        return Err(format!("Unsupported start tag \"{name}\""));
    }
    let is_fine = match (name, attribute) {
        ("a", attribute) => attribute
            .strip_prefix("href=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .is_some_and(is_link),
        ("code", attribute) if !attribute.is_empty() => {
            open.last() == Some(&"pre")
                && attribute.strip_prefix("class=\"language-").is_some_and(|it| it.ends_with('"'))
        }
        (_, attribute) => attribute.is_empty(),
    };
    if !is_fine {
        return Err(format!("Attribute of \"{name}\" not understood"));
    }
    // Telegram drops one of them in silence.
    if open.iter().any(|outer| matches!(*outer, "code" | "pre")) && name != "code" {
        return Err(format!("\"{name}\" within code"));
    }
    if name == "blockquote" && open.contains(&"blockquote") {
        return Err("\"blockquote\" within another".to_owned());
    }
    open.push(name);
    Ok(())
}

fn is_link(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https" | "tg") && !target.contains(['"', '<', '>', ' '])
}

fn entity(rest: &str) -> Option<(char, &str)> {
    [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')]
        .into_iter()
        .find_map(|(entity, char)| rest.strip_prefix(entity).map(|after| (char, after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_telegram_reads_is_read() {
        let html = "<b>a <i>b</i></b> &lt;<a href=\"https://x/?a&amp;b\">l</a><pre><code class=\"language-c\">x</code></pre>";
        assert_eq!(read(html).unwrap(), "a b <lx");
        for wrong in [
            "<b>a",
            "a</b>",
            "<b><i>a</b></i>",
            "<x>a</x>",
            "a & b",
            "a > b",
            "a < b",
            "<a href=\"javascript:x\">a</a>",
            "<a>x</a>",
            "<code><b>x</b></code>",
            "<b class=\"x\">a</b>",
            "<blockquote><blockquote>a</blockquote></blockquote>",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
