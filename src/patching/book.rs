//! Every patch of a fleet, read once.

use crate::diag::Diagnostics;
use crate::load::Specs;
use crate::patch::{Glob, JsonPatch, MergePatch, Part, Patch, Problem, StrategicPatch, Target};
use crate::pointer::Pointer;
use crate::resolve::{Deployment, Unit};
use crate::spec::{self, Spec};
use crate::yaml::LazyDocument;
use crate::yaml::value::Octal;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which patch: its layer, and its number in the layer's list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatchId {
    pub layer: PatchLayer,
    pub index: usize,
}

/// Whose patches they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatchLayer {
    Fleet,
    Cluster(String),
    Environment(String),
    Tenant(String),
    Site(String),
    /// A site's block for its namespaces.
    Namespace(String),
    SiteEnvironment(String, String),
    SiteCluster(String, String, String),
}

impl PatchLayer {
    /// Whether sites share it.
    pub fn is_shared(&self) -> bool {
        match self {
            PatchLayer::Fleet | PatchLayer::Cluster(_) | PatchLayer::Environment(_) | PatchLayer::Tenant(_) => true,
            PatchLayer::Site(_)
            | PatchLayer::Namespace(_)
            | PatchLayer::SiteEnvironment(..)
            | PatchLayer::SiteCluster(..) => false,
        }
    }
}

/// A patch that was read and found to be well formed.
pub struct PreparedPatch {
    pub id: PatchId,
    /// Whose it is, for people: `site portal, environment production`.
    pub label: String,
    pub target: Target,
    pub patch: Patch,
    /// Whether a part that removes nothing is worth telling: not in a layer that many sites share.
    pub is_strict: bool,
    pub document: Arc<LazyDocument>,
    /// The patch in its document, and its body below that.
    pub at: Pointer,
    pub body_at: Pointer,
    /// Bare octals of the body, at the places of the object that they go to; indexes of lists may differ.
    pub octals: Vec<Octal>,
}

/// All patches of a fleet by layer.
pub struct PatchBook {
    layers: BTreeMap<PatchLayer, Vec<PreparedPatch>>,
}

impl PatchBook {
    /// Reads all patches; those with errors are reported and left out.
    pub fn read(specs: &Specs, diagnostics: &mut Diagnostics) -> Self {
        let mut book = PatchBook { layers: BTreeMap::new() };
        let top = Pointer::from_segments(["spec", "patches"]);
        let fleet = &specs.fleet;
        book.add(fleet, PatchLayer::Fleet, format!("fleet {}", fleet.name()), &fleet.spec.patches, &top, diagnostics);
        for (name, cluster) in &specs.clusters {
            let patches = &cluster.spec.spec.patches;
            book.add(
                &cluster.spec,
                PatchLayer::Cluster(name.clone()),
                format!("cluster {name}"),
                patches,
                &top,
                diagnostics,
            );
        }
        for (name, environment) in &specs.environments {
            let layer = PatchLayer::Environment(name.clone());
            book.add(environment, layer, format!("environment {name}"), &environment.spec.patches, &top, diagnostics);
        }
        for (name, tenant) in &specs.tenants {
            let layer = PatchLayer::Tenant(name.clone());
            book.add(tenant, layer, format!("tenant {name}"), &tenant.spec.patches, &top, diagnostics);
        }
        for site in specs.sites.values().filter(|site| has_patches(site)) {
            book.add_site(site, &top, diagnostics);
        }
        book
    }

    fn add_site(&mut self, site: &Spec<spec::SiteSpec>, top: &Pointer, diagnostics: &mut Diagnostics) {
        let name = site.name();
        let label = format!("site {name}");
        self.add(site, PatchLayer::Site(name.to_owned()), label, &site.spec.patches, top, diagnostics);
        let at = Pointer::from_segments(["spec", "namespace", "patches"]);
        let label = format!("namespace block of site {name}");
        let layer = PatchLayer::Namespace(name.to_owned());
        self.add(site, layer, label, &site.spec.namespace.patches, &at, diagnostics);
        for (environment, entry) in &site.spec.environments {
            let base = Pointer::from_segments(["spec", "environments", environment]);
            let label = format!("site {name}, environment {environment}");
            let layer = PatchLayer::SiteEnvironment(name.to_owned(), environment.clone());
            self.add(site, layer, label, &entry.patches, &base.child("patches"), diagnostics);
            let Some(spec::site::SiteClusters::Entries(clusters)) = &entry.clusters else { continue };
            for (cluster, entry) in clusters {
                let at = base.child("clusters").child(cluster).child("patches");
                let label = format!("site {name}, environment {environment}, cluster {cluster}");
                let layer = PatchLayer::SiteCluster(name.to_owned(), environment.clone(), cluster.clone());
                self.add(site, layer, label, &entry.patches, &at, diagnostics);
            }
        }
    }

    fn add<T>(
        &mut self,
        spec: &Spec<T>,
        layer: PatchLayer,
        label: String,
        patches: &[spec::Patch],
        list_at: &Pointer,
        diagnostics: &mut Diagnostics,
    ) {
        if patches.is_empty() {
            return;
        }
        let document = Arc::clone(&spec.document);
        let mut prepared = Vec::with_capacity(patches.len());
        for (index, patch) in patches.iter().enumerate() {
            let at = list_at.child(index);
            let (body, form) = body(patch);
            let body_at = at.child(form);
            let (read, problems) = match form {
                "json" => {
                    let (patch, problems) = JsonPatch::parse(&body);
                    (patch.map(Patch::Json), problems)
                }
                "merge" => {
                    let (patch, problems) = MergePatch::parse(&body);
                    (patch.map(Patch::Merge), problems)
                }
                _ => {
                    let (patch, problems) = StrategicPatch::parse(&body);
                    (patch.map(Patch::Strategic), problems)
                }
            };
            report(problems, &document, &body_at, diagnostics);
            let (target, problems) = target(&patch.target);
            report(problems, &document, &at.child("target"), diagnostics);
            if let (Some(patch), Some(target)) = (read, target) {
                let octals = octals(spec, &body_at, &patch);
                prepared.push(PreparedPatch {
                    octals,
                    id: PatchId { layer: layer.clone(), index },
                    label: label.clone(),
                    target,
                    patch,
                    is_strict: !layer.is_shared(),
                    document: Arc::clone(&document),
                    at,
                    body_at,
                });
            }
        }
        self.layers.insert(layer, prepared);
    }

    fn of(&self, layer: &PatchLayer) -> impl Iterator<Item = &PreparedPatch> {
        self.layers.get(layer).into_iter().flatten()
    }

    /// All patches, in order of layer.
    pub fn iter(&self) -> impl Iterator<Item = &PreparedPatch> {
        self.layers.values().flatten()
    }

    /// The patches of a deployment's objects, lowest layer first.
    pub fn for_deployment(&self, deployment: &Deployment<'_>) -> Vec<&PreparedPatch> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let site = deployment.site.name();
        let mut layers = self.shared_layers(
            deployment.cluster.spec.name(),
            Some((deployment.environment.name(), deployment.tenant.name())),
        );
        layers.push(PatchLayer::Site(site.to_owned()));
        for entry in &deployment.entries {
            layers.push(PatchLayer::SiteEnvironment(site.to_owned(), entry.environment.to_owned()));
        }
        if let Some((environment, _)) = deployment.cluster_entry {
            let cluster = deployment.cluster.spec.name().to_owned();
            layers.push(PatchLayer::SiteCluster(site.to_owned(), environment.to_owned(), cluster));
        }
        layers.iter().flat_map(|layer| self.of(layer)).collect()
    }

    /// The patches of the objects of a namespace's template.
    pub fn for_namespace(&self, unit: &Unit<'_>) -> Vec<&PreparedPatch> {
        let mut layers =
            self.shared_layers(unit.cluster.spec.name(), Some((unit.environment.name(), unit.tenant.name())));
        layers.extend(unit.block_site().map(|site| PatchLayer::Namespace(site.name().to_owned())));
        layers.iter().flat_map(|layer| self.of(layer)).collect()
    }

    /// The patches of the objects of a cluster's templates.
    pub fn for_cluster(&self, cluster: &str) -> Vec<&PreparedPatch> {
        self.shared_layers(cluster, None).iter().flat_map(|layer| self.of(layer)).collect()
    }

    fn shared_layers(&self, cluster: &str, inner: Option<(&str, &str)>) -> Vec<PatchLayer> {
        let mut layers = vec![PatchLayer::Fleet, PatchLayer::Cluster(cluster.to_owned())];
        if let Some((environment, tenant)) = inner {
            layers.push(PatchLayer::Environment(environment.to_owned()));
            layers.push(PatchLayer::Tenant(tenant.to_owned()));
        }
        layers
    }
}

fn has_patches(site: &Spec<spec::SiteSpec>) -> bool {
    let site = &site.spec;
    let has = |entry: &spec::SiteEnvironment| {
        let clusters = match &entry.clusters {
            Some(spec::site::SiteClusters::Entries(clusters)) => {
                clusters.values().any(|cluster| !cluster.patches.is_empty())
            }
            Some(spec::site::SiteClusters::Names(_)) | None => false,
        };
        clusters || !entry.patches.is_empty()
    };
    !site.patches.is_empty() || !site.namespace.patches.is_empty() || site.environments.values().any(has)
}

/// The octals of a patch's body, each with the place in the object that it goes to.
fn octals<T>(spec: &Spec<T>, body_at: &Pointer, patch: &Patch) -> Vec<Octal> {
    let below = |octal: &Octal| {
        let inside = octal.pointer.segments().strip_prefix(body_at.segments())?;
        let pointer = match (patch, inside) {
            // The value of an operation goes where its path leads.
            (Patch::Json(patch), [index, value, rest @ ..]) if value == "value" => {
                patch.path(index.parse().ok()?)?.join(&Pointer::from_segments(rest.iter().cloned()))
            }
            (Patch::Json(_), _) => return None,
            (Patch::Merge(_) | Patch::Strategic(_), inside) => Pointer::from_segments(inside.iter().cloned()),
        };
        Some(Octal { pointer, ..octal.clone() })
    };
    spec.octals.iter().filter_map(below).collect()
}

/// The body as JSON, and the name of its field. That there is just one was checked with the references.
fn body(patch: &spec::Patch) -> (Value, &'static str) {
    if let Some(operations) = &patch.json {
        return (Value::Array(operations.clone()), "json");
    }
    if let Some(merge) = &patch.merge {
        return (merge.as_value().clone(), "merge");
    }
    (patch.strategic.clone().unwrap_or_default().as_value().clone(), "strategic")
}

fn target(written: &spec::PatchTarget) -> (Option<Target>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut glob = |text: &Option<String>, field: &str| match text.as_deref().map(str::parse::<Glob>) {
        None => Some(None),
        Some(Ok(glob)) => Some(Some(glob)),
        Some(Err(error)) => {
            let at = Pointer::from_segments([field]);
            problems.push(Problem::error(&crate::patch::codes::PATCH_MALFORMED, at, error.to_string()));
            None
        }
    };
    let (group, kind, name) = (glob(&written.group, "group"), glob(&written.kind, "kind"), glob(&written.name, "name"));
    let target = match (group, kind, name) {
        (Some(group), Some(kind), Some(name)) => Some(Target { group, kind, name, labels: written.labels.clone() }),
        _ => None,
    };
    (target, problems)
}

fn report(problems: Vec<Problem>, document: &LazyDocument, base: &Pointer, diagnostics: &mut Diagnostics) {
    for problem in problems {
        let pointer = base.join(&problem.at);
        let place = match problem.part {
            Part::Key => document.locate_key(&pointer),
            Part::Value => document.locate(&pointer),
        };
        diagnostics.push(problem.into_diagnostic(place));
    }
}
