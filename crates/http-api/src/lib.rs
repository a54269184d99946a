#![doc = include_str!("../README.md")]

mod answer;
mod api;
mod auth;
mod body;
mod channels;
mod entrance;
mod events;
mod fields;
mod following;
mod health;
mod host;
mod identity;
mod middleware;
mod openapi;
mod patience;
mod problem;
mod proxies;
mod question;
mod router;
mod routes;
mod rules;
mod serve;
mod standing;
mod status;
mod taking;
mod vitals;

pub use api::{Api, Description, Limits, MetricsPage};
pub use auth::ApiAuth;
pub use channels::ChannelKeys;
pub use entrance::{Entrance, Routes};
pub use middleware::request_id;
pub use router::router;
pub use serve::{Closed, ServeOptions, listen, serve};
pub use standing::{Models, OllamaLink, Phase, Providers, Room, StoreLink};
pub use status::{
    Figures, Model, ModelHealth, Queue, Replica, Status, Storage, StoreKind, Totals, Verdict,
};
pub use vitals::Vitals;
