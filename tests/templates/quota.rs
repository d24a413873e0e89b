//! Quotas: a namespace has room for all its pods at once, with those of a roll-out, of every Job and of cert-manager's solvers.

use crate::support::{Fleet, Object, Rendered, items};
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn of_the_example_fleet() {
    judge(&Fleet::example().rendered());
}

pub fn judge(rendered: &Rendered) {
    for ((_, namespace), objects) in rendered.namespaces() {
        let find = |kind: &str| objects.iter().copied().find(|object| object.kind() == kind);
        let is_quota = |object: &&Object| object.kind() == "ResourceQuota" && object.name() == "quota";
        let quota = objects.iter().copied().find(is_quota).unwrap_or_else(|| panic!("{namespace} has a quota"));
        let limits = find("LimitRange").unwrap_or_else(|| panic!("{namespace} has limits"));
        for (name, used) in most(&objects) {
            let hard = &quota.at("/spec/hard")[name];
            assert!(used <= amount(hard), "{namespace}: all together need {used} of {name}, and may have {hard}");
        }
        for template in objects.iter().filter_map(|object| object.pod_template()) {
            let containers = items(&template["spec"]["containers"]).chain(items(&template["spec"]["initContainers"]));
            for container in containers {
                let (wanted, max) =
                    (&container["resources"]["limits"]["memory"], &limits.at("/spec/limits/0/max")["memory"]);
                assert!(amount(wanted) <= amount(max), "{namespace}: {} wants {wanted}", container["name"]);
            }
        }
        for claim in objects.iter().filter(|object| object.kind() == "PersistentVolumeClaim") {
            let max = &limits.at("/spec/limits/1/max")["storage"];
            assert!(amount(claim.at("/spec/resources/requests/storage")) <= amount(max), "{}", claim.path);
        }
        assert_eq!(quota.at("/spec/hard")["services.nodeports"], "0", "{namespace}");
    }
    for issuer in rendered.of_kind("ClusterIssuer") {
        for solver in items(issuer.at("/spec/acme/solvers")) {
            for kind in ["ingress", "gatewayHTTPRoute"] {
                let http = &solver["http01"][kind];
                assert!(
                    http.is_null() || http["serviceType"] == "ClusterIP",
                    "{}: the quota admits no node port",
                    issuer.path
                );
            }
        }
    }
}

/// The most that the objects of a namespace use at one time.
fn most(objects: &[&Object]) -> BTreeMap<&'static str, i128> {
    let mut used: BTreeMap<&'static str, i128> = BTreeMap::new();
    let mut add = |name: &'static str, amount: i128| *used.entry(name).or_default() += amount;
    for object in objects {
        if let Some(template) = object.pod_template() {
            let count = pods(object, objects);
            add("pods", count * 1000);
            add("requests.cpu", count * of_pod(&template["spec"], "/requests/cpu"));
            add("requests.memory", count * of_pod(&template["spec"], "/requests/memory"));
            add("limits.memory", count * of_pod(&template["spec"], "/limits/memory"));
        }
        if object.kind() == "PersistentVolumeClaim" {
            add("persistentvolumeclaims", 1000);
            add("requests.storage", amount(object.at("/spec/resources/requests/storage")));
        }
        // One solver for each name of a certificate: what cert-manager asks for.
        if object.kind() == "Certificate" {
            let names = items(object.at("/spec/dnsNames")).count() as i128;
            add("pods", names * 1000);
            add("requests.cpu", names * 10);
            add("requests.memory", names * amount(&"64Mi".into()));
            add("limits.memory", names * amount(&"64Mi".into()));
        }
    }
    used
}

/// How many pods of it there can be, with those of a roll-out.
fn pods(object: &Object, objects: &[&Object]) -> i128 {
    let scaler = objects.iter().find(|other| {
        other.kind() == "HorizontalPodAutoscaler" && other.text("/spec/scaleTargetRef/name") == object.name()
    });
    let number = |value: &Value| value.as_i64().map(i128::from);
    let replicas = scaler
        .and_then(|scaler| number(scaler.at("/spec/maxReplicas")))
        .or(number(object.at("/spec/replicas")))
        .unwrap_or(1);
    replicas + number(object.at("/spec/strategy/rollingUpdate/maxSurge")).unwrap_or(0)
}

/// The sum of its containers, or the largest of those that run before them.
fn of_pod(pod: &Value, pointer: &str) -> i128 {
    let of = |container: &Value| container["resources"].pointer(pointer).map_or(0, amount);
    let before = items(&pod["initContainers"]).map(of).max().unwrap_or(0);
    items(&pod["containers"]).map(of).sum::<i128>().max(before)
}

/// A quantity in thousandths.
fn amount(quantity: &Value) -> i128 {
    let text = quantity.as_str().map_or_else(|| quantity.to_string(), str::to_owned);
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: i128 = text[..digits].parse().unwrap_or_else(|_| panic!("{text} is a quantity"));
    let factor = match &text[digits..] {
        "m" => 1,
        "" => 1000,
        "Mi" => 1000 << 20,
        "Gi" => 1000 << 30,
        "Ti" => 1000 << 40,
        unit => panic!("{unit} is not known"),
    };
    number * factor
}
