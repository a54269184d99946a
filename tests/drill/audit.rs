//! The oracle's last questions: once nothing comes in any more it waits until every acknowledged
//! message has come to its end, and then judges.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use tokio::time::sleep;

use crate::ledger::{Entry, Ledger, Mark};
use crate::verdict::{Letters, Turn, Verdict};
use crate::way_in::WayIn;

const QUESTIONS_AT_ONCE: usize = 16;
const PAUSE: Duration = Duration::from_millis(250);
/// How often one question is asked of a gateway that doesn't answer.
const MOST_TRIES: usize = 40;

/// How long the oracle waits for messages to come to their end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// At most.
    pub whole: Duration,
    /// While nothing changes.
    pub still: Duration,
}

/// Judges what stands in the ledger. What hasn't come to its end in time is lost.
pub async fn judge(way: &dyn WayIn, ledger: &Ledger, patience: Patience) -> Verdict {
    let mut all = Verdict::default();
    judge_each(way, ledger, patience).await.into_values().for_each(|verdict| all.absorb(verdict));
    all
}

/// The same by channel.
pub async fn judge_each(
    way: &dyn WayIn,
    ledger: &Ledger,
    patience: Patience,
) -> BTreeMap<&'static str, Verdict> {
    let entries = ledger.entries();
    let mut letters = Letters::default();
    wait_for_the_end(way, &entries, &mut letters, patience).await;
    // Asked once more, when all is over: what comes late must not come in addition.
    way.collect(entries.into_iter().flatten().collect(), ledger).await;
    let entries = ledger.entries();
    let asked = stream::iter(entries.iter().filter(|of_one| !of_one.is_empty())).map(|of_one| {
        let customer = of_one[0].mark.customer;
        async move { (of_one, insist(|| way.histories(customer)).await) }
    });
    let told: Vec<_> = asked.buffered(QUESTIONS_AT_ONCE).collect().await;
    letters.found(insist(|| way.dead_letters()).await);
    let mut verdicts: BTreeMap<&'static str, Verdict> = BTreeMap::new();
    for (sent, histories) in told {
        let channel = way.channel(sent[0].mark.customer);
        verdicts.entry(channel).or_default().add(sent, &histories, &letters);
    }
    for (channel, uncertain) in way.uncertain(&letters.now) {
        verdicts.entry(channel).or_default().uncertain = Some(uncertain);
    }
    verdicts
}

/// Waits until every acknowledged message is answered or a dead letter, and every uncertain send is
/// settled, as far as patience goes.
async fn wait_for_the_end(
    way: &dyn WayIn,
    entries: &[Vec<Entry>],
    letters: &mut Letters,
    patience: Patience,
) {
    let deadline = Instant::now() + patience.whole;
    let sent: Vec<&Vec<Entry>> = entries.iter().filter(|of_one| !of_one.is_empty()).collect();
    let mut turns: Vec<Option<Vec<Turn>>> = vec![None; sent.len()];
    let mut changed = Instant::now();
    loop {
        let before = letters.now.len();
        letters.found(insist(|| way.dead_letters()).await);
        if letters.now.len() != before {
            changed = Instant::now();
        }
        let is_open = |at: &usize| !is_over(sent[*at], turns[*at].as_deref(), &letters.now);
        let open: Vec<usize> = (0..sent.len()).filter(is_open).collect();
        let is_late = Instant::now() > deadline || changed.elapsed() > patience.still;
        let uncertain = way.uncertain(&letters.now);
        let is_settled = uncertain.iter().all(|(_, uncertain)| uncertain.left.is_empty());
        if (open.is_empty() && is_settled) || is_late {
            return;
        }
        sleep(PAUSE).await;
        let asked = stream::iter(open).map(|at| {
            let customer = sent[at][0].mark.customer;
            async move { (at, insist(|| way.turns(customer)).await) }
        });
        let told: Vec<_> = asked.buffer_unordered(QUESTIONS_AT_ONCE).collect().await;
        for (at, told) in told {
            if turns[at].as_ref() != Some(&told) {
                changed = Instant::now();
            }
            turns[at] = Some(told);
        }
    }
}

/// Whether every acknowledged message of a customer is answered or a dead letter.
fn is_over(sent: &[Entry], turns: Option<&[Turn]>, dead: &BTreeSet<Mark>) -> bool {
    let Some(turns) = turns else { return false };
    let told: BTreeSet<Mark> = turns.iter().flat_map(|turn| turn.asked.iter().copied()).collect();
    sent.iter()
        .filter(|entry| entry.acknowledged.is_some())
        .all(|entry| told.contains(&entry.mark) || dead.contains(&entry.mark))
}

/// The answer to a question that may have to be asked several times.
pub async fn insist<T, F>(mut ask: impl FnMut() -> F) -> T
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
