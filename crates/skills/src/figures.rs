//! The metrics of the skills.

use metrics::{counter, describe_counter, describe_gauge, gauge};

/// How a reload went that found something different from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All of it serves.
    Applied,
    /// Some of it serves, and something has a problem.
    Partial,
    /// None of it serves: all that changed has a problem.
    Rejected,
}

/// What an answer without a model came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offline {
    /// A section was quoted.
    Quoted,
    /// A person was promised: no section fits, or one is wanted.
    Promised,
    /// Nothing was asked: a greeting, thanks or the like was returned.
    Courtesy,
}

impl Offline {
    const ALL: [Self; 3] = [Self::Quoted, Self::Promised, Self::Courtesy];

    fn counter(self) -> metrics::Counter {
        let outcome = match self {
            Self::Quoted => "quoted",
            Self::Promised => "promised",
            Self::Courtesy => "courtesy",
        };
        counter!("openclaw_offline_answers_total", "outcome" => outcome)
    }
}

/// Explains the metric of the answers without a model, and shows it from the first moment on: what
/// an alert counts must not begin with its first rise.
pub(crate) fn describe_offline() {
    describe_counter!(
        "openclaw_offline_answers_total",
        "Answers given without a model: quoted (a section of a skill), promised (a person: none \
         fits, or one is wanted) or courtesy (nothing was asked)."
    );
    for outcome in Offline::ALL {
        outcome.counter().increment(0);
    }
}

/// Counts an answer that was given without a model.
pub(crate) fn answered_offline(outcome: Offline) {
    outcome.counter().increment(1);
}

/// Explains the metrics to whoever reads them.
pub(crate) fn describe() {
    describe_counter!(
        "openclaw_skills_reload_total",
        "Reloads of the skills that found a change: applied, partial (some files kept their last \
         good version) or rejected (all that changed did)."
    );
    describe_gauge!("openclaw_skills_loaded", "Skills that serve now.");
    describe_gauge!("openclaw_skills_problems", "Problems of the skill files as they stand now.");
}

/// Counts a reload.
pub(crate) fn reloaded(outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Applied => "applied",
        Outcome::Partial => "partial",
        Outcome::Rejected => "rejected",
    };
    counter!("openclaw_skills_reload_total", "outcome" => outcome).increment(1);
}

/// Shows how things stand.
pub(crate) fn standing(loaded: usize, problems: usize) {
    gauge!("openclaw_skills_loaded").set(loaded as f64);
    gauge!("openclaw_skills_problems").set(problems as f64);
}
