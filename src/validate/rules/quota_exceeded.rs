//! `quota-exceeded`: quotas that are too small for what runs in their namespace.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::kubernetes::quantity::{thousandths, written};
use crate::object::Object;
use crate::pointer::Follow;
use crate::validate::view::pod::Pod;
use crate::validate::view::{View, items, pointer, text};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "quota-exceeded",
    explanation: "The pods and claims of a namespace ask for more than its ResourceQuota allows, so that some are never made. Counted \
                  is what runs all the time: Deployments and StatefulSets with their replicas, or the least that a \
                  HorizontalPodAutoscaler keeps. Leave room for Jobs, and for the pods of a roll-out, which are not counted.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a quota that is too small for what its namespace runs",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (number, quota) in view.of_kind("", "ResourceQuota") {
        let Some(spec) = quota.value.get("spec") else { continue };
        // A quota with a scope counts some pods only: which ones is not judged here.
        if spec.get("scopes").is_some() || spec.get("scopeSelector").is_some() {
            continue;
        }
        let hard = spec.get("hard").and_then(Value::as_object);
        for (name, allowed) in hard.into_iter().flatten() {
            let Some(limit) = thousandths(allowed) else { continue };
            let Some(asked) = asked(view, quota.namespace(), name) else { continue };
            if asked.total <= limit {
                continue;
            }
            let total = written(asked.total, allowed);
            let message = format!(
                "{} allows {} of {name}, and its namespace asks for {total}: {} alone for {}",
                quota.identity(),
                written(limit, allowed),
                asked.by.identity(),
                written(asked.most, allowed),
            );
            let help = format!("allow {total} at least, or ask for less");
            let finding =
                Finding::new(number, pointer("/spec/hard").child(name), message, help).sort(format!("{name} {total}"));
            found.push(finding.also(asked.number, pointer("/metadata/name"), "asks for the most"));
        }
    }
}

/// What the objects of a namespace ask for of one resource, in thousandths.
struct Asked<'a> {
    total: i128,
    /// The object that asks for the most, and how much.
    number: usize,
    by: &'a Object<'a>,
    most: i128,
}

/// None where nothing is asked for, or an amount cannot be read.
fn asked<'a>(view: &View<'a>, namespace: &str, name: &str) -> Option<Asked<'a>> {
    let mut asked: Option<Asked<'a>> = None;
    let mut add = |number: usize, amount: i128| {
        let Some(by) = view.object(number) else { return };
        match &mut asked {
            Some(asked) => {
                asked.total += amount;
                if amount > asked.most {
                    (asked.number, asked.by, asked.most) = (number, by, amount);
                }
            }
            None => asked = Some(Asked { total: amount, number, by, most: amount }),
        }
    };
    let resource = match name {
        "cpu" => Some(("requests", "cpu")),
        "memory" => Some(("requests", "memory")),
        _ => name.split_once('.').filter(|(kind, _)| matches!(*kind, "requests" | "limits")),
    };
    let in_namespace = |number: usize| view.object(number).filter(|object| object.namespace() == namespace);
    for pod in &view.pods {
        let Some(object) = in_namespace(pod.object) else { continue };
        let Some(count) = replicas(view, object) else { continue };
        match (name, resource) {
            ("pods" | "count/pods", _) => add(pod.object, count * 1000),
            (_, Some((kind, resource @ ("cpu" | "memory")))) => add(pod.object, count * of_pod(pod, kind, resource)?),
            ("persistentvolumeclaims" | "requests.storage", _) => {
                let spec = object.value.get("spec")?;
                for (_, claim) in items(spec, "volumeClaimTemplates") {
                    add(pod.object, count * of_claim(claim, name)?);
                }
            }
            _ => {}
        }
    }
    if matches!(name, "persistentvolumeclaims" | "requests.storage") {
        for (number, claim) in view.of_kind("", "PersistentVolumeClaim") {
            if claim.namespace() == namespace {
                add(number, of_claim(&claim.value, name)?);
            }
        }
    }
    asked
}

fn of_claim(claim: &Value, name: &str) -> Option<i128> {
    match name {
        "persistentvolumeclaims" => Some(1000),
        _ => claim.follow("/spec/resources/requests/storage").map_or(Some(0), thousandths),
    }
}

/// How many pods of a kind that runs all the time there are at least.
fn replicas(view: &View<'_>, object: &Object<'_>) -> Option<i128> {
    let is_kept_running = matches!(
        (object.group(), object.kind()),
        ("", "Pod") | ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") | ("", "ReplicationController")
    );
    let least = view.of_kind("autoscaling", "HorizontalPodAutoscaler").find_map(|(_, scaler)| {
        let target = scaler.value.follow("/spec/scaleTargetRef")?;
        let is_it = scaler.namespace() == object.namespace()
            && text(target, "kind") == object.kind()
            && text(target, "name") == object.name();
        is_it.then(|| scaler.value.follow("/spec/minReplicas").and_then(Value::as_i64).unwrap_or(1))
    });
    let own = || object.value.follow("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    is_kept_running.then(|| i128::from(least.unwrap_or_else(own)))
}

/// What one pod asks for, as the scheduler counts: its containers and sidecars together, or an init container that asks for more.
fn of_pod(pod: &Pod<'_>, kind: &str, resource: &str) -> Option<i128> {
    let (mut together, mut alone) = (0, 0);
    for container in &pod.containers {
        let resources = container.value.get("resources");
        let says = |kind: &str| resources.and_then(|resources| resources.get(kind)?.get(resource));
        // A limit counts as the request, too.
        let amount = says(kind).or_else(|| says("limits")).map_or(Some(0), thousandths)?;
        if container.is_init && text(container.value, "restartPolicy") != "Always" {
            alone = alone.max(amount);
        } else {
            together += amount;
        }
    }
    Some(together.max(alone))
}
