#![doc = include_str!("../README.md")]

mod amendments;
mod answer;
mod bounds;
mod commit;
mod customer;
mod delivery;
mod draft;
mod end;
mod failure;
mod figures;
mod finish;
mod heartbeat;
mod holding;
mod insistence;
mod notes;
mod options;
mod outage;
mod pictures;
mod pool;
mod prompt;
mod sayings;
mod schedule;
mod shift;
mod span;
mod task;
mod turn;
mod turn_id;
mod typing;
mod uncertain;
mod unread;
mod utterances;

pub use options::{Options, Parts, UncertainPolicy};
pub use pool::Pool;
pub use sayings::Sayings;
pub use schedule::Schedule;
