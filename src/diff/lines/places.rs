//! Where a hunk is, and who sets its fields, in words.

use super::Limits;
use super::text::clean;
use crate::diff::class::Class;
use crate::diff::summary::count;
use crate::diff::{Hunk, SetBy, Subject};
use std::collections::BTreeSet;

/// `site-specs/sites/portal.yaml:22, site portal, environment production`.
pub fn told_place(place: &SetBy) -> String {
    let was = if place.is_old { "was " } else { "" };
    let done = if place.who.is_empty() { "written" } else { "set" };
    format!("{was}{done} in {}", place_alone(place))
}

/// The same without the verb.
pub(super) fn place_alone(place: &SetBy) -> String {
    let who = if place.who.is_empty() { String::new() } else { format!(", {}", clean(&place.who)) };
    format!("{}:{}{who}", clean(&place.file), place.line)
}

/// Where a hunk is: one place by name, or how many and where.
pub fn places(hunk: &Hunk, limits: &Limits) -> String {
    let subjects = &hunk.subjects;
    let homes: BTreeSet<String> = subjects.iter().map(Subject::place).collect();
    if let (1, Some(one)) = (homes.len(), homes.first()) {
        return clean(one);
    }
    let of = |part: fn(&Subject) -> &str| -> Vec<&str> {
        subjects.iter().map(part).filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
    };
    let (clusters, environments, sites) = (of(|one| &one.cluster), of(|one| &one.environment), of(|one| &one.site));
    let named = |names: &[&str], noun: &str| {
        if names.len() <= limits.names { clean(&names.join(", ")) } else { count(names.len(), noun) }
    };
    let total = match hunk.peers {
        Some(peers) if peers == subjects.len() => format!("all {peers}"),
        Some(peers) => format!("{} of {peers}", subjects.len()),
        None => format!("{}", subjects.len()),
    };
    let mut text = total;
    if !sites.is_empty() && sites.len() <= limits.names {
        text.push_str(&format!(" ({})", named(&sites, "site")));
    }
    if !environments.is_empty() {
        text.push_str(&format!(" in {}", named(&environments, "environment")));
    }
    text.push_str(&format!(" on {}", named(&clusters, "cluster")));
    text
}

/// The classes of a hunk, but for those that its sign tells.
pub fn classes(hunk: &Hunk) -> Vec<Class> {
    let is_told = |class: &&Class| !matches!(class, Class::New | Class::Removed);
    hunk.classes.iter().filter(is_told).copied().collect()
}
