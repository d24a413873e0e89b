//! What is made once for all units: programs, value plans, patches, the API of each cluster, delivery settings.
//!
//! Everything that can be wrong with templates is found here, before any site is looked at.

use super::Options;
use super::meter::{Meter, NoMeter};
use crate::delivery::Settings;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::kubernetes::{Api, CrdProblemKind, CustomKinds, Minor};
use crate::load::{Cluster, Specs};
use crate::mustache::{Inline, Values};
use crate::patching::{PatchBook, PatchLayer};
use crate::render::Library;
use crate::resolve::units::NamespaceNames;
use crate::resolve::{roots, values};
use crate::secrets::{self, SecretFiles};
use crate::source::Sources;
use crate::spec::fleet::DeliveryKind;
use crate::spec::template::Scope;
use crate::validate::rules::Policy;
use crate::yaml::value::{Doubtful, to_value};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub static KUBERNETES_VERSION: Code = Code {
    name: "kubernetes-version",
    explanation: "A cluster's `kubernetesVersion` is a minor such as `\"1.36\"`, one of those whose schemas are built in.",
};
pub static DELIVERY_URL: Code = Code {
    name: "delivery-url",
    explanation: "Flux and Argo CD need the URL of the repository as the cluster reaches it: set `delivery.url` in the Fleet or \
                  the Cluster, or `kind: none`.",
};
pub static CRD: Code = Code {
    name: "crd",
    explanation: "A document in crds/ is not a CustomResourceDefinition (apiextensions.k8s.io/v1) with a structural schema.",
};

pub static CODES: &[&Code] = &[&KUBERNETES_VERSION, &DELIVERY_URL, &CRD];

/// What all units share.
pub struct Prepared<'s> {
    pub sources: &'s Sources,
    pub specs: &'s Specs,
    pub library: Library,
    pub patches: PatchBook,
    pub namespace_names: NamespaceNames,
    pub secrets: SecretFiles,
    pub only_sites: &'s [String],
    pub policy: Policy<'s>,
    pub meter: &'s dyn Meter,
    clusters: BTreeMap<String, PreparedCluster>,
}

/// A cluster's API and delivery settings.
pub struct PreparedCluster {
    pub api: Api,
    pub delivery: Settings,
    sops_secret: Inline,
}

impl<'s> Prepared<'s> {
    /// Nothing, if any error was found.
    pub fn new(
        sources: &'s Sources,
        specs: &'s Specs,
        options: &'s Options,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        Prepared::metered(sources, specs, options, &NoMeter, diagnostics)
    }

    /// As [`Prepared::new`], with who is told how far the work is.
    pub fn metered(
        sources: &'s Sources,
        specs: &'s Specs,
        options: &'s Options,
        meter: &'s dyn Meter,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let library = Library::compile(sources, specs, diagnostics);
        let patches = PatchBook::read(specs, diagnostics);
        let namespace_names = NamespaceNames::compile(specs, diagnostics);
        let secrets = secrets::read_all(specs, sources, diagnostics);
        if !diagnostics.has_errors() {
            values::check_octals(specs, &library, diagnostics);
        }
        let policy = Policy::read(specs, options.now, diagnostics);
        if !diagnostics.has_errors() {
            values::check_sites(specs, diagnostics);
        }
        // What a template declares that is broken, or that was not asked for, is not known. A run on edited sites (`super::edited`)
        // leaves this out: it must not hang on what sites say.
        if !diagnostics.has_errors() && options.filter.is_empty() {
            values::check_shared(specs, &library, diagnostics);
        }
        let custom = Arc::new(custom_kinds(specs, diagnostics));
        let clusters = specs
            .clusters
            .iter()
            .filter_map(|(name, cluster)| {
                let api = Api::new(minor(cluster, options, diagnostics)?, Arc::clone(&custom));
                let delivery = delivery(specs, cluster, diagnostics);
                let sops_secret = sops_secret(specs, cluster, &delivery, diagnostics)?;
                Some((name.clone(), PreparedCluster { api, delivery, sops_secret }))
            })
            .collect();
        if diagnostics.has_errors() {
            return None;
        }
        Some(Prepared {
            sources,
            specs,
            library,
            patches,
            namespace_names,
            secrets,
            only_sites: &options.only_sites,
            policy,
            meter,
            clusters,
        })
    }

    /// A cluster of the specs: each has been prepared.
    pub fn cluster(&self, name: &str) -> Option<&PreparedCluster> {
        self.clusters.get(name)
    }

    /// All clusters of the specs, by name.
    pub fn clusters(&self) -> impl Iterator<Item = (&str, &PreparedCluster)> {
        self.clusters.iter().map(|(name, cluster)| (name.as_str(), cluster))
    }

    /// The Secret with the keys for a tenant's SOPS files on a cluster.
    pub fn sops_secret(&self, cluster: &Cluster, tenant: &str, diagnostics: &mut Diagnostics) -> String {
        let Some(prepared) = self.clusters.get(cluster.spec.name()) else { return String::new() };
        let mut roots = roots::of_cluster(&self.specs.fleet, cluster);
        if let Some(tenant) = self.specs.tenants.get(tenant) {
            roots.insert("tenant".to_owned(), roots::of_tenant(tenant));
        }
        match prepared.sops_secret.render(&Values::new([&roots])) {
            Ok(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            Err(errors) => {
                diagnostics.extend(errors.into_iter().map(|error| error.diagnostic));
                String::new()
            }
        }
    }

    /// The objects that templates write for a layer's deployments, for hints about patches that hit nothing: rendered anew,
    /// since a run keeps none.
    pub fn written_objects(&self, layer: &PatchLayer) -> Vec<Value> {
        super::unit::written_for(self, layer)
    }
}

fn minor(cluster: &Cluster, options: &Options, diagnostics: &mut Diagnostics) -> Option<Minor> {
    if let Some(minor) = options.kubernetes_version {
        return Some(minor);
    }
    match Minor::parse(&cluster.spec.spec.kubernetes_version) {
        Ok(minor) => Some(minor),
        Err(error) => {
            diagnostics.push(
                Diagnostic::error(&KUBERNETES_VERSION, error.to_string())
                    .at(cluster.spec.at("/spec/kubernetesVersion"), "this version")
                    .help(format!("versions that are built in: {} to {}", Minor::OLDEST, Minor::NEWEST)),
            );
            None
        }
    }
}

fn delivery(specs: &Specs, cluster: &Cluster, diagnostics: &mut Diagnostics) -> Settings {
    let settings = Settings::new(&specs.fleet.spec.delivery, &cluster.spec.spec.delivery);
    if settings.kind != DeliveryKind::None && settings.url.is_empty() && !specs.is_fleet_missing {
        // What all clusters share is best said once.
        let shared = specs.fleet.document.root.find(&crate::pointer::Pointer::from_segments(["spec", "delivery"]));
        let place = if shared.is_some() { specs.fleet.at("/spec/delivery") } else { cluster.spec.at("/spec/delivery") };
        diagnostics.push(
            Diagnostic::error(&DELIVERY_URL, format!("delivery to cluster `{}` has no url", cluster.spec.name()))
                .about(cluster.spec.name())
                .at(place, "here")
                .help("set `url` to the repository as the cluster reaches it, such as ssh://git@git.example.org/ops/fleet"),
        );
    }
    settings
}

fn sops_secret(specs: &Specs, cluster: &Cluster, settings: &Settings, diagnostics: &mut Diagnostics) -> Option<Inline> {
    let mut properties = roots::schemas(Scope::Namespace);
    for name in ["facts", "environment", "namespace"] {
        properties.remove(name);
    }
    let schema = json!({"type": "object", "properties": properties});
    let own = cluster.spec.spec.delivery.sops.is_some();
    let place = if own {
        cluster.spec.at("/spec/delivery/sops/secretRef")
    } else {
        specs.fleet.at("/spec/delivery/sops/secretRef")
    };
    Inline::compile(&settings.sops_secret_ref, place, &schema, diagnostics)
}

pub(super) fn custom_kinds(specs: &Specs, diagnostics: &mut Diagnostics) -> CustomKinds {
    let documents: Vec<Value> =
        specs.crds.iter().map(|document| to_value(document, &document.root, Doubtful::Refuse, diagnostics)).collect();
    let (kinds, problems) = CustomKinds::read(&documents);
    for problem in problems {
        let Some(document) = specs.crds.get(problem.index) else { continue };
        let place = document.locate(&problem.pointer);
        let mut diagnostic = Diagnostic::error(&CRD, crd_message(&problem.kind)).at(place, "here");
        if let CrdProblemKind::Duplicate { first } = problem.kind
            && let Some(first) = specs.crds.get(first)
        {
            diagnostic = diagnostic.also(first.locate(&crate::pointer::Pointer::root()), "the first");
        }
        diagnostics.push(diagnostic);
    }
    kinds
}

fn crd_message(kind: &CrdProblemKind) -> &'static str {
    match kind {
        CrdProblemKind::NotACrd => "this is no CustomResourceDefinition of apiextensions.k8s.io/v1",
        CrdProblemKind::Missing => "this CustomResourceDefinition lacks a field that says what it defines",
        CrdProblemKind::NoSchema => "this version has no schema.openAPIV3Schema",
        CrdProblemKind::Duplicate { .. } => "two CustomResourceDefinitions define the same kind in the same version",
    }
}
