//! The fleet as a matrix: a row for each site, a column for each environment; in a cell where it runs, what it runs, and what
//! becomes of it.

use super::{View, colour};
use crate::diff::class::Class;
use crate::diff::lines::clean;
use crate::diff::summary::count;
use crate::diff::{Action, Hunk};
use crate::html::words;
use crate::inventory::Image;
use crate::inventory::version::{repository, shown};
use crate::spec::State;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// Sites that do not change are shown in fleets of so many sites.
const MOST_UNCHANGED: usize = 300;
/// Rows that are shown at all.
const MOST_ROWS: usize = 2_000;

/// One deployment, on either side.
struct Cell<'v> {
    cluster: &'v str,
    namespace: &'v str,
    state: Option<State>,
    images: &'v [Image],
    /// Numbers of the hunks that are about it, in order.
    hunks: BTreeSet<usize>,
    is_withheld: bool,
}

/// A site's cells by environment.
#[derive(Default)]
struct Row<'v> {
    tenant: &'v str,
    cells: BTreeMap<&'v str, Vec<Cell<'v>>>,
}

impl Row<'_> {
    fn is_changed(&self) -> bool {
        self.cells.values().flatten().any(|cell| !cell.hunks.is_empty() || cell.is_withheld)
    }
}

pub struct Matrix<'v> {
    environments: Vec<&'v str>,
    rows: BTreeMap<&'v str, Row<'v>>,
    /// Sites that are not shown, since nothing of them changes.
    left_out: usize,
    /// What sites do that are not the same: they change, or differ from one environment to the other.
    verb: &'static str,
}

impl<'v> Matrix<'v> {
    pub fn of(view: &View<'v>) -> Self {
        let hunks = &view.report.diff.hunks;
        let mut rows = present(view);
        for (number, hunk) in hunks.iter().enumerate() {
            gone(hunk, &mut rows);
            mark(number, hunk, &mut rows);
        }
        let mut environments: Vec<&str> = view.inventory.environments.iter().map(|one| one.name.as_str()).collect();
        let others: BTreeSet<&str> = rows.values().flat_map(|row| row.cells.keys().copied()).collect();
        environments
            .extend(others.into_iter().filter(|name| !view.inventory.environments.iter().any(|one| one.name == *name)));
        let total = rows.len();
        if total > MOST_UNCHANGED {
            rows.retain(|_, row| row.is_changed());
        }
        let left_out = total - rows.len();
        let verb = if view.report.values.is_some() { "differ" } else { "change" };
        Matrix { environments, rows, left_out, verb }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether rows are shown that do not change.
    pub fn has_unchanged(&self) -> bool {
        self.changed() < self.rows.len()
    }

    /// What the filter is called that hides them.
    pub fn only(&self) -> String {
        format!("only sites that {}", self.verb)
    }

    fn changed(&self) -> usize {
        self.rows.values().filter(|row| row.is_changed()).count()
    }

    pub fn section(&self, view: &View<'_>) -> Markup {
        let (changed, total, verb) = (self.changed(), self.rows.len() + self.left_out, self.verb);
        html! {
            @if changed == 0 { p { "None of the " (count(total, "site")) " has objects of its own that " (verb) "." } }
            section aria-labelledby="sites" data-section="site" {
                h2 #sites { "Sites" }
                table.matrix.cards.sites {
                    caption {
                        (changed) " of " (count(total, "site")) " " (verb) ". A row is a site, a column an environment; what becomes \
                         of a site leads to the change below."
                        @if self.left_out > 0 { " Sites that do not " (verb) " are left out." }
                    }
                    thead {
                        tr {
                            th scope="col" { "Site" }
                            @for environment in &self.environments { th scope="col" { (environment) } }
                        }
                    }
                    tbody {
                        @for (name, row) in self.rows.iter().take(MOST_ROWS) { (self.row(name, row, view)) }
                    }
                }
                @if self.rows.len() > MOST_ROWS {
                    p.soft { "and " (count(self.rows.len() - MOST_ROWS, "more site")) ", which this page has no room for" }
                }
            }
        }
    }

    fn row(&self, name: &str, row: &Row<'_>, view: &View<'_>) -> Markup {
        let cells = || row.cells.values().flatten();
        let hunks = &view.report.diff.hunks;
        let classes: BTreeSet<&str> = cells()
            .flat_map(|cell| &cell.hunks)
            .flat_map(|number| hunks[*number].classes.iter().map(|class| class.name()))
            .collect();
        let clusters: BTreeSet<&str> = cells().map(|cell| cell.cluster).collect();
        html! {
            tr data-row=""
                data-tenant=(words([row.tenant]))
                data-environment=(words(row.cells.keys().copied()))
                data-cluster=(words(clusters))
                data-class=(words(classes))
                data-flags=(words(row.is_changed().then_some("changed")))
            {
                th scope="row" { (name) p.soft { (row.tenant) } }
                @for environment in &self.environments {
                    @match row.cells.get(environment) {
                        Some(cells) => td data-label=(environment) { @for one in cells { (cell(name, one, view)) } },
                        None => td.empty { span.soft { "none" } },
                    }
                }
            }
        }
    }
}

/// The deployments of the new side.
fn present<'v>(view: &View<'v>) -> BTreeMap<&'v str, Row<'v>> {
    let withheld: BTreeSet<&str> = view
        .report
        .withheld
        .iter()
        .flat_map(|withheld| withheld.namespaces.iter().flatten().map(String::as_str))
        .collect();
    let mut rows: BTreeMap<&str, Row<'_>> = BTreeMap::new();
    for (name, site) in &view.inventory.sites {
        let row = rows.entry(name).or_default();
        row.tenant = &site.tenant;
        for (environment, deployments) in &site.deployments {
            let cells = deployments.iter().map(|deployment| Cell {
                cluster: &deployment.cluster,
                namespace: &deployment.namespace,
                state: Some(deployment.state),
                images: &deployment.images,
                hunks: BTreeSet::new(),
                is_withheld: withheld
                    .contains(format!("{}/{environment}/{}", deployment.cluster, deployment.namespace).as_str()),
            });
            row.cells.insert(environment, cells.collect());
        }
    }
    rows
}

/// Adds the deployments that a hunk is about and the new side does not have.
fn gone<'v>(hunk: &'v Hunk, rows: &mut BTreeMap<&'v str, Row<'v>>) {
    if !matches!(hunk.action, Action::Removed) {
        return;
    }
    for subject in &hunk.subjects {
        for site in subject.site.split(", ").filter(|site| !site.is_empty() && !subject.environment.is_empty()) {
            let row = rows.entry(site).or_default();
            if row.tenant.is_empty() {
                row.tenant = &subject.tenant;
            }
            let cells = row.cells.entry(&subject.environment).or_default();
            if !cells.iter().any(|cell| cell.cluster == subject.cluster) {
                cells.push(Cell {
                    cluster: &subject.cluster,
                    namespace: &subject.namespace,
                    state: None,
                    images: &[],
                    hunks: BTreeSet::new(),
                    is_withheld: false,
                });
            }
        }
    }
}

/// Marks the deployments that a hunk is about: those of a site, or all in a namespace.
fn mark(number: usize, hunk: &Hunk, rows: &mut BTreeMap<&str, Row<'_>>) {
    let mut whole: BTreeSet<(&str, &str)> = BTreeSet::new();
    for subject in hunk.subjects.iter().filter(|subject| !subject.environment.is_empty()) {
        if subject.site.is_empty() {
            whole.insert((&subject.cluster, &subject.namespace));
            continue;
        }
        for site in subject.site.split(", ") {
            let cells = rows.get_mut(site).and_then(|row| row.cells.get_mut(subject.environment.as_str()));
            for cell in cells.into_iter().flatten().filter(|cell| cell.cluster == subject.cluster) {
                cell.hunks.insert(number);
            }
        }
    }
    if whole.is_empty() {
        return;
    }
    for cell in rows.values_mut().flat_map(|row| row.cells.values_mut()).flatten() {
        if whole.contains(&(cell.cluster, cell.namespace)) {
            cell.hunks.insert(number);
        }
    }
}

/// One deployment. There may be thousands: the markup is short, and its style hangs on the elements below `.sites`.
fn cell(site: &str, cell: &Cell<'_>, view: &View<'_>) -> Markup {
    let before = view.before.images(cell.cluster, cell.namespace, site);
    html! {
        div {
            b { (cell.cluster) }
            @match cell.state {
                Some(State::Enabled) => {},
                Some(State::Disabled) => { " " span.badge.warn { "disabled" } },
                None => { " " span.badge.bad { "leaves" } },
            }
            @for (was, is) in images(before, cell.images) { (image(was, is)) }
            @if cell.is_withheld { p { span.badge.bad { "does not compile" } } }
            @else if cell.hunks.is_empty() { p.soft { "no change" } }
            @else { (effects(&cell.hunks, &view.report.diff.hunks)) }
        }
    }
}

/// What becomes of a deployment: each class once, with a link to the first change that has it. What two environments differ in
/// has no class.
fn effects(numbers: &BTreeSet<usize>, hunks: &[Hunk]) -> Markup {
    let mut first: BTreeMap<Class, usize> = BTreeMap::new();
    for number in numbers {
        for class in &hunks[*number].classes {
            first.entry(*class).or_insert(*number);
        }
    }
    html! {
        p {
            @for (class, number) in first {
                a class=(format!("badge {}", colour(class))) href=(format!("#c{}", number + 1)) { (class.words()) } " "
            }
            @if let (true, Some(number)) = (hunks.iter().all(|hunk| hunk.classes.is_empty()), numbers.first()) {
                a.badge href=(format!("#c{}", number + 1)) { (count(numbers.len(), "difference")) }
            }
        }
    }
}

/// Images that serve the site, and those that change, old and new.
fn images<'i>(before: &'i [Image], after: &'i [Image]) -> Vec<(Option<&'i str>, Option<&'i str>)> {
    let is_in = |name: &str, list: &[Image]| list.iter().any(|image| image.name == name);
    let mut gone: Vec<&Image> = before.iter().filter(|image| !is_in(&image.name, after)).collect();
    let mut shown = Vec::new();
    for image in after {
        let is_new = !is_in(&image.name, before);
        let was = gone.iter().position(|old| is_new && repository(&old.name) == repository(&image.name));
        let was = was.map(|position| gone.remove(position).name.as_str());
        if image.is_main || was.is_some() {
            shown.push((was, Some(image.name.as_str())));
        }
    }
    shown.extend(gone.into_iter().filter(|image| image.is_main).map(|image| (Some(image.name.as_str()), None)));
    shown
}

fn image(was: Option<&str>, is: Option<&str>) -> Markup {
    let name = is.or(was).unwrap_or_default();
    let short = repository(name).rsplit('/').next().unwrap_or_default();
    let version = |image: &str, other: Option<&str>| match other {
        // A tag that stays says nothing of the digest that does not.
        Some(other) if shown(other) == shown(image) => digest(image),
        Some(_) | None => shown(image),
    };
    html! {
        p {
            (clean(short)) " "
            @match (was, is) {
                (None, Some(is)) => code { (clean(&version(is, None))) },
                (was, is) => {
                    @if let Some(was) = was { del { i { "was " } (clean(&version(was, is))) } }
                    @if was.is_some() && is.is_some() { " \u{2192} " }
                    @if let Some(is) = is { ins { i { "now " } (clean(&version(is, was))) } }
                },
            }
        }
    }
}

/// An image's tag with the first digits of its digest.
fn digest(image: &str) -> String {
    match image.split_once('@') {
        Some((name, digest)) => {
            let digits = digest.rsplit(':').next().unwrap_or(digest);
            format!("{}@{}", shown(name), digits.get(..12).unwrap_or(digits))
        }
        None => shown(image),
    }
}
