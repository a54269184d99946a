//! Every recorded response, and what it means.

use std::fmt::Write as _;

use super::response::read;
use crate::inbound::fixtures;

#[test]
fn every_recorded_response_is_read() {
    let files = fixtures(|name| name.contains("response"));
    assert!(files.len() >= 4, "only {} responses were found", files.len());
    let all = files.iter().fold(String::new(), |mut all, (name, body)| {
        let code = if name.contains("telegram_response") { 409 } else { 200 };
        let _ = writeln!(
            all,
            "{name}\n  {}\n",
            match read(code, body) {
                Ok(result) => format!("result of {} bytes", result.to_string().len()),
                Err(error) => format!("{error:?}"),
            }
        );
        all
    });
    insta::assert_snapshot!(all);
}
