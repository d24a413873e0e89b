//! Checks across units: a pure function of all summaries.

use super::filter::Scope;
use super::prepare::Prepared;
use super::{ObjectSummary, UnitSummary};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::object::Identity;
use crate::patching::Hits;
use crate::patching::book::PatchLayer;
use crate::source::Span;
use std::collections::BTreeMap;

pub static DUPLICATE_OBJECT: Code = Code {
    name: "duplicate-object",
    explanation: "Two documents make the same object: the same API group, kind, namespace and name on one cluster, whatever \
                  their files. In the cluster they would overwrite each other without end. Rename or remove one of them.",
};

pub static CODES: &[&Code] = &[&DUPLICATE_OBJECT];

/// Cluster-scoped objects that were seen so far, by cluster and identity.
#[derive(Debug, Default)]
pub struct Seen {
    objects: BTreeMap<(String, Identity), (Span, String)>,
}

impl Seen {
    /// Adds a unit's cluster-scoped objects; two of one identity are reported. Those of a namespace can only meet others of
    /// its own unit, or of the cluster's templates: see [`in_namespaces`].
    pub fn add(&mut self, unit: &UnitSummary, diagnostics: &mut Diagnostics) {
        for object in unit.objects.iter().filter(|object| object.identity.namespace.is_empty()) {
            let key = (unit.cluster.clone(), object.identity.clone());
            match self.objects.get(&key) {
                Some((first, path)) => report(object, *first, path, &unit.cluster, diagnostics),
                None => {
                    self.objects.insert(key, (object.span, object.path.clone()));
                }
            }
        }
    }
}

/// Reports objects of a cluster's templates that one of its namespaces makes as well.
pub fn in_namespaces(own: &[UnitSummary], namespaces: &[UnitSummary], diagnostics: &mut Diagnostics) {
    let named = own.iter().flat_map(|unit| &unit.objects).filter(|object| !object.identity.namespace.is_empty());
    for object in named {
        let unit = namespaces.iter().find(|unit| unit.namespace == object.identity.namespace);
        let first = unit.and_then(|unit| unit.objects.iter().find(|other| other.identity == object.identity));
        if let (Some(unit), Some(first)) = (unit, first) {
            report(object, first.span, &first.path, &unit.cluster, diagnostics);
        }
    }
}

fn report(object: &ObjectSummary, first: Span, path: &str, cluster: &str, diagnostics: &mut Diagnostics) {
    let identity = &object.identity;
    let place = if identity.namespace.is_empty() {
        format!("on cluster {cluster}")
    } else {
        format!("in namespace {} on cluster {cluster}", identity.namespace)
    };
    let mut diagnostic = Diagnostic::error(&DUPLICATE_OBJECT, format!("{identity} {place} is made twice"))
        .at(object.span, format!("makes {}", object.path))
        .help("rename or remove one of them, or put what is shared into a template of scope cluster");
    if first != object.span || path != object.path {
        diagnostic = diagnostic.also(first, format!("makes {path}"));
    }
    diagnostics.push(diagnostic);
}

/// Reports patches of shared layers and of sites that hit nothing anywhere in what was compiled. Those of a site's environment
/// are judged in each deployment.
pub fn unhit_patches(prepared: &Prepared<'_>, hits: &Hits, scope: &Scope, diagnostics: &mut Diagnostics) {
    for patch in prepared.patches.iter() {
        let is_judged = match &patch.id.layer {
            PatchLayer::SiteEnvironment(..) | PatchLayer::SiteCluster(..) => false,
            layer => scope.is_whole(layer),
        };
        if is_judged && !hits.contains(&patch.id) {
            let written = prepared.written_objects(&patch.id.layer);
            let help = match &patch.id.layer {
                PatchLayer::Site(site) => format!("looked at every deployment of site {site}"),
                _ => String::new(),
            };
            diagnostics.push(patch.miss(written.iter(), &help));
        }
    }
}
