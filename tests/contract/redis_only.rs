//! What only a store outside the process can go through: it dies, it hangs, it forgets, it is
//! full.

mod away;
mod batches;
mod bookkeeping;
mod calls;
mod carrying;
mod cluster;
mod failover;
mod forwarding;
mod full;
mod later_versions;
mod partitions;
mod refused;
mod restart;
mod revived;
mod scripts;
mod telegraph;
mod tls;
mod transcripts;
