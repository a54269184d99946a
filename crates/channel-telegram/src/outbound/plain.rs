//! A part without its formatting, for when Telegram can't read the formatting.

/// The text of a part that [`parts`](super::parts) has made, without its tags.
#[must_use]
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let entities = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
        let entity = entities.iter().find(|(entity, _)| rest.starts_with(entity));
        rest = match (entity, rest.find('>')) {
            (Some((entity, char)), _) => {
                text.push(*char);
                &rest[entity.len()..]
            }
            (None, Some(end)) if rest.starts_with('<') => &rest[end + 1..],
            (None, _) => {
                text.push_str(&rest[..1]);
                &rest[1..]
            }
        };
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_entities_become_what_they_stand_for() {
        let html = "<b>a &lt;b&gt; &amp;amp;</b> <a href=\"https://x/?a=1&amp;b=2\">l</a> & <";
        assert_eq!(plain(html), "a <b> &amp; l & <");
    }
}
