//! A run on edited sites alone, where that is enough; what it leaves is what the next run finds.

use crate::Last;
use crate::fleet::Fleet;
use crate::sink::KeepingSink;
use bayplan::load::memory::{SpecMemory, key};
use bayplan::pipeline::edited::{self, Whole};
use bayplan::pipeline::memory::Memory;
use bayplan::pipeline::{Extras, Filter, Loaded, Options};
use bayplan::source::SourceFile;
use std::collections::BTreeSet;

/// Compiles the sites whose files differ from those of the last run, where that is enough: then the tree and all else that was
/// left is brought up to date, and the counts of the whole are given.
pub fn run(fleet: &Fleet, last: &mut Last) -> Option<String> {
    let (old, whole) = (last.sources.clone()?, last.whole.clone()?);
    let new = fleet.sources();
    let paths = |sources: &bayplan::source::Sources| -> Vec<String> {
        sources.iter().map(|(_, file)| file.path.clone()).collect()
    };
    if paths(&old) != paths(&new) {
        return None;
    }
    let edited: Vec<&SourceFile> = old
        .iter()
        .zip(new.iter())
        .filter(|((_, old), (_, new))| old.bytes != new.bytes)
        .map(|((_, old), _)| old)
        .collect();
    if edited.is_empty() || !edited.iter().all(|file| file.path.starts_with("site-specs/sites/")) {
        return None;
    }
    let specs = SpecMemory::read(last.specs.clone()?);
    let keys: BTreeSet<_> = edited.iter().map(|file| key(file)).collect();
    let heads = keys.iter().flat_map(|key| specs.heads(*key).unwrap());
    let filter = Filter { sites: heads.map(|head| head.name.to_owned()).collect(), ..Filter::default() };
    let options = Options { filter, now: Some(fleet.now()), ..Options::default() };
    let mut memory = Memory::default();
    last.state.iter().for_each(|(cluster, bytes)| memory.add_cluster(cluster, bytes.clone()));
    let before = Loaded::with(&old, &options, &specs);
    let mut after = Loaded::with(&new, &options, &specs);
    let remembered = after.take_remembered();
    let mut sink = KeepingSink::on(last.tree.clone());
    let extras = Extras { memory: Some(&mut memory), ..Extras::default() };
    let edited = edited::compile(&before, &after, &whole, &mut sink, extras).unwrap()?;
    for unit in &edited.compilation.units {
        let folder = format!("{}/{}/{}/", unit.cluster, unit.environment, unit.namespace);
        last.tree.retain(|path, _| !path.starts_with(&folder));
    }
    last.tree.extend(sink.into_files());
    for (cluster, bytes) in memory.cluster_bytes_beside(&edited.gone) {
        last.state.insert(cluster.to_owned(), bytes);
    }
    last.specs = Some(specs.written_beside(&keys, &remembered));
    last.whole = Some(Whole { counts: edited.compilation.counts, ..whole });
    last.sources = Some(new);
    Some(format!("{:?}", edited.compilation.counts))
}
