//! `credentials-not-in-data`: data that would outlive what it takes to read it.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::finish::config_hash::secret_made_by;
use crate::object::Object;
use crate::spec::common::Layer;
use crate::validate::view::{View, pointer, references};
use std::collections::{BTreeMap, BTreeSet};

pub static CODE: Code = Code {
    name: "credentials-not-in-data",
    explanation: "A pod mounts a claim, which stays when its site leaves, and reads a Secret that would leave with the site: a \
                  database's files are of no use without its password. Put what makes the Secret into the layer `data`: the \
                  annotation `bayplan/layer: data` on an ExternalSecret or SealedSecret in a template, or `layer: data` at a \
                  file of the site's `secrets`. A Secret that can be made anew can be let through by an Acknowledgement.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "credentials that would leave before the data that they open",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    // Seldom is there such a pod.
    let mut pods = view.pods.iter().filter(|pod| pod.claims().next().is_some()).peekable();
    if pods.peek().is_none() {
        return;
    }
    let makers = makers(view);
    // One Secret that ten pods read is one finding.
    let mut seen = BTreeSet::new();
    for pod in pods {
        let Some(object) = view.object(pod.object).filter(|object| view.context.is_protected(object.owner)) else {
            continue;
        };
        for reference in references::of_containers(pod).into_iter().filter(|reference| reference.kind == "Secret") {
            let Some((number, maker)) = makers.get(&(pod.of.namespace, reference.name)).copied() else { continue };
            if matches!(maker.layer, Layer::Data | Layer::Platform) || !seen.insert(number) {
                continue;
            }
            let message = format!(
                "{} mounts a claim and reads Secret `{}`, whose {} is in the layer {}, not in data",
                object.identity(),
                reference.name,
                maker.kind(),
                maker.layer.name()
            );
            let help = match maker.verbatim {
                Some(_) => "add `layer: data` to this file's entry in the site's `secrets`",
                None => "add the annotation `bayplan/layer: data` to it",
            };
            let finding = Finding::new(number, pointer("/metadata/name"), message, help);
            found.push(finding.also(pod.object, reference.field.pointer(), "read here"));
        }
    }
}

/// The objects that are Secrets or have them made, by namespace and name of the Secret, each with its number.
fn makers<'a>(view: &View<'a>) -> BTreeMap<(&'a str, &'a str), (usize, &'a Object<'a>)> {
    let named = view.named().enumerate();
    let makers = named.filter_map(|(number, (of, maker))| {
        let secret = match (of.group, of.kind) {
            ("", "Secret") => of.name,
            (group, kind) => secret_made_by(group, kind, of.name, &maker.value)?,
        };
        Some(((of.namespace, secret), (number, maker)))
    });
    makers.collect()
}
