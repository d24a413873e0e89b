//! Gates: what the new tree would do to what the published one has in the clusters.
//!
//! Takes the files that differ (both sides), the last tree for what else must be known, and the [`Compilation`] that made the new
//! one; gives a [`Verdict`]: diagnostics, and paragraphs for the commit message. Objects are compared by identity, whatever their
//! path. It reads through [`LastTree`] alone and knows no clock: the day is given.
//!
//! ```text
//!   changed files ─add─▶ Gate ─┬▶ pairs    (in both trees)   ─▶ moved, shrunk, immutable, detached, protection
//!                              └▶ removed  (in the last one) ─▶ data, namespace, CRD removed; mass removal
//!                                                 findings ─▶ acknowledgements ─▶ folded ─▶ Verdict
//! ```

pub mod codes;
mod finding;
mod immutable;
mod last_tree;
mod mass;
mod mounts;
mod object;
mod pair;
mod quantity;
mod removal;
mod rename;

pub use last_tree::LastTree;
pub use object::{Place, Published, identity_of, is_watched, read_object};
pub use rename::{Home, told_move};

use crate::acknowledgement::{Date, Subject, Used};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::failure::Failed;
use crate::object::Identity;
use crate::pipeline::{Compilation, Filter, ObjectSummary, UnitSummary};
use codes::{DATA_DETACHED, DATA_REMOVED, EMPTY_OUTPUT, IMMUTABLE_CHANGED, NAMESPACE_REMOVED};
use finding::Finding;
use pair::Pair;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// One file that differs between the last tree and the new one.
#[derive(Debug, Clone, Default)]
pub struct Changed {
    pub path: String,
    pub is_old: bool,
    pub is_new: bool,
    /// The bytes of each side, where [`is_watched`] asks for them.
    pub old: Option<Vec<u8>>,
    pub new: Option<Vec<u8>>,
}

/// What is to be judged.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// What made the new tree.
    pub compilation: &'q Compilation,
    /// The clusters whose output it holds.
    pub clusters: &'q [String],
    /// None on a first publish.
    pub last: Option<&'q dyn LastTree>,
    /// The day of the source commit.
    pub today: Date,
    /// Which deployments to tell of; the compilation is whole all the same.
    pub filter: &'q Filter,
}

/// What the gates say.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Errors refuse; warnings and notes do not.
    pub diagnostics: Vec<Diagnostic>,
    /// Paragraphs for the commit message: what stays in the clusters, unmanaged.
    pub notes: Vec<String>,
}

impl Verdict {
    /// Makes every warning an error.
    pub fn make_strict(&mut self) {
        for diagnostic in &mut self.diagnostics {
            if diagnostic.severity == Severity::Warning {
                diagnostic.severity = Severity::Error;
            }
        }
    }

    pub fn is_refused(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// What gates have to say of an object that is in both trees: code and phrase, the trees around it left out of account.
pub fn concerns(old: &Published, new: &Published) -> Vec<(&'static Code, String)> {
    let pair = Pair { old: old.clone(), new: new.clone() };
    pair.findings().into_iter().map(|finding| (finding.code, finding.what)).collect()
}

/// Collects what differs, and judges it at the end.
#[derive(Default)]
pub struct Gate {
    findings: Vec<Finding>,
    removed: Vec<Published>,
    /// Removed files of which only the path is known.
    unread: Vec<String>,
    /// Added files, with their bytes where they are watched.
    added: BTreeMap<String, Option<Vec<u8>>>,
}

/// What came of one changed file.
enum Outcome {
    Nothing,
    Findings(Vec<Finding>),
    Removed(Box<Published>),
    Unread(String),
    Added(String, Option<Vec<u8>>),
    /// Another object at the same path.
    Replaced(Box<Published>, String, Option<Vec<u8>>),
}

impl Gate {
    /// Takes files that differ; a batch is worked on in parallel.
    pub fn add(&mut self, changed: Vec<Changed>) {
        let outcomes: Vec<Outcome> = changed.into_par_iter().map(look_at).collect();
        for outcome in outcomes {
            match outcome {
                Outcome::Nothing => {}
                Outcome::Findings(findings) => self.findings.extend(findings),
                Outcome::Removed(object) => self.removed.push(*object),
                Outcome::Unread(path) => self.unread.push(path),
                Outcome::Added(path, bytes) => {
                    self.added.insert(path, bytes);
                }
                Outcome::Replaced(object, path, bytes) => {
                    self.removed.push(*object);
                    self.added.insert(path, bytes);
                }
            }
        }
    }

    /// Judges all that was added.
    pub fn judge(mut self, question: &Question<'_>) -> Result<Verdict, Failed> {
        let Question { compilation, clusters, last, today, filter } = *question;
        let new = NewTree::of(compilation, clusters);
        let mut diagnostics = Diagnostics::new();
        if new.is_empty() && (last.is_none() || !self.removed.is_empty() || !self.unread.is_empty()) {
            diagnostics.push(empty_output(last.is_some()));
            return Ok(Verdict { diagnostics: diagnostics.into_iter().collect(), notes: Vec::new() });
        }
        let mut findings = std::mem::take(&mut self.findings);
        if let Some(last) = last {
            let left = self.left(&new, last, &mut findings)?;
            let mut facts = removal::Facts::new(last);
            drop_claims_without_say(&mut findings, &left, &mut facts)?;
            findings.extend(removal::findings(&left, &new, &self.added, &mut facts)?);
            findings.extend(mass::findings(&left, &self.unread, &new, compilation.max_removal, &mut facts)?);
        }
        findings.retain(|finding| is_asked_for(filter, &finding.subject));
        findings.retain(|finding| !(finding.code.name == IMMUTABLE_CHANGED.name && new.runs_once(finding)));
        let mut used = Used::default();
        let mut allowed = Vec::new();
        let mut refused = Vec::new();
        let gone: BTreeSet<(String, String)> = findings
            .iter()
            .filter(|finding| finding.code.name == NAMESPACE_REMOVED.name)
            .map(|finding| (finding.subject.cluster.clone(), finding.subject.namespace.clone()))
            .collect();
        for mut finding in findings {
            let is_allowed = compilation.acknowledgements.allow(finding.code, &finding.subject, today, &mut used);
            let home = (finding.subject.cluster.clone(), finding.subject.namespace.clone());
            let is_covered = [&DATA_REMOVED, &DATA_DETACHED].iter().any(|code| code.name == finding.code.name);
            if is_covered && gone.contains(&home) {
                continue;
            }
            finding.span = finding.path.as_deref().and_then(|path| new.summary_at(path)).map(|summary| summary.span);
            match is_allowed {
                true => allowed.push(finding),
                false => refused.push(finding),
            }
        }
        diagnostics.extend(finding::fold(refused, today));
        let is_judged = |item: &crate::acknowledgement::Acknowledgement| {
            codes::ACKNOWLEDGEABLE.iter().any(|code| code.name == item.change)
                && clusters.iter().any(|cluster| cluster == item.cluster())
                    | !compilation.branches.contains_key(item.cluster())
        };
        compilation.acknowledgements.report(today, &used, is_judged, &mut diagnostics);
        Ok(Verdict { diagnostics: diagnostics.into_iter().collect(), notes: notes(&allowed) })
    }

    /// Removed objects that the new tree has nowhere; those that it has elsewhere are compared.
    fn left(
        &mut self,
        new: &NewTree<'_>,
        last: &dyn LastTree,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<Published>, Failed> {
        let mut left = Vec::new();
        for old in std::mem::take(&mut self.removed) {
            let Some((unit, summary)) = new.find(&old.place.cluster, &old.identity) else {
                left.push(old);
                continue;
            };
            let bytes = self.added.get(&summary.path).and_then(Option::as_ref);
            match bytes.and_then(|bytes| Published::read(&summary.path, bytes)) {
                Some(new) => findings.extend(Pair { old, new }.findings()),
                None => {
                    let moved = pair::moved(&old, (!unit.environment.is_empty(), summary.layer), summary.layer);
                    findings.extend(moved.map(|finding| Finding { path: Some(summary.path.clone()), ..finding }));
                }
            }
        }
        // Kinds that no other gate looks at: all that can be said of them is that they moved.
        for path in std::mem::take(&mut self.unread) {
            let Some(place) = Place::of(&path) else { continue };
            let may_be_elsewhere = place.namespace.is_empty() || new.has_namespace(&place.cluster, &place.namespace);
            let bytes = if may_be_elsewhere { last.read(&path)? } else { None };
            let old = bytes.and_then(|bytes| Published::read(&path, &bytes));
            let found = old.and_then(|old| Some((new.find(&old.place.cluster, &old.identity)?, old)));
            match found {
                Some(((unit, summary), old)) => {
                    let moved = pair::moved(&old, (!unit.environment.is_empty(), summary.layer), summary.layer);
                    findings.extend(moved.map(|finding| Finding { path: Some(summary.path.clone()), ..finding }));
                }
                None => self.unread.push(path),
            }
        }
        Ok(left)
    }
}

/// Whether a filter asks for what a finding is about. What has no site, such as a quota, is told to whoever asks for its tenant.
fn is_asked_for(filter: &Filter, subject: &Subject) -> bool {
    let holds = |names: &[String], name: &str| names.is_empty() || name.is_empty() || names.iter().any(|n| n == name);
    holds(&filter.clusters, &subject.cluster)
        && holds(&filter.environments, &subject.environment)
        && holds(&filter.tenants, &subject.tenant)
        && holds(&filter.sites, &subject.site)
}

fn look_at(changed: Changed) -> Outcome {
    let Changed { path, is_old, is_new, old, new } = changed;
    if Place::of(&path).is_none() {
        return Outcome::Nothing;
    }
    let read = |bytes: &Option<Vec<u8>>| bytes.as_ref().and_then(|bytes| Published::read(&path, bytes));
    match (is_old, is_new) {
        (true, true) => match (read(&old), read(&new)) {
            (Some(old), Some(new)) if old.identity == new.identity => Outcome::Findings(Pair { old, new }.findings()),
            (Some(old), _) if new.is_some() => Outcome::Replaced(Box::new(old), path, new),
            _ => Outcome::Nothing,
        },
        (true, false) => match read(&old) {
            Some(old) => Outcome::Removed(Box::new(old)),
            None => Outcome::Unread(path),
        },
        (false, _) => Outcome::Added(path, new),
    }
}

/// Drops what is said of claims that were not published, are not protected, or leave themselves.
fn drop_claims_without_say(
    findings: &mut Vec<Finding>,
    left: &[Published],
    facts: &mut removal::Facts<'_>,
) -> Result<(), Failed> {
    let mut kept = Vec::with_capacity(findings.len());
    for finding in std::mem::take(findings) {
        if let (true, Some(claim)) = (finding.code.name == DATA_DETACHED.name, &finding.claim) {
            let subject = &finding.subject;
            let leaves = left.iter().any(|old| {
                old.is_claim()
                    && old.identity.name == *claim
                    && old.identity.namespace == subject.namespace
                    && old.place.cluster == subject.cluster
            });
            if leaves || !facts.is_claim_kept(&subject.cluster, &subject.environment, &subject.namespace, claim)? {
                continue;
            }
        }
        kept.push(finding);
    }
    *findings = kept;
    Ok(())
}

fn empty_output(was_published: bool) -> Diagnostic {
    let help = "see that the specs lie in site-specs/ and that sites list their environments";
    if !was_published {
        return Diagnostic::error(&EMPTY_OUTPUT, "there is nothing to publish: no object of any namespace or cluster")
            .help(help);
    }
    Diagnostic::error(&EMPTY_OUTPUT, "nothing would be left: no object of any namespace or cluster")
        .help("the clusters would be emptied, as far as they are not protected")
        .help(help)
}

/// What stays in each cluster, with the lines that delete it.
fn notes(allowed: &[Finding]) -> Vec<String> {
    let mut by_cluster: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for finding in allowed {
        if let Some(left_over) = &finding.left_over {
            by_cluster.entry(&finding.subject.cluster).or_default().push(left_over);
        }
    }
    by_cluster
        .into_iter()
        .map(|(cluster, mut lines)| {
            lines.sort_unstable();
            lines.dedup();
            let lines: Vec<String> = lines.into_iter().map(|line| format!("    kubectl delete {line}")).collect();
            format!("Stays in cluster {cluster}, unmanaged. To delete it for good:\n{}", lines.join("\n"))
        })
        .collect()
}

/// The new tree, as its summaries tell it.
struct NewTree<'c> {
    units: Vec<&'c UnitSummary>,
    clusters: &'c [String],
    objects: BTreeMap<(&'c str, &'c Identity), (&'c UnitSummary, &'c ObjectSummary)>,
    paths: BTreeMap<&'c str, &'c ObjectSummary>,
    /// Cluster and namespace of each unit.
    namespaces: BTreeSet<(&'c str, &'c str)>,
}

impl<'c> NewTree<'c> {
    fn of(compilation: &'c Compilation, clusters: &'c [String]) -> Self {
        let units: Vec<&UnitSummary> =
            compilation.units.iter().filter(|unit| clusters.contains(&unit.cluster)).collect();
        let mut objects = BTreeMap::new();
        let mut paths = BTreeMap::new();
        for unit in &units {
            for object in unit.objects.iter().filter(|object| Place::of(&object.path).is_some()) {
                objects.insert((unit.cluster.as_str(), &object.identity), (*unit, object));
                paths.insert(object.path.as_str(), object);
            }
        }
        let namespaces = units.iter().map(|unit| (unit.cluster.as_str(), unit.namespace.as_str())).collect();
        NewTree { units, clusters, objects, paths, namespaces }
    }

    /// Whether it has no object but those of delivery, and no deployment that would have some if it were enabled.
    fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.units.iter().all(|unit| unit.sites.is_empty())
    }

    fn find(&self, cluster: &str, identity: &Identity) -> Option<(&'c UnitSummary, &'c ObjectSummary)> {
        self.objects.get(&(cluster, identity)).copied()
    }

    fn summary_at(&self, path: &str) -> Option<&'c ObjectSummary> {
        self.paths.get(path).copied()
    }

    fn has_namespace(&self, cluster: &str, namespace: &str) -> bool {
        self.namespaces.contains(&(cluster, namespace))
    }

    /// Whether a finding is about a Job that runs once, whose specification is nobody's to compare.
    fn runs_once(&self, finding: &Finding) -> bool {
        finding.path.as_deref().and_then(|path| self.summary_at(path)).is_some_and(|summary| summary.runs_once)
    }

    /// Whether a site is disabled in a namespace, so that what leaves of it is to leave.
    fn is_disabled(&self, cluster: &str, namespace: &str, site: &str) -> bool {
        self.units.iter().any(|unit| {
            unit.cluster == cluster && unit.namespace == namespace && unit.disabled.iter().any(|name| name == site)
        })
    }
}
