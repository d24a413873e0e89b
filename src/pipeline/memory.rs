//! What a run leaves for the next one: of each unit what it was made from, what its content was called, and what checks across
//! units need to know of it.
//!
//! Pure. An edge keeps the bytes ([`Memory::cluster_bytes`]) between runs. A unit is found by the [`Digest`] of all that it is
//! made from, and its content is taken over only where the sink still has it ([`crate::output::Sink::keep`]): so nothing that is
//! stale can be used. Bytes that are damaged, or of another version, count as none. A unit about which there is anything to say
//! is not remembered, so that it is said again by each run.

mod encoding;

use super::UnitFacts;
use crate::digest::Digest;
use crate::output::ContentId;
use crate::patching::Hits;
use crate::records::{self, Record, Records};
use crate::validate::rules::duplicate_host::HostClaim;
use std::collections::{BTreeMap, BTreeSet};

/// A unit as it was when it was compiled.
#[derive(Debug, Clone)]
pub struct Remembered {
    pub content: ContentId,
    pub files: usize,
    pub facts: UnitFacts,
    pub hosts: Vec<HostClaim>,
    pub hits: Hits,
}

/// What is known from the last run, and what this one adds.
#[derive(Default)]
pub struct Memory {
    /// The record of each unit, by cluster.
    known: BTreeMap<String, Records>,
    /// What this run knows, by cluster.
    next: BTreeMap<String, Vec<Record>>,
    /// How many records each cluster's bytes held.
    held: BTreeMap<String, usize>,
    /// Clusters of which something differs from what was read.
    changed: BTreeMap<String, bool>,
}

impl Memory {
    /// Adds what the last run left of a cluster; bytes that are not sound are passed over.
    pub fn add_cluster(&mut self, cluster: &str, bytes: Vec<u8>) {
        let Some(records) = records::read(encoding::MAGIC, bytes) else { return };
        self.held.insert(cluster.to_owned(), records.len());
        self.known.insert(cluster.to_owned(), records);
    }

    /// The unit that was made from the same.
    pub fn find(&self, cluster: &str, digest: &Digest) -> Option<Remembered> {
        encoding::decode(self.known.get(cluster)?.get(digest)?)
    }

    /// Keeps what is known of a unit for the next run.
    pub fn keep(&mut self, cluster: &str, digest: &Digest) {
        if let Some(record) = self.known.get(cluster).and_then(|records| records.get(digest)) {
            self.next.entry(cluster.to_owned()).or_default().push(record.clone());
        }
    }

    /// Adds a unit that was compiled.
    pub fn remember(&mut self, cluster: &str, digest: &Digest, unit: &Remembered) {
        let record = encoding::encode(digest, unit);
        self.next.entry(cluster.to_owned()).or_default().push(record);
        self.changed.insert(cluster.to_owned(), true);
    }

    /// What to keep of each cluster for the next run, where only some units were looked at: what was known, but for what they were
    /// made from before.
    pub fn cluster_bytes_beside(&self, gone: &BTreeMap<String, BTreeSet<Digest>>) -> BTreeMap<&str, Vec<u8>> {
        let mut bytes = BTreeMap::new();
        for (cluster, known) in &self.known {
            let is_gone = |digest: &Digest| gone.get(cluster).is_some_and(|gone| gone.contains(digest));
            let stayed = known.iter().filter(|(digest, _)| !is_gone(digest)).map(|(_, record)| record);
            let next = self.next.get(cluster).into_iter().flatten();
            bytes.insert(cluster.as_str(), records::write(encoding::MAGIC, stayed.chain(next)));
        }
        bytes
    }

    /// What to keep of each cluster for the next run, where it differs from what was read.
    pub fn cluster_bytes(&self) -> BTreeMap<&str, Vec<u8>> {
        let none = Vec::new();
        let clusters = self.next.keys().chain(self.held.keys());
        let mut changed = BTreeMap::new();
        for cluster in clusters {
            let records = self.next.get(cluster).unwrap_or(&none);
            let is_same =
                !self.changed.contains_key(cluster) && self.held.get(cluster).copied().unwrap_or(0) == records.len();
            if !is_same && !changed.contains_key(cluster.as_str()) {
                changed.insert(cluster.as_str(), records::write(encoding::MAGIC, records.iter()));
            }
        }
        changed
    }
}
