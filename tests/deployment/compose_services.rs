//! What docker-compose.yml says of each service. A line that is deleted, or a service that is added
//! without being judged here, is noticed.

use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};
use support::gateway_process::workspace_root;

/// A service as it must be, besides what all have in common.
struct Service {
    name: &'static str,
    image: &'static str,
    restart: &'static str,
    networks: &'static [&'static str],
    /// What must be so before it starts.
    after: &'static [(&'static str, &'static str)],
    /// The end of its health check; none for what ends by itself.
    check: Option<&'static str>,
    /// What is mounted from this directory, which only `/certificates` may write to.
    mounts: &'static [&'static str],
    limits: (&'static str, &'static str),
    grace: &'static str,
}

const SERVICES: [Service; 6] = [
    Service {
        name: "nginx",
        image: "${NGINX_IMAGE:-nginx:1.30-alpine}",
        restart: "unless-stopped",
        networks: &["edge"],
        after: &[("certificate", "service_completed_successfully"), ("gateway", "service_healthy")],
        check: Some("/nginx-health"),
        mounts: &["./nginx:/etc/openclaw/nginx:ro"],
        limits: ("2.0", "256M"),
        grace: "40s",
    },
    Service {
        name: "gateway",
        image: "${GATEWAY_IMAGE:-openclaw/gateway:latest}",
        restart: "unless-stopped",
        networks: &["edge", "inside"],
        after: &[("redis", "service_healthy")],
        check: Some("healthcheck"),
        mounts: &["./config:/app/config:ro", "./skills:/app/skills:ro"],
        limits: ("2.0", "2G"),
        grace: "35s",
    },
    Service {
        name: "redis",
        image: "${REDIS_IMAGE:-redis:7.4-alpine}",
        restart: "unless-stopped",
        networks: &["inside"],
        after: &[],
        check: Some("redis-cli ping | grep -q PONG"),
        mounts: &["./redis:/etc/openclaw/redis:ro"],
        limits: ("1.0", "768M"),
        grace: "30s",
    },
    Service {
        name: "ollama",
        image: "${OLLAMA_IMAGE:-ollama/ollama:0.12.6}",
        restart: "unless-stopped",
        networks: &["inside"],
        after: &[],
        check: Some("list"),
        mounts: &[],
        limits: ("${OLLAMA_CPUS:-2.0}", "${OLLAMA_MEMORY:-8G}"),
        grace: "15s",
    },
    Service {
        name: "ollama-model",
        image: "${OLLAMA_IMAGE:-ollama/ollama:0.12.6}",
        restart: "unless-stopped",
        networks: &["outside"],
        after: &[("ollama", "service_healthy")],
        check: Some("test -s /tmp/pull-model"),
        mounts: &["./deploy/ollama:/etc/openclaw/ollama:ro"],
        limits: ("1.0", "512M"),
        grace: "5s",
    },
    Service {
        name: "certificate",
        image: "${GATEWAY_IMAGE:-openclaw/gateway:latest}",
        restart: "no",
        networks: &[],
        after: &[],
        check: None,
        mounts: &[],
        limits: ("0.5", "64M"),
        grace: "5s",
    },
];

/// The file, read by the YAML library that the Kubernetes manifests are read by too.
fn compose() -> &'static Value {
    static FILE: OnceLock<Value> = OnceLock::new();
    FILE.get_or_init(|| {
        let named = std::env::var_os("OPENCLAW_KUBERNETES_SCHEMAS").map(std::path::PathBuf::from);
        let packages =
            named.unwrap_or_else(|| workspace_root().join("target/tools/kubernetes-schemas"));
        let read = "import json, sys; sys.path.insert(0, sys.argv[1]); import ruamel.yaml as r; \
                    print(json.dumps(r.YAML(typ='safe', pure=True).load(open(sys.argv[2]))))";
        let output = Command::new("python3")
            .args(["-c", read])
            .arg(packages)
            .arg(workspace_root().join("docker-compose.yml"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .expect("python3; `cargo xtask test` installs it, and the library");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

/// Each service that is judged, with what the file says of it.
fn services() -> impl Iterator<Item = (&'static Service, &'static Value)> {
    SERVICES.iter().map(|service| (service, &compose()["services"][service.name]))
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn every_service_is_judged_and_the_project_has_its_name() {
    let mut named: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
    named.sort_unstable();
    let mut found: Vec<&String> = compose()["services"].as_object().unwrap().keys().collect();
    found.sort_unstable();
    assert_eq!(found, named);
    assert_eq!(compose()["name"], "openclaw-ha");
    for name in ["nginx", "redis", "ollama"] {
        assert_eq!(compose()["services"][name]["container_name"], format!("oc-{name}"));
    }
    assert_eq!(compose()["services"]["gateway"]["deploy"]["replicas"], 3);
}

#[test]
fn no_service_can_do_more_than_it_must() {
    for (Service { name, .. }, said) in services() {
        assert_eq!(said["read_only"], true, "{name}");
        assert_eq!(said["init"], true, "{name}");
        assert_eq!(said["cap_drop"], json!(["ALL"]), "{name}");
        assert!(said["cap_add"].is_null() && said["privileged"].is_null(), "{name}");
        assert_eq!(said["security_opt"], json!(["no-new-privileges:true"]), "{name}");
    }
}

#[test]
fn every_service_has_limits_reservations_and_a_log_that_ends() {
    for (Service { name, limits, .. }, said) in services() {
        let resources = &said["deploy"]["resources"];
        let (cpus, memory) = *limits;
        assert_eq!(resources["limits"], json!({ "cpus": cpus, "memory": memory }), "{name}");
        for kind in ["cpus", "memory"] {
            assert!(resources["reservations"][kind].is_string(), "{name}: {kind}");
        }
        assert!(said["logging"]["options"]["max-size"].is_string(), "{name}");
        assert!(said["logging"]["options"]["max-file"].is_string(), "{name}");
    }
}

#[test]
fn every_service_is_checked_started_again_and_given_time_to_end() {
    for (Service { name, restart, check, grace, .. }, said) in services() {
        assert_eq!(said["restart"], *restart, "{name}");
        assert_eq!(said["stop_grace_period"], *grace, "{name}");
        let Some(end) = check else {
            assert_eq!(said["healthcheck"], json!({ "disable": true }), "{name}");
            continue;
        };
        let words = texts(&said["healthcheck"]["test"]);
        assert!(words.last().is_some_and(|last| last.ends_with(end)), "{name}: {words:?}");
        for part in ["interval", "timeout", "retries", "start_period"] {
            assert!(!said["healthcheck"][part].is_null(), "{name}: {part}");
        }
    }
}

#[test]
fn every_service_waits_for_what_it_needs() {
    for (Service { name, after, .. }, said) in services() {
        let conditions = |(service, rule): &(String, Value)| {
            (service.clone(), rule["condition"].as_str().unwrap().to_owned())
        };
        let depends = said["depends_on"].as_object().cloned().unwrap_or_default();
        let mut found: Vec<(String, String)> =
            depends.into_iter().map(|entry| conditions(&entry)).collect();
        found.sort();
        let wanted = after.iter().map(|(service, rule)| ((*service).into(), (*rule).into()));
        assert_eq!(found, wanted.collect::<Vec<(String, String)>>(), "{name}");
    }
}

#[test]
fn redis_and_the_model_are_on_a_network_without_a_way_out() {
    assert_eq!(compose()["networks"]["inside"]["internal"], true);
    for (Service { name, networks, .. }, said) in services() {
        let found = match &said["networks"] {
            Value::Object(named) => named.keys().map(String::as_str).collect(),
            list => texts(list),
        };
        assert_eq!(found, *networks, "{name}");
        assert_eq!(said["network_mode"] == "none", networks.is_empty(), "{name}");
        assert_eq!(said["ports"].is_null(), *name != "nginx", "{name}");
    }
    let ports = texts(&compose()["services"]["nginx"]["ports"]);
    assert_eq!(ports, ["${HTTP_PORT:-80}:80", "${HTTPS_PORT:-443}:443"]);
}

#[test]
fn images_can_be_overridden_and_what_is_mounted_from_here_is_read_only() {
    for (Service { name, image, mounts, .. }, said) in services() {
        assert_eq!(said["image"], *image, "{name}");
        let volumes = texts(&said["volumes"]);
        let own: Vec<&str> =
            volumes.iter().copied().filter(|volume| volume.starts_with('.')).collect();
        assert_eq!(own, *mounts, "{name}");
        let certificates = volumes.iter().find(|volume| volume.contains("/certificates"));
        if let Some(volume) = certificates {
            assert_eq!(volume.ends_with(":ro"), *name != "certificate", "{name}");
        }
    }
}
