//! What kustomize makes of the manifests. `cargo xtask test` runs these where kubectl is there to ask;
//! by itself cargo counts them as ignored. The documents themselves are checked in any case.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::documents::{Document, checked, kubernetes_folder, the};

/// What kustomize renders a folder to, checked.
fn rendered(folder: &Path, name: &str) -> Vec<Document> {
    let output = Command::new("kubectl").arg("kustomize").arg(folder).output();
    let output = output.expect("kubectl can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let file = std::env::temp_dir().join(format!("openclaw-{name}-{}.yaml", std::process::id()));
    std::fs::write(&file, output.stdout).unwrap();
    let documents = checked(std::slice::from_ref(&file));
    std::fs::remove_file(&file).unwrap();
    for document in &documents {
        assert!(
            document.complaints().is_empty(),
            "{}: {:?}",
            document.name(),
            document.complaints()
        );
    }
    documents
}

#[test]
#[ignore = "needs kubectl"]
fn the_whole_renders_to_what_kubernetes_takes() {
    let documents = rendered(&kubernetes_folder(), "whole");
    let deployment = the(&documents, "Deployment");
    assert!(deployment.at("/spec/replicas").is_null(), "applying again undoes the autoscaler");
    the(&documents, "HorizontalPodAutoscaler");
    let ingresses = documents.iter().filter(|document| document.kind() == "Ingress");
    assert_eq!(ingresses.count(), 2, "the customers' and the providers'");
    let maps: Vec<&str> = documents
        .iter()
        .filter(|document| document.kind() == "ConfigMap")
        .map(Document::name)
        .collect();
    assert_eq!(maps.len(), 2, "{maps:?}");
    for volume in ["/spec/template/spec/volumes/0", "/spec/template/spec/volumes/1"] {
        let name = deployment.at(volume)["configMap"]["name"].as_str().unwrap();
        assert!(maps.contains(&name), "{name} is not among {maps:?}");
    }
    let namespaced = documents.iter().filter(|document| document.kind() != "Namespace");
    for document in namespaced {
        assert_eq!(document.at("/metadata/namespace"), "openclaw", "{}", document.name());
    }
}

#[test]
#[ignore = "needs kubectl"]
fn keda_takes_the_place_of_the_other_autoscaler() {
    let folder = std::env::temp_dir().join(format!("openclaw-keda-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let relative = |part: &str| {
        upwards(&folder).join(kubernetes_folder().join(part).strip_prefix("/").unwrap())
    };
    let text = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [{:?}]\ncomponents: [{:?}]\n",
        relative("base"),
        relative("keda")
    );
    std::fs::write(folder.join("kustomization.yaml"), text).unwrap();
    let documents = rendered(&folder, "keda");
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(the(&documents, "Deployment").at("/spec/replicas").is_null());
    the(&documents, "ScaledObject");
    assert!(documents.iter().all(|document| document.kind() != "HorizontalPodAutoscaler"));
}

/// The way from a folder to the root of the file system, since kustomize takes relative paths only.
fn upwards(folder: &Path) -> PathBuf {
    let real = folder.canonicalize().unwrap();
    real.components().skip(1).map(|_| "..").collect()
}
