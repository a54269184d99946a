//! The one place that spells the keys in Redis.
//!
//! All that belongs to one conversation carries the hash tag of its partition, so that every
//! script stays within one slot of a Cluster. A conversation's name never stands in a key; its
//! digest does.

use conversation::Digest;

/// Spells the keys of one installation.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
    partitions: u16,
    ready: Vec<String>,
}

impl Keys {
    pub(crate) fn new(prefix: &str, partitions: u16) -> Self {
        let ready = (0..partitions).map(|p| format!("{prefix}:{{p{p:02}}}:ready")).collect();
        Self { prefix: prefix.to_owned(), partitions, ready }
    }

    /// How many partitions there are.
    pub(crate) fn partitions(&self) -> u16 {
        self.partitions
    }

    /// The partition of a conversation.
    pub(crate) fn partition(&self, conversation: Digest) -> u16 {
        let [first, second, ..] = conversation.0;
        u16::from_be_bytes([first, second]) % self.partitions
    }

    /// The stream of a partition's ready conversations.
    pub(crate) fn ready(&self, partition: u16) -> &str {
        self.ready.get(usize::from(partition)).map_or("", String::as_str)
    }

    /// All the streams of ready conversations, by partition.
    pub(crate) fn all_ready(&self) -> &[String] {
        &self.ready
    }

    /// The conversations of a partition that are put off: name by due time.
    pub(crate) fn delayed(&self, partition: u16) -> String {
        format!("{}:{{p{partition:02}}}:delayed", self.prefix)
    }

    /// The dead letters of a partition: id by time.
    pub(crate) fn dead(&self, partition: u16) -> String {
        format!("{}:{{p{partition:02}}}:dead", self.prefix)
    }

    /// The conversations that are put off in a conversation's partition.
    pub(crate) fn delayed_of(&self, digest: Digest) -> String {
        self.delayed(self.partition(digest))
    }

    /// The dead letters of a conversation's partition.
    pub(crate) fn dead_of(&self, digest: Digest) -> String {
        self.dead(self.partition(digest))
    }

    /// The state of a conversation that is not at rest: its queue entry `e`, its attempts `n`, the
    /// last turn with an outbox `t`, `o` if that outbox is still there, and, if revived messages
    /// stand apart, `r`, the claim during which the last of them came; `d` names the message that
    /// shows the answer in the making, `k` says that there are remarks,
    /// and `p` what the person is called who has it, if one has. `w` says where its customer went, while
    /// something waits, and `f` where to what was set aside is on its way.
    pub(crate) fn conversation(&self, digest: Digest) -> String {
        self.of("c", digest)
    }

    /// The waiting messages of a conversation.
    pub(crate) fn inbox(&self, digest: Digest) -> String {
        self.of("in", digest)
    }

    /// The messages that were revived while a turn was at work.
    pub(crate) fn revived(&self, digest: Digest) -> String {
        self.of("rv", digest)
    }

    /// The messages that go on in another conversation and have not certainly arrived there.
    pub(crate) fn set_aside(&self, digest: Digest) -> String {
        self.of("fw", digest)
    }

    /// The earlier turns of a conversation.
    pub(crate) fn history(&self, digest: Digest) -> String {
        self.of("h", digest)
    }

    /// What happened in a conversation besides messages that want an answer.
    pub(crate) fn remarks(&self, digest: Digest) -> String {
        self.of("n", digest)
    }

    /// The newest replies of a conversation that went out, and what the provider said of them.
    pub(crate) fn sent(&self, digest: Digest) -> String {
        self.of("sent", digest)
    }

    /// How much of its rate a conversation's sender has used up.
    pub(crate) fn rate(&self, digest: Digest) -> String {
        self.of("rate", digest)
    }

    /// How much of their rates those who share a conversation have used up, by sender.
    pub(crate) fn rates(&self, digest: Digest) -> String {
        self.of("rates", digest)
    }

    /// The committed reply of a conversation that is not sent completely.
    pub(crate) fn outbox(&self, digest: Digest) -> String {
        self.of("out", digest)
    }

    /// The records of a conversation's messages, by deduplication key.
    pub(crate) fn records(&self, digest: Digest) -> String {
        self.of("m", digest)
    }

    /// The replicas that watch a conversation, each with the time until which it does.
    pub(crate) fn watchers(&self, digest: Digest) -> String {
        self.of("w", digest)
    }

    /// The dead letters of a conversation, by id.
    pub(crate) fn letters(&self, digest: Digest) -> String {
        self.of("dl", digest)
    }

    /// A conversation as its readers follow it.
    pub(crate) fn transcript(&self, digest: Digest) -> String {
        self.of("ts", digest)
    }

    /// The claims of a partition that a reader has interrupted, each with the time at which the mark
    /// goes if there is no heartbeat any more.
    pub(crate) fn interrupted(&self, partition: u16) -> String {
        format!("{}:{{p{partition:02}}}:interrupted", self.prefix)
    }

    /// How many partitions the installation has.
    pub(crate) fn layout(prefix: &str) -> String {
        format!("{prefix}:partitions")
    }

    /// The replicas that were seen lately, each with the time of its last report.
    pub(crate) fn replicas(&self) -> String {
        format!("{}:replicas", self.prefix)
    }

    /// What a replica last said of itself.
    pub(crate) fn replica(&self, id: &str) -> String {
        format!("{}:replica:{id}", self.prefix)
    }

    /// A lane that all replicas share. What replicas agree on belongs to no partition, so each thing
    /// has a hash tag of its own.
    pub(crate) fn lane(&self, name: &str) -> String {
        format!("{}:{{lane/{name}}}", self.prefix)
    }

    /// Who has an office.
    pub(crate) fn office(&self, name: &str) -> String {
        format!("{}:{{office/{name}}}", self.prefix)
    }

    /// A value that all replicas have.
    pub(crate) fn agreed(&self, name: &str) -> String {
        format!("{}:{{agreed/{name}}}", self.prefix)
    }

    /// What the names of the replicas' event channels begin with.
    pub(crate) fn events(&self) -> String {
        format!("{}:events:", self.prefix)
    }

    fn of(&self, kind: &str, digest: Digest) -> String {
        format!("{}:{{p{:02}}}:{kind}:{digest}", self.prefix, self.partition(digest))
    }
}

/// Reads a conversation's digest as the keys spell it.
pub(crate) fn digest(hex: &str) -> Option<Digest> {
    let mut digest = Digest([0; 16]);
    for (index, byte) in digest.0.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_a_conversation_carry_its_partitions_hash_tag() {
        let keys = Keys::new("oc", 16);
        let digest = Digest([0x12; 16]);
        let tag = format!("{{p{:02}}}", keys.partition(digest));
        let all = [
            keys.ready(keys.partition(digest)).to_owned(),
            keys.delayed(keys.partition(digest)),
            keys.dead(keys.partition(digest)),
            keys.conversation(digest),
            keys.inbox(digest),
            keys.revived(digest),
            keys.set_aside(digest),
            keys.history(digest),
            keys.outbox(digest),
            keys.watchers(digest),
            keys.records(digest),
            keys.letters(digest),
            keys.transcript(digest),
            keys.interrupted(keys.partition(digest)),
            keys.remarks(digest),
            keys.rate(digest),
            keys.rates(digest),
            keys.sent(digest),
        ];
        assert!(all.iter().all(|key| key.contains(&tag)), "{all:?}");
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
