//! Edits as data, and what comes of each: shared by [`crate::losing`] and [`crate::harmless`].

use crate::support::{Compiled, Fleet, Op, Tree, judge};
use bayplan::gate::Verdict;
use std::sync::LazyLock;

pub const FLEET: &str = "bayplan.yaml";
pub const PORTAL: &str = "site-specs/portal.yaml";
pub const SHOP: &str = "site-specs/shop.yaml";
pub const WIKI: &str = "site-specs/wiki.yaml";
pub const ENVIRONMENTS: &str = "site-specs/environments.yaml";
pub const CLUSTERS: &str = "site-specs/clusters.yaml";
pub const TENANTS: &str = "site-specs/tenants.yaml";
pub const CLAIMS: &str = "templates/web/claims.yaml.mustache";
pub const WEB: &str = "templates/web/web.yaml.mustache";
pub const DATABASE: &str = "templates/web/database.yaml.mustache";
pub const JOBS: &str = "templates/web/jobs.yaml.mustache";
pub const SCHEMA: &str = "templates/web/template.yaml";
pub const STORE: &str = "templates/store/store.yaml.mustache";
pub const NAMESPACE: &str = "templates/ns/namespace.yaml.mustache";
pub const STORAGE: &str = "templates/base/storage.yaml";
pub const CRD: &str = "templates/base/crd.yaml";

/// One edit, and the codes that are due.
pub struct Case {
    pub name: &'static str,
    /// What the published fleet has more than the base one.
    pub base: &'static [Op],
    pub edit: &'static [Op],
    /// Of errors in [`crate::losing`], of warnings in [`crate::harmless`].
    pub due: &'static [&'static str],
}

/// What the base fleet comes to.
static BASE: LazyLock<Tree> = LazyLock::new(|| Fleet::base().compiled("the base fleet").tree);

/// What came of one.
pub struct Judged {
    /// What was published before.
    pub last: Tree,
    /// The fleet with the edit.
    pub fleet: Fleet,
    pub new: Compiled,
    pub verdict: Verdict,
}

/// Compiles both fleets and asks the gates; the text of the errors where one does not compile.
pub fn judged(case: &Case) -> Result<Judged, String> {
    let base = Fleet::base().edited(case.name, case.base);
    let last = match case.base {
        [] => BASE.clone(),
        _ => base.try_compiled().map_err(|told| format!("{}, as published:\n{told}", case.name))?.tree,
    };
    let fleet = base.edited(case.name, case.edit);
    let new = fleet.try_compiled().map_err(|told| format!("{}:\n{told}", case.name))?;
    let verdict = judge(&last, &new);
    Ok(Judged { last, fleet, new, verdict })
}
