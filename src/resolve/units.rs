//! Namespaces: the name of each deployment's, and the units that share one.

use super::deployments::Deployment;
use super::roots;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Cluster, Specs};
use crate::mustache::Inline;
use crate::output::OutputPath;
use crate::pointer::Pointer;
use crate::source::Span;
use crate::spec::environment::CLUSTER_FOLDER;
use crate::spec::template::Scope;
use crate::spec::{EnvironmentSpec, SiteSpec, Spec, TenantSpec};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub static NAMESPACE_NAME: Code = Code {
    name: "namespace-name",
    explanation: "The name of a namespace, made from the environment's `namespace` string, must be a DNS label (RFC 1123) of at \
                  most 63 characters. Nothing is cut, because a cut name could meet another one. It may not be `cluster`: what \
                  delivers a cluster's own layers is called `cluster-platform` and `cluster-data`.",
};
pub static SHARED_NAMESPACE: Code = Code {
    name: "shared-namespace",
    explanation: "On one cluster a namespace belongs to one environment and one tenant: two tenants in one namespace would not \
                  be kept apart. Sites of one tenant and environment may share one.",
};
pub static NAMESPACE_BLOCK: Code = Code {
    name: "namespace-block",
    explanation: "Two sites that share a namespace give its template different values or patches, and neither may win.",
};

pub static CODES: &[&Code] = &[&NAMESPACE_NAME, &SHARED_NAMESPACE, &NAMESPACE_BLOCK];

/// One namespace of one cluster, with the deployments in it in order of site.
pub struct Unit<'s> {
    pub cluster: &'s Cluster,
    pub environment: &'s Spec<EnvironmentSpec>,
    pub tenant: &'s Spec<TenantSpec>,
    pub namespace: String,
    pub deployments: Vec<Deployment<'s>>,
}

impl<'s> Unit<'s> {
    /// The site whose `namespace` block counts: those of all sites are the same.
    pub fn block_site(&self) -> Option<&'s Spec<SiteSpec>> {
        self.deployments.iter().map(|deployment| deployment.site).find(|site| has_block(site))
    }
}

fn has_block(site: &Spec<SiteSpec>) -> bool {
    !site.spec.namespace.values.is_empty() || !site.spec.namespace.patches.is_empty()
}

/// The environments' `namespace` strings, read and bound.
pub struct NamespaceNames {
    by_environment: BTreeMap<String, Inline>,
}

impl NamespaceNames {
    pub fn compile(specs: &Specs, diagnostics: &mut Diagnostics) -> Self {
        let mut properties = roots::schemas(Scope::Site);
        properties.remove("namespace");
        let schema = json!({"type": "object", "properties": properties});
        let by_environment = specs
            .environments
            .iter()
            .filter_map(|(name, environment)| {
                let place = environment.at("/spec/namespace");
                let inline = Inline::compile(&environment.spec.namespace, place, &schema, diagnostics)?;
                Some((name.clone(), inline))
            })
            .collect();
        NamespaceNames { by_environment }
    }

    /// The string of an environment, read and bound.
    pub fn of(&self, environment: &str) -> Option<&Inline> {
        self.by_environment.get(environment)
    }

    fn name(&self, specs: &Specs, deployment: &Deployment<'_>, diagnostics: &mut Diagnostics) -> Option<String> {
        let inline = self.by_environment.get(deployment.environment.name())?;
        let is_used = |root: &str| inline.uses().iter().any(|used| used.root() == Some(root));
        let roots = roots::of_deployment_in_part(specs, deployment, &is_used);
        let place = || deployment.environment.at("/spec/namespace");
        match inline.render(&crate::mustache::Values::new([&roots])) {
            Ok(Value::String(name)) => check_name(name, deployment, place, diagnostics),
            Ok(other) => {
                let message = format!("the namespace of {} is {}, not a string", deployment.id(), other);
                diagnostics.push(Diagnostic::error(&NAMESPACE_NAME, message).at(place(), "made here"));
                None
            }
            Err(errors) => {
                let id = deployment.id();
                diagnostics.extend(errors.into_iter().map(|error| error.diagnostic.in_deployment(id.clone())));
                None
            }
        }
    }
}

fn check_name(
    name: String,
    deployment: &Deployment<'_>,
    place: impl Fn() -> Span,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let is_label = !name.is_empty()
        && name.len() <= 63
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    let folder = OutputPath::parse(&name);
    let (reason, help) = if name == CLUSTER_FOLDER {
        (
            "has the name by which delivery calls the cluster's own layers".to_owned(),
            "set another `namespace` on the environment",
        )
    } else if is_label {
        let Err(fault) = folder else { return Some(name) };
        (format!("cannot be the name of a folder: {fault}"), "set another `namespace` on the environment")
    } else if name.len() > 63 {
        (
            "is longer than 63 characters".to_owned(),
            "shorten the names, or set a shorter `namespace` on the environment",
        )
    } else {
        (
            "is not a DNS label".to_owned(),
            "write lower-case letters, digits and `-`, with a letter or digit at each end",
        )
    };
    let message = format!("the namespace `{name}` {reason}");
    let own = &deployment.environment.document.root;
    // Where the environment says nothing of namespaces, their names are made of those of specs, and the site's is the longest to
    // choose.
    let is_set = own.find(&Pointer::from_segments(["spec", "namespace"])).is_some();
    let diagnostic = Diagnostic::error(&NAMESPACE_NAME, message).about(name);
    let diagnostic = if is_set {
        diagnostic.at(place(), "made here")
    } else {
        diagnostic.at(deployment.site.name_place(), "made of this name and those of the tenant and the environment")
    };
    diagnostics.push(diagnostic.help(help).in_deployment(deployment.id()));
    None
}

/// Groups deployments by cluster and namespace, in order of cluster, environment, namespace.
pub fn group<'s>(
    specs: &Specs,
    names: &NamespaceNames,
    deployments: Vec<Deployment<'s>>,
    diagnostics: &mut Diagnostics,
) -> Vec<Unit<'s>> {
    let named: Vec<(Option<String>, Diagnostics)> = deployments
        .par_iter()
        .map(|deployment| {
            let mut found = Diagnostics::new();
            (names.name(specs, deployment, &mut found), found)
        })
        .collect();
    let mut units: BTreeMap<(&'s str, String), Unit<'s>> = BTreeMap::new();
    for (deployment, (namespace, found)) in deployments.into_iter().zip(named) {
        diagnostics.extend(found);
        let Some(namespace) = namespace else { continue };
        let key = (deployment.cluster.spec.name(), namespace.clone());
        match units.get_mut(&key) {
            None => {
                let unit = Unit {
                    cluster: deployment.cluster,
                    environment: deployment.environment,
                    tenant: deployment.tenant,
                    namespace,
                    deployments: vec![deployment],
                };
                units.insert(key, unit);
            }
            Some(unit) => {
                if may_join(unit, &deployment, diagnostics) {
                    unit.deployments.push(deployment);
                }
            }
        }
    }
    let mut units: Vec<Unit<'s>> = units.into_values().collect();
    units.sort_by(|one, other| order(one).cmp(&order(other)));
    units
}

fn order<'u>(unit: &'u Unit<'_>) -> (&'u str, &'u str, &'u str) {
    (unit.cluster.spec.name(), unit.environment.name(), &unit.namespace)
}

fn may_join(unit: &Unit<'_>, deployment: &Deployment<'_>, diagnostics: &mut Diagnostics) -> bool {
    let Some(first) = unit.deployments.first() else { return true };
    let differs = if unit.tenant.name() != deployment.tenant.name() {
        Some(format!("tenants `{}` and `{}`", unit.tenant.name(), deployment.tenant.name()))
    } else if unit.environment.name() != deployment.environment.name() {
        Some(format!("environments `{}` and `{}`", unit.environment.name(), deployment.environment.name()))
    } else {
        None
    };
    if let Some(differs) = differs {
        let message = format!(
            "namespace `{}` on cluster `{}` would belong to {differs}",
            unit.namespace,
            unit.cluster.spec.name()
        );
        // Where the names are made; an environment that leaves it to the default is shown by its own name.
        let made = |environment: &Spec<EnvironmentSpec>| {
            let is_written = environment.document.root.find(&Pointer::from_segments(["spec", "namespace"])).is_some();
            if is_written {
                (environment.at("/spec/namespace"), "made here")
            } else {
                (environment.name_place(), "made by default from this name")
            }
        };
        let (place, label) = made(deployment.environment);
        let mut diagnostic =
            Diagnostic::error(&SHARED_NAMESPACE, message).about(unit.namespace.as_str()).at(place, label);
        if first.environment.name() == deployment.environment.name() {
            diagnostic = diagnostic.help("put `{{tenant.name}}` into the environment's `namespace`");
        } else {
            let (place, label) = made(first.environment);
            diagnostic = diagnostic
                .also(place, label)
                .help("put `{{environment.name}}` into the `namespace` of both environments");
        }
        diagnostics.push(diagnostic.in_deployment(first.id()).in_deployment(deployment.id()));
        return false;
    }
    let other = unit.deployments.iter().map(|deployment| deployment.site).find(|site| has_block(site));
    if let Some(other) = other
        && has_block(deployment.site)
        && other.spec.namespace != deployment.site.spec.namespace
    {
        diagnostics.push(
            Diagnostic::error(
                &NAMESPACE_BLOCK,
                format!(
                    "sites `{}` and `{}` differ on their namespace `{}`",
                    other.name(),
                    deployment.site.name(),
                    unit.namespace
                ),
            )
            .at(deployment.site.at("/spec/namespace"), "this block")
            .also(other.at("/spec/namespace"), "and this one")
            .help("make the two blocks equal, or give each site a namespace of its own"),
        );
    }
    true
}
