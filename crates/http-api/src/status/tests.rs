//! Which figures give which status.

use std::time::Duration;

use super::*;

const NOW: Timestamp = Timestamp(1_769_860_800_000);

fn replica(id: &str) -> ReplicaReport {
    ReplicaReport {
        id: id.to_owned(),
        version: "1.2.3".to_owned(),
        started_at: Timestamp(NOW.0 - 90_500),
        seen_at: Timestamp(NOW.0 - 1_200),
        turns_in_flight: 2,
        accepted_total: 12,
        answered_total: 10,
        resident_bytes: 18_000_000,
        skills_revision: "abc".to_owned(),
        accepted_per_second: 1.255,
        answered_per_second: 0.333_33,
        models: vec![model("a/one", ModelState::Closed)],
    }
}

fn model(name: &str, state: ModelState) -> ModelReport {
    ModelReport { name: name.to_owned(), state, last_failure: None }
}

fn figures(replicas: Vec<ReplicaReport>) -> Figures {
    let (queue, store) = (QueueFigures::default(), StoreFigures::default());
    Figures { at: NOW, kind: StoreKind::Redis, replicas, queue, store }
}

#[test]
fn without_replicas_rates_are_nought_and_not_less() {
    let totals = Status::new(&figures(Vec::new())).totals;
    assert!(totals.accepted_per_second.is_sign_positive());
    assert!(totals.answered_per_second.is_sign_positive());
}

#[test]
fn two_replicas_that_do_well_are_ok_and_their_figures_add_up() {
    let status = Status::new(&figures(vec![replica("a"), replica("b")]));
    assert_eq!((status.status, &status.concerns), (Verdict::Ok, &Vec::new()));
    assert_eq!(status.at, "2026-01-31T12:00:00.000Z");
    let Totals { replicas, accepted_per_second, answered_per_second, turns_in_flight } =
        status.totals;
    assert_eq!((replicas, turns_in_flight), (2, 4));
    assert_eq!((accepted_per_second, answered_per_second), (2.51, 0.67));
    let first = &status.replicas[0];
    assert_eq!((first.uptime_seconds, first.seen_seconds_ago), (90, 1));
    assert_eq!(status.queue.oldest_waiting_seconds, None);
    assert_eq!(status.models.len(), 1);
    assert_eq!((status.models[0].replicas, status.models[0].passed_over_by), (2, 0));
}

#[test]
fn without_a_replica_it_is_down() {
    let status = Status::new(&figures(Vec::new()));
    assert_eq!(status.status, Verdict::Down);
    assert!(status.concerns[0].contains("no replica"), "{:?}", status.concerns);
}

#[test]
fn each_thing_that_needs_a_person_is_named() {
    let well = || figures(vec![replica("a"), replica("b")]);
    let mut cases: Vec<(&str, Figures)> = Vec::new();
    let mut case = |says, change: fn(&mut Figures)| {
        let mut figures = well();
        change(&mut figures);
        cases.push((says, figures));
    };
    case("90 %", |f| (f.store.used_bytes, f.store.limit_bytes) = (90, Some(100)));
    case("for 61 s", |f| f.store.oldest_waiting = Some(Timestamp(NOW.0 - 61_000)));
    case("1 dead letter waits", |f| f.queue.dead = 1);
    case("2 dead letters wait", |f| f.queue.dead = 2);
    case("a/one failed too often", |f| f.replicas[1].models[0].state = ModelState::HalfOpen);
    case("2 different skills", |f| f.replicas[1].skills_revision = "def".to_owned());
    case("2 different versions", |f| f.replicas[1].version = "1.2.4".to_owned());
    for (says, figures) in cases {
        let status = Status::new(&figures);
        assert_eq!(status.status, Verdict::Degraded, "{says}");
        assert_eq!(status.concerns.len(), 1, "{:?}", status.concerns);
        assert!(status.concerns[0].contains(says), "{:?}", status.concerns);
    }
}

#[test]
fn what_is_near_a_limit_and_not_at_it_concerns_nobody() {
    let mut figures = figures(vec![replica("a")]);
    figures.store = StoreFigures {
        used_bytes: 84,
        limit_bytes: Some(100),
        oldest_waiting: Some(Timestamp(NOW.0 - 59_990)),
    };
    let status = Status::new(&figures);
    assert_eq!((status.status, status.queue.oldest_waiting_seconds), (Verdict::Ok, Some(59.99)));
    figures.store = StoreFigures { used_bytes: u64::MAX, ..StoreFigures::default() };
    assert_eq!(Status::new(&figures).status, Verdict::Ok, "it has no limit");
}

#[test]
fn models_stand_in_the_order_in_which_they_are_asked_with_the_worst_that_is_said() {
    let mut one = replica("a");
    one.models = vec![model("b/first", ModelState::Closed), model("a/second", ModelState::Open)];
    let mut other = replica("b");
    other.models = vec![
        model("b/first", ModelState::Unknown),
        ModelReport {
            last_failure: Some("timeout".to_owned()),
            ..model("a/second", ModelState::HalfOpen)
        },
        model("c/third", ModelState::Closed),
    ];
    let status = Status::new(&figures(vec![one, other]));
    let seen: Vec<_> = status
        .models
        .iter()
        .map(|m| (m.name.as_str(), m.state, m.replicas, m.passed_over_by))
        .collect();
    assert_eq!(
        seen,
        [
            ("b/first", ModelHealth::Closed, 2, 0),
            ("a/second", ModelHealth::Open, 2, 2),
            ("c/third", ModelHealth::Closed, 1, 0),
        ]
    );
    assert_eq!(status.models[1].last_failure.as_deref(), Some("timeout"));
}

#[test]
fn the_reason_is_that_of_a_replica_that_passes_the_model_over() {
    let failing = |id: &str, state, failure: &str| {
        let mut replica = replica(id);
        let last_failure = Some(failure.to_owned());
        replica.models = vec![ModelReport { last_failure, ..model("a/one", state) }];
        replica
    };
    let asking = failing("a", ModelState::Closed, "cut");
    let passing_over = failing("b", ModelState::Open, "quota");
    for replicas in [vec![asking.clone(), passing_over.clone()], vec![passing_over, asking]] {
        let status = Status::new(&figures(replicas));
        assert_eq!(status.models[0].last_failure.as_deref(), Some("quota"));
    }
}

#[test]
fn a_clock_that_is_behind_the_replicas_shows_zero_and_no_nonsense() {
    let mut early = figures(vec![replica("a")]);
    early.at = Timestamp(NOW.0 - Duration::from_secs(3600).as_millis() as u64);
    early.store.oldest_waiting = Some(NOW);
    let status = Status::new(&early);
    assert_eq!((status.replicas[0].uptime_seconds, status.replicas[0].seen_seconds_ago), (0, 0));
    assert_eq!(status.queue.oldest_waiting_seconds, Some(0.0));
}
