//! A part without its formatting, for when Telegram can't read the formatting.

/// How a link begins and ends.
const LINK: &str = "<a href=\"";
const LINK_END: &str = "</a>";

/// The text of a part that [`parts`](super::parts) has made, without its tags: a link is its words,
/// and behind them the address in parentheses. It is never longer than the part.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    // The address of the link that is open, and where its words begin.
    let mut link: Option<(String, usize)> = None;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find('>').filter(|_| rest.starts_with('<'));
        rest = if let Some((char, after)) = entity(rest) {
            text.push(char);
            after
        } else if let Some(end) = end {
            let (tag, after) = rest.split_at(end + 1);
            if let Some(target) = tag.strip_prefix(LINK).and_then(|it| it.strip_suffix("\">")) {
                link = Some((unescaped(target), text.len()));
            } else if tag == LINK_END
                && let Some((address, words)) = link.take()
                && !text[words..].contains(&address)
            {
                text.push_str(&format!(" ({address})"));
            }
            after
        } else {
            text.push_str(&rest[..1]);
            &rest[1..]
        };
    }
    text.push_str(rest);
    text
}

/// The character that an entity at the beginning of a text stands for, and what follows it.
fn entity(text: &str) -> Option<(char, &str)> {
    let entities = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
    entities.iter().find_map(|(entity, char)| Some((*char, text.strip_prefix(entity)?)))
}

/// An attribute's value as it is meant.
fn unescaped(value: &str) -> String {
    value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_entities_become_what_they_stand_for() {
        let html = "<b>a &lt;b&gt; &amp;amp;</b> <a href=\"https://x/?a=1&amp;b=2\">l</a> & <";
        assert_eq!(plain(html), "a <b> &amp; l (https://x/?a=1&b=2) & <");
    }

    #[test]
    fn a_link_keeps_its_address_unless_its_words_show_it() {
        for (html, expected) in [
            ("See <a href=\"https://x/t\">our <b>page</b></a>.", "See our page (https://x/t)."),
            ("<a href=\"https://x/t\">https://x/t</a>", "https://x/t"),
            ("<a href=\"https://x/?a&amp;lt;\">a</a> b</a>", "a (https://x/?a&lt;) b"),
            ("<a href=\"https://x/t\">cut off", "cut off"),
        ] {
            assert_eq!(plain(html), expected);
        }
    }
}
