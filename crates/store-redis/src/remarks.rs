//! The stored form of remarks, with its version.
//!
//! The script that keeps a remark writes down when it did, right after the version.
//!
//! A message over its sender's rate is made a remark by the script that accepts it, which copies the
//! stored message as it is; every other remark comes whole.

use conversation::{Message, Remark, Remarked, StoreError, Timestamp};
use serde::{Deserialize, Serialize};

use crate::stored::{self, StoredMessage, VERSION};

#[derive(Serialize)]
struct Writing<'a> {
    v: u32,
    remark: &'a Remark,
}

#[derive(Deserialize)]
struct Reading {
    v: u32,
    /// When it was kept. Those of old do not tell.
    kept: Option<Timestamp>,
    remark: Option<Remark>,
    unanswered: Option<StoredMessage<Message>>,
}

/// A remark as it is stored.
pub(crate) fn write(remark: &Remark) -> Result<String, StoreError> {
    stored::to_json("a remark", &Writing { v: VERSION, remark })
}

/// Reads remarks. One that can't be read here, since a later version wrote it, is left out: like
/// a turn of the history it is context, and worth less than the answer itself. Each comes with the time
/// when it was kept.
pub(crate) fn read_all(remarks: &[String]) -> Vec<(Remark, Timestamp)> {
    let read = |remark: &String| {
        let warn = |error: &StoreError| tracing::warn!(%error, "a remark is left out");
        read(remark).inspect_err(warn).ok()
    };
    remarks.iter().filter_map(read).collect()
}

fn read(remark: &str) -> Result<(Remark, Timestamp), StoreError> {
    const WHAT: &str = "a remark";
    let reading: Reading = stored::from_json(WHAT, remark)?;
    stored::known_version(WHAT, reading.v)?;
    let remark = match reading {
        Reading { remark: Some(remark), .. } => remark,
        Reading { unanswered: Some(stored), .. } => {
            let message = stored.into_message();
            let at = message.at;
            Remark { about: None, what: Remarked::Unanswered(message), at }
        }
        Reading { remark: None, unanswered: None, .. } => {
            return Err(crate::errors::unreadable(WHAT, "it says nothing"));
        }
    };
    let kept_at = reading.kept.unwrap_or(remark.at);
    Ok((remark, kept_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNANSWERED_V1: &str =
        r#"{"v":1,"unanswered":{"key":"k","message":{"text":"me again","at":7}}}"#;
    const EDITED_V1: &str =
        r#"{"v":1,"remark":{"about":"wamid.1","what":{"edited":{"text":"new","at":5}},"at":6}}"#;

    #[test]
    fn remarks_of_version_1_stay_readable_and_a_later_one_is_left_out() {
        let later = EDITED_V1.replace("\"v\":1", "\"v\":2");
        let strange = EDITED_V1.replace("edited", "strange");
        let stored = [UNANSWERED_V1, &later, "garbage", "{\"v\":1}", &strange, EDITED_V1];
        let read = read_all(&stored.map(str::to_owned));
        let unanswered = Remark {
            about: None,
            what: Remarked::Unanswered(Message::text("me again", Timestamp(7))),
            at: Timestamp(7),
        };
        let edited = Remark {
            about: Some("wamid.1".to_owned()),
            what: Remarked::Edited(Message::text("new", Timestamp(5))),
            at: Timestamp(6),
        };
        assert_eq!(read, [(unanswered, Timestamp(7)), (edited.clone(), Timestamp(6))]);
        let kept = EDITED_V1.replace("\"v\":1,", "\"v\":1,\"kept\":9,");
        assert_eq!(read_all(&[kept]), [(edited, Timestamp(9))]);
    }

    #[test]
    fn every_kind_of_remark_is_read_back_alike() {
        let kinds = [
            Remarked::Edited(Message::text("a\nb \u{1F4E6}", Timestamp(1))),
            Remarked::TakenBack,
            Remarked::Reacted(vec!["\u{1F44D}".to_owned()]),
            Remarked::Reacted(Vec::new()),
            Remarked::Unanswered(Message::text("x", Timestamp(2))),
            Remarked::Colleague(Message::text("y", Timestamp(3))),
            Remarked::Happened("the \"number\" changed".to_owned()),
        ];
        for what in kinds {
            let remark = Remark { about: Some("m/1".to_owned()), what, at: Timestamp(4) };
            assert_eq!(read(&write(&remark).unwrap()), Ok((remark, Timestamp(4))));
        }
    }
}
