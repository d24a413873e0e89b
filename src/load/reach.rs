//! Which spec files a compile of some sites has to read, as far as the last run knew what is in them.
//!
//! Sites of one tenant may share namespaces, those of different tenants may not: so the other tenants' sites are known by name.

use super::collect::{Collected, collect_of, spec_files};
use super::heads::Head;
use super::memory::{self, SpecMemory};
use super::{NamedFiles, Names};
use crate::source::{FileId, Sources};
use crate::spec::Kind;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The files to read, and what is in the others.
pub struct Reach {
    pub files: BTreeSet<FileId>,
    pub others: Others,
}

/// What is known of spec files that are not read.
#[derive(Debug, Clone, Default)]
pub struct Others {
    pub names: Names,
    /// Files that they name.
    pub named: NamedFiles,
}

/// What to read for these sites and for those of these tenants. None where too little is known to spare anything.
pub fn of(sources: &Sources, memory: &SpecMemory, sites: &[String], tenants: &[String]) -> Option<Reach> {
    let files: Vec<FileId> = spec_files(sources).collect();
    let known: Vec<Option<Vec<Head<'_>>>> =
        files.par_iter().map(|id| memory.heads(memory::key(sources.file(*id)))).collect();
    let unknown: BTreeSet<FileId> =
        files.iter().zip(&known).filter(|(_, heads)| heads.is_none()).map(|(id, _)| *id).collect();
    if unknown.len() * 2 > files.len() {
        return None;
    }
    let read = collect_of(sources, memory, &|id| unknown.contains(&id), &NamedFiles::default());
    let heads = || known.iter().flatten().flatten();
    let is_asked_for = |head: &&Head<'_>| head.kind == Kind::Site && sites.iter().any(|name| name == head.name);
    let own: Vec<Head<'_>> = read.sites.iter().map(Head::of_site).collect();
    let of_sites = heads().chain(&own).filter(is_asked_for).map(|head| head.tenant);
    let tenants: BTreeSet<&str> = tenants.iter().map(String::as_str).chain(of_sites).collect();
    let twice = twice(heads(), &read);
    let is_needed = |head: &Head<'_>| match head.kind {
        Kind::Site => tenants.contains(head.tenant),
        Kind::Tenant => tenants.contains(head.name),
        Kind::Fleet | Kind::Cluster | Kind::Environment | Kind::Template | Kind::Acknowledgement => true,
    } || twice.contains(&(head.kind, head.name));
    let mut reach = Reach { files: unknown, others: Others::default() };
    let mut names = Vec::new();
    for (id, heads) in files.iter().zip(&known) {
        match heads {
            Some(heads) if !heads.iter().any(is_needed) => {
                names.extend(heads.iter().map(|head| (head.kind, head.name.to_owned())));
                heads.iter().for_each(|head| reach.others.named.add(head));
            }
            Some(_) | None => {
                reach.files.insert(*id);
            }
        }
    }
    reach.others.names = names.into_iter().collect();
    Some(reach)
}

/// The names that several documents of a kind have, which is to be told.
fn twice<'t>(heads: impl Iterator<Item = &'t Head<'t>>, read: &'t Collected) -> BTreeSet<(Kind, &'t str)> {
    let mut names: Vec<(Kind, &str)> = heads.map(|head| (head.kind, head.name)).chain(read.names()).collect();
    names.sort_unstable();
    names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}
