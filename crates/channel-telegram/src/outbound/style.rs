//! How a stretch of text looks, and the tags that say so.

use std::rc::Rc;

/// How a stretch of text looks. Telegram lets neither code stand in anything but a quotation nor
/// links in links, which this can't even express.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) quoted: u8,
    pub(super) bold: u8,
    pub(super) italic: u8,
    pub(super) struck: u8,
    pub(super) link: Option<Rc<str>>,
    pub(super) code: Code,
}

/// Whether a stretch of text is code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Code {
    #[default]
    None,
    Inline,
    /// A block, and its language if that is known.
    Block(Option<Rc<str>>),
}

/// One tag of Telegram's HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    Quote,
    Link(Rc<str>),
    Bold,
    Italic,
    Struck,
    Code,
    Pre,
    Language(Rc<str>),
}

impl Style {
    /// The tags around such a text, from the outside to the inside.
    pub(super) fn tags(&self) -> Vec<Tag> {
        let mut tags = Vec::new();
        if self.quoted > 0 {
            tags.push(Tag::Quote);
        }
        if let Some(link) = &self.link {
            tags.push(Tag::Link(Rc::clone(link)));
        }
        match &self.code {
            // A link's text may not be code, and is worth more as a link.
            Code::Inline if self.link.is_none() => tags.push(Tag::Code),
            Code::Block(language) if self.link.is_none() => {
                tags.push(Tag::Pre);
                tags.extend(language.clone().map(Tag::Language));
            }
            Code::None | Code::Inline | Code::Block(_) => {
                let looks = [
                    (self.bold, Tag::Bold),
                    (self.italic, Tag::Italic),
                    (self.struck, Tag::Struck),
                ];
                tags.extend(looks.into_iter().filter(|(depth, _)| *depth > 0).map(|(_, tag)| tag));
            }
        }
        tags
    }
}

impl Tag {
    pub(super) fn open(&self, html: &mut String) {
        match self {
            Self::Quote => html.push_str("<blockquote>"),
            Self::Link(target) => {
                html.push_str("<a href=\"");
                escape(target, html);
                html.push_str("\">");
            }
            Self::Bold => html.push_str("<b>"),
            Self::Italic => html.push_str("<i>"),
            Self::Struck => html.push_str("<s>"),
            Self::Code => html.push_str("<code>"),
            Self::Pre => html.push_str("<pre>"),
            Self::Language(language) => {
                html.push_str("<code class=\"language-");
                html.push_str(language);
                html.push_str("\">");
            }
        }
    }

    pub(super) fn close(&self, html: &mut String) {
        html.push_str(match self {
            Self::Quote => "</blockquote>",
            Self::Link(_) => "</a>",
            Self::Bold => "</b>",
            Self::Italic => "</i>",
            Self::Struck => "</s>",
            Self::Code | Self::Language(_) => "</code>",
            Self::Pre => "</pre>",
        });
    }
}

/// Writes text so that nothing in it is taken for a tag or an entity.
pub(super) fn escape(text: &str, html: &mut String) {
    for char in text.chars() {
        match escaped(char) {
            Some(entity) => html.push_str(entity),
            None => html.push(char),
        }
    }
}

/// What is written for a character that means something in HTML.
pub(super) const fn escaped(char: char) -> Option<&'static str> {
    match char {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}
