//! How many replicas there are, where, and by what that is decided.

use serde_json::{Value, json};

use crate::Complaints;
use crate::documents::{Document, items, the};
use crate::gateway;

/// Three at least, never fewer while they are exchanged, and not all on one node.
pub fn replicas_stay_apart_and_many(documents: &[Document]) -> Complaints {
    let deployment = the(documents, "Deployment");
    let mut complaints = Complaints::new();
    if deployment.at("/spec/replicas").as_u64().is_none_or(|replicas| replicas < 3) {
        complaints.push(format!("{} replicas", deployment.at("/spec/replicas")));
    }
    if *deployment.at("/spec/strategy/rollingUpdate/maxUnavailable") != json!(0) {
        complaints.push("an update may leave fewer replicas than asked for".to_owned());
    }
    let spread = items(deployment.at("/spec/template/spec/topologySpreadConstraints"));
    for key in ["kubernetes.io/hostname", "topology.kubernetes.io/zone"] {
        if !spread.iter().any(|rule| rule["topologyKey"] == key) {
            complaints.push(format!("replicas are not spread by {key}"));
        }
    }
    let budget = the(documents, "PodDisruptionBudget");
    if *budget.at("/spec/maxUnavailable") != json!(1) {
        complaints.push("more than one replica may be drained at once".to_owned());
    }
    complaints
}

/// Both autoscalers scale the Deployment, between bounds that keep its three replicas.
pub fn autoscalers_scale_the_deployment(documents: &[Document]) -> Complaints {
    let deployment = the(documents, "Deployment");
    let hpa = the(documents, "HorizontalPodAutoscaler");
    let keda = the(documents, "ScaledObject");
    let bounds = [
        (hpa, hpa.at("/spec/minReplicas"), hpa.at("/spec/maxReplicas")),
        (keda, keda.at("/spec/minReplicaCount"), keda.at("/spec/maxReplicaCount")),
    ];
    let mut complaints = Complaints::new();
    for (scaler, least, most) in bounds {
        let target = scaler.at("/spec/scaleTargetRef/name");
        if target != deployment.at("/metadata/name") {
            complaints.push(format!("{} scales {target}", scaler.kind()));
        }
        if least.as_u64() < Some(3) || most.as_u64() <= least.as_u64() {
            complaints.push(format!("{} goes from {least} to {most}", scaler.kind()));
        }
    }
    if hpa.at("/spec/metrics/0/resource/target/averageUtilization").as_u64().is_none() {
        complaints.push("the autoscaler has no share of the processor to aim at".to_owned());
    }
    complaints
}

/// What KEDA asks for is answered, by the gateway's Service, with numbers, to its token.
pub fn what_is_scaled_by_can_be_asked_for(documents: &[Document]) -> Complaints {
    let keda = the(documents, "ScaledObject");
    let asked = items(keda.at("/spec/triggers")).iter();
    let asked: Vec<&Value> = asked.filter(|trigger| trigger["type"] == "metrics-api").collect();
    let mut complaints: Complaints =
        asked.iter().flat_map(|trigger| unanswered(documents, trigger)).collect();
    for place in ["queue.ready", "totals.turns_in_flight"] {
        if !asked.iter().any(|trigger| trigger["metadata"]["valueLocation"] == place) {
            complaints.push(format!("nobody asks for {place}"));
        }
    }
    let token = the(documents, "TriggerAuthentication").at("/spec/secretTargetRef/0");
    let secret = the(documents, "Secret");
    let key = token["key"].as_str().unwrap_or_default();
    if token["name"] != *secret.at("/metadata/name") || secret.at("/stringData").get(key).is_none()
    {
        complaints.push(format!("the secret has no {token}"));
    }
    complaints
}

/// What a trigger asks for in vain.
fn unanswered(documents: &[Document], trigger: &Value) -> Complaints {
    let asked = &trigger["metadata"];
    let service = the(documents, "Service");
    let namespace = the(documents, "Namespace").name();
    let port = service.at("/spec/ports/0/port");
    let mut complaints = Complaints::new();
    let base = format!("http://{}.{namespace}.svc:{port}", service.name());
    let path = asked["url"].as_str().and_then(|url| url.strip_prefix(&base));
    if path.is_none_or(|path| path != "/status" || !gateway::paths().contains(&path)) {
        complaints.push(format!("{} is not answered", asked["url"]));
    }
    let place = asked["valueLocation"].as_str().unwrap_or_default().replace('.', "/");
    if !gateway::status().pointer(&format!("/{place}")).is_some_and(Value::is_number) {
        complaints.push(format!("/status has no number at {}", asked["valueLocation"]));
    }
    let authentication = the(documents, "TriggerAuthentication");
    if trigger["authenticationRef"]["name"] != *authentication.at("/metadata/name") {
        complaints.push(format!("there is no {}", trigger["authenticationRef"]));
    }
    complaints
}
