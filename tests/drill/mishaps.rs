//! What goes wrong at a provider when something is sent: by the seed, the same for the nth send of
//! every run.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mishap {
    /// The provider wants to be left alone for a while.
    TooMany,
    /// It fails, and says so.
    Failing,
    /// The connection breaks before the message is taken.
    CutBefore,
    /// The connection breaks after the message was taken.
    CutAfter,
}

impl Mishap {
    /// Each.
    pub const ALL: [Self; 4] = [Self::TooMany, Self::Failing, Self::CutBefore, Self::CutAfter];
}

/// How often things go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Temper {
    /// Never.
    Calm,
    /// Now and then; and of what was delivered the provider says so soon, late, or never.
    Stormy,
    /// Connections break often once a message was taken, of which the provider says so soon.
    Cutting,
}

impl Temper {
    /// Which share of the sends meets each mishap.
    fn shares(self) -> [f64; 4] {
        match self {
            Self::Calm => [0.0; 4],
            Self::Stormy => [0.03, 0.03, 0.03, 0.06],
            Self::Cutting => [0.0, 0.0, 0.0, 0.4],
        }
    }
}

/// What becomes of the provider's word that a message was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It comes so long after.
    After(Duration),
    /// It never comes.
    Never,
}

/// How often one text meets mishaps at most, so that none has to be given up for them.
const MOST: u32 = 2;

/// One provider's mishaps.
pub struct Mishaps(Mutex<Book>);

struct Book {
    temper: Temper,
    rng: StdRng,
    met: HashMap<String, u32>,
    counts: BTreeMap<Mishap, usize>,
}

impl Mishaps {
    /// Those of this seed.
    pub fn of_seed(seed: u64, temper: Temper) -> Self {
        let (met, counts) = (HashMap::new(), BTreeMap::new());
        Self(Mutex::new(Book { temper, rng: StdRng::seed_from_u64(seed), met, counts }))
    }

    /// What goes wrong with the next send, if anything does.
    pub fn next(&self, text: &str) -> Option<Mishap> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rolled: f64 = book.rng.random();
        let shares = book.temper.shares();
        let mishap = Mishap::ALL.into_iter().zip(shares).find_map(|(mishap, share)| {
            rolled -= share;
            (rolled < 0.0).then_some(mishap)
        })?;
        let met = book.met.entry(text.to_owned()).or_default();
        *met += 1;
        let mishap = (*met <= MOST).then_some(mishap)?;
        *book.counts.entry(mishap).or_default() += 1;
        Some(mishap)
    }

    /// What becomes of the word on the next message.
    pub fn word(&self) -> Word {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if book.temper != Temper::Stormy {
            return Word::After(Duration::from_millis(100));
        }
        match book.rng.random_range(0..100) {
            0..15 => Word::Never,
            15..30 => Word::After(Duration::from_millis(book.rng.random_range(2000..8000))),
            _ => Word::After(Duration::from_millis(book.rng.random_range(20..400))),
        }
    }

    /// How often each has happened.
    pub fn counts(&self) -> BTreeMap<Mishap, usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).counts.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_has_the_same_mishaps_and_every_kind_of_them() {
        let [one, other] = [7, 7].map(|seed| {
            let mishaps = Mishaps::of_seed(seed, Temper::Stormy);
            let met: Vec<_> = (0..300).map(|at| mishaps.next(&at.to_string())).collect();
            (met, mishaps.counts())
        });
        assert_eq!(one, other);
        assert_eq!(one.1.len(), Mishap::ALL.len(), "{:?}", one.1);
    }

    #[test]
    fn no_text_meets_so_many_that_it_has_to_be_given_up() {
        let mishaps = Mishaps::of_seed(7, Temper::Stormy);
        let met = (0..1000).filter(|_| mishaps.next("the same").is_some()).count();
        assert_eq!(met, MOST as usize);
    }
}
