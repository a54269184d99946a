//! The pod: its probes, its end, its rights, and what it is given.

use serde_json::{Value, json};

use crate::Complaints;
use crate::documents::{Document, items, the};
use crate::gateway;

/// How long the gateway takes after its grace, for the last call to those who still wait.
const LAST_CALL_SECONDS: u64 = 3;

const CONTAINER: &str = "/spec/template/spec/containers/0";

fn container(documents: &[Document]) -> &Value {
    the(documents, "Deployment").at(CONTAINER)
}

/// Probes ask for paths that there are, each for what it is meant for.
pub fn probes_ask_what_the_gateway_answers(documents: &[Document]) -> Complaints {
    let container = container(documents);
    // A replica whose store is away must not be started again for it.
    let probes =
        [("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")];
    let paths = gateway::paths();
    let mut complaints = Complaints::new();
    for (probe, path) in probes {
        let asked = &container[probe]["httpGet"];
        if asked["path"] != path || !paths.contains(&path) {
            complaints.push(format!("{probe} asks for {}, not for {path}", asked["path"]));
        }
        if asked["port"] != container["ports"][0]["name"] {
            complaints.push(format!("{probe} asks at {}", asked["port"]));
        }
    }
    complaints
}

/// The signal comes after the pause, and all of it fits in before the kill.
pub fn a_stop_has_the_time_it_takes(documents: &[Document]) -> Complaints {
    let pause = &container(documents)["lifecycle"]["preStop"]["sleep"]["seconds"];
    let Some(pause) = pause.as_u64().filter(|seconds| (2..=15).contains(seconds)) else {
        return vec![format!("preStop must sleep for some seconds, not {pause}")];
    };
    let needed = pause + gateway::settings().gateway.shutdown_grace.as_secs() + LAST_CALL_SECONDS;
    let given =
        the(documents, "Deployment").at("/spec/template/spec/terminationGracePeriodSeconds");
    if given.as_u64().is_some_and(|given| given > needed) {
        return Complaints::new();
    }
    vec![format!("a stop takes up to {needed} s, and {given} are given")]
}

/// The restricted standard for pods, and a root file system that nobody writes.
pub fn the_pod_is_confined(documents: &[Document]) -> Complaints {
    let deployment = the(documents, "Deployment");
    let pod = deployment.at("/spec/template/spec");
    let context = &container(documents)["securityContext"];
    let dockerfile = std::fs::read_to_string(gateway::root().join("Dockerfile")).unwrap();
    let user = &pod["securityContext"]["runAsUser"];
    let asked = [
        ("runAsNonRoot", &pod["securityContext"]["runAsNonRoot"], json!(true)),
        (
            "seccompProfile",
            &pod["securityContext"]["seccompProfile"],
            json!({"type": "RuntimeDefault"}),
        ),
        ("allowPrivilegeEscalation", &context["allowPrivilegeEscalation"], json!(false)),
        ("readOnlyRootFilesystem", &context["readOnlyRootFilesystem"], json!(true)),
        ("capabilities", &context["capabilities"], json!({"drop": ["ALL"]})),
        ("automountServiceAccountToken", &pod["automountServiceAccountToken"], json!(false)),
        (
            "the namespace's standard",
            &the(documents, "Namespace").at("/metadata/labels")["pod-security.kubernetes.io/enforce"],
            json!("restricted"),
        ),
    ];
    let wrong = asked.iter().filter(|(_, is, wanted)| *is != wanted);
    let mut complaints: Complaints =
        wrong.map(|(name, is, wanted)| format!("{name} is {is}, not {wanted}")).collect();
    if user.as_u64().is_none_or(|user| !dockerfile.contains(&format!("USER {user}:"))) {
        complaints.push(format!("the image runs as another user than {user}"));
    }
    for (kind, resource) in [("requests", "cpu"), ("requests", "memory"), ("limits", "memory")] {
        if !container(documents)["resources"][kind][resource].is_string() {
            complaints.push(format!("there is no {resource} in the {kind}"));
        }
    }
    complaints
}

/// The image's name is in the manifest, and its version is the workspace's.
pub fn the_image_is_the_gateways(documents: &[Document]) -> Complaints {
    let image = &container(documents)["image"];
    let base = gateway::root().join("deploy/kubernetes/base/kustomization.yaml");
    let base = std::fs::read_to_string(base).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let mut complaints = Complaints::new();
    if image != "openclaw/gateway" || !base.contains("- name: openclaw/gateway\n") {
        complaints.push(format!("the image is {image}"));
    }
    if !base.contains(&format!("newTag: {version}\n")) {
        complaints.push(format!("the image's version is not {version}"));
    }
    complaints
}

/// For every Service of the namespace pods get variables, such as `NAME_PORT=tcp://…`.
pub fn no_service_sets_a_variable_of_the_gateway(documents: &[Document]) -> Complaints {
    if *the(documents, "Deployment").at("/spec/template/spec/enableServiceLinks") == json!(false) {
        return Complaints::new();
    }
    let service = the(documents, "Service").name().replace('-', "_").to_uppercase();
    let variable = format!("{service}_PORT");
    let clash = gateway::reads(&variable);
    clash
        .then(|| format!("the Service sets {variable}, which the gateway reads"))
        .into_iter()
        .collect()
}

/// Every variable is one that the gateway reads, and the secret is the one that the pod takes.
pub fn the_gateway_knows_every_variable(documents: &[Document]) -> Complaints {
    let secret = the(documents, "Secret");
    let container = container(documents);
    let own = items(&container["env"]).iter().filter_map(|entry| entry["name"].as_str());
    let secrets =
        secret.at("/stringData").as_object().into_iter().flatten().map(|(name, _)| &**name);
    let names: Vec<&str> = own.chain(secrets).collect();
    let unknown = names.iter().filter(|name| !gateway::reads(name));
    let mut complaints: Complaints =
        unknown.map(|name| format!("the gateway doesn't read {name}")).collect();
    for name in ["OPENCLAW_BIND", "REDIS_URL", "OPENCLAW_GATEWAY_TOKEN"] {
        if !names.contains(&name) {
            complaints.push(format!("{name} is not set"));
        }
    }
    if container["envFrom"] != json!([{ "secretRef": { "name": secret.name() } }]) {
        complaints.push(format!("the pod takes {}", container["envFrom"]));
    }
    complaints
}

/// What is mounted is made by the kustomizations beside the settings and the skills.
pub fn what_is_mounted_is_generated(documents: &[Document]) -> Complaints {
    let mut complaints = Complaints::new();
    let volumes = items(the(documents, "Deployment").at("/spec/template/spec/volumes"));
    for (folder, volume) in [("config", "settings"), ("skills", "skills")] {
        let name = format!("openclaw-{volume}");
        let path = gateway::root().join(folder).join("kustomization.yaml");
        let made = std::fs::read_to_string(path).unwrap();
        if !made.contains(&format!("- name: {name}\n")) {
            complaints.push(format!("{folder}/kustomization.yaml doesn't make {name}"));
        }
        let wanted = json!({ "name": volume, "configMap": { "name": name } });
        if !volumes.contains(&wanted) {
            complaints.push(format!("no volume is {wanted}"));
        }
        // The image's working directory is /app. A mount with a subPath is never brought up to date.
        let wanted =
            json!({ "name": volume, "mountPath": format!("/app/{folder}"), "readOnly": true });
        if !items(&container(documents)["volumeMounts"]).contains(&wanted) {
            complaints.push(format!("no mount is {wanted}"));
        }
    }
    complaints
}
