//! JSON5 text into a tree with places, or one problem that says where the syntax breaks.

use jsonc_parser::ast::Value;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::tokens::Token;
use jsonc_parser::{
    CollectOptions, ParseOptions, ParseStringErrorKind, Scanner, ScannerOptions, parse_to_ast,
};

use super::{SourceText, Span};
use crate::problem::{Problem, Severity};

/// Parses the whole text.
pub(crate) fn parse<'a>(text: &SourceText<'a>) -> Result<Value<'a>, Box<Problem>> {
    // The parser's defaults are JSON5's grammar, but for commas, which JSON5 wants.
    let options = ParseOptions { allow_missing_commas: false, ..ParseOptions::default() };
    if let Some(span) = string_over_several_lines(text.as_str()) {
        return Err(problem(text, span, "expected the closing quote of this text in its line"));
    }
    match parse_to_ast(text.as_str(), &CollectOptions::default(), &options) {
        Ok(result) => result.value.ok_or_else(|| {
            let end = text.as_str().len();
            problem(text, Span::new(end, end), "expected an object { … }, the file is empty")
        }),
        Err(error) => Err(problem(text, error.range(), &expectation(error.kind()))),
    }
}

/// JSON5 allows a line break in a text only behind a backslash. The parser lets bare ones pass,
/// and would report a forgotten quote many lines too late.
fn string_over_several_lines(text: &str) -> Option<Span> {
    let mut scanner = Scanner::new(text, &ScannerOptions::default());
    while let Ok(Some(token)) = scanner.scan() {
        let span = Span::new(scanner.token_start(), scanner.token_end());
        if let Token::String(_) = token
            && has_bare_line_break(text.get(span.start..span.end).unwrap_or_default())
        {
            return Some(span);
        }
    }
    None
}

fn has_bare_line_break(literal: &str) -> bool {
    let mut escaped = false;
    let mut previous = ' ';
    for character in literal.chars() {
        let second_half_of_escaped_break = previous == '\r' && character == '\n';
        if matches!(character, '\n' | '\r') && !escaped && !second_half_of_escaped_break {
            return true;
        }
        escaped = character == '\\' && !escaped;
        previous = character;
    }
    false
}

fn problem(text: &SourceText<'_>, span: Span, message: &str) -> Box<Problem> {
    Box::new(Problem {
        severity: Severity::Error,
        place: text.place(span),
        subject: String::new(),
        found: found(text, span),
        message: format!("not valid JSON5: {message}"),
        excerpt: Some(text.excerpt(span, None)),
    })
}

/// What stands where the syntax breaks. Only punctuation is named: a word may be a secret whose
/// quotes were forgotten.
fn found(text: &SourceText<'_>, span: Span) -> Option<String> {
    let rest = text.as_str().get(span.start..)?;
    match rest.trim_start().chars().next() {
        None => Some("the end of the file".to_owned()),
        Some(character) if character.is_ascii_punctuation() => Some(format!("`{character}`")),
        Some(_) => None,
    }
}

fn expectation(kind: &ParseErrorKind) -> String {
    let fixed = match kind {
        ParseErrorKind::ExpectedColonAfterObjectKey => "expected a colon after this key",
        ParseErrorKind::ExpectedObjectValue => "expected a value after the colon",
        ParseErrorKind::ExpectedComma => "expected a comma",
        ParseErrorKind::MultipleRootJsonValues => "expected nothing after the closing brace",
        ParseErrorKind::UnexpectedCloseBrace
        | ParseErrorKind::UnexpectedCloseBracket
        | ParseErrorKind::UnexpectedColon
        | ParseErrorKind::UnexpectedComma => "expected a value",
        ParseErrorKind::UnexpectedWord | ParseErrorKind::UnexpectedToken => {
            "expected a value; a text stands in quotes"
        }
        ParseErrorKind::UnexpectedTokenInObject => "expected a key or the closing brace",
        ParseErrorKind::UnterminatedArray => "expected the closing bracket of this list",
        ParseErrorKind::UnterminatedObject => "expected the closing brace of this object",
        ParseErrorKind::UnterminatedCommentBlock => "expected the end of this comment, */",
        ParseErrorKind::NestingDepthExceeded => "expected fewer levels of braces and brackets",
        ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            "expected the closing quote of this text"
        }
        ParseErrorKind::String(_) => "expected a valid escape behind the backslash",
        // What is left concerns numbers, in words of the parser's own.
        other => return other.to_string().to_lowercase(),
    };
    fixed.to_owned()
}
