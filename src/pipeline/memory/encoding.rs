//! Records of units as bytes: lengths in little endian, texts as they are, a SHA-256 over all at the end.
//!
//! ```text
//! magic, version of bayplan and of this format │ record … │ SHA-256 of all before it
//! record: length │ digest │ content, files, facts, hosts, hits
//! ```

use super::Remembered;
use crate::diag::Severity;
use crate::digest::Digest;
use crate::object::Identity;
use crate::output::ContentId;
use crate::patching::Hits;
use crate::patching::book::{PatchId, PatchLayer};
use crate::pipeline::UnitFacts;
use crate::pointer::Pointer;
use crate::spec::common::Layer;
use crate::validate::rules::duplicate_host::{Claimant, HostClaim};
use std::collections::BTreeSet;
use std::ops::Range;

/// Raise the number when the format changes.
const MAGIC: &str = concat!("bayplan ", env!("CARGO_PKG_VERSION"), " units 1\n");

/// A file of records.
pub fn file<'r>(records: impl Iterator<Item = &'r [u8]>) -> Vec<u8> {
    let mut bytes = MAGIC.as_bytes().to_vec();
    for record in records {
        bytes.extend_from_slice(&narrow(record.len()));
        bytes.extend_from_slice(record);
    }
    let sum = Digest::of(&bytes);
    bytes.extend_from_slice(sum.as_bytes());
    bytes
}

/// Where each record lies in a file; none where the file is not sound.
pub fn records(file: &[u8]) -> Option<Vec<(Digest, Range<usize>)>> {
    let (body, sum) = file.split_last_chunk::<{ Digest::LENGTH }>()?;
    if Digest::of(body).as_bytes() != sum || !body.starts_with(MAGIC.as_bytes()) {
        return None;
    }
    let mut records = Vec::new();
    let mut at = MAGIC.len();
    while at < body.len() {
        let length = u32::from_le_bytes(*body.get(at..)?.first_chunk()?) as usize;
        let range = at + 4..at + 4 + length;
        let digest = body.get(range.clone())?.first_chunk::<{ Digest::LENGTH }>()?;
        at = range.end;
        records.push((Digest::from_bytes(*digest), range));
    }
    Some(records)
}

/// One record.
pub fn encode(digest: &Digest, unit: &Remembered) -> Vec<u8> {
    let Remembered { content, files, facts, hosts, hits } = unit;
    let mut to = Writer(digest.as_bytes().to_vec());
    to.0.extend_from_slice(content.as_bytes());
    to.number(*files);
    let UnitFacts { objects, layers, sops_layers, once_jobs, cluster_scoped } = facts;
    to.number(*objects);
    to.layers(layers);
    to.layers(sops_layers);
    to.number(once_jobs.len());
    for (layer, name) in once_jobs {
        to.layer(*layer);
        to.text(name);
    }
    to.number(cluster_scoped.len());
    cluster_scoped.iter().for_each(|identity| to.identity(identity));
    to.number(hosts.len());
    hosts.iter().for_each(|claim| to.claim(claim));
    to.number(hits.len());
    hits.iter().for_each(|id| to.patch(id));
    to.0
}

/// What a record says; none where it says something else than [`encode`] writes.
pub fn decode(record: &[u8]) -> Option<Remembered> {
    let mut from = Reader(record.get(Digest::LENGTH..)?);
    let content = ContentId::from_bytes(*from.take(20)?.first_chunk()?);
    let files = from.number()?;
    let objects = from.number()?;
    let (layers, sops_layers) = (from.layers()?, from.layers()?);
    let once_jobs = from.many(|from| Some((from.layer()?, from.text()?)))?;
    let cluster_scoped = from.many(Reader::identity)?;
    let hosts = from.many(Reader::claim)?;
    let hits = Hits::of(from.many(Reader::patch)?);
    let facts = UnitFacts { objects, layers, sops_layers, once_jobs: once_jobs.into_iter().collect(), cluster_scoped };
    from.0.is_empty().then_some(Remembered { content, files, facts, hosts, hits })
}

fn narrow(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&narrow(number));
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        texts.iter().for_each(|text| self.text(text));
    }

    fn layer(&mut self, layer: Layer) {
        self.0.push(Layer::ALL.iter().position(|other| *other == layer).unwrap_or_default() as u8);
    }

    fn layers(&mut self, layers: &BTreeSet<Layer>) {
        self.0.push(layers.len() as u8);
        layers.iter().for_each(|layer| self.layer(*layer));
    }

    fn identity(&mut self, identity: &Identity) {
        let Identity { group, kind, namespace, name } = identity;
        self.texts(&[group, kind, namespace, name]);
    }

    fn claim(&mut self, claim: &HostClaim) {
        // A unit with an Acknowledgement that lets something through is not remembered.
        let HostClaim { host, claimant, object, field, severity, acknowledgement: _ } = claim;
        self.text(host);
        match claimant {
            Claimant::Site { site, environment } => {
                self.0.push(0);
                self.texts(&[site, environment]);
            }
            Claimant::Namespace { namespace, environment } => {
                self.0.push(1);
                self.texts(&[namespace, environment]);
            }
            Claimant::Cluster => self.0.push(2),
        }
        self.identity(object);
        self.text(&field.to_string());
        self.0.push(match severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        });
    }

    fn patch(&mut self, id: &PatchId) {
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
        self.0.push(kind);
        self.texts(&names);
        self.number(id.index);
    }
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn take(&mut self, length: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?) as usize)
    }

    fn text(&mut self) -> Option<String> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok().map(str::to_owned)
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| one(self)).collect()
    }

    fn layer(&mut self) -> Option<Layer> {
        Layer::ALL.get(usize::from(self.byte()?)).copied()
    }

    fn layers(&mut self) -> Option<BTreeSet<Layer>> {
        let count = self.byte()?;
        (0..count).map(|_| self.layer()).collect()
    }

    fn identity(&mut self) -> Option<Identity> {
        Some(Identity { group: self.text()?, kind: self.text()?, namespace: self.text()?, name: self.text()? })
    }

    fn claim(&mut self) -> Option<HostClaim> {
        let host = self.text()?;
        let claimant = match self.byte()? {
            0 => Claimant::Site { site: self.text()?, environment: self.text()? },
            1 => Claimant::Namespace { namespace: self.text()?, environment: self.text()? },
            2 => Claimant::Cluster,
            _ => return None,
        };
        let object = self.identity()?;
        let field = Pointer::parse(&self.text()?).ok()?;
        let severity = match self.byte()? {
            0 => Severity::Error,
            1 => Severity::Warning,
            2 => Severity::Note,
            _ => return None,
        };
        Some(HostClaim { host, claimant, object, field, severity, acknowledgement: None })
    }

    fn patch(&mut self) -> Option<PatchId> {
        let layer = match self.byte()? {
            0 => PatchLayer::Fleet,
            1 => PatchLayer::Cluster(self.text()?),
            2 => PatchLayer::Environment(self.text()?),
            3 => PatchLayer::Tenant(self.text()?),
            4 => PatchLayer::Site(self.text()?),
            5 => PatchLayer::Namespace(self.text()?),
            6 => PatchLayer::SiteEnvironment(self.text()?, self.text()?),
            7 => PatchLayer::SiteCluster(self.text()?, self.text()?, self.text()?),
            _ => return None,
        };
        Some(PatchId { layer, index: self.number()? })
    }
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
    fn records_are_read_as_written() {
        let digest = Digest::of(b"inputs");
        let record = encode(&digest, &unit());
        let bytes = file([record.as_slice(), record.as_slice()].into_iter());
        let found = records(&bytes).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].0, digest);
        let read = decode(&bytes[found[1].1.clone()]).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", unit()));
    }

    #[test]
    fn a_file_with_any_byte_changed_or_missing_counts_as_none() {
        let bytes = file([encode(&Digest::of(b""), &unit()).as_slice()].into_iter());
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x20;
            assert!(records(&damaged).is_none(), "byte {place}");
            assert!(records(&bytes[..place]).is_none(), "cut to {place}");
        }
    }

    #[test]
    fn no_record_of_any_length_is_trouble() {
        let record = encode(&Digest::of(b""), &unit());
        for length in 0..record.len() {
            assert!(decode(&record[..length]).is_none(), "cut to {length}");
        }
    }
}
