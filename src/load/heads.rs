//! What a remembered spec file says of itself at its head: which documents it has, and which files they name.
//!
//! Enough to know what exists, and which files a compile of some sites has to read.

use crate::records::{Reader, Writer};
use crate::spec::{ClusterSpec, Kind, SiteSpec, Spec};

/// One document, known by name. Its texts are those of the record, or of the typed spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<'t> {
    pub kind: Kind,
    pub name: &'t str,
    /// The tenant of a site; empty for other kinds.
    pub tenant: &'t str,
    /// Manifests that it names, relative to the fleet's folder.
    pub manifests: Vec<&'t str>,
    /// Files that it names whose text no message may show.
    pub private: Vec<&'t str>,
}

impl<'t> Head<'t> {
    /// One that names no tenant and no file.
    pub fn of<T>(kind: Kind, spec: &'t Spec<T>) -> Self {
        Head { kind, name: spec.name(), tenant: "", manifests: Vec::new(), private: Vec::new() }
    }

    pub fn of_cluster(cluster: &'t Spec<ClusterSpec>) -> Self {
        let facts = cluster.spec.facts.terraform_output.as_deref();
        Head { private: facts.into_iter().collect(), ..Head::of(Kind::Cluster, cluster) }
    }

    pub fn of_site(site: &'t Spec<SiteSpec>) -> Self {
        Head {
            tenant: &site.spec.tenant,
            manifests: site.spec.manifests.iter().map(|entry| entry.file.as_str()).collect(),
            private: site.spec.secrets.iter().map(|entry| entry.file.as_str()).collect(),
            ..Head::of(Kind::Site, site)
        }
    }

    pub fn write(&self, to: &mut Writer) {
        let Head { kind, name, tenant, manifests, private } = self;
        to.byte(Kind::ALL.iter().position(|other| other == kind).unwrap_or_default() as u8);
        to.texts(&[name, tenant]);
        for paths in [manifests, private] {
            to.number(paths.len());
            to.texts(paths);
        }
    }

    pub fn read(from: &mut Reader<'t>) -> Option<Self> {
        let kind = *Kind::ALL.get(usize::from(from.byte()?))?;
        let (name, tenant) = (from.str()?, from.str()?);
        let (manifests, private) = (from.many(Reader::str)?, from.many(Reader::str)?);
        Some(Head { kind, name, tenant, manifests, private })
    }
}
