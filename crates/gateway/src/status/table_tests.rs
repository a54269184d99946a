//! What people read.

use http_api::{Model, ModelHealth, Queue, Replica, Status, Storage, StoreKind, Totals, Verdict};

use super::table;

fn replica(id: &str, uptime_seconds: u64) -> Replica {
    Replica {
        id: id.to_owned(),
        version: "0.1.0".to_owned(),
        uptime_seconds,
        seen_seconds_ago: 1,
        skills_revision: "0123456789abcdef".to_owned(),
        accepted_per_second: 1.5,
        answered_per_second: 1.25,
        accepted_total: 90,
        answered_total: 75,
        turns_in_flight: 3,
        memory_bytes: 18 * 1024 * 1024 + 400_000,
    }
}

fn status() -> Status {
    Status {
        at: "2026-01-31T12:00:00.000Z".to_owned(),
        status: Verdict::Degraded,
        concerns: vec!["1 dead letter waits for an operator".to_owned()],
        totals: Totals {
            replicas: 2,
            accepted_per_second: 3.0,
            answered_per_second: 2.5,
            turns_in_flight: 6,
        },
        replicas: vec![replica("gateway-1", 90_061), replica("gateway-22", 5)],
        queue: Queue {
            ready: 1,
            claimed: 2,
            delayed: 3,
            oldest_waiting_seconds: Some(4.56),
            dead_letters: 1,
        },
        store: Storage {
            kind: StoreKind::Redis,
            used_bytes: 12 * 1024 * 1024,
            limit_bytes: Some(256 * 1024 * 1024),
        },
        models: vec![Model {
            name: "vendor/model".to_owned(),
            state: ModelHealth::Open,
            replicas: 2,
            passed_over_by: 1,
            last_failure: Some("timeout".to_owned()),
        }],
    }
}

#[test]
fn the_table_shows_everything_in_columns() {
    let expected = "\
DEGRADED  2026-01-31T12:00:00.000Z   accepted 3.00/s   answered 2.50/s   turns at work 6

! 1 dead letter waits for an operator

REPLICA     UP       VERSION  SKILLS        IN/S  OUT/S  TURNS  MEMORY    SEEN
gateway-1   1day 1h  0.1.0    0123456789ab  1.50  1.25   3      18.4 MiB  1s ago
gateway-22  5s       0.1.0    0123456789ab  1.50  1.25   3      18.4 MiB  1s ago

QUEUE    ready 1   claimed 2   delayed 3   oldest message waits 4.6s   dead letters 1
REDIS    12.0 MiB of 256.0 MiB (4 %)

MODEL         STATE             REPLICAS  LAST FAILURE
vendor/model  passed over by 1  2         timeout
";
    assert_eq!(table::of(&status()), expected);
}

#[test]
fn an_embedded_store_without_work_is_shown_as_such() {
    let mut quiet = status();
    quiet.status = Verdict::Ok;
    quiet.concerns.clear();
    quiet.models.clear();
    quiet.queue.oldest_waiting_seconds = None;
    quiet.store = Storage { kind: StoreKind::Process, used_bytes: 1_500, limit_bytes: None };
    let text = table::of(&quiet);
    assert!(text.starts_with("OK  "), "{text}");
    assert!(text.contains("no message waits"), "{text}");
    assert!(
        text.contains("STORE    1.5 KiB without a limit, in the gateway's process\n"),
        "{text}"
    );
    assert!(!text.contains("MODEL") && !text.contains('!'), "{text}");
}

#[test]
fn a_name_from_the_store_cannot_move_the_cursor() {
    let mut hostile = status();
    hostile.replicas[0].id = "a\x1b[2Jb\r\n".to_owned();
    hostile.models[0].name = "m\x07".to_owned();
    let text = table::of(&hostile);
    assert!(text.contains("a[2Jb ") && !text.contains(['\x1b', '\x07', '\r']), "{text:?}");
}
