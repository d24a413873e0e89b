//! What the compiler adds, and why.

use super::delivery;
use super::step::{Role, Step};
use super::subject::Subject;
use crate::diag::Diagnostics;
use crate::finish::labels;
use crate::finish::trace::Step as Finish;
use crate::finish::{config_hash, protection};
use crate::object::Owner;
use crate::pointer::Pointer;
use crate::spec::common::Layer;
use crate::yaml::read::{ReadOptions, read};
use serde_json::Value;

/// A field that finishing set, by the steps that changed it, the last of which counts.
pub fn step(subject: &Subject<'_, '_>, field: &Pointer, steps: &[(Finish, Option<Value>)]) -> Step {
    let Some((last, _)) = steps.last() else { return subject.written(field) };
    let step = reason(subject, field, *last);
    // What was there before is what it was made from.
    let had_value = steps.first().is_some_and(|(_, before)| before.is_some());
    if had_value { step.made_from([subject.written(field)]) } else { step }
}

/// Why finishing took a field away.
pub fn removal(subject: &Subject<'_, '_>, field: &Pointer, step: Finish) -> Step {
    let mut removed = reason(subject, field, step);
    removed.from.push(subject.written(field));
    removed
}

/// An object, or a part of one, that no template and no patch wrote.
pub fn written(subject: &Subject<'_, '_>, field: &Pointer) -> Step {
    let object = subject.object;
    if object.verbatim.is_some() {
        let file = object.origin.span.file;
        let bytes = &subject.home.sources.file(file).bytes;
        let documents = read(file, bytes, ReadOptions::default(), &mut Diagnostics::new());
        let place = documents.first().map_or(object.origin.span, |document| document.locate(field));
        return Step::new(Role::File, "", "passed through byte for byte").at(place);
    }
    delivery::field(subject, field).unwrap_or_else(|| Step::new(Role::Compiler, "", "written by the compiler"))
}

fn reason(subject: &Subject<'_, '_>, field: &Pointer, step: Finish) -> Step {
    let home = &subject.home;
    let key = field.last().unwrap_or_default();
    let root = |path: [&str; 2]| home.root(&Pointer::from_segments(path), subject.value(field));
    let made = |what: &str| Step::new(Role::Compiler, "", what);
    match step {
        Finish::Namespace => passed(made("every namespaced object gets the namespace of its deployment"), home.namespace()),
        Finish::Layer => {
            let what = match key {
                "bayplan/run" => "read by the compiler and left out: how the Job runs",
                _ => "read by the compiler and left out: which layer the object is in",
            };
            made(what)
        }
        Finish::Labels => {
            let name = match key {
                labels::TENANT => Some(root(["tenant", "name"])),
                labels::ENVIRONMENT => Some(root(["environment", "name"])),
                labels::SITE => Some(root(["site", "name"])),
                _ => None,
            };
            passed(made("the label by which the compiler's objects are known"), name)
        }
        Finish::ConfigHash => {
            let hashed = config_hash::hashed(subject.object, subject.unit.objects());
            let sources = hashed.into_iter().map(|object| {
                let what = "its data is part of the hash";
                Step::new(Role::Compiler, object.identity().to_string(), what).at(object.origin.span)
            });
            made("a hash of what the pods read, so that a change of it rolls them").made_from(sources)
        }
        Finish::Job if key == "name" => {
            made("a Job that runs on change ends in 8 hex digits of the SHA-256 of its whole spec")
        }
        Finish::Job => made("Flux applies a Job that runs once only where there is none"),
        Finish::Schedule => {
            let object = subject.object;
            let identity = format!("{}/{}/{}", home.cluster.spec.name(), object.namespace(), object.name());
            made(&format!("each `H` is a number from the SHA-256 of `{identity}/FIELD`"))
        }
        Finish::Keep => keep(subject, key),
        Finish::Substitution => {
            let holder = subject.fields().into_iter().find(|field| {
                field.get(&subject.object.value).and_then(Value::as_str).is_some_and(|text| text.contains("${"))
            });
            let what = match holder {
                Some(holder) => format!("Flux must not replace the `${{` in {}", holder.dotted()),
                None => "Flux must not replace the `${` in it".to_owned(),
            };
            made(&what)
        }
        Finish::SyncWave => made(&format!("the wave of the layer {}", subject.object.layer.name())),
    }
}

fn keep(subject: &Subject<'_, '_>, key: &str) -> Step {
    let what = if subject.object.layer == Layer::Data { "data" } else { "a namespace" };
    let tool = if key == protection::FLUX_PRUNE { "Flux" } else { "Argo CD" };
    let step = Step::new(Role::Compiler, "", format!("{tool} keeps it when an edit removes it: it is {what}, and protected"));
    let protection = match subject.object.owner {
        Owner::Cluster => None,
        Owner::Namespace | Owner::Site(_) => subject.home.protection(),
    };
    step.made_from(protection)
}

fn passed(step: Step, from: Option<Step>) -> Step {
    let is_passed_on = from.is_some();
    Step { is_passed_on, ..step.made_from(from) }
}
