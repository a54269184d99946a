//! A gateway to test against, someone who answers in it, and a client to ask it with.

mod answerer;
mod client;
mod events;
mod faulty_abilities;
mod faulty_store;
mod gateway;
mod log;

pub(crate) use answerer::Answerer;
pub(crate) use client::{Answer, Ask, ask};
pub(crate) use events::EventStream;
pub(crate) use faulty_store::FaultyStore;
pub(crate) use gateway::{Gateway, NOON, Setup, its_conversation, question, within};
pub(crate) use log::Log;
