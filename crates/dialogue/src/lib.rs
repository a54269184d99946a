#![doc = include_str!("../README.md")]

mod answer;
mod bounds;
mod commit;
mod customer;
mod delivery;
mod end;
mod failure;
mod figures;
mod heartbeat;
mod holding;
mod insistence;
mod options;
mod outage;
mod pool;
mod prompt;
mod schedule;
mod shift;
mod span;
mod turn;
mod turn_id;
mod unread;
mod utterances;

pub use options::{Options, Parts, UncertainPolicy};
pub use pool::Pool;
pub use schedule::Schedule;
