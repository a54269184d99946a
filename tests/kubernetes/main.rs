//! The Kubernetes manifests: every document against the schemas of Kubernetes' API, the documents
//! against each other and against the gateway, and the skills as a ConfigMap brings them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod broken;
mod documents;
mod gateway;
mod mounted;
mod network;
mod pod;
mod rendered;
mod scaling;

use documents::{Document, checked, complaints, kubernetes_folder, manifest_files, manifests};

/// What a check found wrong, each in a sentence.
type Complaints = Vec<String>;

/// Every kind that the deployment is made of. One that is missing was forgotten.
const KINDS: [&str; 10] = [
    "Deployment",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Namespace",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "ScaledObject",
    "Secret",
    "Service",
    "TriggerAuthentication",
];

#[test]
fn every_document_is_what_its_schema_asks_for() {
    let files = manifest_files();
    let documents = checked(&files);
    let mut count = 0;
    for document in &documents {
        let wrong = document.complaints();
        assert!(wrong.is_empty(), "{}:\n{}", document.file, wrong.join("\n"));
        count += document.checks();
    }
    for kind in KINDS {
        assert!(documents.iter().any(|document| document.kind() == kind), "no {kind} was found");
    }
    assert!(documents.len() >= files.len(), "{} documents", documents.len());
    // Each is checked against the oldest and the newest Kubernetes, and none counts unchecked.
    assert_eq!(count, 2 * documents.len());
}

/// A question that the schemas can't answer, as asked of all the documents together.
type Check = fn(&[Document]) -> Complaints;

/// The checks, each with its name.
const CHECKS: [(&str, Check); 14] = [
    ("selectors", network::selectors_find_the_pods),
    ("ports", network::ports_are_the_gateways),
    ("policies", network::policies_let_in_and_out_what_is_named),
    ("ingress", network::customers_reach_what_is_theirs_only),
    ("probes", pod::probes_ask_what_the_gateway_answers),
    ("graces", pod::a_stop_has_the_time_it_takes),
    ("confinement", pod::the_pod_is_confined),
    ("image", pod::the_image_is_the_gateways),
    ("links", pod::no_service_sets_a_variable_of_the_gateway),
    ("variables", pod::the_gateway_knows_every_variable),
    ("mounts", pod::what_is_mounted_is_generated),
    ("spread", scaling::replicas_stay_apart_and_many),
    ("autoscalers", scaling::autoscalers_scale_the_deployment),
    ("triggers", scaling::what_is_scaled_by_can_be_asked_for),
];

#[test]
fn the_documents_fit_each_other_and_the_gateway() {
    let documents = manifests();
    assert!(documents.len() >= 10, "only {} documents were found", documents.len());
    for (name, check) in CHECKS {
        let wrong = check(&documents);
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn every_file_is_named_by_the_kustomization_beside_it() {
    let mut named = 0;
    for folder in ["base", "hpa", "keda", "ingress"] {
        let folder = kubernetes_folder().join(folder);
        let list = std::fs::read_to_string(folder.join("kustomization.yaml")).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name != "kustomization.yaml" {
                assert!(list.contains(&format!("- {name}")), "{name} in {}", folder.display());
                named += 1;
            }
        }
    }
    assert!(named >= 10, "only {named} files were found");
    let skills =
        std::fs::read_to_string(gateway::root().join("skills/kustomization.yaml")).unwrap();
    for entry in std::fs::read_dir(gateway::root().join("skills")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_skill = name.ends_with(".md") && name != "README.md";
        assert!(!is_skill || skills.contains(&format!("- {name}")), "{name} reaches no replica");
    }
}

#[test]
fn a_gate_that_checks_nothing_is_closed() {
    let nothing = std::panic::catch_unwind(|| checked(&[]));
    assert!(nothing.is_err(), "no files must not count as files without mistakes");
    let found = complaints(&[String::new()]);
    assert!(found.iter().all(|wrong| !wrong.is_empty()), "an empty file is none without mistakes");
}
