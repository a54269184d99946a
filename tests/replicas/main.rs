//! Several real gateway processes on one real Redis: what they share, and what happens when one
//! of them dies or stops.

mod command_line;
mod crowds;
mod dying;
mod outages;
mod reaching;
mod sharing;
mod starting;
mod stopping;
mod taking_over;
mod web_chat;
mod world;
