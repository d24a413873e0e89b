//! Where the reserved roots are written: `site.name`, `environment.tier`, `namespace`, `facts.NAME`.

use super::step::{Lost, Role, Step};
use super::values;
use crate::load::{Cluster, Specs};
use crate::mustache::Values;
use crate::pointer::Pointer;
use crate::resolve::units::NamespaceNames;
use crate::resolve::{Deployment, roots};
use crate::source::{Sources, Span};
use crate::spec::{EnvironmentSpec, Spec, TenantSpec};
use crate::yaml::Document;
use crate::yaml::read::{ReadOptions, read};
use serde_json::Value;

/// The part of the fleet that an object belongs to.
#[derive(Clone, Copy)]
pub struct Home<'a, 's> {
    pub sources: &'s Sources,
    pub specs: &'s Specs,
    pub namespace_names: &'a NamespaceNames,
    pub cluster: &'s Cluster,
    pub inner: Option<Inner<'a, 's>>,
}

/// Of an object that belongs to a namespace.
#[derive(Clone, Copy)]
pub struct Inner<'a, 's> {
    pub environment: &'s Spec<EnvironmentSpec>,
    pub tenant: &'s Spec<TenantSpec>,
    pub namespace: &'a str,
    /// Of an object of the namespace itself, the first deployment in it.
    pub deployment: &'a Deployment<'s>,
}

impl<'a, 's> Home<'a, 's> {
    /// The step of a value below a reserved root.
    pub fn root(&self, path: &Pointer, value: Option<&Value>) -> Step {
        let segments: Vec<&str> = path.segments().iter().map(String::as_str).collect();
        let step = match segments.as_slice() {
            ["namespace", ..] => self.namespace(),
            ["facts", name, ..] => self.fact(name, path),
            ["fleet", rest @ ..] => named("fleet", &self.specs.fleet, rest),
            ["cluster", rest @ ..] => named("cluster", &self.cluster.spec, rest),
            ["environment", rest @ ..] => self.inner.and_then(|inner| named("environment", inner.environment, rest)),
            ["tenant", rest @ ..] => self.inner.and_then(|inner| named("tenant", inner.tenant, rest)),
            ["site", rest @ ..] => self.inner.and_then(|inner| site(inner.deployment, rest)),
            _ => None,
        };
        let mut step = step.unwrap_or_else(|| Step::new(Role::Root, "", "known to the compiler"));
        step.name = path.dotted();
        step.value = value.cloned();
        step
    }

    /// The name of a namespace, from its environment's string.
    pub fn namespace(&self) -> Option<Step> {
        let inner = self.inner?;
        let environment = inner.environment;
        let at = Pointer::from_segments(["spec", "namespace"]);
        let is_written = environment.document.root.find(&at).is_some();
        let what = if is_written {
            format!("`namespace` of environment {}", environment.name())
        } else {
            "the default `{{tenant.name}}-{{site.name}}-{{environment.name}}`".to_owned()
        };
        let mut step = Step::new(Role::Setting, "namespace", what).saying(Some(Value::from(inner.namespace)));
        step.place = is_written.then(|| environment.place(&at));
        let inline = self.namespace_names.of(environment.name())?;
        let roots = roots::of_deployment(self.specs, inner.deployment, None);
        let values = Values::new([&roots]);
        Some(step.made_from(values::of_inline(inline, &values, &mut |path| self.root(path, path.get(&Value::Object(roots.clone()))))))
    }

    /// A fact, by its place in the cluster's file.
    pub fn fact(&self, name: &str, path: &Pointer) -> Option<Step> {
        let spec = &self.cluster.spec;
        let file = spec.spec.facts.terraform_output.as_ref()?;
        let file = self.sources.find(file)?;
        let documents = read(file, &self.sources.file(file).bytes, ReadOptions::default(), &mut Default::default());
        let below = Pointer::from_segments(path.segments().iter().skip(2).cloned());
        let pointer = Pointer::from_segments([name, "value"]).join(&below);
        let place = documents.first().map_or(Span::file(file), |document| document.locate(&pointer));
        let value = self.cluster.facts.get(name).and_then(|fact| below.get(fact)).cloned();
        Some(Step::new(Role::Fact, name, format!("facts of cluster {}", spec.name())).at(place).saying(value))
    }

    /// Who says whether data is kept when an edit removes it.
    pub fn protection(&self) -> Option<Step> {
        let inner = self.inner?;
        let deployment = inner.deployment;
        let site = deployment.site;
        let entries = deployment.entries.iter().rev().map(|entry| {
            let at = Pointer::from_segments(["spec", "environments", entry.environment, "protect"]);
            (&site.document, at, format!("site {}, environment {}", site.name(), entry.environment))
        });
        let own = Pointer::from_segments(["spec", "protect"]);
        let tenant_at = Pointer::from_segments(["spec", "environments", inner.environment.name(), "protect"]);
        let tenant = format!("tenant {}, environment {}", inner.tenant.name(), inner.environment.name());
        let said = entries.chain([
            (&site.document, own.clone(), format!("site {}", site.name())),
            (&inner.tenant.document, tenant_at, tenant),
            (&inner.environment.document, own, format!("environment {}", inner.environment.name())),
        ]);
        nearest("protect", said)
    }
}

/// The nearest of several settings, those farther away as what it overrides; nothing where none is written.
fn nearest<'d>(name: &str, said: impl Iterator<Item = (&'d Document, Pointer, String)>) -> Option<Step> {
    let mut written = said.filter_map(|(document, at, what)| {
        let node = document.root.find(&at)?;
        Some((node.span(document.file), what, node.text().map(Value::from)))
    });
    let (place, what, value) = written.next()?;
    let mut step = Step::new(Role::Setting, name, what).at(place).saying(value);
    step.lost = written.map(|(place, what, value)| Lost { place: Some(place), what, value }).collect();
    Some(step)
}

/// A root that holds the name, the labels and plain fields of a spec.
fn named<T>(kind: &str, spec: &Spec<T>, rest: &[&str]) -> Option<Step> {
    let at = match rest {
        ["name" | "labels", ..] => Pointer::from_segments(["metadata"]),
        [_, ..] => Pointer::from_segments(["spec"]),
        [] => return Some(Step::new(Role::Root, kind, format!("{kind} {}", spec.name())).at(spec.name_place())),
    };
    let at = at.join(&Pointer::from_segments(rest.iter().copied()));
    Some(Step::new(Role::Root, kind, format!("{kind} {}", spec.name())).at(spec.place(&at)))
}

fn site(deployment: &Deployment<'_>, rest: &[&str]) -> Option<Step> {
    let site = deployment.site;
    let field = match rest {
        ["template"] => "template",
        ["state"] => "state",
        ["protect"] => "protect",
        _ => return named("site", site, rest),
    };
    let entries = deployment.entries.iter().rev().map(|entry| {
        let at = Pointer::from_segments(["spec", "environments", entry.environment, field]);
        (&site.document, at, format!("site {}, environment {}", site.name(), entry.environment))
    });
    let own = (&site.document, Pointer::from_segments(["spec", field]), format!("site {}", site.name()));
    nearest(field, entries.chain([own])).map(|step| Step { role: Role::Root, ..step })
}
