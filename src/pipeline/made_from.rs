//! The digest of all that a unit is made from: two units of one digest have the same output, findings and summary.
//!
//! Whatever [`super::unit::compile`] reads has its part here. What a document says counts, not how it is written: a comment changes
//! no digest. A part may be too large (any change of the Fleet's document makes all units anew), never too small.

use super::Options;
use super::prepare::Prepared;
use crate::delivery::{DeliveredCluster, DeliveredNamespace, Settings};
use crate::digest::{Digest, Digester};
use crate::load::{Cluster, Template};
use crate::resolve::{Deployment, Unit};
use crate::source::{FileId, Sources};
use crate::spec::State;
use crate::validate::rules::duplicate_host;
use std::collections::{BTreeMap, BTreeSet};

/// The parts that many units share.
pub struct Parts<'s> {
    sources: &'s Sources,
    /// What all units are made from.
    base: Digest,
    clusters: BTreeMap<&'s str, Digest>,
    templates: BTreeMap<&'s str, Digest>,
    only_sites: bool,
}

impl<'s> Parts<'s> {
    pub fn new(prepared: &Prepared<'s>, options: &Options) -> Self {
        let specs = prepared.specs;
        let sources = prepared.sources;
        let mut base = Digester::new().with(env!("CARGO_PKG_VERSION")).with(specs.fleet.digest);
        base.add(format!("{:?}", options.kubernetes_version));
        for document in &specs.crds {
            add_file(&mut base, sources, document.file);
        }
        // What others let through is said of a unit, which is then not remembered; claims of hosts are judged later.
        let counting =
            prepared.policy.acknowledgements().iter().filter(|item| item.change == duplicate_host::CODE.name);
        for item in counting {
            let is_expired =
                options.now.is_some_and(|now| item.is_expired(crate::acknowledgement::Date::of_unix_time(now)));
            base.add(&item.name);
            base.add([u8::from(is_expired)]);
            if let Some(spec) = specs.acknowledgements.get(&item.name) {
                base.add(spec.digest);
            }
        }
        let clusters = specs.clusters.iter().map(|(name, cluster)| (name.as_str(), of_cluster(cluster, sources)));
        let templates = specs.templates.iter();
        let templates = templates.map(|(name, template)| (name.as_str(), of_template(template, prepared)));
        Parts {
            sources,
            base: base.finish(),
            clusters: clusters.collect(),
            templates: templates.collect(),
            only_sites: !options.only_sites.is_empty(),
        }
    }

    /// The digest of a namespace; none where it cannot be told.
    pub fn of_unit(&self, prepared: &Prepared<'_>, unit: &Unit<'_>) -> Option<Digest> {
        if self.only_sites {
            return None;
        }
        let mut digester = Digester::new().with(self.base).with(&unit.namespace);
        digester.add(self.clusters.get(unit.cluster.spec.name())?);
        digester.add(unit.environment.digest);
        digester.add(unit.tenant.digest);
        if let Some(template) = &unit.environment.spec.template {
            digester.add(self.templates.get(template.as_str())?);
        }
        for deployment in &unit.deployments {
            self.add_deployment(&mut digester, prepared, deployment)?;
        }
        Some(digester.finish())
    }

    fn add_deployment(&self, to: &mut Digester, prepared: &Prepared<'_>, deployment: &Deployment<'_>) -> Option<()> {
        let site = deployment.site;
        to.add(site.digest);
        to.add(deployment.environment.name());
        to.add([u8::from(deployment.state == State::Enabled), u8::from(deployment.protect)]);
        for entry in &deployment.entries {
            to.add(entry.environment);
        }
        to.add(deployment.cluster_entry.map(|(environment, _)| environment).unwrap_or_default());
        to.add(self.templates.get(deployment.template.spec.name())?);
        // A value of the site's own layer may be declared by another of its templates.
        let others: BTreeSet<&str> = site
            .spec
            .environments
            .values()
            .filter_map(|entry| entry.template.as_deref())
            .chain([site.spec.template.as_str()])
            .collect();
        for name in others {
            to.add(self.templates.get(name)?);
        }
        for manifest in &site.spec.manifests {
            add_file(to, self.sources, self.sources.find(&manifest.file)?);
        }
        for secret in prepared.secrets.get(site.name()).into_iter().flatten() {
            add_file(to, self.sources, secret.file);
        }
        Some(())
    }

    /// The digest of a cluster's delivery objects.
    pub fn of_delivery(&self, delivered: &DeliveredCluster, settings: &Settings) -> Digest {
        let DeliveredCluster { name, branch, is_shared_branch, layers, namespaces } = delivered;
        let mut digester = Digester::new().with("delivery").with(self.base).with(name).with(branch);
        digester.add([u8::from(*is_shared_branch)]);
        digester.add(self.clusters.get(name.as_str()).unwrap_or(&self.base));
        digester.add(format!("{layers:?} {settings:?}"));
        for namespace in namespaces {
            let DeliveredNamespace { name, environment, tenant, layers, sops_layers, protect, sops_secret, once_jobs } =
                namespace;
            for text in [name, environment, tenant, sops_secret] {
                digester.add(text);
            }
            for set in [layers, sops_layers] {
                digester.add(set.iter().map(|layer| *layer as u8).collect::<Vec<u8>>());
            }
            digester.add([u8::from(*protect)]);
            for (layer, job) in once_jobs {
                digester.add([*layer as u8]);
                digester.add(job);
            }
        }
        digester.finish()
    }
}

fn of_cluster(cluster: &Cluster, sources: &Sources) -> Digest {
    let mut digester = Digester::new().with(cluster.spec.digest);
    let facts = cluster.spec.spec.facts.terraform_output.as_ref();
    if let Some(file) = facts.and_then(|path| sources.find(path)) {
        add_file(&mut digester, sources, file);
    }
    digester.finish()
}

fn of_template(template: &Template, prepared: &Prepared<'_>) -> Digest {
    let sources = prepared.sources;
    let mut digester = Digester::new().with(template.spec.digest);
    for manifest in &template.manifests {
        add_file(&mut digester, sources, manifest.file);
    }
    for file in template.partials.values().chain(prepared.specs.shared_partials.values()) {
        add_file(&mut digester, sources, *file);
    }
    digester.finish()
}

fn add_file(to: &mut Digester, sources: &Sources, file: FileId) {
    let file = sources.file(file);
    to.add(&file.path);
    to.add(&file.bytes);
}
