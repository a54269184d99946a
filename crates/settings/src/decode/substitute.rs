//! `${VAR}` and `${VAR:-default}` within texts; `$${` stands for a literal `${`.

use std::fmt;

/// A text after substitution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Substituted {
    pub(crate) text: String,
    /// Whether any variable stood in it.
    pub(crate) has_placeholders: bool,
}

/// A placeholder that can't be replaced.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Where the placeholder begins in the text.
    pub(crate) offset: usize,
    /// As much of the placeholder as can be shown. A default, or what may be no variable at all,
    /// could be part of a secret.
    pub(crate) shown: String,
    kind: FaultKind,
}

#[derive(Debug, PartialEq, Eq)]
enum FaultKind {
    /// The variable is not set, and there is no default.
    Unset { name: String },
    /// What stands between the braces is not the name of a variable.
    BadName,
    /// The default itself begins a placeholder, which would end at the wrong brace.
    Nested,
    /// There is no closing brace.
    Unclosed,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::Unset { name } => write!(
                formatter,
                "expected the environment variable {name} to be set, or a default as in ${{{name}:-value}}"
            ),
            FaultKind::BadName => formatter.write_str(
                "expected the name of a variable between the braces; write $${ for a literal ${",
            ),
            FaultKind::Nested => formatter.write_str("expected a default without another ${ in it"),
            FaultKind::Unclosed => formatter.write_str(
                "expected a closing brace after the variable; write $${ for a literal ${",
            ),
        }
    }
}

/// Replaces every placeholder, or names all those that can't be.
pub(crate) fn substitute<'t>(
    text: &'t str,
    lookup: impl Fn(&str) -> Option<&'t str>,
) -> Result<Substituted, Vec<Fault>> {
    let mut output = String::with_capacity(text.len());
    let mut faults = Vec::new();
    let mut has_placeholders = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(literal) = before.strip_suffix('$') {
            output.push_str(literal);
            output.push_str("${");
            rest = after;
            continue;
        }
        output.push_str(before);
        has_placeholders = true;
        let offset = text.len() - after.len() - "${".len();
        let Some((inner, behind)) = after.split_once('}') else {
            faults.push(Fault { offset, shown: "${".to_owned(), kind: FaultKind::Unclosed });
            rest = "";
            break;
        };
        match replace(inner, &lookup) {
            Ok(value) => output.push_str(value),
            Err(kind) => {
                let shown = match kind {
                    FaultKind::Unset { .. } => format!("${{{inner}}}"),
                    FaultKind::BadName | FaultKind::Nested | FaultKind::Unclosed => "${".to_owned(),
                };
                faults.push(Fault { offset, shown, kind });
            }
        }
        rest = behind;
    }
    output.push_str(rest);
    if faults.is_empty() { Ok(Substituted { text: output, has_placeholders }) } else { Err(faults) }
}

fn replace<'t>(
    inner: &'t str,
    lookup: &impl Fn(&str) -> Option<&'t str>,
) -> Result<&'t str, FaultKind> {
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    if !is_name(name) {
        return Err(FaultKind::BadName);
    }
    if default.is_some_and(|default| default.contains("${")) {
        return Err(FaultKind::Nested);
    }
    lookup(name).or(default).ok_or_else(|| FaultKind::Unset { name: name.to_owned() })
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|first: char| first.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::{FaultKind, Substituted, substitute};

    fn lookup<'t>(name: &str) -> Option<&'t str> {
        match name {
            "HOST" => Some("example.org"),
            "_PORT2" => Some("80"),
            _ => None,
        }
    }

    fn text(input: &str) -> String {
        substitute(input, lookup).unwrap().text
    }

    #[test]
    fn variables_are_replaced_anywhere_in_a_text() {
        assert_eq!(text("http://${HOST}:${_PORT2}/"), "http://example.org:80/");
        assert_eq!(text("plain $HOST {HOST} $ {}"), "plain $HOST {HOST} $ {}");
    }

    #[test]
    fn a_default_is_used_only_for_a_variable_that_is_not_set() {
        assert_eq!(text("${HOST:-other}"), "example.org");
        assert_eq!(text("${NONE:-a:-b c}"), "a:-b c");
        assert_eq!(text("x${NONE:-}y"), "xy");
    }

    #[test]
    fn a_doubled_dollar_stands_for_a_literal_placeholder() {
        let literal = substitute("write $${HOST} here", lookup).unwrap();
        let expected = Substituted { text: "write ${HOST} here".into(), has_placeholders: false };
        assert_eq!(literal, expected);
    }

    #[test]
    fn every_fault_in_a_text_is_named() {
        let faults = substitute("${NONE} ${1A} ${A:-${HOST}} ${", lookup).unwrap_err();
        let seen: Vec<_> =
            faults.iter().map(|fault| (fault.offset, fault.shown.as_str())).collect();
        assert_eq!(seen, [(0, "${NONE}"), (8, "${"), (14, "${"), (28, "${")]);
        let unset = FaultKind::Unset { name: "NONE".into() };
        let kinds: Vec<_> = faults.into_iter().map(|fault| fault.kind).collect();
        assert_eq!(kinds, [unset, FaultKind::BadName, FaultKind::Nested, FaultKind::Unclosed]);
    }
}
