//! An edit of some sites, compiled without the rest of the fleet.
//!
//! Takes the fleet before and after the edit, each read as far as the edited sites reach, what the last run left of their
//! namespaces, and what it saw of the fleet as a whole. Gives what these namespaces come to now. It gives nothing where the edit may
//! reach further, or where there is anything to say: then the whole fleet is to be compiled, which finds out and says it.
//!
//! An edit reaches no further if its namespaces are the same ones, and what others look at is as it was: what delivery is told of
//! them, their hosts, their objects without a namespace, and the shared patches that hit something there.

use super::made_from::Parts;
use super::memory::{Memory, Remembered};
use super::prepare::Prepared;
use super::{Compilation, Counts, Extras, Loaded, UnitFacts, UnitSummary, unit};
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::failure::Failed;
use crate::output::Sink;
use crate::patching::Hits;
use crate::resolve::{deployments, units};
use std::collections::{BTreeMap, BTreeSet};

/// What a run saw of a whole fleet that compiled without a finding, for who compiles a part of it next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    pub counts: Counts,
    /// Cluster and namespace of those that hold objects of several units, so that two may be the same.
    pub crowded: BTreeSet<(String, String)>,
}

/// What came of an edit.
pub struct Edited {
    /// Of the edited namespaces; the counts are those of the whole fleet.
    pub compilation: Compilation,
    /// By what these namespaces were remembered before, by cluster.
    pub gone: BTreeMap<String, BTreeSet<Digest>>,
}

/// A namespace as the last run left it.
struct Known {
    digest: Digest,
    objects: usize,
    hits: Hits,
    /// What others see of it.
    seen: UnitSummary,
}

/// Cluster and namespace.
type Key = (String, String);

/// Compiles the namespaces of the sites that the filter of both sides names. The sink gets these alone.
pub fn compile(
    before: &Loaded<'_>,
    after: &Loaded<'_>,
    whole: &Whole,
    sink: &mut dyn Sink,
    extras: Extras<'_>,
) -> Result<Option<Edited>, Failed> {
    let Extras { memory: Some(memory), forgets_objects, meter } = extras else { return Ok(None) };
    let is_quiet = |loaded: &Loaded<'_>| loaded.findings.is_empty();
    let (Some(old), Some(new)) = (&before.specs, &after.specs) else { return Ok(None) };
    // Reviewers' yeses are judged where all is seen that they could be about.
    if !is_quiet(before) || !is_quiet(after) || old.names != new.names || !new.acknowledgements.is_empty() {
        return Ok(None);
    }
    let Some(known) = known(before, memory) else { return Ok(None) };
    let extras = Extras { memory: Some(memory), forgets_objects, meter };
    let mut compilation = after.compile_with(sink, extras)?;
    if !compilation.diagnostics.is_empty() || compilation.is_open || !reaches_no_further(&known, &compilation, whole) {
        return Ok(None);
    }
    let old: usize = known.values().map(|known| known.objects).sum();
    let new: usize = compilation.units.iter().map(|unit| unit.facts.objects).sum();
    compilation.counts = Counts { objects: (whole.counts.objects + new).saturating_sub(old), ..whole.counts };
    let mut gone: BTreeMap<String, BTreeSet<Digest>> = BTreeMap::new();
    for ((cluster, _), known) in known {
        gone.entry(cluster).or_default().insert(known.digest);
    }
    Ok(Some(Edited { compilation, gone }))
}

/// What the last run left of the selected namespaces; none where it did not leave all of them.
fn known(before: &Loaded<'_>, memory: &Memory) -> Option<BTreeMap<Key, Known>> {
    let specs = before.specs.as_ref()?;
    let mut diagnostics = Diagnostics::new();
    let prepared = Prepared::new(before.sources, specs, before.options, &mut diagnostics)?;
    let all = deployments::all(specs, &mut diagnostics);
    let units = units::group(specs, &prepared.namespace_names, all, &mut diagnostics);
    if !diagnostics.is_empty() {
        return None;
    }
    let parts = Parts::new(&prepared, before.options);
    let (selected, _) = before.options.filter.select(units, specs);
    let known = selected.iter().map(|unit| {
        let summary = unit::summary(unit);
        let digest = parts.of_unit(&prepared, unit)?;
        let Remembered { facts, hosts, hits, .. } = memory.find(&summary.cluster, &digest)?;
        let objects = facts.objects;
        let seen = seen_by_others(&UnitSummary { facts, hosts, ..summary });
        Some((key(&seen), Known { digest, objects, hits, seen }))
    });
    known.collect()
}

fn key(unit: &UnitSummary) -> Key {
    (unit.cluster.clone(), unit.namespace.clone())
}

/// A namespace without what is nobody else's business: its objects, and how many there are.
fn seen_by_others(unit: &UnitSummary) -> UnitSummary {
    let facts = UnitFacts { objects: 0, ..unit.facts.clone() };
    UnitSummary { objects: Vec::new(), facts, hosts: unit.hosts.clone(), ..unit.clone() }
}

fn reaches_no_further(known: &BTreeMap<Key, Known>, compilation: &Compilation, whole: &Whole) -> bool {
    let is_alike = |unit: &UnitSummary| {
        let key = key(unit);
        !whole.crowded.contains(&key) && known.get(&key).is_some_and(|known| known.seen == seen_by_others(unit))
    };
    // A patch of the site itself may be gone, and is judged where it is not.
    let mut hits = known.values().flat_map(|known| known.hits.iter()).filter(|id| id.layer.is_shared());
    compilation.units.len() == known.len()
        && compilation.units.iter().all(is_alike)
        && hits.all(|id| compilation.hits.contains(id))
}
