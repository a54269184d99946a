//! A status as people read it.

use std::fmt::Write as _;
use std::time::Duration;

use http_api::{Model, ModelHealth, Replica, Status, StoreKind, Verdict};

/// The status as a few short tables.
pub(super) fn of(status: &Status) -> String {
    let mut text = String::new();
    // Writing into a string never fails.
    let _ = writeln!(
        text,
        "{}  {}   accepted {:.2}/s   answered {:.2}/s   turns at work {}\n",
        verdict(status.status),
        status.at,
        status.totals.accepted_per_second,
        status.totals.answered_per_second,
        status.totals.turns_in_flight,
    );
    for concern in &status.concerns {
        let _ = writeln!(text, "! {}", clean(concern));
    }
    if !status.concerns.is_empty() {
        text.push('\n');
    }
    text.push_str(&replicas(&status.replicas));
    let _ = writeln!(text, "\nQUEUE    {}", queue(status));
    let _ = writeln!(text, "{}", store(status));
    if !status.models.is_empty() {
        let _ = write!(text, "\n{}", models(&status.models));
    }
    text
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "OK",
        Verdict::Degraded => "DEGRADED",
        Verdict::Down => "DOWN",
    }
}

fn replicas(replicas: &[Replica]) -> String {
    let mut rows = vec![
        ["REPLICA", "UP", "VERSION", "SKILLS", "IN/S", "OUT/S", "TURNS", "MEMORY", "SEEN"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for replica in replicas {
        rows.push(vec![
            clean(&replica.id),
            time(replica.uptime_seconds),
            clean(&replica.version),
            clean(&replica.skills_revision).chars().take(12).collect(),
            format!("{:.2}", replica.accepted_per_second),
            format!("{:.2}", replica.answered_per_second),
            replica.turns_in_flight.to_string(),
            bytes(replica.memory_bytes),
            format!("{} ago", time(replica.seen_seconds_ago)),
        ]);
    }
    columns(&rows)
}

fn queue(status: &Status) -> String {
    let queue = &status.queue;
    let oldest = match queue.oldest_waiting_seconds {
        Some(seconds) if seconds < 60.0 => format!("oldest message waits {seconds:.1}s"),
        Some(seconds) => format!("oldest message waits {}", time(seconds as u64)),
        None => "no message waits".to_owned(),
    };
    format!(
        "ready {}   claimed {}   delayed {}   {oldest}   dead letters {}",
        queue.ready, queue.claimed, queue.delayed, queue.dead_letters
    )
}

fn store(status: &Status) -> String {
    let store = &status.store;
    let name = match store.kind {
        StoreKind::Redis => "REDIS",
        StoreKind::Process => "STORE",
    };
    let limit = match store.limit_bytes {
        Some(limit) => {
            let percent = store.used_bytes.saturating_mul(100) / limit.max(1);
            format!("of {} ({percent} %)", bytes(limit))
        }
        None => "without a limit".to_owned(),
    };
    let place = match store.kind {
        StoreKind::Redis => "",
        StoreKind::Process => ", in the gateway's process",
    };
    format!("{name}    {} {limit}{place}", bytes(store.used_bytes))
}

fn models(models: &[Model]) -> String {
    let mut rows = vec![["MODEL", "STATE", "REPLICAS", "LAST FAILURE"].map(str::to_owned).to_vec()];
    for model in models {
        let state = match model.state {
            ModelHealth::Closed => "asked".to_owned(),
            ModelHealth::HalfOpen => format!("being tried again by {}", model.passed_over_by),
            ModelHealth::Open => format!("passed over by {}", model.passed_over_by),
            ModelHealth::Unknown => "unknown".to_owned(),
        };
        rows.push(vec![
            clean(&model.name),
            state,
            model.replicas.to_string(),
            model.last_failure.as_deref().map_or_else(|| "-".to_owned(), clean),
        ]);
    }
    columns(&rows)
}

/// Rows as columns of equal width, two spaces apart.
fn columns(rows: &[Vec<String>]) -> String {
    let number = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..number).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The two largest units of a time.
fn time(seconds: u64) -> String {
    let whole = humantime::format_duration(Duration::from_secs(seconds)).to_string();
    whole.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// In the units that Redis counts in too, whose `256mb` are 256 MiB.
fn bytes(number: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;
    let (unit, name) = match number {
        0..MIB => (KIB, "KiB"),
        MIB..GIB => (MIB, "MiB"),
        GIB.. => (GIB, "GiB"),
    };
    format!("{:.1} {name}", number as f64 / unit as f64)
}

/// Without what would move the cursor: names come from the store, where anybody may have put them.
fn clean(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}
