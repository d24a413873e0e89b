//! Every name that a spec mentions exists, and is of the right sort.

use super::Specs;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::near::{self, UNKNOWN_NAME};
use crate::output::OutputPath;
use crate::pointer::Pointer;
use crate::source::{Sources, Span};
use crate::spec::environment::{CLUSTER_FOLDER, DELIVERY_FOLDER};
use crate::spec::template::Scope;
use crate::spec::{Kind, Patch, SiteEnvironment, SiteSpec, Spec};
use std::collections::{BTreeMap, BTreeSet};

pub static WRONG_SCOPE: Code = Code {
    name: "wrong-scope",
    explanation: "A template is used where one of another scope is due: a site is rendered from a template of scope `site`, a \
                  namespace from one of scope `namespace`, a cluster from templates of scope `cluster`.",
};
pub static PATCH_FORM: Code = Code {
    name: "patch-form",
    explanation: "A patch has a `target` and exactly one of `json` (RFC 6902), `merge` (RFC 7386) and `strategic`.",
};
pub static LIKE_CYCLE: Code = Code {
    name: "like-cycle",
    explanation: "Environments that are `like` each other in a circle: a site's entry would start from itself.",
};
pub static NOT_DEPLOYED: Code = Code {
    name: "not-deployed",
    explanation: "A site is deployed only in the environments that it lists; this one lists none, so nothing of it is rendered.",
};

pub static RESERVED_NAME: Code = Code {
    name: "reserved-name",
    explanation: "`cluster` and `delivery` are folders of the output tree beside those of the environments, so no environment may \
                  be called so. Clusters and environments have no name either that is no folder everywhere: Windows keeps `con`, \
                  `nul` and the like for devices.",
};

pub static CODES: &[&Code] = &[&RESERVED_NAME, &WRONG_SCOPE, &PATCH_FORM, &LIKE_CYCLE, &NOT_DEPLOYED];

/// Checks all references. Where `is_incomplete` says that some specs could not be read, a name that does not exist is no
/// error; whether there is one is what is given.
pub fn check(specs: &Specs, is_incomplete: bool, sources: &Sources, diagnostics: &mut Diagnostics) -> bool {
    let mut checker = Checker { specs, is_incomplete, misses_name: false, sources, diagnostics };
    checker.fleet();
    checker.clusters();
    checker.environments();
    checker.tenants();
    checker.sites();
    checker.misses_name
}

struct Checker<'a> {
    specs: &'a Specs,
    is_incomplete: bool,
    misses_name: bool,
    sources: &'a Sources,
    diagnostics: &'a mut Diagnostics,
}

impl Checker<'_> {
    fn fleet(&mut self) {
        let fleet = &self.specs.fleet;
        self.patches(fleet, &fleet.spec.patches, &pointer(["spec", "patches"]));
        for (index, site) in fleet.spec.snapshots.sites.iter().flatten().enumerate() {
            let place = fleet.place(&pointer(["spec", "snapshots", "sites"]).child(index));
            self.known(Kind::Site, site, || place);
        }
    }

    /// A name that becomes a folder of the output tree.
    fn folder_name<T>(&mut self, spec: &Spec<T>) {
        if let Err(fault) = OutputPath::parse(spec.name()) {
            self.diagnostics.push(
                Diagnostic::error(&RESERVED_NAME, format!("`{}` cannot be the name of a folder: {fault}", spec.name()))
                    .at(spec.name_place(), "this name")
                    .help("rename it: the output tree has a folder of this name"),
            );
        }
    }

    fn clusters(&mut self) {
        for cluster in self.specs.clusters.values().map(|cluster| &cluster.spec) {
            self.folder_name(cluster);
            for (index, template) in cluster.spec.templates.iter().enumerate() {
                self.template(template, Scope::Cluster, || cluster.place(&pointer(["spec", "templates"]).child(index)));
            }
            self.replacements(cluster, &cluster.spec.replace);
            self.patches(cluster, &cluster.spec.patches, &pointer(["spec", "patches"]));
            if let Some(path) = &cluster.spec.facts.terraform_output {
                self.file(path, || cluster.at("/spec/facts/terraformOutput"));
            }
        }
    }

    fn environments(&mut self) {
        let mut circles: BTreeSet<BTreeSet<String>> = BTreeSet::new();
        for environment in self.specs.environments.values() {
            self.folder_name(environment);
            if [CLUSTER_FOLDER, DELIVERY_FOLDER].contains(&environment.name()) {
                self.diagnostics.push(
                    Diagnostic::error(&RESERVED_NAME, format!("no environment may be called `{}`", environment.name()))
                        .at(environment.name_place(), "this name")
                        .help("rename it: the output tree has a folder of that name beside those of environments"),
                );
            }
            for (index, cluster) in environment.spec.clusters.iter().enumerate() {
                self.cluster(cluster, || environment.place(&pointer(["spec", "clusters"]).child(index)));
            }
            if let Some(cluster) = &environment.spec.cluster {
                self.cluster(cluster, || environment.at("/spec/cluster"));
            }
            if let Some(template) = &environment.spec.template {
                self.template(template, Scope::Namespace, || environment.at("/spec/template"));
            }
            if let Some(like) = &environment.spec.like
                && self.known(Kind::Environment, like, || environment.at("/spec/like"))
            {
                self.like_chain(environment.name(), environment.at("/spec/like"), &mut circles);
            }
            self.replacements(environment, &environment.spec.replace);
            self.patches(environment, &environment.spec.patches, &pointer(["spec", "patches"]));
        }
    }

    /// Reports a circle that leads back to `start`, unless another of its environments did.
    fn like_chain(&mut self, start: &str, place: Span, circles: &mut BTreeSet<BTreeSet<String>>) {
        let mut seen = vec![start];
        while let Some(next) =
            self.specs.environments.get(seen[seen.len() - 1]).and_then(|environment| environment.spec.like.as_deref())
        {
            if next == start {
                if !circles.insert(seen.iter().map(|name| (*name).to_owned()).collect()) {
                    return;
                }
                let others: Vec<Span> = seen[1..]
                    .iter()
                    .filter_map(|name| Some(self.specs.environments.get(*name)?.at("/spec/like")))
                    .collect();
                seen.push(next);
                let message = format!("environments are like each other in a circle: {}", seen.join(" -> "));
                let mut diagnostic = Diagnostic::error(&LIKE_CYCLE, message).at(place, "one of the circle");
                for other in others {
                    diagnostic = diagnostic.also(other, "another");
                }
                self.diagnostics.push(diagnostic.help("remove `like` from one of them"));
                return;
            }
            if seen.contains(&next) {
                return;
            }
            seen.push(next);
        }
    }

    fn tenants(&mut self) {
        for tenant in self.specs.tenants.values() {
            for (index, cluster) in tenant.spec.clusters.iter().enumerate() {
                self.cluster(cluster, || tenant.place(&pointer(["spec", "clusters"]).child(index)));
            }
            self.replacements(tenant, &tenant.spec.replace);
            self.patches(tenant, &tenant.spec.patches, &pointer(["spec", "patches"]));
            for (name, environment) in &tenant.spec.environments {
                let at = pointer(["spec", "environments", name]);
                self.known(Kind::Environment, name, || tenant.document.locate_key(&at));
                for (index, cluster) in environment.clusters.iter().enumerate() {
                    self.cluster(cluster, || tenant.place(&at.child("clusters").child(index)));
                }
            }
        }
    }

    fn sites(&mut self) {
        for site in self.specs.sites.values() {
            self.known(Kind::Tenant, &site.spec.tenant, || site.at("/spec/tenant"));
            self.template(&site.spec.template, Scope::Site, || site.at("/spec/template"));
            self.patches(site, &site.spec.patches, &pointer(["spec", "patches"]));
            self.patches(site, &site.spec.namespace.patches, &pointer(["spec", "namespace", "patches"]));
            if site.spec.environments.is_empty() {
                self.diagnostics.push(
                    Diagnostic::warning(&NOT_DEPLOYED, format!("site `{}` lists no environment", site.name()))
                        .at(site.name_place(), "deployed nowhere")
                        .help("add one below spec.environments, such as `staging: {}`"),
                );
            }
            for (name, environment) in &site.spec.environments {
                let at = pointer(["spec", "environments", name]);
                self.known(Kind::Environment, name, || site.document.locate_key(&at));
                if let Some(template) = &environment.template {
                    self.template(template, Scope::Site, || site.place(&at.child("template")));
                }
                self.patches(site, &environment.patches, &at.child("patches"));
                self.site_clusters(site, environment, &at.child("clusters"));
            }
            for (index, manifest) in site.spec.manifests.iter().enumerate() {
                let at = pointer(["spec", "manifests"]).child(index);
                self.file(&manifest.file, || site.place(&at.child("file")));
                self.site_environments(site, &manifest.environments, &at);
            }
            for (index, secret) in site.spec.secrets.iter().enumerate() {
                let at = pointer(["spec", "secrets"]).child(index);
                self.file(&secret.file, || site.place(&at.child("file")));
                self.site_environments(site, &secret.environments, &at);
            }
        }
    }

    fn site_clusters(&mut self, site: &Spec<SiteSpec>, environment: &SiteEnvironment, at: &Pointer) {
        use crate::spec::site::SiteClusters;
        match &environment.clusters {
            Some(SiteClusters::Names(names)) => {
                for (index, cluster) in names.iter().enumerate() {
                    self.cluster(cluster, || site.place(&at.child(index)));
                }
            }
            Some(SiteClusters::Entries(entries)) => {
                for (cluster, entry) in entries {
                    self.cluster(cluster, || site.document.locate_key(&at.child(cluster)));
                    self.patches(site, &entry.patches, &at.child(cluster).child("patches"));
                }
            }
            None => {}
        }
    }

    fn site_environments(&mut self, site: &Spec<SiteSpec>, names: &[String], at: &Pointer) {
        for (index, name) in names.iter().enumerate() {
            let place = || site.place(&at.child("environments").child(index));
            if self.known(Kind::Environment, name, place) && !site.spec.environments.contains_key(name) {
                self.diagnostics.push(
                    Diagnostic::error(&UNKNOWN_NAME, format!("site `{}` is not deployed in `{name}`", site.name()))
                        .at(place(), "not one of its environments")
                        .maybe_help(near::hint(name, site.spec.environments.keys().map(String::as_str))),
                );
            }
        }
    }

    fn cluster(&mut self, name: &str, place: impl Fn() -> Span) {
        self.known(Kind::Cluster, name, place);
    }

    fn template(&mut self, name: &str, scope: Scope, place: impl Fn() -> Span) {
        if !self.known(Kind::Template, name, &place) {
            return;
        }
        let Some(template) = self.specs.templates.get(name) else { return };
        let found = template.spec.spec.scope;
        if found != scope {
            let fitting: Vec<&str> = self
                .specs
                .templates
                .values()
                .filter(|template| template.spec.spec.scope == scope)
                .map(|template| template.spec.name())
                .collect();
            let help = if fitting.is_empty() {
                format!("no template of scope {} exists", scope.name())
            } else {
                format!("templates of scope {}: {}", scope.name(), fitting.join(", "))
            };
            self.diagnostics.push(
                Diagnostic::error(
                    &WRONG_SCOPE,
                    format!(
                        "template `{name}` has scope {}, a template of scope {} is due",
                        found.name(),
                        scope.name()
                    ),
                )
                .at(place(), "used here")
                .also(template.spec.at("/spec/scope"), "its scope")
                .help(help),
            );
        }
    }

    fn replacements<T>(&mut self, spec: &Spec<T>, replace: &BTreeMap<String, String>) {
        for (from, to) in replace {
            let at = pointer(["spec", "replace", from]);
            self.template(from, Scope::Site, || spec.document.locate_key(&at));
            self.template(to, Scope::Site, || spec.place(&at));
        }
    }

    fn patches<T>(&mut self, spec: &Spec<T>, patches: &[Patch], at: &Pointer) {
        for (index, patch) in patches.iter().enumerate() {
            let forms = [patch.json.is_some(), patch.merge.is_some(), patch.strategic.is_some()];
            let count = forms.into_iter().filter(|set| *set).count();
            let target = &patch.target;
            let selects_by_text = target.group.is_some() || target.kind.is_some() || target.name.is_some();
            if count == 1 && (selects_by_text || !target.labels.is_empty()) {
                continue;
            }
            let place = at.child(index);
            let fields: Vec<&str> = spec
                .document
                .root
                .find(&place)
                .into_iter()
                .flat_map(|node| node.entries())
                .map(|(key, _)| key)
                .collect();
            if fields.iter().any(|field| !["target", "json", "merge", "strategic"].contains(field)) {
                // A misspelt field was told as such, and what it was to say is not known.
                continue;
            }
            if count != 1 {
                let (found, help) = match count {
                    0 => ("none", "say what to change, such as `merge: {spec: {replicas: 2}}`"),
                    _ => ("more than one", "write one patch for each"),
                };
                self.diagnostics.push(
                    Diagnostic::error(
                        &PATCH_FORM,
                        format!("a patch has one of json, merge and strategic, found {found}"),
                    )
                    .at(spec.place(&place), "this patch")
                    .help(help),
                );
            }
            let is_written =
                spec.document.root.find(&place.child("target")).is_some_and(|node| node.entries().count() > 0);
            if !is_written && !selects_by_text && target.labels.is_empty() {
                self.diagnostics.push(
                    Diagnostic::error(&PATCH_FORM, "the target of a patch is empty, so it would select every object")
                        .at(spec.place(&at.child(index).child("target")), "selects everything")
                        .help("set kind, name, group or labels; `kind: \"*\"` says that every object is meant"),
                );
            }
        }
    }

    fn file(&mut self, path: &str, place: impl Fn() -> Span) {
        let clean = !path.starts_with('/') && !path.split('/').any(|part| matches!(part, "" | "." | ".."));
        if clean && self.sources.find(path).is_some() {
            return;
        }
        let (message, help) = if clean {
            let files: Vec<&str> = self.sources.iter().map(|(_, file)| file.path.as_str()).collect();
            // Files that no spec names are not known here: what is less than nearly the same would be another one's.
            let near = near::near_names(path, files);
            let near = near.first().filter(|name| strsim::damerau_levenshtein(path, name) <= 2);
            let help = near.map(|name| format!("did you mean `{name}`?"));
            let help = help.unwrap_or_else(|| {
                "check its name; paths are relative to the folder of bayplan.yaml, with letters in the same case"
                    .to_owned()
            });
            (format!("no file `{path}` in the fleet"), Some(help))
        } else {
            (
                format!("`{path}` is not a path below the fleet's folder"),
                Some("write it without a leading `/`, `.` or `..`".to_owned()),
            )
        };
        self.diagnostics.push(Diagnostic::error(&UNKNOWN_NAME, message).at(place(), "named here").maybe_help(help));
    }

    /// Whether a spec or template of that name was read. One that was read in part, or was not asked for, exists nevertheless.
    fn known(&mut self, kind: Kind, name: &str, place: impl Fn() -> Span) -> bool {
        let specs = self.specs;
        let is_read = match kind {
            Kind::Cluster => specs.clusters.contains_key(name),
            Kind::Environment => specs.environments.contains_key(name),
            Kind::Tenant => specs.tenants.contains_key(name),
            Kind::Site => specs.sites.contains_key(name),
            Kind::Template => specs.templates.contains_key(name),
            Kind::Fleet | Kind::Acknowledgement => true,
        };
        if is_read || specs.names.contains(kind, name) {
            return is_read;
        }
        self.misses_name = true;
        // It may be in a file that could not be read; templates are known by their folders.
        if self.is_incomplete && kind != Kind::Template {
            return false;
        }
        let what = kind.name().to_lowercase();
        self.diagnostics.push(
            Diagnostic::error(&UNKNOWN_NAME, format!("no {what} is called `{name}`"))
                .at(place(), "named here")
                .maybe_help(near::hint(name, specs.names.of(kind))),
        );
        false
    }
}

fn pointer<'s>(segments: impl IntoIterator<Item = &'s str>) -> Pointer {
    Pointer::from_segments(segments)
}
