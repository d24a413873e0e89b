//! The gates of `publish` while specs are edited: what the whole fleet would do to the data that is published.
//!
//! Only reads, and asks no remote. Where there is no repository or nothing was published, there are no gates; a repository that
//! cannot be read is none of an editor's business.

use super::worker::Still;
use crate::acknowledgement::Date;
use crate::cli::gates::{GatedComparer, GitTree};
use crate::diag::Diagnostic;
use crate::failure::Failed;
use crate::gate::{LastTree, Question};
use crate::ide::Fleet;
use crate::ide::locate::{self, Target};
use crate::ide::outline::Outline;
use crate::output::{Sink, Unit, cluster_of};
use crate::pipeline::{Compilation, Filter, Loaded, Options, UnitSummary};
use crate::publish::{BranchName, ObjectId, Rendered, Repository};
use crate::spec::Kind;
use std::collections::BTreeMap;
use std::path::Path;

/// What a check of a whole fleet found.
pub struct Checked {
    pub compilation: Compilation,
    /// What gates say; nothing, where the compile has errors.
    pub refusals: Vec<Diagnostic>,
}

/// Compiles everything and compares it with what was published, as long as `still` lets it.
pub fn check(fleet: &Fleet, folder: &Path, now: Option<i64>, still: Still) -> Result<Checked, Failed> {
    let options = Options { now, ..Options::default() };
    let loaded = Loaded::new(fleet.sources(), &options);
    let published = published(&loaded, folder).unwrap_or_default();
    let mut sink = Comparers { published, still };
    let compilation = loaded.compile(&mut sink)?;
    let mut refusals = Vec::new();
    if !compilation.has_errors() {
        for published in sink.published {
            refusals.extend(published.judge(&compilation, now)?);
        }
    }
    Ok(Checked { compilation, refusals })
}

/// Where a refusal is shown: at the site that the Acknowledgement which it prints is about.
pub fn home(fleet: &Fleet, units: &[UnitSummary], refusal: &Diagnostic) -> Option<Target> {
    let printed = refusal.help.iter().find_map(|line| acknowledgement_of(line))?;
    let outline = Outline::of(printed);
    let object = |field: &str| outline.documents.first()?.text(&["spec", "object", field]);
    let (cluster, namespace) = (object("cluster")?, object("namespace")?);
    // What leaves one cluster may still be on another.
    let named = || units.iter().filter(|unit| unit.namespace == namespace);
    let unit = named().find(|unit| unit.cluster == cluster).or_else(|| named().next())?;
    locate::name_of(fleet, Kind::Site, unit.sites.first()?)
}

/// The Acknowledgement that a line of help prints.
pub fn acknowledgement_of(help: &str) -> Option<&str> {
    help.find("apiVersion: ").map(|start| &help[start..]).filter(|text| text.contains("kind: Acknowledgement"))
}

/// A rendered branch and what is compared with it.
struct Published {
    repository: Repository,
    tree: ObjectId,
    clusters: Vec<String>,
    comparer: GatedComparer,
}

/// The branches that were published; nothing where git fails.
fn published(loaded: &Loaded<'_>, folder: &Path) -> Option<Vec<Published>> {
    let repository = Repository::find(folder).ok()?;
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (cluster, branch) in loaded.branches() {
        clusters.entry(branch).or_default().push(cluster);
    }
    let mut published = Vec::new();
    for (branch, clusters) in clusters {
        // A name that no branch can have may still be a revision, which nobody published.
        BranchName::parse(&branch).ok()?;
        let Some(rendered) = Rendered::find(&repository, &branch).ok()?.filter(|found| found.claim.is_some()) else {
            continue;
        };
        let repository = repository.reopen().ok()?;
        let comparer = GatedComparer::new(&repository, Some(rendered.tree), clusters.clone()).ok()?;
        published.push(Published { repository, tree: rendered.tree, clusters, comparer });
    }
    Some(published)
}

impl Published {
    fn judge(self, compilation: &Compilation, now: Option<i64>) -> Result<Vec<Diagnostic>, Failed> {
        let tree = GitTree::new(&self.repository, self.tree);
        let verdict = self.comparer.finish(|_| true)?.judge(&Question {
            compilation,
            clusters: &self.clusters,
            last: Some(&tree as &dyn LastTree),
            today: Date::of_unix_time(now.unwrap_or_default()),
            filter: &Filter::default(),
            strict: false,
        })?;
        Ok(verdict.diagnostics)
    }
}

/// Hands each branch the output of its clusters.
struct Comparers {
    published: Vec<Published>,
    still: Still,
}

impl Sink for Comparers {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        let mut shares: Vec<Vec<Unit>> = self.published.iter().map(|_| Vec::new()).collect();
        for unit in units {
            let cluster = cluster_of(unit.folder().as_str());
            let owner =
                self.published.iter().position(|published| published.clusters.iter().any(|name| name == cluster));
            if let Some(share) = owner.and_then(|owner| shares.get_mut(owner)) {
                share.push(unit);
            }
        }
        for (published, share) in self.published.iter_mut().zip(shares) {
            published.comparer.accept(share)?;
        }
        Ok(())
    }

    fn go_on(&mut self) -> Result<(), Failed> {
        self.still.check()
    }
}
