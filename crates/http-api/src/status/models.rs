//! What all replicas together say of the language models.

use super::{Model, ModelHealth, ModelReport, ModelState, ReplicaReport};

/// The models in the order in which the replicas ask them.
pub(super) fn seen_by(replicas: &[ReplicaReport]) -> Vec<Model> {
    let mut models: Vec<Model> = Vec::new();
    for report in replicas.iter().flat_map(|replica| &replica.models) {
        let health = health(report.state);
        let passed_over = u64::from(health > ModelHealth::Closed);
        match models.iter_mut().find(|model| model.name == report.name) {
            Some(model) => {
                let (known, told) = (model.last_failure.take(), report.last_failure.clone());
                // Who passes it over knows better why than who asks it.
                model.last_failure =
                    if health > model.state { told.or(known) } else { known.or(told) };
                model.state = model.state.max(health);
                model.replicas += 1;
                model.passed_over_by += passed_over;
            }
            None => models.push(first(report, health, passed_over)),
        }
    }
    models
}

fn first(report: &ModelReport, state: ModelHealth, passed_over_by: u64) -> Model {
    Model {
        name: report.name.clone(),
        state,
        replicas: 1,
        passed_over_by,
        last_failure: report.last_failure.clone(),
    }
}

fn health(state: ModelState) -> ModelHealth {
    match state {
        ModelState::Closed => ModelHealth::Closed,
        ModelState::HalfOpen => ModelHealth::HalfOpen,
        ModelState::Open => ModelHealth::Open,
        ModelState::Unknown => ModelHealth::Unknown,
    }
}
