#![doc = include_str!("../README.md")]

mod address;
mod beats;
mod body;
mod description;
mod figures;
mod gate;
mod identity;
mod keyring;
mod options;
mod origins;
mod pace;
mod refusal;
mod routes;
mod stream;
mod token;
mod web_chat;
mod widget;

pub use gate::RequestId;
pub use keyring::{InvalidSecret, agreed_secret};
pub use options::{Limits, Options, OwnPages};
pub use token::{CHANNEL, conversation};
pub use web_chat::{Condition, Parts, WebChat};
