//! `unknown-volume`: mounts of volumes that the pod does not have.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::near;
use crate::validate::view::{View, items, text};

pub static CODE: Code = Code {
    name: "unknown-volume",
    explanation: "A container mounts a volume by a name that is not among the pod's `volumes` (nor, in a StatefulSet, its \
                  `volumeClaimTemplates`). The API server refuses the object.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a mount of a volume that the pod does not have",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        let Some(object) = view.object(pod.object) else { continue };
        let mut known: Vec<&str> = items(pod.spec, "volumes").map(|(_, volume)| text(volume, "name")).collect();
        if let Some(spec) = object.value.get("spec").filter(|_| object.kind() == "StatefulSet") {
            known.extend(
                items(spec, "volumeClaimTemplates").filter_map(|(_, claim)| claim.pointer("/metadata/name")?.as_str()),
            );
        }
        for container in pod.containers() {
            for (list, field) in [("volumeMounts", "name"), ("volumeDevices", "name")] {
                for (index, mount) in items(container.value, list) {
                    let name = text(mount, field);
                    if name.is_empty() || known.contains(&name) {
                        continue;
                    }
                    let message = format!(
                        "{} of {} mounts the volume `{name}`, which its pod does not have",
                        container.title(),
                        object.identity()
                    );
                    let help = near::hint(name, known.iter().copied())
                        .unwrap_or_else(|| "add it to the pod's volumes".to_owned());
                    found.push(Finding::new(
                        pod.object,
                        container.pointer().child(list).child(index).child(field),
                        message,
                        help,
                    ));
                }
            }
        }
    }
}
