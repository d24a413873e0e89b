//! Objects that the compiler itself writes: which settings of the specs feed which field.
//!
//! Each setting is changed in turn and the objects are made once more: a field that then differs is fed by it. So the answer is
//! what the code that writes them does, whatever it does.

use super::fleet::Kind;
use super::step::{Lost, Role, Step};
use super::subject::Subject;
use crate::delivery::{Settings, flux};
use crate::pointer::Pointer;
use crate::spec::fleet::Destination;
use serde_json::Value;

/// A setting: its path below `spec.delivery`, and how to change it to what it cannot be.
type Change = (&'static [&'static str], fn(&mut Settings));

const OTHER: &str = "changed to see what it feeds";

const CHANGES: [Change; 11] = [
    (&["url"], |settings| settings.url = OTHER.to_owned()),
    (&["secretRef"], |settings| settings.secret_ref = Some(OTHER.to_owned())),
    (&["namespace"], |settings| settings.namespace = OTHER.to_owned()),
    (&["interval"], |settings| settings.interval = OTHER.to_owned()),
    (&["sourceInterval"], |settings| settings.source_interval = OTHER.to_owned()),
    (&["retryInterval"], |settings| settings.retry_interval = OTHER.to_owned()),
    (&["timeout"], |settings| settings.timeout = OTHER.to_owned()),
    (&["account"], |settings| settings.account = OTHER.to_owned()),
    (&["tenantRole"], |settings| settings.tenant_role = OTHER.to_owned()),
    (&["destination", "name"], |settings| destination(settings).name = Some(OTHER.to_owned())),
    (&["destination", "server"], |settings| destination(settings).server = Some(OTHER.to_owned())),
];

fn destination(settings: &mut Settings) -> &mut Destination {
    settings.destination.get_or_insert(Destination { server: None, name: None })
}

/// Why the compiler writes an object; none for what it does not write by itself.
pub fn step(subject: &Subject<'_, '_>) -> Option<Step> {
    let cluster = subject.home.cluster.spec.name();
    let what = match &subject.unit.kind {
        Kind::Namespace(_) => {
            format!("lets the tenant's account of Flux write here: cluster {cluster} is delivered by Flux")
        }
        Kind::Delivery(_) => format!("by this cluster {cluster} takes its part of the branch"),
        Kind::Cluster => return None,
    };
    let kind = setting(subject, &["kind"]);
    Some(Step::new(Role::Compiler, "", what).made_from(kind))
}

/// What a unit's delivery objects would be, were each setting another; by the number of the object, but for a namespace, which
/// has one.
pub type Remade = Vec<(&'static [&'static str], Vec<Value>)>;

/// Makes the objects of a unit once more for each setting.
pub fn remade(kind: &Kind<'_, '_>, settings: &Settings) -> Remade {
    let made = |settings: &Settings| match kind {
        Kind::Namespace(unit) => vec![flux::role_binding(&unit.namespace, unit.tenant.name(), settings)],
        Kind::Delivery(delivered) => crate::delivery::objects(delivered, settings),
        Kind::Cluster => Vec::new(),
    };
    let changed = |(path, change): Change| {
        let mut changed = settings.clone();
        change(&mut changed);
        (path, made(&changed))
    };
    CHANGES.into_iter().map(changed).collect()
}

/// As [`step`], with the settings that feed the field.
pub fn field(subject: &Subject<'_, '_>, field: &Pointer) -> Option<Step> {
    let mut step = step(subject)?;
    let before = field.get(&subject.object.value);
    let number = match subject.unit.kind {
        Kind::Namespace(_) => 0,
        Kind::Delivery(_) | Kind::Cluster => subject.number,
    };
    let mut fed = Vec::new();
    for (path, objects) in subject.unit.remade()? {
        if objects.get(number).and_then(|after| field.get(after)) != before {
            fed.extend(setting(subject, path));
        }
    }
    if fed.is_empty() {
        return Some(step);
    }
    step.is_passed_on = fed.len() == 1;
    step.from = fed;
    Some(step)
}

/// A setting of delivery: the Cluster's, else the Fleet's, else the default.
fn setting(subject: &Subject<'_, '_>, path: &[&str]) -> Option<Step> {
    let cluster = &subject.home.cluster.spec;
    let fleet = &subject.home.specs.fleet;
    let at = Pointer::from_segments(["spec", "delivery"]).join(&Pointer::from_segments(path.iter().copied()));
    let own = cluster
        .document
        .root
        .find(&at)
        .map(|node| (node, cluster.document.file, format!("cluster {}", cluster.name())));
    let shared =
        fleet.document.root.find(&at).map(|node| (node, fleet.document.file, format!("fleet {}", fleet.name())));
    let mut said =
        own.into_iter().chain(shared).map(|(node, file, what)| (node.span(file), what, node.text().map(Value::from)));
    let name = format!("delivery.{}", path.join("."));
    let Some((place, what, value)) = said.next() else {
        return Some(Step::new(Role::Setting, name, "the default"));
    };
    let mut step = Step::new(Role::Setting, name, what).at(place).saying(value);
    step.lost = said.map(|(place, what, value)| Lost { place: Some(place), what, value }).collect();
    Some(step)
}
