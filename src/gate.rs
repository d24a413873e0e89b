//! Gates: what the new tree would do to what the published one has in the clusters.
//!
//! Takes the files that differ (both sides), the last tree for what else must be known, and the [`Compilation`] that made the new
//! one; gives a [`Verdict`]: diagnostics, and paragraphs for the commit message. Objects are compared by identity, whatever their
//! path. It reads through [`LastTree`] alone and knows no clock: the day is given.
//!
//! ```text
//!   changed files ─add─▶ Gate ─┬▶ pairs    (in both trees)   ─▶ moved, resized, immutable, detached, protection, owner
//!                              ├▶ removed  (in the last one) ─▶ data, namespace, CRD removed; detached; mass removal; once
//!                              └▶ delivery (what applies)    ─▶ delivery moved
//!                                                 findings ─▶ acknowledgements ─▶ folded ─▶ Verdict
//! ```

pub mod codes;
mod condition;
mod facts;
mod finding;
mod foreign;
mod handover;
mod immutable;
mod last_tree;
mod mass;
mod mounts;
mod new_tree;
mod object;
mod once;
mod owner;
mod pair;
mod removal;
mod rename;

pub use last_tree::LastTree;
pub use object::{DATA_KINDS, Place, Published, identity_of, is_watched, read_object};
pub use rename::{Home, told_move};

use crate::acknowledgement::{Date, Subject, Used};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::failure::Failed;
use crate::pipeline::{Compilation, Filter};
use codes::{DATA_DETACHED, DATA_REMOVED, EMPTY_OUTPUT, IMMUTABLE_CHANGED, NAMESPACE_REMOVED, OBJECT_MOVED};
use condition::Classes;
use facts::Facts;
use finding::Finding;
use foreign::Foreign;
use handover::Applier;
use mounts::Mount;
use new_tree::NewTree;
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
    /// Warnings are errors.
    pub strict: bool,
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
    /// What changed workloads mount now, by path.
    mounts: BTreeMap<String, BTreeSet<Mount>>,
    /// StorageClasses as they are now.
    classes: Classes,
    /// Cluster and namespace of objects that stay at another path, so that their namespace is none that begins empty.
    stayed: BTreeSet<(String, String)>,
    /// What applied objects and leaves.
    leaving: Vec<Applier>,
    /// Clusters that have no delivery any more.
    undelivered: BTreeSet<String>,
    /// Data in files of others that leave.
    foreign: Vec<Foreign>,
}

/// What came of one changed file.
enum Outcome {
    Nothing,
    Compared(Compared),
    Removed(Box<Published>),
    Unread(String),
    Added(String, Option<Vec<u8>>),
    /// Another object at the same path.
    Replaced(Box<Published>, String, Option<Vec<u8>>),
    Applies(Box<Applier>, Option<Box<Applier>>),
    Undelivered(String),
    Foreign(Vec<Foreign>),
}

/// What is kept of an object that stays.
struct Compared {
    path: String,
    findings: Vec<Finding>,
    /// Of a workload.
    mounts: Option<BTreeSet<Mount>>,
    class: Option<Box<Published>>,
}

impl Gate {
    /// Takes files that differ; a batch is worked on in parallel.
    pub fn add(&mut self, changed: Vec<Changed>) {
        let outcomes: Vec<Outcome> = changed.into_par_iter().map(look_at).collect();
        for outcome in outcomes {
            match outcome {
                Outcome::Nothing => {}
                Outcome::Compared(Compared { path, findings, mounts, class }) => {
                    self.findings.extend(findings);
                    self.classes.extend(class.map(|class| (path.clone(), *class)));
                    self.mounts.extend(mounts.map(|mounts| (path, mounts)));
                }
                Outcome::Removed(object) => self.removed.push(*object),
                Outcome::Unread(path) => self.unread.push(path),
                Outcome::Added(path, bytes) => {
                    self.added.insert(path, bytes);
                }
                Outcome::Replaced(object, path, bytes) => {
                    self.removed.push(*object);
                    self.added.insert(path, bytes);
                }
                Outcome::Applies(old, new) => match new.filter(|new| old.is_same_as(new)) {
                    Some(new) => self.findings.extend(old.sent_elsewhere(&new)),
                    None => self.leaving.push(*old),
                },
                Outcome::Undelivered(cluster) => {
                    self.undelivered.insert(cluster);
                }
                Outcome::Foreign(data) => self.foreign.extend(data),
            }
        }
    }

    /// Judges all that was added.
    pub fn judge(mut self, question: &Question<'_>) -> Result<Verdict, Failed> {
        let Question { compilation, clusters, last, today, filter, strict } = *question;
        let new = NewTree::of(compilation, clusters);
        let mut diagnostics = Diagnostics::new();
        if new.is_empty() && (last.is_none() || !self.removed.is_empty() || !self.unread.is_empty()) {
            diagnostics.push(empty_output(last.is_some()));
            return Ok(Verdict { diagnostics: diagnostics.into_iter().collect(), notes: Vec::new() });
        }
        let mut findings = std::mem::take(&mut self.findings);
        if let Some(last) = last {
            let left = self.left(&new, last, &mut findings)?;
            let mut facts = Facts::new(last);
            self.classes.extend(self.added.iter().filter_map(|(path, bytes)| {
                let class = Published::read(path, bytes.as_ref()?).filter(is_class)?;
                Some((path.clone(), class))
            }));
            findings = condition::keep_those_that_hold(findings, &left, &self.classes, &new, &mut facts)?;
            owner::without_repetition(&mut findings);
            let once = once::findings(&left, &new, &self.added);
            findings.extend(condition::keep_those_that_hold(once, &left, &self.classes, &new, &mut facts)?);
            let gone = left.iter().map(|old| old.path.as_str()).chain(self.unread.iter().map(String::as_str)).collect();
            let moved = findings.iter().filter(|finding| finding.code.name == OBJECT_MOVED.name);
            let moved = moved.map(|finding| finding.subject.clone()).collect();
            findings.extend(foreign::findings(&self.foreign, &new));
            findings.extend(handover::findings(&self.leaving, &gone, &moved, &self.undelivered, &facts)?);
            let mut mounted = removal::Mounted::new(&self.mounts, &self.added);
            findings.extend(removal::findings(&left, &new, &self.added, &self.stayed, &mut mounted, &mut facts)?);
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
            if strict && finding.severity == Severity::Warning {
                finding.severity = Severity::Error;
            }
            match is_allowed {
                true => allowed.push(finding),
                false => refused.push(finding),
            }
        }
        diagnostics.extend(finding::fold(refused, today));
        let is_judged = |item: &crate::acknowledgement::Acknowledgement| {
            codes::acknowledgeable().any(|code| code.name == item.change)
                && clusters.iter().any(|cluster| cluster == item.cluster())
                    | !compilation.branches.contains_key(item.cluster())
        };
        compilation.acknowledgements.report(today, &used, is_judged, &mut diagnostics);
        if strict {
            diagnostics.make_strict();
        }
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
            self.stayed.insert((old.place.cluster.clone(), old.home().to_owned()));
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

fn compared(path: String, old: Published, new: Published) -> Compared {
    let mounts = mounts::is_workload(&new).then(|| mounts::of(&new));
    let class = is_class(&new).then(|| Box::new(new.clone()));
    Compared { path, findings: Pair { old, new }.findings(), mounts, class }
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
        return look_at_others(path, old.as_deref(), new.as_deref(), is_new);
    }
    let read = |bytes: &Option<Vec<u8>>| bytes.as_ref().and_then(|bytes| Published::read(&path, bytes));
    match (is_old, is_new) {
        (true, true) => match (read(&old), read(&new)) {
            (Some(old), Some(new)) if old.identity == new.identity => Outcome::Compared(compared(path, old, new)),
            (Some(old), _) if new.is_some() => Outcome::Replaced(Box::new(old), path, new),
            // What was there is none of ours, or nobody looks at its kind.
            _ => Outcome::Added(path, new),
        },
        (true, false) => match read(&old) {
            Some(old) => Outcome::Removed(Box::new(old)),
            None => Outcome::Unread(path),
        },
        (false, _) => Outcome::Added(path, new),
    }
}

/// What is not an object of ours: what applies those, indexes, and files of others.
fn look_at_others(path: String, old: Option<&[u8]>, new: Option<&[u8]>, is_new: bool) -> Outcome {
    let read = |bytes: &[u8]| Applier::read(&path, bytes).map(Box::new);
    if handover::is_applier(&path) {
        return match old.and_then(read) {
            Some(old) => Outcome::Applies(old, new.and_then(read)),
            None => Outcome::Nothing,
        };
    }
    if let (false, Some(old), true) = (is_new, old, foreign::is_foreign(&path)) {
        return Outcome::Foreign(foreign::read(&path, old));
    }
    match path.split_once('/') {
        Some((cluster, rest)) if !is_new && rest == handover::INDEX => Outcome::Undelivered(cluster.to_owned()),
        Some(_) | None => Outcome::Nothing,
    }
}

fn is_class(object: &Published) -> bool {
    object.is("storage.k8s.io", "StorageClass")
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
