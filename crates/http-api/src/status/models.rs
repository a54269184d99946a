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
                model.state = model.state.max(health);
                model.replicas += 1;
                model.passed_over_by += passed_over;
                model.last_failure = model.last_failure.take().or(report.last_failure.clone());
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
