//! Web Chat in a real Chromium: the widget as it ships, on the page at `/` and on sites of its own,
//! against real gateways on a real Redis.

mod accessibility;
mod browser;
mod chatting;
mod dying;
mod escape;
mod failing;
mod fetching;
mod killing;
mod languages;
mod looks;
mod markdown;
mod markup;
mod page;
mod rare;
mod screens;
mod sessions;
mod site;
mod sites;
mod storage;
mod visitors;
mod waiting;
mod world;
