//! Pods: what Pod Security admits, what a quota and a node want to know of them, and how they are replaced.

use crate::support::{Fleet, Object, Rendered, items, selects, texts};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn of_the_example_fleet() {
    judge(&Fleet::example().rendered());
}

pub fn judge(rendered: &Rendered) {
    for ((cluster, namespace), objects) in rendered.namespaces() {
        let find = |kind: &str| objects.iter().copied().find(|object| object.kind() == kind);
        let wall = find("Namespace").unwrap_or_else(|| panic!("{cluster}/{namespace} has a Namespace"));
        let level = wall.at("/metadata/labels")["pod-security.kubernetes.io/enforce"].as_str();
        let is_restricted = level == Some("restricted");
        assert!(is_restricted || level == Some("baseline"), "{}", wall.path);
        for object in &objects {
            if let Some(template) = object.pod_template() {
                judge_pod(object, template, is_restricted);
                judge_life(object, template, &objects);
            }
            assert!(object.kind() != "Secret" || object.at("/sops").is_object(), "{} is in plain text", object.path);
        }
        judge_scaling(&objects);
    }
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    items(&pod["initContainers"]).chain(items(&pod["containers"]))
}

/// What the Pod Security standards say, read from their page and not from the product's rule.
fn judge_pod(object: &Object, template: &Value, is_restricted: bool) {
    let (path, pod) = (&object.path, &template["spec"]);
    assert_eq!(pod["automountServiceAccountToken"], json!(false), "{path}");
    assert_eq!(pod["enableServiceLinks"], json!(false), "{path}");
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault", "{path}");
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        assert!(pod[field].is_null(), "{path}: {field}");
    }
    for volume in items(&pod["volumes"]) {
        let kinds: Vec<&String> =
            volume.as_object().into_iter().flatten().map(|(key, _)| key).filter(|key| *key != "name").collect();
        let [kind] = kinds.as_slice() else { panic!("{path}: {volume}") };
        assert!(
            ["configMap", "secret", "emptyDir", "persistentVolumeClaim"].contains(&kind.as_str()),
            "{path}: {kind}"
        );
        assert!(
            *kind != "emptyDir" || volume["emptyDir"]["sizeLimit"].is_string(),
            "{path}: {volume} can fill the node"
        );
    }
    for container in containers(pod) {
        let (name, context) = (&container["name"], &container["securityContext"]);
        assert_eq!(context["allowPrivilegeEscalation"], json!(false), "{path}: {name}");
        assert_eq!(context["capabilities"]["drop"], json!(["ALL"]), "{path}: {name}");
        assert!(
            context["privileged"].is_null() && items(&container["ports"]).all(|port| port["hostPort"].is_null()),
            "{path}: {name}"
        );
        if is_restricted {
            let non_root = [&context["runAsNonRoot"], &pod["securityContext"]["runAsNonRoot"]];
            assert!(non_root.contains(&&json!(true)), "{path}: {name} may run as root");
            assert!(
                context["runAsUser"] != json!(0) && pod["securityContext"]["runAsUser"] != json!(0),
                "{path}: {name}"
            );
            assert!(context["capabilities"]["add"].is_null(), "{path}: {name} adds capabilities");
            assert_eq!(context["readOnlyRootFilesystem"], json!(true), "{path}: {name}");
        }
        for resource in ["/requests/cpu", "/requests/memory", "/limits/memory"] {
            assert!(container["resources"].pointer(resource).is_some(), "{path}: {name} has no {resource}");
        }
    }
}

/// How it begins, is found ready, and ends.
fn judge_life(object: &Object, template: &Value, objects: &[&Object]) {
    let (path, pod) = (&object.path, &template["spec"]);
    match object.kind() {
        "Job" | "CronJob" => {
            let job = if object.kind() == "Job" { object.at("/spec") } else { object.at("/spec/jobTemplate/spec") };
            assert!(job["ttlSecondsAfterFinished"].is_null(), "{path} would be made again each time it is gone");
            assert!(job["backoffLimit"].is_u64() && job["activeDeadlineSeconds"].is_u64(), "{path} has no end");
            assert_eq!(pod["restartPolicy"], "Never", "{path}");
        }
        _ => {
            let labels = texts(&template["metadata"]["labels"]);
            let is_served = objects
                .iter()
                .filter(|other| other.kind() == "Service")
                .any(|service| selects(&json!({"matchLabels": service.at("/spec/selector")}), &labels));
            let has = |probe: &str| items(&pod["containers"]).any(|container| container[probe].is_object());
            assert!(!is_served || has("readinessProbe"), "{path} takes traffic before it is ready");
            assert!(!is_served || has("livenessProbe"), "{path}");
            assert!(selects(object.at("/spec/selector"), &labels), "{path} selects other pods");
        }
    }
}

/// Pods that share a volume of one node, and numbers of pods that two would set.
fn judge_scaling(objects: &[&Object]) {
    let modes: BTreeMap<&str, &Value> = objects
        .iter()
        .filter(|object| object.kind() == "PersistentVolumeClaim")
        .map(|claim| (claim.name(), &claim.value["spec"]["accessModes"][0]))
        .collect();
    let scaled: Vec<&str> = objects
        .iter()
        .filter(|object| object.kind() == "HorizontalPodAutoscaler")
        .map(|object| object.text("/spec/scaleTargetRef/name"))
        .collect();
    for object in objects.iter().filter(|object| object.kind() == "Deployment") {
        let is_scaled = scaled.contains(&object.name());
        assert_eq!(object.at("/spec/replicas").is_null(), is_scaled, "{}", object.path);
        let claims = items(object.at("/spec/template/spec/volumes"))
            .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str());
        if claims.into_iter().any(|claim| modes.get(claim).is_some_and(|mode| **mode == "ReadWriteOnce")) {
            assert_eq!(object.text("/spec/strategy/type"), "Recreate", "{}", object.path);
            assert_eq!(*object.at("/spec/replicas"), json!(1), "{}", object.path);
        }
    }
}
