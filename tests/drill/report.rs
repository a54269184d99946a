//! What the drill prints: tables in Markdown, so that they can stand in the docs as they are.

use std::fmt::Write as _;
use std::time::Duration;

use crate::availability::Availability;
use crate::controls::ControlOutcome;
use crate::points::PointOutcome;
use crate::sends::Uncertain;
use crate::storm::Outcome;
use crate::takeovers::Times;
use crate::verdict::Verdict;

/// The table of the crash points.
pub fn points(outcomes: &[PointOutcome]) -> String {
    let mut text = String::from(
        "| crash point | deaths | passed on by nginx | acknowledged | answered | lost | duplicated | out \
         of order |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for PointOutcome { point, whose, deaths, passed_on, verdict } in outcomes {
        let Verdict { acknowledged, answered, lost, duplicated, out_of_order, .. } = verdict;
        let (lost, duplicated) = (lost.len(), duplicated.len());
        let disordered = out_of_order.len();
        let _ = writeln!(
            text,
            "| {point}{} | {deaths} | {passed_on} | {acknowledged} | {answered} | {lost} | {duplicated} | \
             {disordered} |",
            whose.in_words()
        );
    }
    text
}

/// The table of a storm.
pub fn storm(outcome: &Outcome) -> String {
    let Outcome { verdict, observed, providers, takeovers, undisturbed, never, took, .. } = outcome;
    let mut text = String::from("| storm | |\n| --- | --- |\n");
    let mut row = |what: &str, figure: String| {
        let _ = writeln!(text, "| {what} | {figure} |");
    };
    row("faults that happened", observed.faults());
    row("asked of models in a bad mood", observed.models());
    row("mishaps of sends", providers.in_words());
    row("event streams that visitors opened", providers.streams.to_string());
    row("faults before which the load stood still", observed.without_load.to_string());
    row("attempted", verdict.attempted.to_string());
    row("acknowledged", verdict.acknowledged.to_string());
    row("answered", verdict.answered.to_string());
    row("lost", marks(&verdict.lost));
    row("duplicated", marks(&verdict.duplicated));
    row("out of order", marks(&verdict.out_of_order));
    row("uncertain", uncertain(verdict));
    row("dead letters (at most 1 in 100 messages)", verdict.dead_letters.to_string());
    let (acknowledged, repeated) = verdict.repetitions;
    row("messages repeated / repetitions acknowledged", format!("{repeated} / {acknowledged}"));
    row("came in before an earlier one", verdict.swapped.to_string());
    row("sent before the one before was acknowledged", verdict.overlapping.to_string());
    row("takeover time, p50 / p99", times(takeovers));
    row("the same without other faults meanwhile", times(undisturbed));
    row("of them never taken over", never.to_string());
    let (succeeded, tried) = verdict.first_try;
    let share = 100.0 * succeeded as f64 / tried.max(1) as f64;
    row(
        "first requests acknowledged (200 with the reply, or 202: stored and not answered yet)",
        format!("{share:.2} %"),
    );
    row(
        "against the models', the providers' and the visitors' contracts",
        first(&outcome.violations),
    );
    row("time", format!("{:.0} s", took.as_secs_f64()));
    text.push('\n');
    text.push_str(&channels(outcome));
    text
}

/// The table of a storm's channels.
fn channels(outcome: &Outcome) -> String {
    let mut text = String::from(
        "| channel | acknowledged | answered | lost | duplicated | out of order | dead letters | \
         uncertain sends | parts seen twice, each for an uncertain send |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for (channel, verdict) in &outcome.channels {
        let Verdict { acknowledged, answered, dead_letters, .. } = verdict;
        let (lost, duplicated) = (marks(&verdict.lost), marks(&verdict.duplicated));
        let disordered = marks(&verdict.out_of_order);
        let twice = verdict.uncertain.as_ref().map(|uncertain| uncertain.seen_twice.to_string());
        let _ = writeln!(
            text,
            "| {channel} | {acknowledged} | {answered} | {lost} | {duplicated} | {disordered} | \
             {dead_letters} | {} | {} |",
            uncertain(verdict),
            twice.unwrap_or_else(|| "–".to_owned())
        );
    }
    text
}

/// How many sends are uncertain, and what became of them.
fn uncertain(verdict: &Verdict) -> String {
    let Some(uncertain) = &verdict.uncertain else { return "– (sends nothing)".to_owned() };
    let Uncertain { resent, settled, parked, left, .. } = uncertain;
    format!(
        "{}: {resent} sent again, {settled} settled by the provider's word, {parked} parked, nobody \
         cared for {}",
        uncertain.count(),
        first(left)
    )
}

/// How many, and the first few.
fn first(all: &[String]) -> String {
    match all {
        [] => "0".to_owned(),
        some => {
            let few: Vec<&str> = some.iter().take(3).map(String::as_str).collect();
            format!("{} (such as: {})", some.len(), few.join("; "))
        }
    }
}

/// The table of the kills under a steady load.
pub fn availability(outcomes: &[Availability]) -> String {
    let mut text = String::from(
        "| through nginx | requests | per second | failed | slowest | passed on to another replica \
         | answered | lost | duplicated |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for Availability { name, ended, failures, slowest, rate, passed_on, verdict } in outcomes {
        let first = failures.first().map(|why| format!(" (first: {why})")).unwrap_or_default();
        let (failed, slowest) = (failures.len(), slowest.as_secs_f64());
        let (lost, duplicated) = (marks(&verdict.lost), marks(&verdict.duplicated));
        let _ = writeln!(
            text,
            "| {name} | {ended} | {rate:.0} | {failed}{first} | {slowest:.1} s | {passed_on} | {} | \
             {lost} | {duplicated} |",
            verdict.answered
        );
    }
    text
}

/// The table of the negative controls.
pub fn controls(outcomes: &[ControlOutcome]) -> String {
    let mut text = String::from(
        "| negative control | its sign | with the protection | without it |\n\
         | --- | --- | --- | --- |\n",
    );
    for ControlOutcome { name, symptom, with, without } in outcomes {
        let (with, sign) = (colour(with), symptom.name());
        let without = match symptom.is_in(without) {
            true => colour(without),
            false => format!("{}, AND NOT ITS SIGN", colour(without)),
        };
        let _ = writeln!(text, "| {name} | {sign} | {with} | {without} |");
    }
    text
}

fn colour(verdict: &Verdict) -> String {
    let Verdict { lost, vanished, duplicated, out_of_order, .. } = verdict;
    let colour = if verdict.is_green() { "green" } else { "**red**" };
    format!(
        "{colour}: {} lost ({vanished} without a trace), {} duplicated, {} out of order",
        lost.len(),
        duplicated.len(),
        out_of_order.len()
    )
}

fn times(times: &Times) -> String {
    if times.count() == 0 {
        return "– (no turn was taken over)".to_owned();
    }
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let (p50, p99) = (seconds(times.quantile(0.5)), seconds(times.quantile(0.99)));
    format!("{p50} / {p99} of {} turns", times.count())
}

/// How many, and the first of them by name.
fn marks(marks: &[crate::ledger::Mark]) -> String {
    let names: Vec<String> = marks.iter().take(5).map(ToString::to_string).collect();
    match names.is_empty() {
        true => "0".to_owned(),
        false => format!("{} ({}{})", marks.len(), names.join(" "), {
            if marks.len() > names.len() { " …" } else { "" }
        }),
    }
}
