//! The oracle's last questions: once nothing comes in any more it waits until every acknowledged
//! message has come to its end, and then judges.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use tokio::time::sleep;

use crate::ledger::{Entry, Ledger, Mark};
use crate::verdict::{Turn, Verdict};
use crate::way_in::WayIn;

const QUESTIONS_AT_ONCE: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);
/// How often one question is asked of a gateway that doesn't answer.
const MOST_TRIES: usize = 40;

/// Judges what stands in the ledger. What hasn't come to its end after `patience` is lost.
pub async fn judge(way: &dyn WayIn, ledger: &Ledger, patience: Duration) -> Verdict {
    let deadline = Instant::now() + patience;
    let entries = ledger.entries();
    let sent: Vec<&Vec<Entry>> = entries.iter().filter(|of_one| !of_one.is_empty()).collect();
    let mut turns: Vec<Option<Vec<Turn>>> = vec![None; sent.len()];
    let mut dead = BTreeSet::new();
    loop {
        dead.extend(insist(|| way.dead_letters()).await);
        let open: Vec<usize> =
            (0..sent.len()).filter(|&at| !is_over(sent[at], turns[at].as_deref(), &dead)).collect();
        if open.is_empty() || Instant::now() > deadline {
            break;
        }
        sleep(PAUSE).await;
        let asked = stream::iter(open).map(|at| {
            let customer = sent[at][0].mark.customer;
            async move { (at, insist(|| way.turns(customer)).await) }
        });
        let told: Vec<_> = asked.buffer_unordered(QUESTIONS_AT_ONCE).collect().await;
        for (at, told) in told {
            turns[at] = Some(told);
        }
    }
    let uncertain = way.collect(ledger).await;
    // Asked once more, when all is over: what comes late must not come in addition.
    let entries = ledger.entries();
    let mut verdict = Verdict { uncertain, ..Verdict::default() };
    let asked = stream::iter(entries.iter().filter(|of_one| !of_one.is_empty())).map(|of_one| {
        let customer = of_one[0].mark.customer;
        async move { (of_one, insist(|| way.turns(customer)).await) }
    });
    let told: Vec<_> = asked.buffered(QUESTIONS_AT_ONCE).collect().await;
    for (sent, turns) in told {
        verdict.add(sent, &turns, &dead);
    }
    verdict
}

/// Whether every acknowledged message of a customer is answered or a dead letter.
fn is_over(sent: &[Entry], turns: Option<&[Turn]>, dead: &BTreeSet<Mark>) -> bool {
    let Some(turns) = turns else { return false };
    let told: BTreeSet<Mark> = turns.iter().flat_map(|turn| turn.asked.iter().copied()).collect();
    sent.iter()
        .filter(|entry| entry.acknowledged)
        .all(|entry| told.contains(&entry.mark) || dead.contains(&entry.mark))
}

/// The answer to a question that may have to be asked several times.
async fn insist<T, F>(mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    for _ in 0..MOST_TRIES {
        if let Some(answer) = ask().await {
            return answer;
        }
        sleep(PAUSE).await;
    }
    panic!("no gateway answers the oracle's question");
}
