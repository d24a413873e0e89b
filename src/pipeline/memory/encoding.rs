//! The record of a unit.

use super::Remembered;
use crate::diag::Severity;
use crate::digest::Digest;
use crate::object::Identity;
use crate::output::ContentId;
use crate::patching::Hits;
use crate::patching::book::{PatchId, PatchLayer};
use crate::pipeline::UnitFacts;
use crate::pointer::Pointer;
use crate::records::{Reader, Record, Writer};
use crate::spec::common::Layer;
use crate::validate::rules::duplicate_host::{Claimant, HostClaim};
use std::collections::BTreeSet;

/// Raise the number when the format changes.
pub const MAGIC: &str = concat!("bayplan ", env!("CARGO_PKG_VERSION"), " units 1\n");

/// The record of a unit.
pub fn encode(digest: &Digest, unit: &Remembered) -> Record {
    let Remembered { content, files, facts, hosts, hits } = unit;
    let mut to = Writer::default();
    to.fixed(content.as_bytes());
    to.number(*files);
    let UnitFacts { objects, layers, sops_layers, once_jobs, cluster_scoped } = facts;
    to.number(*objects);
    layers_to(&mut to, layers);
    layers_to(&mut to, sops_layers);
    to.number(once_jobs.len());
    for (layer, name) in once_jobs {
        layer_to(&mut to, *layer);
        to.text(name);
    }
    to.number(cluster_scoped.len());
    cluster_scoped.iter().for_each(|identity| identity_to(&mut to, identity));
    to.number(hosts.len());
    hosts.iter().for_each(|claim| claim_to(&mut to, claim));
    to.number(hits.len());
    hits.iter().for_each(|id| patch_to(&mut to, id));
    Record::new(digest, to)
}

/// What a record says; none where it says something else than [`encode`] writes.
pub fn decode(record: &Record) -> Option<Remembered> {
    let mut from = record.content();
    let content = ContentId::from_bytes(*from.fixed(20)?.first_chunk()?);
    let files = from.number()?;
    let objects = from.number()?;
    let (layers, sops_layers) = (layers_from(&mut from)?, layers_from(&mut from)?);
    let once_jobs = from.many(|from| Some((layer_from(from)?, from.text()?)))?;
    let cluster_scoped = from.many(identity_from)?;
    let hosts = from.many(claim_from)?;
    let hits = Hits::of(from.many(patch_from)?);
    let facts = UnitFacts { objects, layers, sops_layers, once_jobs: once_jobs.into_iter().collect(), cluster_scoped };
    from.is_empty().then_some(Remembered { content, files, facts, hosts, hits })
}

fn layer_to(to: &mut Writer, layer: Layer) {
    to.byte(Layer::ALL.iter().position(|other| *other == layer).unwrap_or_default() as u8);
}

fn layers_to(to: &mut Writer, layers: &BTreeSet<Layer>) {
    to.byte(layers.len() as u8);
    layers.iter().for_each(|layer| layer_to(to, *layer));
}

fn identity_to(to: &mut Writer, identity: &Identity) {
    let Identity { group, kind, namespace, name } = identity;
    to.texts(&[group, kind, namespace, name]);
}

fn claim_to(to: &mut Writer, claim: &HostClaim) {
    // A unit with an Acknowledgement that lets something through is not remembered.
    let HostClaim { host, claimant, object, field, severity, acknowledgement: _ } = claim;
    to.text(host);
    match claimant {
        Claimant::Site { site, environment } => {
            to.byte(0);
            to.texts(&[site, environment]);
        }
        Claimant::Namespace { namespace, environment } => {
            to.byte(1);
            to.texts(&[namespace, environment]);
        }
        Claimant::Cluster => to.byte(2),
    }
    identity_to(to, object);
    to.text(&field.to_string());
    to.byte(match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    });
}

fn patch_to(to: &mut Writer, id: &PatchId) {
    let (kind, names): (u8, Vec<&str>) = match &id.layer {
        PatchLayer::Fleet => (0, vec![]),
        PatchLayer::Cluster(name) => (1, vec![name]),
        PatchLayer::Environment(name) => (2, vec![name]),
        PatchLayer::Tenant(name) => (3, vec![name]),
        PatchLayer::Site(name) => (4, vec![name]),
        PatchLayer::Namespace(name) => (5, vec![name]),
        PatchLayer::SiteEnvironment(site, environment) => (6, vec![site, environment]),
        PatchLayer::SiteCluster(site, environment, cluster) => (7, vec![site, environment, cluster]),
    };
    to.byte(kind);
    to.texts(&names);
    to.number(id.index);
}

fn layer_from(from: &mut Reader<'_>) -> Option<Layer> {
    Layer::ALL.get(usize::from(from.byte()?)).copied()
}

fn layers_from(from: &mut Reader<'_>) -> Option<BTreeSet<Layer>> {
    let count = from.byte()?;
    (0..count).map(|_| layer_from(from)).collect()
}

fn identity_from(from: &mut Reader<'_>) -> Option<Identity> {
    Some(Identity { group: from.text()?, kind: from.text()?, namespace: from.text()?, name: from.text()? })
}

fn claim_from(from: &mut Reader<'_>) -> Option<HostClaim> {
    let host = from.text()?;
    let claimant = match from.byte()? {
        0 => Claimant::Site { site: from.text()?, environment: from.text()? },
        1 => Claimant::Namespace { namespace: from.text()?, environment: from.text()? },
        2 => Claimant::Cluster,
        _ => return None,
    };
    let object = identity_from(from)?;
    let field = Pointer::parse(&from.text()?).ok()?;
    let severity = match from.byte()? {
        0 => Severity::Error,
        1 => Severity::Warning,
        2 => Severity::Note,
        _ => return None,
    };
    Some(HostClaim { host, claimant, object, field, severity, acknowledgement: None })
}

fn patch_from(from: &mut Reader<'_>) -> Option<PatchId> {
    let layer = match from.byte()? {
        0 => PatchLayer::Fleet,
        1 => PatchLayer::Cluster(from.text()?),
        2 => PatchLayer::Environment(from.text()?),
        3 => PatchLayer::Tenant(from.text()?),
        4 => PatchLayer::Site(from.text()?),
        5 => PatchLayer::Namespace(from.text()?),
        6 => PatchLayer::SiteEnvironment(from.text()?, from.text()?),
        7 => PatchLayer::SiteCluster(from.text()?, from.text()?, from.text()?),
        _ => return None,
    };
    Some(PatchId { layer, index: from.number()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> Remembered {
        let identity = Identity {
            group: "networking.k8s.io".to_owned(),
            kind: "Ingress".to_owned(),
            namespace: "acme".to_owned(),
            name: "portal".to_owned(),
        };
        let claim = |claimant| HostClaim {
            host: "portal.example".to_owned(),
            claimant,
            object: identity.clone(),
            field: Pointer::from_segments(["spec", "rules", "0", "host"]),
            severity: Severity::Warning,
            acknowledgement: None,
        };
        let site = || "portal".to_owned();
        let layers = [
            PatchLayer::Fleet,
            PatchLayer::Cluster(site()),
            PatchLayer::Environment(site()),
            PatchLayer::Tenant(site()),
            PatchLayer::Site(site()),
            PatchLayer::Namespace(site()),
            PatchLayer::SiteEnvironment(site(), "staging".to_owned()),
            PatchLayer::SiteCluster(site(), "staging".to_owned(), "stable".to_owned()),
        ];
        Remembered {
            content: ContentId::from_bytes([7; 20]),
            files: 3,
            facts: UnitFacts {
                objects: 2,
                layers: [Layer::Platform, Layer::After].into(),
                sops_layers: [Layer::Data].into(),
                once_jobs: [(Layer::Before, "install".to_owned())].into(),
                cluster_scoped: vec![identity.clone()],
            },
            hosts: vec![
                claim(Claimant::Cluster),
                claim(Claimant::Site { site: site(), environment: "staging".to_owned() }),
                claim(Claimant::Namespace { namespace: site(), environment: "staging".to_owned() }),
            ],
            hits: Hits::of(layers.into_iter().enumerate().map(|(index, layer)| PatchId { layer, index })),
        }
    }

    #[test]
    fn a_record_is_read_as_written() {
        let read = decode(&encode(&Digest::of(b"inputs"), &unit())).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", unit()));
    }
}
