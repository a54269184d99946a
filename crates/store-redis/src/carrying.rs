//! What is remembered of one conversation becomes the beginning of another.
//!
//! The two may lie in different slots of a Cluster, so this takes two scripts: one puts it there,
//! once for each key, and one takes it away here. Whoever repeats it after a crash between them
//! takes away what was put there then, and nothing that came since.

use conversation::{DedupeKey, Digest, StoreError};
use deadpool_redis::redis::{Cmd, Pipeline};

use crate::{Inner, millis, stored};

impl Inner {
    /// Says whether it was done now, and not before.
    pub(crate) async fn carry_over(
        &self,
        from: Digest,
        to: Digest,
        key: &DedupeKey,
    ) -> Result<bool, StoreError> {
        if from == to {
            return Ok(false);
        }
        let mut reading = Pipeline::with_capacity(2);
        reading.lrange(self.keys.history(from), 0, -1);
        reading.lrange(self.keys.remarks(from), 0, -1);
        let (turns, remarks): (Vec<String>, Vec<String>) = self.link.run_all(&reading).await?;
        let call = self.carry_in_call(to, key, &turns, &remarks);
        let (brought, is_now): (String, u8) = self.link.call(&self.scripts.carry_in, &call).await?;
        if brought == "full" {
            return Err(StoreError::Full);
        }
        // Whatever else may stand under this key is not something that was brought.
        if let [turns, their_digest, remarks, digest] = *brought.split(' ').collect::<Vec<_>>() {
            let verb = &self.scripts.carry_out;
            let mut call = verb.call();
            call.arg(self.keys.history(from)).arg(self.keys.remarks(from));
            call.arg(turns).arg(their_digest).arg(remarks).arg(digest);
            let _dropped: u64 = self.link.call(verb, &call).await?;
        }
        Ok(is_now == 1)
    }

    fn carry_in_call(
        &self,
        to: Digest,
        key: &DedupeKey,
        turns: &[String],
        remarks: &[String],
    ) -> Cmd {
        let keys = &self.keys;
        let is_crowded = self.link.topology().is_crowded(keys.ready(keys.partition(to)));
        let mut call = self.scripts.carry_in.call();
        call.arg(keys.conversation(to))
            .arg(keys.history(to))
            .arg(keys.records(to))
            .arg(keys.remarks(to))
            .arg(stored::key_digest(key.digest()))
            .arg(stored::fresh_record())
            .arg(millis(self.options.dedupe))
            .arg(millis(self.options.idle))
            .arg(self.options.history_limit.max(1))
            .arg(u8::from(is_crowded))
            .arg(turns.len())
            .arg(turns)
            .arg(remarks);
        call
    }
}
