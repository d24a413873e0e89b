//! `rwo-replicas`: more than one pod on a claim that one node at a time can mount.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::pointer::{Follow, Pointer};
use crate::validate::view::pod::Pod;
use crate::validate::view::{View, items, pointer, text};
use serde_json::Value;

pub static CODE: Code = Code {
    name: "rwo-replicas",
    explanation: "Several pods mount one claim whose only access mode is ReadWriteOnce (one node) or ReadWriteOncePod (one pod): \
                  more than one replica, or a HorizontalPodAutoscaler that may ask for more. Pods on a second node wait for ever \
                  with a Multi-Attach error. Use a claim with ReadWriteMany, or one replica. A StatefulSet's \
                  volumeClaimTemplates give each pod its own claim and are not meant here.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "several replicas on a ReadWriteOnce claim",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        let Some(object) = view.object(pod.object) else { continue };
        if !matches!(pod.of.kind, "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController") {
            continue;
        }
        let Some((claim, modes)) = single_node_claim(view, pod) else { continue };
        let replicas = object.value.follow("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
        let scaler = scaler_of(view, pod);
        let identity = object.identity();
        if let Some((number, most)) = scaler {
            let message = format!("{identity} mounts the {modes} claim `{claim}` and may be scaled to {most} replicas");
            let help = "set maxReplicas to 1, remove the HorizontalPodAutoscaler, or use a claim with ReadWriteMany";
            let at = pointer("/spec/maxReplicas");
            found.push(Finding::new(number, at, message, help).also(pod.object, mount(pod, claim), "mounted here"));
        } else if replicas > 1 {
            let message = format!("{identity} has {replicas} replicas that mount the {modes} claim `{claim}`");
            let help = "set replicas to 1, or use a claim with ReadWriteMany";
            let at = pointer("/spec/replicas");
            found.push(Finding::new(pod.object, at, message, help).also(pod.object, mount(pod, claim), "mounted here"));
        }
    }
}

fn mount(pod: &Pod<'_>, claim: &str) -> Pointer {
    pod.claims().find(|(name, _)| *name == claim).map(|(_, at)| at.pointer()).unwrap_or_default()
}

/// The first claim of a pod that one node at a time can mount, with its access mode.
pub fn single_node_claim<'a>(view: &View<'a>, pod: &Pod<'a>) -> Option<(&'a str, &'a str)> {
    pod.claims().find_map(|(name, _)| {
        let (_, claim) = view.find("", "PersistentVolumeClaim", pod.of.namespace, name)?;
        let spec = claim.value.get("spec")?;
        let mut modes = items(spec, "accessModes").filter_map(|(_, mode)| mode.as_str());
        let first = modes.next()?;
        let is_single = |mode: &str| matches!(mode, "ReadWriteOnce" | "ReadWriteOncePod");
        (is_single(first) && modes.all(is_single)).then_some((name, first))
    })
}

/// The HorizontalPodAutoscaler of a pod's object that may ask for more than one replica, and how many.
fn scaler_of(view: &View<'_>, pod: &Pod<'_>) -> Option<(usize, u64)> {
    view.of_kind("autoscaling", "HorizontalPodAutoscaler").find_map(|(number, scaler)| {
        let target = scaler.value.follow("/spec/scaleTargetRef")?;
        let most = scaler.value.follow("/spec/maxReplicas").and_then(Value::as_u64)?;
        let is_it = scaler.namespace() == pod.of.namespace
            && text(target, "kind") == pod.of.kind
            && text(target, "name") == pod.of.name;
        (is_it && most > 1).then_some((number, most))
    })
}
