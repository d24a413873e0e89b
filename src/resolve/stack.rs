//! The layers of a deployment, a namespace or a cluster, lowest first, each with its place.

use super::Deployment;
use crate::load::{Cluster, Specs, Template};
use crate::pointer::Pointer;
use crate::source::Span;
use crate::spec::{EnvironmentSpec, SiteSpec, Spec, TenantSpec, Values};
use crate::yaml::LazyDocument;
use std::fmt;

/// One layer: its values, what it enforces, and where both are written.
#[derive(Clone)]
pub struct LayerSource<'s> {
    pub name: LayerName<'s>,
    pub role: LayerRole,
    pub values: &'s Values,
    pub enforce: Option<&'s Values>,
    document: &'s LazyDocument,
    values_at: Segments<'s>,
    enforce_at: Segments<'s>,
}

/// Whose layer it is: a site may set only what its template declares, the shared layers may hold values for other templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerRole {
    Defaults,
    Shared,
    /// A site's own, for all its environments.
    SiteWide,
    Site,
}

/// Whose layer it is; displays as messages name it: `site portal, environment production`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerName<'s> {
    Defaults(&'s str),
    Fleet(&'s str),
    Cluster(&'s str),
    Environment(&'s str),
    Tenant(&'s str),
    TenantEnvironment(&'s str, &'s str),
    Site(&'s str),
    Namespace(&'s str),
    SiteEnvironment(&'s str, &'s str),
    SiteCluster(&'s str, &'s str, &'s str),
}

impl fmt::Display for LayerName<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LayerName::Defaults(template) => write!(formatter, "defaults of template {template}"),
            LayerName::Fleet(name) => write!(formatter, "fleet {name}"),
            LayerName::Cluster(name) => write!(formatter, "cluster {name}"),
            LayerName::Environment(name) => write!(formatter, "environment {name}"),
            LayerName::Tenant(name) => write!(formatter, "tenant {name}"),
            LayerName::TenantEnvironment(tenant, name) => write!(formatter, "tenant {tenant}, environment {name}"),
            LayerName::Site(name) => write!(formatter, "site {name}"),
            LayerName::Namespace(site) => write!(formatter, "namespace block of site {site}"),
            LayerName::SiteEnvironment(site, name) => write!(formatter, "site {site}, environment {name}"),
            LayerName::SiteCluster(site, environment, cluster) => {
                write!(formatter, "site {site}, environment {environment}, cluster {cluster}")
            }
        }
    }
}

impl<'s> LayerSource<'s> {
    /// For people.
    pub fn label(&self) -> String {
        self.name.to_string()
    }

    fn new(
        name: LayerName<'s>,
        role: LayerRole,
        document: &'s LazyDocument,
        values: &'s Values,
        values_at: Segments<'s>,
    ) -> Self {
        LayerSource { name, role, values, enforce: None, document, values_at, enforce_at: Segments::default() }
    }

    fn enforcing(mut self, enforce: &'s Values, enforce_at: Segments<'s>) -> Self {
        self.enforce = (!enforce.is_empty()).then_some(enforce);
        self.enforce_at = enforce_at;
        self
    }

    /// The place of a value of this layer.
    pub fn place(&self, pointer: &Pointer) -> Span {
        self.document.locate(&self.values_at.pointer().join(pointer))
    }

    /// The place of a value in the values schema of the template whose defaults this layer is.
    pub fn template_place(&self, pointer: &Pointer) -> Span {
        let schema = Pointer::from_segments(["spec", "values", "schema"]);
        self.document.locate(&schema.join(pointer))
    }

    /// The place of a key of this layer.
    pub fn key_place(&self, pointer: &Pointer) -> Span {
        self.document.locate_key(&self.values_at.pointer().join(pointer))
    }

    /// The place of an enforced value of this layer.
    pub fn enforce_place(&self, pointer: &Pointer) -> Span {
        self.document.locate(&self.enforce_at.pointer().join(pointer))
    }

    /// The source text of a plain scalar at `pointer`, to be shown in quotes.
    pub fn plain_text(&self, pointer: &Pointer) -> Option<&str> {
        use crate::yaml::{NodeValue, ScalarStyle};
        match &self.document.root.find(&self.values_at.pointer().join(pointer))?.value {
            NodeValue::Scalar { text, style: ScalarStyle::Plain } => Some(text),
            NodeValue::Scalar { .. } | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }
}

/// Layers, lowest first.
pub type LayerStack<'s> = Vec<LayerSource<'s>>;

/// The layers of a deployment.
pub fn of_deployment<'s>(specs: &'s Specs, deployment: &Deployment<'s>) -> LayerStack<'s> {
    let mut stack =
        shared(specs, deployment.template, deployment.cluster, Some((deployment.environment, deployment.tenant)));
    let site = deployment.site;
    stack.push(LayerSource::new(
        LayerName::Site(site.name()),
        LayerRole::SiteWide,
        &site.document,
        &site.spec.values,
        at(&["spec", "values"]),
    ));
    for entry in &deployment.entries {
        stack.push(LayerSource::new(
            LayerName::SiteEnvironment(site.name(), entry.environment),
            LayerRole::Site,
            &site.document,
            &entry.entry.values,
            at(&["spec", "environments", entry.environment, "values"]),
        ));
    }
    if let Some((environment, entry)) = deployment.cluster_entry {
        let cluster = deployment.cluster.spec.name();
        stack.push(LayerSource::new(
            LayerName::SiteCluster(site.name(), environment, cluster),
            LayerRole::Site,
            &site.document,
            &entry.values,
            at(&["spec", "environments", environment, "clusters", cluster, "values"]),
        ));
    }
    stack
}

/// The layers of a namespace: the shared ones, then the block of one of its sites (they do not differ).
pub fn of_namespace<'s>(
    specs: &'s Specs,
    template: &'s Template,
    cluster: &'s Cluster,
    environment: &'s Spec<EnvironmentSpec>,
    tenant: &'s Spec<TenantSpec>,
    site: Option<&'s Spec<SiteSpec>>,
) -> LayerStack<'s> {
    let mut stack = shared(specs, template, cluster, Some((environment, tenant)));
    stack.extend(site.map(|site| {
        LayerSource::new(
            LayerName::Namespace(site.name()),
            LayerRole::Site,
            &site.document,
            &site.spec.namespace.values,
            at(&["spec", "namespace", "values"]),
        )
    }));
    stack
}

/// The layers of a cluster template: the template's, the fleet's and the cluster's.
pub fn of_cluster<'s>(specs: &'s Specs, template: &'s Template, cluster: &'s Cluster) -> LayerStack<'s> {
    shared(specs, template, cluster, None)
}

fn shared<'s>(
    specs: &'s Specs,
    template: &'s Template,
    cluster: &'s Cluster,
    inner: Option<(&'s Spec<EnvironmentSpec>, &'s Spec<TenantSpec>)>,
) -> LayerStack<'s> {
    let values = || at(&["spec", "values"]);
    let enforce = || at(&["spec", "enforce"]);
    let fleet = &specs.fleet;
    let head = &template.spec;
    let mut stack = vec![
        LayerSource::new(
            LayerName::Defaults(head.name()),
            LayerRole::Defaults,
            &head.document,
            &head.spec.values.defaults,
            at(&["spec", "values", "defaults"]),
        ),
        LayerSource::new(
            LayerName::Fleet(fleet.name()),
            LayerRole::Shared,
            &fleet.document,
            &fleet.spec.values,
            values(),
        )
        .enforcing(&fleet.spec.enforce, enforce()),
        LayerSource::new(
            LayerName::Cluster(cluster.spec.name()),
            LayerRole::Shared,
            &cluster.spec.document,
            &cluster.values,
            values(),
        )
        .enforcing(&cluster.enforce, enforce()),
    ];
    let Some((environment, tenant)) = inner else { return stack };
    stack.push(
        LayerSource::new(
            LayerName::Environment(environment.name()),
            LayerRole::Shared,
            &environment.document,
            &environment.spec.values,
            values(),
        )
        .enforcing(&environment.spec.enforce, enforce()),
    );
    stack.push(
        LayerSource::new(
            LayerName::Tenant(tenant.name()),
            LayerRole::Shared,
            &tenant.document,
            &tenant.spec.values,
            values(),
        )
        .enforcing(&tenant.spec.enforce, enforce()),
    );
    if let Some(inner) = tenant.spec.environments.get(environment.name()) {
        stack.push(
            LayerSource::new(
                LayerName::TenantEnvironment(tenant.name(), environment.name()),
                LayerRole::Shared,
                &tenant.document,
                &inner.values,
                at(&["spec", "environments", environment.name(), "values"]),
            )
            .enforcing(&inner.enforce, at(&["spec", "environments", environment.name(), "enforce"])),
        );
    }
    stack
}

/// The path of a layer's values in its document, kept as it is until a place is asked for.
#[derive(Debug, Clone, Copy, Default)]
struct Segments<'s> {
    segments: [&'s str; MAX_SEGMENTS],
}

/// Segments of the longest path: `spec/environments/NAME/clusters/NAME/values`.
const MAX_SEGMENTS: usize = 6;

impl Segments<'_> {
    fn pointer(&self) -> Pointer {
        Pointer::from_segments(self.segments.iter().copied().filter(|segment| !segment.is_empty()))
    }
}

fn at<'s>(path: &[&'s str]) -> Segments<'s> {
    let mut segments = [""; MAX_SEGMENTS];
    for (slot, segment) in segments.iter_mut().zip(path) {
        *slot = segment;
    }
    Segments { segments }
}
