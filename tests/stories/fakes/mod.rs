//! What the stories put in the place of models, channels and a faultless store.

pub(crate) mod album;
pub(crate) mod board;
pub(crate) mod channel;
pub(crate) mod driven;
pub(crate) mod echo;
pub(crate) mod faulty;
pub(crate) mod overseen;
