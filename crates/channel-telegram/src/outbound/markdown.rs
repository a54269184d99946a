//! Reads the model's Markdown. What Telegram can't show is shown as text: headings in bold,
//! lists with bullets, tables row by row, and HTML as it is written.

use std::rc::Rc;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::document::Document;
use super::lists::Lists;
use super::style::{Code, Style, escape};

/// The longest target of a link, in bytes as HTML.
const TARGET_BYTES: usize = 2048;
/// The longest name of a block's language, in bytes.
const LANGUAGE_BYTES: usize = 32;
const RULE: &str = "———";

/// Reads Markdown.
pub(super) fn read(markdown: &str) -> Document {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut writer = Writer::default();
    Parser::new_ext(markdown, options).for_each(|event| writer.event(event));
    writer.document.trim_end();
    writer.document
}

#[derive(Default)]
struct Writer {
    document: Document,
    style: Style,
    lists: Lists,
    /// The links that are open, and the images, which are shown as links.
    links: Vec<OpenLink>,
    /// How many lines end before the next text.
    gap: usize,
    /// How many quotations the text before and after that gap share.
    quoted_in_gap: u8,
    at_mark: AtMark,
    row: Row,
}

/// Whether the last thing written was the mark of a list's item, which its text follows on the
/// same line.
#[derive(Default, PartialEq, Eq)]
enum AtMark {
    #[default]
    No,
    Yes,
}

/// How far a table's row has come.
#[derive(Default, PartialEq, Eq)]
enum Row {
    #[default]
    Empty,
    Begun,
}

struct OpenLink {
    /// The link around this one.
    outer: Option<Rc<str>>,
    /// The address to show behind the label, for links that Telegram doesn't know.
    address: Option<String>,
    /// The address to show if there is no label.
    target: String,
    /// Where the label begins.
    from: usize,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                let before = std::mem::replace(&mut self.style.code, Code::Inline);
                self.text(&text);
                self.style.code = before;
            }
            Event::InlineHtml(html) if is_line_break(&html) => self.text("\n"),
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => self.text("\n"),
            Event::Rule => self.block(|writer| writer.text(RULE)),
            Event::TaskListMarker(is_done) => {
                self.text(if is_done { "☑ " } else { "☐ " });
                self.at_mark = AtMark::Yes;
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.space();
                self.style.bold = self.style.bold.saturating_add(1);
            }
            Tag::BlockQuote(_) => {
                self.space();
                self.style.quoted = self.style.quoted.saturating_add(1);
            }
            Tag::CodeBlock(kind) => {
                self.space();
                self.style.code = Code::Block(language(&kind));
            }
            Tag::List(first) => {
                self.space();
                self.lists.begin(first);
            }
            Tag::Item => {
                self.lines(1);
                let mark = self.lists.mark();
                self.text(&mark);
                self.at_mark = AtMark::Yes;
            }
            Tag::TableHead => {
                self.style.bold = self.style.bold.saturating_add(1);
                self.row = Row::Empty;
            }
            Tag::TableRow => {
                self.lines(1);
                self.row = Row::Empty;
            }
            Tag::TableCell if self.row == Row::Begun => self.text(" | "),
            Tag::TableCell => self.row = Row::Begun,
            Tag::Emphasis => self.style.italic = self.style.italic.saturating_add(1),
            Tag::Strong => self.style.bold = self.style.bold.saturating_add(1),
            Tag::Strikethrough => self.style.struck = self.style.struck.saturating_add(1),
            Tag::Link { link_type, dest_url, .. } => self.open_link(link_type, &dest_url),
            Tag::Image { link_type, dest_url, .. } => self.open_link(link_type, &dest_url),
            Tag::Paragraph
            | Tag::HtmlBlock
            | Tag::Table(_)
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => self.space(),
            Tag::Superscript | Tag::Subscript => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.style.bold = self.style.bold.saturating_sub(1);
                self.space();
            }
            TagEnd::BlockQuote(_) => {
                self.style.quoted = self.style.quoted.saturating_sub(1);
                self.quoted_in_gap = self.quoted_in_gap.min(self.style.quoted);
                self.space();
            }
            TagEnd::CodeBlock => {
                self.style.code = Code::None;
                self.document.trim_end();
                self.space();
            }
            TagEnd::HtmlBlock => {
                self.document.trim_end();
                self.space();
            }
            TagEnd::List(_) => {
                self.lists.end();
                self.space();
            }
            TagEnd::Item => self.at_mark = AtMark::No,
            TagEnd::TableHead => self.style.bold = self.style.bold.saturating_sub(1),
            TagEnd::Emphasis => self.style.italic = self.style.italic.saturating_sub(1),
            TagEnd::Strong => self.style.bold = self.style.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.style.struck = self.style.struck.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.close_link(),
            TagEnd::Paragraph
            | TagEnd::Table
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::MetadataBlock(_) => self.space(),
            TagEnd::TableRow | TagEnd::TableCell | TagEnd::Superscript | TagEnd::Subscript => {}
        }
    }

    /// Writes text after the gap that is due.
    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if self.gap > 0 && !self.document.text().is_empty() {
            let between = Style { quoted: self.quoted_in_gap, ..Style::default() };
            self.document.push(&"\n".repeat(self.gap), &between);
        }
        self.document.push(text, &self.style);
        (self.gap, self.quoted_in_gap, self.at_mark) = (0, self.style.quoted, AtMark::No);
    }

    /// Something that stands apart from what is around it.
    fn block(&mut self, write: impl FnOnce(&mut Self)) {
        self.space();
        write(self);
        self.space();
    }

    /// Keeps the next block apart: within lists on a line of its own, else by an empty line.
    fn space(&mut self) {
        self.lines(if self.lists.is_inside() { 1 } else { 2 });
    }

    fn lines(&mut self, lines: usize) {
        if self.at_mark == AtMark::No {
            self.gap = self.gap.max(lines);
        }
    }

    fn open_link(&mut self, kind: LinkType, target: &str) {
        let (linked, address) = match kind {
            // What shows its own address needs no link: Telegram makes one of it.
            LinkType::Autolink | LinkType::Email => (None, None),
            LinkType::Inline
            | LinkType::Reference
            | LinkType::ReferenceUnknown
            | LinkType::Collapsed
            | LinkType::CollapsedUnknown
            | LinkType::Shortcut
            | LinkType::ShortcutUnknown
            | LinkType::WikiLink { .. } => (safe(target), address(target)),
        };
        let outer = self.style.link.clone();
        self.style.link = linked.or_else(|| outer.clone());
        let (target, from) = (target.to_owned(), self.document.text().len());
        self.links.push(OpenLink { outer, address, target, from });
    }

    fn close_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        let label = self.document.text().get(link.from..).unwrap_or_default().trim().to_owned();
        if label.is_empty() {
            self.text(&link.target);
        }
        self.style.link = link.outer;
        if let Some(address) = link.address.filter(|address| !label.contains(address)) {
            self.text(&format!(" ({address})"));
        }
    }
}

/// The target of a link, if it is of a kind that is safe to tap, fit to stand in an attribute.
fn safe(target: &str) -> Option<Rc<str>> {
    let scheme = target.split_once(':')?.0.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https" | "tg") {
        return None;
    }
    let is_odd = |char: char| char.is_whitespace() || char.is_control();
    if target.contains(is_odd) {
        return None;
    }
    let target = target.replace('"', "%22");
    let mut html = String::new();
    escape(&target, &mut html);
    (html.len() <= TARGET_BYTES).then(|| target.into())
}

/// What a link says that Telegram can't make a link of, but that someone may want to read.
fn address(target: &str) -> Option<String> {
    let (scheme, address) = target.split_once(':')?;
    let is_told = matches!(scheme.to_ascii_lowercase().as_str(), "mailto" | "tel");
    let address = address.split('?').next().unwrap_or_default().trim();
    (is_told && !address.is_empty() && address.len() <= TARGET_BYTES).then(|| address.to_owned())
}

fn language(kind: &CodeBlockKind<'_>) -> Option<Rc<str>> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let name = info.split([' ', ',', '{']).next().unwrap_or_default();
    let fits =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'#' | b'_' | b'.');
    let is_name = (1..=LANGUAGE_BYTES).contains(&name.len()) && name.bytes().all(fits);
    is_name.then(|| name.into())
}

fn is_line_break(html: &str) -> bool {
    let name = html.trim_start_matches('<').trim_end_matches(['>', '/', ' ']);
    name.eq_ignore_ascii_case("br")
}
