//! Who finds whom: selectors, ports, policies, and what customers reach.

use serde_json::{Value, json};

use crate::Complaints;
use crate::documents::{Document, items, the};
use crate::gateway;

/// What nobody outside may ask for.
const INSIDE: [&str; 5] =
    ["/metrics", "/status", "/api/v1/channels", "/api/v1/dead-letters", "/api/v1/conversations"];

/// Everything that selects pods selects the gateway's.
pub fn selectors_find_the_pods(documents: &[Document]) -> Complaints {
    let deployment = the(documents, "Deployment");
    let labels = deployment.at("/spec/template/metadata/labels");
    let mut selectors = vec![
        ("the Deployment", deployment.at("/spec/selector/matchLabels")),
        ("the Service", the(documents, "Service").at("/spec/selector")),
        ("the budget", the(documents, "PodDisruptionBudget").at("/spec/selector/matchLabels")),
    ];
    for policy in documents.iter().filter(|document| document.kind() == "NetworkPolicy") {
        selectors.push(("a policy", policy.at("/spec/podSelector/matchLabels")));
    }
    for spread in items(deployment.at("/spec/template/spec/topologySpreadConstraints")) {
        selectors.push(("the spread", &spread["labelSelector"]["matchLabels"]));
    }
    let misses = |selector: &Value| {
        // An empty selector finds all pods, and a missing one none.
        let Some(wanted) = selector.as_object().filter(|wanted| !wanted.is_empty()) else {
            return true;
        };
        wanted.iter().any(|(name, value)| labels.get(name) != Some(value))
    };
    let wrong = selectors.into_iter().filter(|(_, selector)| misses(selector));
    wrong.map(|(whose, selector)| format!("{whose} selects {selector}, not {labels}")).collect()
}

/// The port is the one that the settings have, everywhere.
pub fn ports_are_the_gateways(documents: &[Document]) -> Complaints {
    let port = json!(gateway::settings().gateway.port);
    let container = the(documents, "Deployment").at("/spec/template/spec/containers/0/ports/0");
    let service = the(documents, "Service").at("/spec/ports/0");
    let mut complaints = Complaints::new();
    if container["containerPort"] != port || container["name"] != "http" {
        complaints.push(format!("the gateway listens on {port}, the container has {container}"));
    }
    if service["port"] != port || service["targetPort"] != container["name"] {
        complaints.push(format!("the Service has {service}"));
    }
    if gateway::settings().gateway.address().ip().is_loopback() {
        complaints.push("a gateway that is bound to loopback can't be reached".to_owned());
    }
    complaints
}

/// Whom the policies name.
pub fn policies_let_in_and_out_what_is_named(documents: &[Document]) -> Complaints {
    let port = json!([{ "port": gateway::settings().gateway.port, "protocol": "TCP" }]);
    let mut complaints = Complaints::new();
    let mut ways_in = 0;
    let policies: Vec<&Document> =
        documents.iter().filter(|document| document.kind() == "NetworkPolicy").collect();
    for policy in &policies {
        for rule in items(policy.at("/spec/ingress")) {
            ways_in += 1;
            if rule["ports"] != port {
                complaints.push(format!("{} opens {}", policy.name(), rule["ports"]));
            }
            // Without a selector of namespaces a rule would be for everybody, or for this namespace.
            let named = |from: &Value| from["namespaceSelector"]["matchLabels"].is_object();
            if items(&rule["from"]).is_empty() || !items(&rule["from"]).iter().all(named) {
                complaints.push(format!("{} lets in {}", policy.name(), rule["from"]));
            }
        }
    }
    let base = policies.iter().find(|policy| policy.name() == "openclaw-gateway");
    let base = base.expect("the base's policy");
    if ways_in == 0 || *base.at("/spec/policyTypes") != json!(["Ingress", "Egress"]) {
        complaints.push("the base's policy must close both ways".to_owned());
    }
    let rules = items(base.at("/spec/egress"));
    let mut open: Vec<u64> = rules
        .iter()
        .flat_map(|rule| items(&rule["ports"]))
        .filter_map(|p| p["port"].as_u64())
        .collect();
    open.sort_unstable();
    // DNS over both protocols, models on the internet, Redis, Ollama, Sentinel.
    if open != [53, 53, 443, 6379, 11434, 26379] {
        complaints.push(format!("what goes out goes to the ports {open:?}"));
    }
    if rules.iter().any(|rule| items(&rule["to"]).is_empty()) {
        complaints.push("a rule without `to` lets everything out".to_owned());
    }
    complaints
}

/// How ingress-nginx is told how many requests a second one client may send.
const RATE: &str = "nginx.ingress.kubernetes.io/limit-rps";

/// What the Ingresses lead to exists, none of it is for operators, and the providers have a limit of
/// their own, which is looser than the customers'.
pub fn customers_reach_what_is_theirs_only(documents: &[Document]) -> Complaints {
    let service = the(documents, "Service");
    let ingresses = || documents.iter().filter(|document| document.kind() == "Ingress");
    let rules = ingresses().flat_map(|ingress| items(ingress.at("/spec/rules")));
    let ways: Vec<&Value> = rules.flat_map(|rule| items(&rule["http"]["paths"])).collect();
    let leads = |way: &Value, path: &str| {
        let at = way["path"].as_str().unwrap_or_default();
        let is_below = || {
            path.strip_prefix(at.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match way["pathType"].as_str() {
            Some("Exact") => at == path,
            Some("Prefix") => is_below(),
            _ => true,
        }
    };
    let mut complaints = Complaints::new();
    let rate_of = |path: &str| {
        let ways = |ingress: &&Document| {
            let rules = items(ingress.at("/spec/rules")).iter();
            rules.flat_map(|rule| items(&rule["http"]["paths"])).any(|way| leads(way, path))
        };
        let rate = ingresses().find(ways)?.at("/metadata/annotations")[RATE].as_str()?;
        rate.parse::<u64>().ok()
    };
    match (rate_of("/api/v1/message"), rate_of("/webhooks/whatsapp")) {
        (Some(customers), Some(providers)) if providers >= 10 * customers => {}
        rates => complaints.push(format!("customers and providers have the limits {rates:?}")),
    }
    for way in &ways {
        let backend = &way["backend"]["service"];
        if backend["name"] != *service.at("/metadata/name")
            || backend["port"]["name"] != *service.at("/spec/ports/0/name")
        {
            complaints.push(format!("{backend} is no port of the Service"));
        }
        // Channels that are switched off have no webhooks.
        let exists = gateway::paths().iter().any(|path| leads(way, path));
        if !exists && way["path"] != "/webhooks" {
            complaints.push(format!("the gateway has no path {}", way["path"]));
        }
        for path in INSIDE.into_iter().filter(|path| leads(way, path)) {
            complaints.push(format!("{} leads to {path}, which is for operators", way["path"]));
        }
    }
    for path in ["/api/v1/message", "/api/v1/messages/1", "/", "/webchat/events"] {
        if !ways.iter().any(|way| leads(way, path)) {
            complaints.push(format!("no customer reaches {path}"));
        }
    }
    complaints
}
