//! What a page shows besides the report: the inventory, the text of lines, and the lines that ask for whole namespaces.
//!
//! Images and states are gathered while both sides go by ([`Gathered`]); the rest is read afterwards, from the specs of the sides
//! that are known.

use super::{Compared, Request};
use crate::cli::open::Opened;
use crate::diag::Diagnostics;
use crate::diff::fields::Sort;
use crate::diff::lines::clean;
use crate::diff::{Action, Collector, Diff, FileChange, Hunk, SetBy, Subject, ValueChange};
use crate::failure::Failed;
use crate::html::diff::{Quotes, View, page};
use crate::inventory::{self, Inventory};
use crate::load::{self, Specs};
use crate::output::{Sink, Unit};
use crate::pipeline::{Compilation, Filter};
use crate::pointer::Pointer;
use crate::resolve::{deployments, units};
use crate::source::Span;
use crate::spec::State;
use std::collections::BTreeMap;

/// Longest line of a spec that is quoted whole.
const LONGEST_QUOTE: usize = 200;

/// The differing files on their way to the model of the diff, and to what a page tells of them.
pub struct Differences {
    pub collector: Collector,
    /// The old version of what differs, where a page is due.
    before: Option<inventory::collect::Collector>,
}

impl Differences {
    pub fn new(collector: Collector, request: &Request<'_>) -> Self {
        Differences { collector, before: request.is_page().then(Default::default) }
    }

    pub fn add(&mut self, files: Vec<FileChange>) {
        if let Some(before) = &mut self.before {
            for FileChange { path, old, .. } in &files {
                old.iter().for_each(|bytes| before.look_at(path, bytes));
            }
        }
        self.collector.add(files);
    }

    pub fn into_parts(self) -> (Collector, Option<inventory::collect::Collector>) {
        (self.collector, self.before)
    }
}

/// A sink that looks at the units of the new side on their way, where a page is due.
pub struct Looking<'s> {
    inner: &'s mut dyn Sink,
    after: Option<&'s mut inventory::collect::Collector>,
}

impl<'s> Looking<'s> {
    pub fn new(inner: &'s mut dyn Sink, after: Option<&'s mut inventory::collect::Collector>) -> Self {
        Looking { inner, after }
    }
}

impl Sink for Looking<'_> {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        if let Some(after) = &mut self.after {
            after.look(&units);
        }
        self.inner.accept(units)
    }

    fn go_on(&mut self) -> Result<(), Failed> {
        self.inner.go_on()
    }
}

/// What was gathered of both sides.
#[derive(Default)]
pub struct Gathered {
    pub before: inventory::collect::Collector,
    pub after: inventory::collect::Collector,
}

/// What a page shows besides the report.
#[derive(Default)]
pub struct Extras {
    fleet: String,
    inventory: Inventory,
    before: inventory::collect::Collector,
    quotes: Quotes,
    asked_by: BTreeMap<usize, Vec<SetBy>>,
}

/// The page of a comparison.
pub fn render(compared: &Compared) -> String {
    let none = Extras::default();
    let Extras { fleet, inventory, before, quotes, asked_by } = compared.extras.as_ref().unwrap_or(&none);
    page(&View { fleet, report: &compared.report, inventory, before, quotes, asked_by })
}

/// Gathers what a page shows of a diff. `sides` are the specs that are known, the new ones always.
pub fn extras(
    sides: [Option<&Opened>; 2],
    filter: &Filter,
    compilation: &Compilation,
    gathered: Gathered,
    diff: &Diff,
    values: &[ValueChange],
) -> Extras {
    let mut ignored = Diagnostics::new();
    let specs = sides.map(|side| side.and_then(|opened| load::load(&opened.sources, &mut ignored)));
    let Gathered { before, mut after } = gathered;
    after.add_hosts(&compilation.units);
    let mut extras = Extras { before, ..Extras::default() };
    if let [_, Some(specs)] = &specs {
        specs.fleet.name().clone_into(&mut extras.fleet);
        extras.inventory = inventory_of(specs, filter, after);
    }
    for (number, hunk) in diff.hunks.iter().enumerate().filter(|(_, hunk)| hunk.is_bundle()) {
        let asked_by = asked_by(hunk, &specs, &sides);
        extras.asked_by.insert(number, asked_by);
    }
    let of_fields = diff.hunks.iter().flat_map(|hunk| &hunk.fields).filter(|field| field.sort != Sort::Secret);
    let of_exceptions = diff.hunks.iter().flat_map(|hunk| &hunk.exceptions).filter_map(|one| one.set_by.as_ref());
    let places = of_fields
        .flat_map(|field| &field.set_by)
        .chain(of_exceptions)
        .chain(values.iter().flat_map(|change| change.set_by.iter().flatten()))
        .chain(extras.asked_by.values().flatten());
    let quoted = places.filter_map(|place| Some((place, quote(sides[usize::from(!place.is_old)]?, place)?)));
    extras.quotes = quoted.collect();
    extras
}

/// The inventory of what a filter selects of a fleet.
fn inventory_of(specs: &Specs, filter: &Filter, collector: inventory::collect::Collector) -> Inventory {
    let mut ignored = Diagnostics::new();
    let names = units::NamespaceNames::compile(specs, &mut ignored);
    let deployments = deployments::all(specs, &mut ignored);
    let mut units = units::group(specs, &names, deployments, &mut ignored);
    for unit in &mut units {
        unit.deployments.retain(|deployment| filter.selects(deployment));
    }
    units.retain(|unit| !unit.deployments.is_empty());
    Inventory::new(&units, collector)
}

/// The text of a line; none of a file that may hold secrets.
fn quote(opened: &Opened, place: &SetBy) -> Option<String> {
    let file = opened.sources.find(&place.file).filter(|file| !opened.sources.is_private(*file))?;
    let line = opened.sources.text(file).lines().nth(place.line.checked_sub(1)?)?.trim();
    let mut text: String = line.chars().take(LONGEST_QUOTE).collect();
    if text.len() < line.len() {
        text.push('\u{2026}');
    }
    (!text.is_empty()).then(|| clean(&text))
}

/// The lines that ask for the first of the namespaces that come, leave, start or stop whole.
fn asked_by(hunk: &Hunk, specs: &[Option<Specs>; 2], sides: &[Option<&Opened>; 2]) -> Vec<SetBy> {
    let Some(subject) = hunk.subjects.first() else { return Vec::new() };
    let find = |side: usize| {
        let (span, who) = entry(specs[side].as_ref()?, subject)?;
        let opened = sides[side]?;
        let place = opened.sources.line_column(span.file, span.start);
        Some(SetBy { file: opened.sources.path(span.file).to_owned(), line: place.line, who, is_old: side == 0 })
    };
    let [old, new] = [find(0), find(1)];
    match hunk.action {
        Action::New => new.into_iter().collect(),
        Action::Removed => match new {
            Some(new) => vec![new],
            None => old.into_iter().collect(),
        },
        Action::Moved | Action::Changed => old.into_iter().chain(new).collect(),
    }
}

/// Where a site says that it is in an environment, or that it is disabled there.
fn entry(specs: &Specs, subject: &Subject) -> Option<(Span, String)> {
    let name = subject.site.split(", ").next()?;
    let environment = subject.environment.as_str();
    let site = specs.sites.get(name)?;
    let own = site.spec.environments.get(environment)?;
    let at = Pointer::from_segments(["spec", "environments", environment]);
    let who = format!("site {name}, environment {environment}");
    if own.state == Some(State::Disabled) {
        return Some((site.place(&at.child("state")), who));
    }
    if own.state.is_none() && site.spec.state == Some(State::Disabled) {
        return Some((site.at("/spec/state"), format!("site {name}")));
    }
    Some((site.document.locate_key(&at), who))
}
