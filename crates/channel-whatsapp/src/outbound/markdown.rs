//! What a model writes, which is markdown, as text in styles.
//!
//! WhatsApp knows no headings, links or tables: headings become bold lines, links their address
//! beside the words, and tables lines of cells.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::formatted::{Code, Formatted, Style};

/// Reads markdown.
pub(super) fn read(markdown: &str) -> Formatted {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut writer = Writer::default();
    for event in Parser::new_ext(markdown, options) {
        writer.take(event);
    }
    writer.formatted.trim_end();
    writer.formatted
}

/// The depth of the styles and lists that the parser is in.
#[derive(Default)]
struct Writer {
    formatted: Formatted,
    bold: usize,
    italic: usize,
    struck: usize,
    in_code_block: bool,
    in_item_start: bool,
    /// The next number of each list, innermost last; none for bullets.
    lists: Vec<Option<u64>>,
    quotes: usize,
    /// Where each link leads, and where its words begin.
    links: Vec<(String, usize)>,
    cells: usize,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.say(&text),
            Event::Code(text) => self.push(&text, Code::Inline),
            Event::SoftBreak | Event::HardBreak => self.break_line(),
            Event::Rule => {
                self.block();
                self.say("———");
            }
            Event::TaskListMarker(done) => self.say(if done { "[x] " } else { "[ ] " }),
            Event::FootnoteReference(name) => self.say(&format!("[{name}]")),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.say(&text),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.block();
                self.bold += 1;
                self.italic += usize::from(level > HeadingLevel::H3);
            }
            Tag::Paragraph if self.in_item_start => self.in_item_start = false,
            Tag::Paragraph | Tag::HtmlBlock | Tag::Table(_) => self.block(),
            Tag::BlockQuote(_) => {
                self.block();
                self.quotes += 1;
            }
            Tag::CodeBlock(_) => {
                self.block();
                self.in_code_block = true;
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.block();
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::TableHead => self.cells = 0,
            Tag::TableRow => {
                self.line();
                self.cells = 0;
            }
            Tag::TableCell => {
                if self.cells > 0 {
                    self.say(" | ");
                }
                self.cells += 1;
            }
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.formatted.text().len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => {
                self.bold = self.bold.saturating_sub(1);
                self.italic = self.italic.saturating_sub(usize::from(level > HeadingLevel::H3));
            }
            TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
            TagEnd::CodeBlock => self.in_code_block = false,
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Item => self.in_item_start = false,
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    /// The address stands beside the words unless it is them.
    fn end_link(&mut self) {
        let Some((address, start)) = self.links.pop() else { return };
        let words = self.formatted.text().get(start..).unwrap_or_default().trim();
        let is_said =
            address.is_empty() || address == words || address == format!("mailto:{words}");
        if is_said {
            return;
        }
        let beside = if words.is_empty() { address } else { format!(" ({address})") };
        self.formatted.push(&beside, Style::default());
    }

    fn item(&mut self) {
        self.line();
        let depth = self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            Some(None) | None => "- ".to_owned(),
        };
        self.formatted.push(&"  ".repeat(depth), Style::default());
        self.formatted.push(&mark, Style::default());
        self.in_item_start = true;
    }

    /// Begins a new paragraph, unless the text has just begun.
    fn block(&mut self) {
        self.line();
        let text = self.formatted.text();
        if !text.is_empty() && self.lists.is_empty() && !text.ends_with("\n\n") {
            self.formatted.push("\n", Style::default());
        }
        self.quote_mark();
    }

    /// Begins a new line, unless the text stands at the beginning of one.
    fn line(&mut self) {
        let text = self.formatted.text();
        if !text.is_empty() && !text.ends_with('\n') {
            self.formatted.push("\n", Style::default());
        }
        self.in_item_start = false;
    }

    fn quote_mark(&mut self) {
        if self.quotes > 0 {
            self.formatted.push("> ", Style::default());
        }
    }

    /// A style ends with its line, so within one there are no line breaks.
    fn break_line(&mut self) {
        if self.bold + self.italic + self.struck > 0 {
            self.say(" ");
            return;
        }
        self.formatted.push("\n", Style::default());
        self.quote_mark();
    }

    fn say(&mut self, text: &str) {
        let code = if self.in_code_block { Code::Block } else { Code::No };
        // The line break that ends a block of code belongs behind its marks.
        self.push(text, code);
    }

    fn push(&mut self, text: &str, code: Code) {
        self.in_item_start = false;
        let style = match code {
            Code::Inline | Code::Block => Style { code, ..Style::default() },
            Code::No => Style {
                bold: self.bold > 0,
                italic: self.italic > 0,
                struck: self.struck > 0,
                code,
            },
        };
        self.formatted.push(text, style);
    }
}
