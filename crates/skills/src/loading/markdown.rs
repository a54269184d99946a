//! Takes a skill's body apart: its sections, who each is for, and the comments in it.
//!
//! Comments reach neither the model nor a customer. One that begins with `asked as:` lists
//! other words in which customers ask for its section, and goes into the search index only. One that
//! says `hands over` marks a section for those who want a person.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

/// A heading that begins so, in whatever case, opens a part meant for the model alone.
const ASSISTANT_HEADING: &str = "for the assistant";

/// How a comment begins that lists other wordings of a section's question.
const ASKED_AS: &str = "asked as:";

/// What a comment says of a section that is for those who want a person.
const HANDS_OVER: &str = "hands over";

/// Whom a section is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// It may be quoted to a customer as it stands.
    Customer,
    /// It instructs the model, and is never quoted.
    Assistant,
}

/// A heading with the text up to the next heading of any level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// The heading's words, without markup. Empty for text before the first heading.
    pub(crate) title: String,
    /// The heading's level, 1 to 6; 0 without a heading.
    pub(crate) level: usize,
    /// The titles of the headings it stands under, without the file's own title.
    pub(crate) trail: Vec<String>,
    /// The Markdown under the heading, without comments.
    pub(crate) text: String,
    /// Other words in which customers ask for it.
    pub(crate) asked_as: String,
    /// Whether whoever asks for it wants a person, so that one has to be promised.
    pub(crate) hands_over: bool,
    /// Whom it is for.
    pub(crate) audience: Audience,
}

/// A body, taken apart.
#[derive(Debug)]
pub(crate) struct Outline {
    /// The whole body without comments.
    pub(crate) text: String,
    /// Its sections, in order.
    pub(crate) sections: Vec<Section>,
}

/// What is wrong with a body, and how many bytes into it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) offset: usize,
    pub(crate) message: &'static str,
}

/// Takes `body` apart.
pub(crate) fn outline(body: &str) -> Result<Outline, Flaw> {
    let marks = marks(body)?;
    let comments: Vec<Range<usize>> = marks.comments;
    let mut sections = Vec::new();
    let mut above: Vec<(usize, String, Audience)> = Vec::new();
    let first = marks.headings.first().map_or(body.len(), |heading| heading.range.start);
    sections.push(section(body, 0..first, &comments, &Heading::none(), &above));
    for (number, heading) in marks.headings.iter().enumerate() {
        let next = marks.headings.get(number + 1).map_or(body.len(), |next| next.range.start);
        above.retain(|(level, ..)| *level < heading.level);
        sections.push(section(body, heading.range.end..next, &comments, heading, &above));
        let audience = audience(heading, &above);
        above.push((heading.level, heading.title.clone(), audience));
    }
    sections.retain(|section| section.has_text());
    Ok(Outline { text: without(body, 0..body.len(), &comments), sections })
}

impl Section {
    /// Whether there is a word under the heading.
    fn has_text(&self) -> bool {
        self.text.chars().any(char::is_alphanumeric)
    }

    /// The section as Markdown, heading included.
    pub(crate) fn markdown(&self) -> String {
        if self.level == 0 {
            return self.text.clone();
        }
        format!("{} {}\n\n{}", "#".repeat(self.level), self.title, self.text)
    }
}

struct Heading {
    range: Range<usize>,
    level: usize,
    title: String,
}

impl Heading {
    /// What stands above the text before the first heading.
    fn none() -> Self {
        Self { range: 0..0, level: 0, title: String::new() }
    }
}

#[derive(Default)]
struct Marks {
    headings: Vec<Heading>,
    comments: Vec<Range<usize>>,
}

/// Finds the headings and the comments of a body.
fn marks(body: &str) -> Result<Marks, Flaw> {
    let mut marks = Marks::default();
    let mut open: Option<Heading> = None;
    // Headings inside a quotation or a list item belong to it, and don't divide the body.
    let mut depth = 0_usize;
    for (event, range) in Parser::new(body).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if depth == 0 => {
                open = Some(Heading { range, level: number(level), title: String::new() });
            }
            Event::End(TagEnd::Heading(_)) => marks.headings.extend(open.take()),
            Event::Start(Tag::BlockQuote(_) | Tag::List(_)) => depth += 1,
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => {
                depth = depth.saturating_sub(1);
            }
            Event::Start(Tag::HtmlBlock) => find_comments(body, range, &mut marks.comments)?,
            Event::InlineHtml(html) if html.starts_with("<!--") => marks.comments.push(range),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut open {
                    heading.title.push_str(&words);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(heading) = &mut open {
                    heading.title.push(' ');
                }
            }
            _ => {}
        }
    }
    Ok(marks)
}

/// Finds the comments inside a block of HTML.
fn find_comments(
    body: &str,
    block: Range<usize>,
    comments: &mut Vec<Range<usize>>,
) -> Result<(), Flaw> {
    let mut from = block.start;
    while let Some(start) = body.get(from..block.end).and_then(|html| html.find("<!--")) {
        let start = from + start;
        let Some(length) = body.get(start + 4..block.end).and_then(|html| html.find("-->")) else {
            let message = "the comment that begins here has no end; close it with `-->`";
            return Err(Flaw { offset: start, message });
        };
        from = start + 4 + length + 3;
        comments.push(start..from);
    }
    Ok(())
}

fn number(level: HeadingLevel) -> usize {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

fn audience(heading: &Heading, above: &[(usize, String, Audience)]) -> Audience {
    let inherited = above.iter().any(|(_, _, audience)| *audience == Audience::Assistant);
    if inherited || heading.title.trim().to_lowercase().starts_with(ASSISTANT_HEADING) {
        return Audience::Assistant;
    }
    Audience::Customer
}

fn section(
    body: &str,
    range: Range<usize>,
    comments: &[Range<usize>],
    heading: &Heading,
    above: &[(usize, String, Audience)],
) -> Section {
    let within: Vec<&str> = comments
        .iter()
        .filter(|comment| range.contains(&comment.start))
        .filter_map(|comment| inside(body.get(comment.clone())?))
        .collect();
    let asked_as: Vec<&str> = within.iter().filter_map(|inside| other_wordings(inside)).collect();
    Section {
        audience: audience(heading, above),
        title: heading.title.trim().to_owned(),
        level: heading.level,
        trail: above.iter().filter(|(level, ..)| *level > 1).map(|(_, t, _)| t.clone()).collect(),
        text: without(body, range, comments),
        asked_as: asked_as.join("\n"),
        hands_over: within.iter().any(|inside| inside.eq_ignore_ascii_case(HANDS_OVER)),
    }
}

/// What a comment says.
fn inside(comment: &str) -> Option<&str> {
    Some(comment.strip_prefix("<!--")?.strip_suffix("-->")?.trim())
}

/// What a comment lists, if it lists other wordings.
fn other_wordings(inside: &str) -> Option<&str> {
    let (head, rest) = inside.split_at_checked(ASKED_AS.len())?;
    head.eq_ignore_ascii_case(ASKED_AS).then_some(rest)
}

/// A part of the body without its comments, and without the blank lines they leave.
fn without(body: &str, part: Range<usize>, comments: &[Range<usize>]) -> String {
    let mut text = String::new();
    let mut from = part.start;
    for comment in comments.iter().filter(|c| part.start <= c.start && c.end <= part.end) {
        text.push_str(body.get(from..comment.start).unwrap_or_default());
        from = comment.end;
        let ends_line = text.is_empty() || text.ends_with('\n');
        if ends_line {
            let rest = body.get(from..part.end).unwrap_or_default();
            from += rest.len() - rest.trim_start_matches(['\n', ' ', '\t']).len();
        }
    }
    text.push_str(body.get(from..part.end).unwrap_or_default());
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(body: &str) -> Vec<(usize, String)> {
        let outline = outline(body).unwrap();
        outline.sections.into_iter().map(|section| (section.level, section.title)).collect()
    }

    #[test]
    fn a_body_is_divided_at_every_heading_that_has_text_under_it() {
        let body =
            "Intro.\n\n# Skill\n\n## One `x`\n\nText.\n\n### Two\nMore.\n\nThree\n-----\nEnd.\n";
        let expected = [(0, ""), (2, "One x"), (3, "Two"), (2, "Three")];
        let expected: Vec<_> = expected.iter().map(|(l, t)| (*l, (*t).to_owned())).collect();
        assert_eq!(titles(body), expected);
        assert_eq!(outline(body).unwrap().sections[2].trail, ["One x"]);
    }

    #[test]
    fn a_hash_inside_a_code_block_or_a_quotation_is_no_heading() {
        let body = "## One\n\n```\n# not a heading\n<!-- not a comment -->\n```\n\n> ## nor this\n> text\n";
        assert_eq!(titles(body), [(2, "One".to_owned())]);
        assert!(outline(body).unwrap().text.contains("<!-- not a comment -->"));
    }

    #[test]
    fn everything_under_a_heading_for_the_assistant_is_for_the_assistant() {
        let body = "## For the Assistant: tone\n\nA.\n\n### Deeper\n\nB.\n\n## Prices\n\nC.\n";
        let audiences: Vec<_> =
            outline(body).unwrap().sections.iter().map(|section| section.audience).collect();
        assert_eq!(audiences, [Audience::Assistant, Audience::Assistant, Audience::Customer]);
    }

    #[test]
    fn comments_are_taken_out_and_other_wordings_are_kept_for_the_index() {
        let body = "## One\n\n<!-- asked as: where is it; lost? -->\n\nText <!-- note -->goes on.\n\n\
                    <!-- a\nnote -->\n\nEnd.\n";
        let outline = outline(body).unwrap();
        assert_eq!(outline.text, "## One\n\nText goes on.\n\nEnd.");
        assert_eq!(outline.sections[0].text, "Text goes on.\n\nEnd.");
        assert_eq!(outline.sections[0].asked_as.trim(), "where is it; lost?");
    }

    #[test]
    fn a_comment_marks_the_section_for_those_who_want_a_person() {
        let body = "## One\n\n<!-- asked as: a -->\n<!-- Hands over -->\n\nText.\n\n## Two\n\n\
                    <!-- hands over the parcel -->\nText.\n";
        let sections = outline(body).unwrap().sections;
        let marked: Vec<_> = sections.iter().map(|section| section.hands_over).collect();
        assert_eq!((marked, sections[0].asked_as.trim()), (vec![true, false], "a"));
        assert_eq!(sections[0].text, "Text.");
    }

    #[test]
    fn a_comment_without_an_end_is_a_flaw_since_it_would_swallow_the_rest() {
        let flaw = outline("Text.\n\n<!-- open\n\nMore.\n").unwrap_err();
        assert_eq!(flaw.offset, 7);
    }

    #[test]
    fn a_section_prints_as_it_was_written() {
        let outline = outline("### Two words\n\n- a\n- b\n").unwrap();
        assert_eq!(outline.sections[0].markdown(), "### Two words\n\n- a\n- b");
    }
}
