//! What in a status needs a person, and what that person can do.

use std::collections::BTreeSet;

use super::{ModelHealth, Replica, Status};

/// Messages that wait longer than this wait for something that doesn't come by itself.
const LONG_SECONDS: f64 = 60.0;
/// From this share of its limit on the store refuses messages, or soon will.
const NEARLY_FULL_PERCENT: u64 = 85;

/// The concerns, the gravest first.
pub(super) fn of(status: &Status) -> Vec<String> {
    [
        no_replica(status),
        nearly_full(status),
        waits_long(status),
        dead_letters(status),
        models(status),
        differs(status, "skills", "the same files", |replica| &replica.skills_revision),
        differs(status, "versions", "the same version", |replica| &replica.version),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn no_replica(status: &Status) -> Option<String> {
    status.replicas.is_empty().then(|| "no replica is alive: nothing is answered".to_owned())
}

fn nearly_full(status: &Status) -> Option<String> {
    let (used, limit) = (status.store.used_bytes, status.store.limit_bytes?);
    let percent = used.saturating_mul(100) / limit.max(1);
    (percent >= NEARLY_FULL_PERCENT).then(|| {
        format!("the store takes {percent} % of its memory; when it is full messages are refused")
    })
}

fn waits_long(status: &Status) -> Option<String> {
    let waited = status.queue.oldest_waiting_seconds?;
    (waited >= LONG_SECONDS)
        .then(|| format!("a message has waited for its answer for {} s", waited as u64))
}

fn dead_letters(status: &Status) -> Option<String> {
    let number = status.queue.dead_letters;
    let letters = if number == 1 { "letter waits" } else { "letters wait" };
    (number > 0)
        .then(|| format!("{number} dead {letters} for an operator: see GET /api/v1/dead-letters"))
}

fn models(status: &Status) -> Option<String> {
    let troubled = status.models.iter().filter(|model| model.state > ModelHealth::Closed);
    let names: Vec<&str> = troubled.map(|model| model.name.as_str()).collect();
    (!names.is_empty())
        .then(|| format!("{} failed too often, so that others answer instead", names.join(", ")))
}

fn differs<'a>(
    status: &'a Status,
    what: &str,
    wanted: &str,
    of: impl Fn(&'a Replica) -> &'a str,
) -> Option<String> {
    let kinds: BTreeSet<&str> = status.replicas.iter().map(of).collect();
    (kinds.len() > 1).then(|| {
        format!(
            "the replicas have {} different {what}; soon after a change they should have {wanted}",
            kinds.len()
        )
    })
}
