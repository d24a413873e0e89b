//! The layers of a deployment, a namespace or a cluster, lowest first, each with its place.

use super::Deployment;
use crate::load::{Cluster, Specs, Template};
use crate::pointer::Pointer;
use crate::source::Span;
use crate::spec::{EnvironmentSpec, SiteSpec, Spec, TenantSpec, Values};
use crate::yaml::Document;

/// One layer: its values, what it enforces, and where both are written.
#[derive(Clone)]
pub struct LayerSource<'s> {
    /// For people: `site portal, environment production`.
    pub label: String,
    pub role: LayerRole,
    pub values: &'s Values,
    pub enforce: Option<&'s Values>,
    document: &'s Document,
    values_at: Pointer,
    enforce_at: Pointer,
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

impl<'s> LayerSource<'s> {
    fn new(label: String, role: LayerRole, document: &'s Document, values: &'s Values, values_at: Pointer) -> Self {
        LayerSource { label, role, values, enforce: None, document, values_at, enforce_at: Pointer::root() }
    }

    fn enforcing(mut self, enforce: &'s Values, enforce_at: Pointer) -> Self {
        self.enforce = (!enforce.is_empty()).then_some(enforce);
        self.enforce_at = enforce_at;
        self
    }

    /// The place of a value of this layer.
    pub fn place(&self, pointer: &Pointer) -> Span {
        self.document.locate(&self.values_at.join(pointer))
    }

    /// The place of a key of this layer.
    pub fn key_place(&self, pointer: &Pointer) -> Span {
        self.document.locate_key(&self.values_at.join(pointer))
    }

    /// The place of an enforced value of this layer.
    pub fn enforce_place(&self, pointer: &Pointer) -> Span {
        self.document.locate(&self.enforce_at.join(pointer))
    }

    /// The source text of a plain scalar at `pointer`, to be shown in quotes.
    pub fn plain_text(&self, pointer: &Pointer) -> Option<&str> {
        use crate::yaml::{NodeValue, ScalarStyle};
        match &self.document.root.find(&self.values_at.join(pointer))?.value {
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
    let spec = pointer(["spec"]);
    stack.push(LayerSource::new(
        format!("site {}", site.name()),
        LayerRole::SiteWide,
        &site.document,
        &site.spec.values,
        spec.child("values"),
    ));
    for entry in &deployment.entries {
        stack.push(LayerSource::new(
            format!("site {}, environment {}", site.name(), entry.environment),
            LayerRole::Site,
            &site.document,
            &entry.entry.values,
            pointer(["spec", "environments", entry.environment, "values"]),
        ));
    }
    if let Some((environment, entry)) = deployment.cluster_entry {
        let cluster = deployment.cluster.spec.name();
        stack.push(LayerSource::new(
            format!("site {}, environment {environment}, cluster {cluster}", site.name()),
            LayerRole::Site,
            &site.document,
            &entry.values,
            pointer(["spec", "environments", environment, "clusters", cluster, "values"]),
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
            format!("namespace block of site {}", site.name()),
            LayerRole::Site,
            &site.document,
            &site.spec.namespace.values,
            pointer(["spec", "namespace", "values"]),
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
    let values = || pointer(["spec", "values"]);
    let enforce = || pointer(["spec", "enforce"]);
    let fleet = &specs.fleet;
    let head = &template.spec;
    let mut stack = vec![
        LayerSource::new(
            format!("defaults of template {}", head.name()),
            LayerRole::Defaults,
            &head.document,
            &head.spec.values.defaults,
            pointer(["spec", "values", "defaults"]),
        ),
        LayerSource::new(
            format!("fleet {}", fleet.name()),
            LayerRole::Shared,
            &fleet.document,
            &fleet.spec.values,
            values(),
        )
        .enforcing(&fleet.spec.enforce, enforce()),
        LayerSource::new(
            format!("cluster {}", cluster.spec.name()),
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
            format!("environment {}", environment.name()),
            LayerRole::Shared,
            &environment.document,
            &environment.spec.values,
            values(),
        )
        .enforcing(&environment.spec.enforce, enforce()),
    );
    stack.push(
        LayerSource::new(
            format!("tenant {}", tenant.name()),
            LayerRole::Shared,
            &tenant.document,
            &tenant.spec.values,
            values(),
        )
        .enforcing(&tenant.spec.enforce, enforce()),
    );
    if let Some(inner) = tenant.spec.environments.get(environment.name()) {
        let at = pointer(["spec", "environments", environment.name()]);
        stack.push(
            LayerSource::new(
                format!("tenant {}, environment {}", tenant.name(), environment.name()),
                LayerRole::Shared,
                &tenant.document,
                &inner.values,
                at.child("values"),
            )
            .enforcing(&inner.enforce, at.child("enforce")),
        );
    }
    stack
}

fn pointer<'s>(segments: impl IntoIterator<Item = &'s str>) -> Pointer {
    Pointer::from_segments(segments)
}
