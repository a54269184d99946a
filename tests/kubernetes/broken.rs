//! That the gates close: manifests with one mistake each, and which gate must find it.

use serde_json::{Value, json};

use crate::documents::{Document, complaints, kubernetes_folder, manifests};
use crate::{CHECKS, Complaints};

/// A manifest, what is replaced in it, and by what.
const AGAINST_THE_SCHEMAS: [(&str, &str, &str); 16] = [
    ("base/deployment.yaml", "containerPort: 18789", "containerPort: many"),
    ("base/deployment.yaml", "readinessProbe:", "readinesProbe:"),
    ("base/deployment.yaml", "apiVersion: apps/v1", "apiVersion: apps/v2"),
    ("base/deployment.yaml", "kind: Deployment", "kind: Deploiment"),
    ("base/deployment.yaml", "sleep: { seconds: 5 }", "sleep: { second: 5 }"),
    ("base/deployment.yaml", "  replicas: 3", "  replicas: [3]"),
    ("base/deployment.yaml", "  replicas: 3", "  replicas: 3\n  replicas: 4"),
    ("base/deployment.yaml", "enableServiceLinks: false", "enableServiceLinks: \"false\""),
    ("base/service.yaml", "  ports:", "  port:"),
    ("base/disruption-budget.yaml", "matchLabels:", "matchLabel:"),
    ("base/network-policy.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: Ingress"),
    ("secret.example.yaml", "OPENAI_API_KEY: \"\"", "OPENAI_API_KEY: 5"),
    ("hpa/autoscaler.yaml", "averageUtilization: 70", "averageUtilization: 70%"),
    ("ingress/ingress.yaml", "proxy-buffering: \"off\"", "proxy-buffering: off"),
    ("keda/scaled-object.yaml", "targetValue: \"100\"", "targetValue: 100"),
    ("keda/authentication.yaml", "parameter: token", "parameter: bearer"),
];

#[test]
fn a_document_with_a_mistake_is_refused_by_its_schema() {
    let broken = AGAINST_THE_SCHEMAS.map(|(file, right, wrong)| {
        let text = std::fs::read_to_string(kubernetes_folder().join(file)).unwrap();
        assert!(text.contains(right), "{file} has no '{right}' any more");
        text.replacen(right, wrong, 1)
    });
    let found = complaints(&broken);
    assert_eq!(found.len(), AGAINST_THE_SCHEMAS.len());
    for ((file, _, wrong), found) in AGAINST_THE_SCHEMAS.iter().zip(found) {
        assert!(!found.is_empty(), "{file} with '{wrong}' is let through");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    let texts = ["kind: Service\n  port: [", "- a list\n", "# nothing\n"].map(str::to_owned);
    for (text, found) in texts.iter().zip(complaints(&texts)) {
        assert!(!found.is_empty(), "'{text}' is let through");
    }
}

const POD: &str = "/spec/template/spec";

/// The check, the kind, where in it, and what is put there.
fn against_the_checks() -> Vec<(&'static str, &'static str, String, Value)> {
    let pod = |rest: &str| format!("{POD}{rest}");
    let container = |rest: &str| format!("{POD}/containers/0{rest}");
    let label = || "/spec/template/metadata/labels/app.kubernetes.io~1name".to_owned();
    let spec = |rest: &str| format!("/spec{rest}");
    let limit = "/metadata/annotations/nginx.ingress.kubernetes.io~1limit-rps".to_owned();
    vec![
        ("selectors", "Deployment", label(), json!("gateway")),
        ("selectors", "Service", spec("/selector"), json!({})),
        (
            "selectors",
            "PodDisruptionBudget",
            spec("/selector"),
            json!({ "matchLabels": { "a": "b" } }),
        ),
        ("ports", "Deployment", container("/ports/0/containerPort"), json!(8080)),
        ("ports", "Service", spec("/ports/0/targetPort"), json!("web")),
        ("policies", "NetworkPolicy", spec("/ingress/0/from"), json!([])),
        ("policies", "NetworkPolicy", spec("/ingress/0/ports/0/port"), json!(80)),
        ("policies", "NetworkPolicy", spec("/policyTypes"), json!(["Ingress"])),
        ("policies", "NetworkPolicy", spec("/egress"), json!([{}])),
        ("ingress", "Ingress", spec("/rules/0/http/paths/1/path"), json!("/api")),
        ("ingress", "Ingress", spec("/rules/0/http/paths/4/pathType"), json!("Prefix")),
        (
            "ingress",
            "Ingress",
            spec("/rules/0/http/paths/0/backend/service/port/name"),
            json!("web"),
        ),
        ("ingress", "Ingress", spec("/rules/0/http/paths/0/path"), json!("/api/v2/message")),
        ("ingress", "Ingress", limit, json!("2000")),
        ("probes", "Deployment", container("/livenessProbe/httpGet/path"), json!("/readyz")),
        ("probes", "Deployment", container("/readinessProbe/httpGet/path"), json!("/ready")),
        ("probes", "Deployment", container("/startupProbe/httpGet/port"), json!("web")),
        ("graces", "Deployment", pod("/terminationGracePeriodSeconds"), json!(30)),
        ("graces", "Deployment", container("/lifecycle"), json!({})),
        ("confinement", "Deployment", pod("/securityContext/runAsUser"), json!(1000)),
        ("confinement", "Deployment", pod("/securityContext/runAsNonRoot"), json!(false)),
        (
            "confinement",
            "Deployment",
            container("/securityContext/readOnlyRootFilesystem"),
            json!(false),
        ),
        (
            "confinement",
            "Deployment",
            container("/securityContext/capabilities/drop"),
            json!(["NET_RAW"]),
        ),
        ("confinement", "Deployment", container("/resources/limits"), json!({})),
        ("image", "Deployment", container("/image"), json!("openclaw/gateway:latest")),
        ("links", "Deployment", pod("/enableServiceLinks"), json!(true)),
        ("variables", "Deployment", container("/env/0/name"), json!("OPENCLAW_BINDS")),
        ("variables", "Secret", "/stringData".to_owned(), json!({})),
        ("mounts", "Deployment", pod("/volumes/1/configMap/name"), json!("skills")),
        ("mounts", "Deployment", container("/volumeMounts/0/mountPath"), json!("/config")),
        ("spread", "Deployment", spec("/replicas"), json!(1)),
        ("spread", "Deployment", pod("/topologySpreadConstraints"), json!([])),
        ("spread", "PodDisruptionBudget", spec("/maxUnavailable"), json!("50%")),
        ("autoscalers", "HorizontalPodAutoscaler", spec("/scaleTargetRef/name"), json!("gateway")),
        ("autoscalers", "ScaledObject", spec("/minReplicaCount"), json!(1)),
        (
            "triggers",
            "ScaledObject",
            spec("/triggers/0/metadata/url"),
            json!("http://gateway/status"),
        ),
        (
            "triggers",
            "ScaledObject",
            spec("/triggers/0/metadata/valueLocation"),
            json!("queue.lag"),
        ),
        ("triggers", "TriggerAuthentication", spec("/secretTargetRef/0/key"), json!("TOKEN")),
    ]
}

/// The documents with one value changed, in the first document of the kind.
fn changed(kind: &str, place: &str, value: &Value) -> Vec<Document> {
    let mut documents = manifests();
    let document = documents.iter_mut().find(|document| document.kind() == kind);
    let document = document.unwrap_or_else(|| panic!("there is no {kind}"));
    let found = document.document.pointer_mut(place);
    let found = found.unwrap_or_else(|| panic!("{kind} has nothing at {place}"));
    assert_ne!(found, value, "{kind} has this at {place} already");
    *found = value.clone();
    documents
}

#[test]
fn documents_that_do_not_fit_are_found_by_the_check_for_it() {
    let mut found = Vec::new();
    for (name, kind, place, value) in against_the_checks() {
        let check = CHECKS.iter().find(|(known, _)| *known == name).expect("a check").1;
        let complaints: Complaints = check(&changed(kind, &place, &value));
        assert!(!complaints.is_empty(), "{name} doesn't see {value} at {kind}{place}");
        found.push(name);
    }
    for (name, _) in CHECKS {
        assert!(found.contains(&name), "nothing shows that the check of {name} can fail");
    }
}
