//! Files that are no settings at all: refused, but never with a panic.

use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};

use crate::support::load_text;

const SHIPPED: &str = include_str!("../../../../config/openclaw.json");

/// Pieces that mean something to the parser, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "'",
            "\\",
            "//",
            "/*",
            "*/",
            "\n",
            "\r",
            "${",
            "$${",
            ":-",
            "-",
            "+",
            ".",
            "0x",
            "1e9",
            "Infinity",
            "NaN",
            "null",
            "true",
            "\u{feff}",
            "ü",
            "😀",
            "gateway",
            "port",
            "auth",
            "token",
            "models",
            "providers",
            "openai",
            "baseUrl",
            "agents",
            "defaults",
            "model",
            "primary",
            "'x/y'",
            "\\u00",
            "\\x4",
            "\u{2028}",
            "\0",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The shipped file with a part of it replaced.
fn mutilated() -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), any::<prop::sample::Index>(), pieces()).prop_map(
        |(one, other, pieces)| {
            let boundaries: Vec<_> = SHIPPED.char_indices().map(|(offset, _)| offset).collect();
            let (one, other) = (*one.get(&boundaries), *other.get(&boundaries));
            let (start, end) = (one.min(other), one.max(other));
            format!("{}{pieces}{}", &SHIPPED[..start], &SHIPPED[end..])
        },
    )
}

fn check(text: &[u8]) {
    if let Err(problems) = load_text(text, &[("MODEL", "x/y")]) {
        assert!(problems.errors().count() > 0);
        assert!(!problems.to_string().is_empty());
    }
}

proptest! {
    #[test]
    fn no_sequence_of_bytes_leads_to_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn no_sequence_of_tokens_leads_to_a_panic(text in pieces()) {
        check(text.as_bytes());
    }

    #[test]
    fn no_change_of_a_real_file_leads_to_a_panic(text in mutilated()) {
        check(text.as_bytes());
    }
}

#[test]
fn the_number_and_the_length_of_problems_are_bounded() {
    let unknown: String = (0..5_000).map(|number| format!("key{number}: {{}}, ")).collect();
    let networks = "'x', ".repeat(200);
    let text = format!("{{ {unknown} gateway: {{ {unknown} trustedProxies: [{networks}] }} }}");
    let problems = load_text(text, &[]).unwrap_err();
    let report = problems.to_string();
    assert_eq!((problems.errors().count(), problems.warnings().count()), (100, 100));
    assert!(report.ends_with("… and 10000 more"), "{}", &report[report.len() - 100..]);
    assert!(report.len() < 200 * 500, "{}", report.len());
}

#[test]
fn any_number_of_warnings_leaves_room_for_an_error() {
    let unknown: String = (0..5_000).map(|number| format!("key{number}: 1, ")).collect();
    let text = format!("{{ gateway: {{ {unknown} }}, store: {{ redisUrl: 'x' }} }}");
    assert_eq!(load_text(text, &[]).unwrap_err().errors().count(), 1);
}
