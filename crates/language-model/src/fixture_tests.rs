//! Every recorded answer of the vendors, read in every way that it can arrive in pieces, and
//! compared with a second, simpler reading of the same file.

mod second_reading;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use conversation::ports::ModelError;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::complaint::Complaint;
use crate::dialects::{Anthropic, Dialect, Ollama, OpenAi};
use crate::retry_after::retry_after;
use crate::wire::{Decoder, Progress};
use second_reading::{End, end, expected};

/// What a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A body as it was streamed.
    Stream,
    /// The data of one event per line.
    Chunks,
    /// The body of a response that was not streamed, or one line of a stream.
    Whole,
    /// The body of an error.
    Error,
    /// The headers of a successful response.
    Headers,
}

fn fixtures(vendor: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures");
    let folder = folder.join(vendor);
    let listing = std::fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!("the recorded answers are not there, {}: {error}", folder.display())
    });
    let mut files: Vec<_> = listing
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn kind(name: &str, content: &[u8]) -> Kind {
    if name.starts_with("headers__") {
        Kind::Headers
    } else if name.ends_with(".chunks.ndjson") {
        Kind::Chunks
    } else if name.ends_with(".sse") || name.ends_with(".ndjson") {
        Kind::Stream
    } else if name.ends_with(".json") {
        let body: Value = serde_json::from_slice(content).unwrap();
        if body.get("error").is_some() { Kind::Error } else { Kind::Whole }
    } else {
        panic!("nothing is known about a file like {name}")
    }
}

fn dialect(vendor: &str, name: &str) -> Box<dyn Dialect> {
    match vendor {
        "openai" => Box::new(OpenAi),
        "anthropic" => Box::new(Anthropic { max_tokens: std::num::NonZeroU32::MIN }),
        "ollama" if name.starts_with("openai_compat__") => Box::new(OpenAi),
        "ollama" => Box::new(Ollama { keep_alive: String::new() }),
        other => panic!("no vendor {other}"),
    }
}

/// The body as it would have come over the wire.
fn wire_form(vendor: &str, name: &str, kind: Kind, content: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(content).unwrap();
    match kind {
        Kind::Chunks => {
            text.lines().filter(|line| !line.is_empty()).fold(Vec::new(), |mut body, line| {
                body.extend_from_slice(format!("data: {line}\n\n").as_bytes());
                body
            })
        }
        // The vendor's documentation prints on many lines what is sent on one.
        Kind::Whole if vendor == "ollama" && !name.starts_with("openai_compat__") => {
            let body: Value = serde_json::from_str(text).unwrap();
            body.to_string().into_bytes()
        }
        Kind::Stream | Kind::Whole | Kind::Error | Kind::Headers => content.to_vec(),
    }
}

/// Reads a body that arrives in these pieces.
fn decode(dialect: &dyn Dialect, pieces: &[&[u8]]) -> (String, Result<(), ModelError>) {
    let mut decoder = Decoder::new(dialect.reader());
    let mut text = String::new();
    let mut result = Ok(Progress::More);
    for piece in pieces {
        result = decoder.feed(piece);
        text.extend(decoder.take_text());
        if result != Ok(Progress::More) {
            break;
        }
    }
    let result = match result {
        Ok(Progress::More) => decoder.end(),
        Ok(Progress::Done) => Ok(()),
        Err(error) => Err(error),
    };
    text.extend(decoder.take_text());
    (text, result)
}

/// Reads the body whole, byte by byte and in random pieces, always with the same result.
fn decode_in_every_way(
    name: &str,
    dialect: &dyn Dialect,
    body: &[u8],
) -> (String, Result<(), ModelError>) {
    let whole = decode(dialect, &[body]);
    let bytes: Vec<&[u8]> = body.chunks(1).collect();
    assert_eq!(decode(dialect, &bytes), whole, "{name} byte by byte");
    let mut random = StdRng::seed_from_u64(7);
    for _ in 0..40 {
        let mut cuts: Vec<usize> =
            (0..random.random_range(1..12)).map(|_| random.random_range(0..=body.len())).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &body[cut[0]..cut[1]]).collect();
        assert_eq!(decode(dialect, &pieces), whole, "{name} cut at {cuts:?}");
    }
    whole
}

/// Checks one file and says what it was.
fn check(vendor: &str, name: &str, content: &[u8]) -> Kind {
    let kind = kind(name, content);
    let dialect = dialect(vendor, name);
    let body = wire_form(vendor, name, kind, content);
    match kind {
        Kind::Headers => check_headers(name, content),
        Kind::Error => {
            let (text, result) = decode_in_every_way(name, dialect.as_ref(), &body);
            assert_eq!(text, "", "{name}");
            check_error(name, &body, &result.unwrap_err());
        }
        Kind::Stream | Kind::Chunks | Kind::Whole => {
            let (text, result) = decode_in_every_way(name, dialect.as_ref(), &body);
            let (expected_text, mut expected_end) = expected(&body);
            if !is_chat(vendor, &body) && expected_end == End::Cut {
                // What is no answer at all has no end mark either, or can't be read.
                expected_end = end(&result);
                assert_ne!(expected_end, End::Complete, "{name}");
            }
            assert_eq!((text, end(&result)), (expected_text, expected_end), "{name}: {result:?}");
        }
    }
    kind
}

/// Whether a body is one of the chat API, and not of its neighbours.
fn is_chat(vendor: &str, body: &[u8]) -> bool {
    let has = |word: &str| String::from_utf8_lossy(body).contains(word);
    vendor != "ollama" || has("\"message\"") || has("\"choices\"")
}

fn check_headers(name: &str, content: &[u8]) {
    let headers: BTreeMap<String, Vec<String>> = serde_json::from_slice(content).unwrap();
    let headers: HeaderMap = headers
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name, value)))
        .map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap())
        })
        .collect();
    let says = headers.get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    assert_eq!(says.is_some(), name.contains("retry_after"), "{name}");
    assert_eq!(retry_after(&headers, SystemTime::now()), says.map(Duration::from_secs), "{name}");
}

/// An error is the same whether its status gives it away or it comes with a 200.
fn check_error(name: &str, body: &[u8], in_stream: &ModelError) {
    let (status, is_expected): (u16, fn(&ModelError) -> bool) = match name {
        _ if name.ends_with("__http404.json") => {
            (404, |error| matches!(error, ModelError::NoSuchModel(_)))
        }
        _ if name.contains("openai_error_1") => {
            (429, |error| matches!(error, ModelError::Quota(_)))
        }
        _ => (400, |error| matches!(error, ModelError::Refused(_))),
    };
    let as_response = Complaint::of_response(status, body).into_error(None);
    assert!(is_expected(&as_response), "{name}: {as_response:?}");
    assert!(is_expected(in_stream), "{name}: {in_stream:?}");
    assert!(!as_response.is_retryable(), "{name}");
}

fn check_all(vendor: &str, kinds: &[Kind]) {
    let files = fixtures(vendor);
    let mut checked: BTreeMap<Kind, usize> = BTreeMap::new();
    for (name, content) in &files {
        *checked.entry(check(vendor, name, content)).or_default() += 1;
    }
    println!("{vendor}: {checked:?}");
    assert_eq!(checked.values().sum::<usize>(), files.len());
    for kind in kinds {
        assert!(checked.get(kind).is_some_and(|&count| count > 0), "no {kind:?} of {vendor}");
    }
}

#[test]
fn every_recorded_answer_of_openai_is_read_in_any_pieces() {
    let kinds = [Kind::Stream, Kind::Chunks, Kind::Whole, Kind::Error, Kind::Headers];
    check_all("openai", &kinds);
}

#[test]
fn every_recorded_answer_of_anthropic_is_read_in_any_pieces() {
    let kinds = [Kind::Stream, Kind::Chunks, Kind::Whole, Kind::Error, Kind::Headers];
    check_all("anthropic", &kinds);
}

#[test]
fn every_recorded_answer_of_ollama_is_read_in_any_pieces() {
    check_all("ollama", &[Kind::Stream, Kind::Whole]);
}

#[test]
fn recorded_errors_in_mid_stream_are_told_apart() {
    let file = |vendor: &str, wanted: &str| {
        let found = fixtures(vendor).into_iter().find(|(name, _)| name == wanted);
        let (name, content) = found.unwrap_or_else(|| panic!("no {wanted}"));
        decode_in_every_way(&name, dialect(vendor, &name).as_ref(), &content).1.unwrap_err()
    };
    let error = file("openai", "compat_vercel_ai__error_numeric_code.sse");
    assert_eq!(error, ModelError::Refused("HTTP 400: bad request".to_owned()));
    let error = file("anthropic", "vercel_ai__overloaded_first_event.sse");
    let why = "Overloaded".to_owned();
    assert_eq!(error, ModelError::Overloaded { why, retry_after: None });
    let error = file("ollama", "ollama_docs__midstream_error.ndjson");
    let why = "an error was encountered while running the model".to_owned();
    assert_eq!(error, ModelError::Overloaded { why, retry_after: None });
}

#[test]
fn the_lines_that_ollama_documents_make_an_answer_together() {
    let files: BTreeMap<String, Vec<u8>> = fixtures("ollama").into_iter().collect();
    for pair in ["Streaming", "With_History"] {
        let body: Vec<u8> = ["", "_2"]
            .iter()
            .flat_map(|part| {
                let name = format!("ollama_docs__Chat_request_{pair}{part}.json");
                wire_form("ollama", &name, Kind::Whole, &files[&name]).into_iter().chain(*b"\n")
            })
            .collect();
        let (text, result) = decode_in_every_way(pair, dialect("ollama", "").as_ref(), &body);
        assert_eq!((text.as_str(), result), ("The", Ok(())), "{pair}");
    }
}
