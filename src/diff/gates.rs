//! What the gates say, folded: a finding that is the same for many namespaces is told once.
//!
//! Gates speak of one namespace at a time, since each needs its own acknowledgement. Here names are taken out of what they say, by
//! what the diff knows of the namespace that a message speaks of.

use super::fold::Shared;
use super::{Finding, Gates, Hunk, Subject};
use crate::diag::Severity;
use std::collections::BTreeMap;

/// One thing that the gates say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedFinding {
    pub severity: Severity,
    pub code: &'static str,
    /// With what stands for names, where it is about several namespaces.
    pub message: String,
    /// Of how many namespaces it is said.
    pub count: usize,
}

impl FoldedFinding {
    /// `would refuse [storage-shrunk] in 46 namespaces: ...`.
    pub fn told(&self) -> String {
        let word = if self.severity == Severity::Error { "would refuse" } else { "would warn" };
        let places = if self.count > 1 { format!(" in {} namespaces", self.count) } else { String::new() };
        format!("{word} [{}]{places}: {}", self.code, self.message)
    }
}

/// All findings, in the order of the first of each sort.
pub fn folded(gates: &Gates, hunks: &[Hunk]) -> Vec<FoldedFinding> {
    let homes = Homes::of(hunks);
    let mut groups: Vec<(FoldedFinding, Vec<&Subject>, &str)> = Vec::new();
    let mut known: BTreeMap<(Severity, &str, String), usize> = BTreeMap::new();
    for Finding { severity, code, message, .. } in &gates.findings {
        let home = homes.find(message);
        let plain = home.map_or_else(|| message.clone(), |home| home.names().replace(message));
        let number = *known.entry((*severity, code, plain.clone())).or_insert(groups.len());
        match groups.get_mut(number) {
            Some((finding, subjects, _)) => {
                finding.count += 1;
                subjects.extend(home);
            }
            None => {
                let finding = FoldedFinding { severity: *severity, code, message: plain, count: 1 };
                groups.push((finding, home.into_iter().collect(), message));
            }
        }
    }
    let told = groups.into_iter().map(|(finding, subjects, first)| {
        let message = match finding.count {
            1 => first.to_owned(),
            _ => Shared::of(subjects.into_iter()).text(&finding.message, first),
        };
        FoldedFinding { message, ..finding }
    });
    told.collect()
}

/// What changes, by the name of its namespace and by that of its site.
#[derive(Default)]
struct Homes<'h> {
    namespaces: BTreeMap<&'h str, Vec<&'h Subject>>,
    sites: BTreeMap<&'h str, Vec<&'h Subject>>,
}

impl<'h> Homes<'h> {
    fn of(hunks: &'h [Hunk]) -> Self {
        let mut homes = Homes::default();
        for subject in hunks.iter().flat_map(|hunk| &hunk.subjects).filter(|subject| !subject.environment.is_empty()) {
            let known = homes.namespaces.entry(&subject.namespace).or_default();
            match known.iter_mut().find(|known| known.cluster == subject.cluster) {
                // A namespace's own objects know no site.
                Some(known) if known.site.is_empty() => *known = subject,
                Some(_) => {}
                None => known.push(subject),
            }
        }
        for subject in homes.namespaces.values().flatten().filter(|subject| !subject.site.is_empty()) {
            homes.sites.entry(&subject.site).or_default().push(subject);
        }
        homes
    }

    /// Whose namespace a message speaks of: one that it names, or else one of a site that it names, since a namespace that moves
    /// has another name now.
    fn find(&self, message: &str) -> Option<&'h Subject> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let words: Vec<&str> = message.split(|character| !is_part(character)).filter(|word| !word.is_empty()).collect();
        let best = |found: &[&'h Subject]| {
            let is_there = |name: &str| words.iter().any(|word| parts(word).any(|part| part == name));
            let fits = |one: &&&Subject| (is_there(&one.cluster), is_there(&one.environment));
            found.iter().max_by_key(fits).copied()
        };
        let by_name = words.iter().find_map(|word| self.namespaces.get(word));
        let by_site = || words.iter().flat_map(|word| parts(word)).find_map(|part| self.sites.get(part));
        best(by_name.or_else(by_site)?)
    }
}

/// The word, and all that lies in it between dashes, the longest first.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<usize> = std::iter::once(0).chain(word.match_indices('-').map(|(at, _)| at + 1)).collect();
    let ends: Vec<usize> = word.match_indices('-').map(|(at, _)| at).chain([word.len()]).collect();
    let mut parts: Vec<&str> = Vec::new();
    for start in &starts {
        parts.extend(ends.iter().filter(|end| *end > start).map(|end| &word[*start..*end]));
    }
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::Action;

    fn hunk(sites: &[&str]) -> Hunk {
        let subject = |site: &&str| Subject {
            cluster: "stable".to_owned(),
            environment: "staging".to_owned(),
            namespace: format!("acme-{site}-staging"),
            site: (*site).to_owned(),
            tenant: "acme".to_owned(),
            ..Subject::default()
        };
        Hunk {
            action: Action::Changed,
            title: String::new(),
            group: String::new(),
            kind: String::new(),
            classes: Vec::new(),
            remarks: Vec::new(),
            fields: Vec::new(),
            subjects: sites.iter().map(subject).collect(),
            contents: BTreeMap::new(),
            exceptions: Vec::new(),
            peers: None,
            sample: [None, None],
        }
    }

    #[test]
    fn what_is_said_of_many_namespaces_is_said_once() {
        let message = |site: &str, size: &str| {
            format!("claim {site}-files would shrink to {size}, in namespace acme-{site}-staging on cluster stable")
        };
        let finding =
            |message: String| Finding { severity: Severity::Error, code: "storage-shrunk", message, help: Vec::new() };
        let gates = Gates {
            not_asked: None,
            findings: vec![
                finding(message("portal", "5Gi")),
                finding(message("shop", "1Gi")),
                finding(message("wiki", "5Gi")),
                finding("tenant acme leaves whole".to_owned()),
                finding("namespace old-portal-staging leaves".to_owned()),
                finding("namespace old-wiki-staging leaves".to_owned()),
            ],
        };
        let told: Vec<String> =
            folded(&gates, &[hunk(&["portal", "shop", "wiki"])]).iter().map(FoldedFinding::told).collect();
        assert_eq!(
            told,
            [
                "would refuse [storage-shrunk] in 2 namespaces: claim {site}-files would shrink to 5Gi, in namespace {namespace} on cluster stable",
                "would refuse [storage-shrunk]: claim shop-files would shrink to 1Gi, in namespace acme-shop-staging on cluster stable",
                "would refuse [storage-shrunk]: tenant acme leaves whole",
                "would refuse [storage-shrunk] in 2 namespaces: namespace old-{site}-staging leaves",
            ]
        );
    }
}
