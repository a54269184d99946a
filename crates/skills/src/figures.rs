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
