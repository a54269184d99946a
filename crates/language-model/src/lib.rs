#![doc = include_str!("../README.md")]

mod chain;
mod complaint;
mod dialects;
mod http;
mod instructions;
mod ollama_probe;
mod options;
mod provider;
mod reading;
mod redaction;
mod retry_after;
mod wire;

#[cfg(test)]
mod fixture_tests;
#[cfg(test)]
mod reading_tests;

pub use chain::{
    Breaker, BreakerOptions, BreakerState, Chain, ChainOptions, Guard, Jitter, Limits, Link,
    ModelHealth, Places, Schedule,
};
pub use ollama_probe::OllamaProbe;
pub use options::{Api, InvalidProvider, ProviderOptions};
pub use provider::Provider;
