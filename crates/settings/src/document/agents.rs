//! `agents`: which models answer, how long they may take, and what they are told.

use super::ModelRef;
use crate::decode::{At, List, Prose, Setting, Switch, Whole, section};

section! {
    /// How messages are answered.
    struct Agents {
        /// What holds for every conversation.
        defaults: Defaults,
    }
}

section! {
    /// What holds for every conversation.
    struct Defaults {
        /// What the model is told about its task, before the skills. Default: to answer the
        /// company's customers from its skills, shortly and truthfully.
        system_prompt: Setting<Prose>,
        /// The models that answer.
        model: Model,
        /// The longest that one turn may take over all models, in seconds. Default 120: after two
        /// minutes nobody waits for a reply any more.
        timeout_seconds: Whole<1, 3_600> = Whole::of::<120>(),
        /// How many turns one replica works on at once. Default 1024: a waiting turn costs little,
        /// and each provider's own limit protects the models.
        max_concurrent: Whole<1, 65_536> = Whole::of::<1_024>(),
        /// Whether the best passage of the skills is quoted when every model has failed. Default
        /// true: customers hear something true, and that a person will follow up.
        offline_answer: Switch = Switch(true),
    }
}

section! {
    /// The models that answer, as `provider/model`.
    struct Model {
        /// The model that is asked first. Without one the skills answer alone.
        primary: Setting<ModelRef>,
        /// The models that are asked next, in this order, when the one before failed.
        fallbacks: List<ModelRef>,
    }
}

impl Model {
    /// All the models that are named, in the order in which they are asked.
    pub(crate) fn references(&self) -> impl Iterator<Item = &At<ModelRef>> {
        self.primary.given().into_iter().chain(&self.fallbacks.0)
    }
}
