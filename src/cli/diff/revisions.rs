//! What one commit compiles to against what another, or the work tree, compiles to. Nothing is checked out.

use super::join::{Join, Side, State};
use super::page::{self, Differences, Gathered, Looking};
use super::published::check_filter;
use super::{Compared, Request, gates, set_by, withheld};
use crate::cli::gates::day_of;
use crate::cli::open::{self, Opened, Source};
use crate::diff::{self, Collector, Context, Diff};
use crate::failure::Failed;
use crate::gate::{LastTree, Question, Verdict};
use crate::inventory;
use crate::output::{Sink, Unit, cluster_of};
use crate::pipeline::{self, Compilation, Options};
use crate::publish::CommitTime;
use std::collections::BTreeSet;

/// Compares a commit with another one, or with the work tree.
pub fn compare(request: &Request<'_>, old: &str, new: Option<&str>) -> Result<Compared, Failed> {
    let sides = [Source::Revision(old.to_owned()), Source::of(new)];
    let names = [short(old), new.map_or_else(|| "the work tree".to_owned(), short)];
    let [before, after] = &sides;
    let opened = [open::sources(request.global, before)?, open::sources(request.global, after)?];
    let options = opened.each_ref().map(|opened| request.options(opened.now));
    let collector = Collector::new(pipeline::api(&opened[1].sources), true);
    let join = Join::new(Differences::new(collector, request));
    let mut after = request.is_page().then(inventory::collect::Collector::default);
    let [old_compilation, new_compilation] = both(&join, &opened, &options, after.as_mut())?;
    let is_sound = [!old_compilation.has_errors(), !new_compilation.has_errors()];
    let State { differences, gate, kept, received, .. } = join.finish(is_sound);
    let (collector, before) = differences.into_parts();
    let mut held = Vec::new();
    for (side, compilation) in [&old_compilation, &new_compilation].into_iter().enumerate() {
        let has = |folder: &str| received[side].contains(folder);
        held.extend(withheld(&names[side], &opened[side], compilation, has, request.report)?);
    }
    let is_whole_withheld = held.iter().any(|withheld| withheld.namespaces.is_none());
    let mut diff = match is_whole_withheld {
        true => Diff::default(),
        false => collector.finish(&Context { filter: &request.filter, units: &new_compilation.units }),
    };
    check_filter(request, &[&opened[0], &opened[1]], &diff)?;
    let sides = [
        set_by::Side { opened: &opened[0], options: &options[0], units: &old_compilation.units },
        set_by::Side { opened: &opened[1], options: &options[1], units: &new_compilation.units },
    ];
    set_by::fill(&mut diff, sides.map(Some), request.looked_up());
    let mut notes = Vec::new();
    let gates = if is_sound == [true, true] {
        let verdict = judge(request, &opened[1], &new_compilation, gate, &kept, &received)?;
        notes.extend(verdict.notes.iter().cloned());
        gates(&verdict)
    } else {
        diff::Gates { not_asked: Some("since not all of it compiles".to_owned()), ..diff::Gates::default() }
    };
    let extras = before.zip(after).map(|(before, after)| {
        let sides = [Some(&opened[0]), Some(&opened[1])];
        page::extras(sides, &request.filter, &new_compilation, Gathered { before, after }, &diff, &[])
    });
    let has_errors = !held.is_empty();
    let report = diff::Report { sides: names, notes, withheld: held, diff, gates, ..diff::Report::default() };
    Ok(Compared { report, has_errors, extras })
}

/// A full id is told by its first digits.
fn short(revision: &str) -> String {
    let is_id = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id { revision[..10].to_owned() } else { revision.to_owned() }
}

/// Compiles both sides at the same time.
fn both(
    join: &Join,
    opened: &[Opened; 2],
    options: &[Options; 2],
    after: Option<&mut inventory::collect::Collector>,
) -> Result<[Compilation; 2], Failed> {
    let compile = |side: Side, after: Option<&mut inventory::collect::Collector>| {
        let mut sink = join.sink(side);
        let (opened, options) = (&opened[side as usize], &options[side as usize]);
        let mut looking = Looking::new(&mut sink, after);
        pipeline::compile(&opened.sources, options, &mut Asked { inner: &mut looking, options })
    };
    let (old, new) = std::thread::scope(|scope| {
        let old = scope.spawn(|| compile(Side::Old, None));
        let new = compile(Side::New, after);
        // A panic ends the process before this is reached.
        (old.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), new)
    });
    Ok([old?, new?])
}

/// Lets through what lies on the clusters that are asked for.
struct Asked<'a> {
    inner: &'a mut dyn Sink,
    options: &'a Options,
}

impl Sink for Asked<'_> {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        let asked = &self.options.filter.clusters;
        let is_asked =
            |unit: &Unit| asked.is_empty() || asked.iter().any(|cluster| cluster == cluster_of(unit.folder().as_str()));
        self.inner.accept(units.into_iter().filter(is_asked).collect())
    }
}

fn judge(
    request: &Request<'_>,
    opened: &Opened,
    compilation: &Compilation,
    gate: crate::gate::Gate,
    last: &dyn LastTree,
    received: &[BTreeSet<String>; 2],
) -> Result<Verdict, Failed> {
    let clusters: BTreeSet<String> = received.iter().flatten().map(|folder| cluster_of(folder).to_owned()).collect();
    gate.judge(&Question {
        compilation,
        clusters: &clusters.into_iter().collect::<Vec<_>>(),
        last: Some(last),
        today: day_of(CommitTime { seconds: opened.now.unwrap_or_default(), offset: 0 }),
        filter: &request.filter,
        strict: request.global.strict,
    })
}
