//! The summary: how many objects of each class, and the sentence that comes first.

use super::change::{Action, Change};
use super::class::Class;
use std::collections::{BTreeMap, BTreeSet};

/// The objects of one class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    pub by_kind: BTreeMap<String, usize>,
    pub clusters: BTreeSet<String>,
}

impl Counted {
    pub fn total(&self) -> usize {
        self.by_kind.values().sum()
    }
}

/// How many objects of each class; an object with two classes counts in both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub classes: BTreeMap<Class, Counted>,
    /// Namespaces that come, go or move as a whole.
    pub namespaces: BTreeMap<Action, usize>,
}

impl Summary {
    pub fn add(&mut self, change: &Change) {
        if change.is_bundle() {
            *self.namespaces.entry(change.action).or_default() += 1;
        }
        for (class, kinds) in change.tally() {
            let counted = self.classes.entry(class).or_default();
            counted.clusters.insert(change.subject.cluster.clone());
            for (kind, count) in kinds {
                *counted.by_kind.entry(kind).or_default() += count;
            }
        }
    }

    pub fn formatting(&mut self, cluster: &str, kind: &str) {
        let counted = self.classes.entry(Class::Formatting).or_default();
        counted.clusters.insert(cluster.to_owned());
        *counted.by_kind.entry(kind.to_owned()).or_default() += 1;
    }

    pub fn count(&self, class: Class) -> usize {
        self.classes.get(&class).map(Counted::total).unwrap_or_default()
    }

    /// `rolls 14 Deployments on 2 clusters, runs 7 Jobs; no data at risk`.
    pub fn sentence(&self) -> String {
        if self.classes.is_empty() {
            return "no difference".to_owned();
        }
        let mut parts = Vec::new();
        if let Some(rolled) = self.classes.get(&Class::RestartsPods) {
            parts.push(format!("rolls {} on {}", kinds(rolled), clusters(rolled)));
        }
        if let Some(runs) = self.classes.get(&Class::JobRuns) {
            parts.push(format!("runs {}", kinds(runs)));
        }
        let objects = |class: Class| count(self.count(class), "object");
        let told: [(Class, &dyn Fn(String) -> String); 6] = [
            (Class::New, &|objects| format!("adds {objects}")),
            (Class::Removed, &|objects| format!("removes {objects}")),
            (Class::InPlace, &|objects| format!("changes {objects} in place")),
            (Class::Recreates, &|objects| format!("has to recreate {objects}")),
            (Class::LeftAlone, &|objects| format!("leaves {objects} alone")),
            (Class::Formatting, &|objects| format!("writes {objects} differently and changes nothing of them")),
        ];
        for (class, tell) in told {
            if self.count(class) > 0 {
                parts.push(tell(objects(class)));
            }
        }
        let mut sentence = parts.join(", ");
        let mut watched = Vec::new();
        for (class, words) in [
            (Class::Exposure, "exposes more"),
            (Class::Permissions, "permits more"),
            (Class::SecretReference, "secrets change"),
        ] {
            if self.count(class) > 0 {
                watched.push(format!("{words}: {}", objects(class)));
            }
        }
        watched.push(match self.count(Class::DataAtRisk) {
            0 => "no data at risk".to_owned(),
            _ => format!("DATA AT RISK: {}", objects(Class::DataAtRisk)),
        });
        if !sentence.is_empty() {
            sentence.push_str("; ");
        }
        sentence + &watched.join("; ")
    }
}

fn kinds(counted: &Counted) -> String {
    let mut parts: Vec<String> = counted.by_kind.iter().map(|(kind, number)| count(*number, kind)).collect();
    match parts.pop() {
        Some(last) if !parts.is_empty() => format!("{} and {last}", parts.join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}

fn clusters(counted: &Counted) -> String {
    let names: Vec<&str> = counted.clusters.iter().map(String::as_str).collect();
    match names.as_slice() {
        [one] => format!("cluster {one}"),
        several => format!("{} clusters", several.len()),
    }
}

/// `1 object`, `2 Deployments`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = match noun {
        _ if number == 1 => noun.to_owned(),
        _ if noun.ends_with("cy") || noun.ends_with("ry") => format!("{}ies", &noun[..noun.len() - 1]),
        _ if noun.ends_with('s') || noun.ends_with('x') => format!("{noun}es"),
        _ => format!("{noun}s"),
    };
    format!("{number} {plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_english() {
        let told: Vec<String> = [(1, "object"), (2, "Ingress"), (3, "NetworkPolicy"), (2, "Gateway")]
            .map(|(number, noun)| count(number, noun))
            .to_vec();
        assert_eq!(told, ["1 object", "2 Ingresses", "3 NetworkPolicies", "2 Gateways"]);
        assert_eq!(Summary::default().sentence(), "no difference");
    }
}
