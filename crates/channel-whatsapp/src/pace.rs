//! How fast may be sent: WhatsApp's limits for one person and for the whole business number, kept
//! by all replicas together, and the pauses that it asks for where they were not enough.
//!
//! A send that has to wait ends at once with the time that is left, so that no worker waits.

use std::sync::Arc;
use std::time::Duration;

use conversation::ports::{Accord, SendError};
use conversation::{Digest, Rate};
use sha2::{Digest as _, Sha256};
use tracing::warn;

use crate::graph::{Complaint, Pauses};

/// One message every six seconds to one person, and 45 at once after a silence: beyond that the
/// API answers 131056.
const TO_ONE_PERSON: Rate = Rate { burst: 45, period: Duration::from_secs(6) };

/// Eighty messages a second of one business number: beyond that the API answers 130429.
const OF_THE_NUMBER: Rate = Rate { burst: 80, period: Duration::from_micros(12_500) };

/// When to ask again if the replicas can't agree, since the store is away.
const STORE_AWAY: Duration = Duration::from_secs(1);

/// The pace of one business number.
pub(crate) struct Pace {
    accord: Arc<dyn Accord>,
    /// What this number's lanes begin with: a digest, like everything that lanes are named by.
    lane: String,
    pauses: Pauses,
}

impl Pace {
    pub(crate) fn new(accord: Arc<dyn Accord>, phone_number_id: &str) -> Self {
        let digest = Sha256::digest(phone_number_id);
        let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { accord, lane: format!("whatsapp/{short}"), pauses: Pauses::default() }
    }

    /// Whether this replica knows that this person should be left alone now.
    pub(crate) fn is_paused(&self, person: Digest) -> bool {
        self.pauses.left(person).is_some()
    }

    /// Lets one message pass, or says how long it has to wait.
    pub(crate) async fn pass(&self, person: Digest) -> Result<(), SendError> {
        if let Some(retry_after) = self.pauses.left(person) {
            return Err(SendError::Paced { retry_after });
        }
        // In this order, since what passes here and is held up there has been counted for nothing:
        // the number's share comes back at once, a person's only after seconds.
        for (lane, rate) in
            [(self.lane.clone(), OF_THE_NUMBER), (self.lane_to(person), TO_ONE_PERSON)]
        {
            match self.accord.pass(&lane, rate).await {
                Ok(None) => {}
                Ok(Some(retry_after)) => return Err(SendError::Paced { retry_after }),
                Err(error) => {
                    warn!(%error, "a reply waits, since the replicas can't agree on the pace");
                    return Err(SendError::Paced { retry_after: STORE_AWAY });
                }
            }
        }
        Ok(())
    }

    /// The API takes no more at the moment, for this person or at all: nobody sends until then.
    pub(crate) async fn pause(
        &self,
        complaint: Complaint,
        person: Digest,
        asked: Option<Duration>,
    ) -> Duration {
        let (lane, wait) = match complaint {
            Complaint::PairLimit => (self.lane_to(person), self.pauses.person(person)),
            _ => {
                let least = complaint.fixed_wait().max(asked);
                (self.lane.clone(), self.pauses.number(least))
            }
        };
        if let Err(error) = self.accord.close(&lane, wait).await {
            warn!(%error, "the other replicas don't know of a pause that WhatsApp asked for");
        }
        wait
    }

    /// A message was taken, so whatever pause there was is over.
    pub(crate) fn passed(&self, person: Digest) {
        self.pauses.passed(person);
    }

    fn lane_to(&self, person: Digest) -> String {
        format!("{}/{person}", self.lane)
    }
}
