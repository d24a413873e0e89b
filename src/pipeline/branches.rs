//! The branch that each cluster's part of the output is published to.

use super::Filter;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::load::{Cluster, Specs};
use crate::mustache::{Inline, Values};
use crate::resolve::roots;
use crate::spec::template::Scope;
use serde_json::json;
use std::collections::BTreeMap;

pub static BRANCH_NAME: Code = Code {
    name: "branch-name",
    explanation: "The branch to publish to must be a name that git takes for a branch, must not be a symbolic ref, and \
                  must not have another branch in its way: where `rendered` exists, git cannot make `rendered/x`. It may hold \
                  `{{cluster.name}}`, so that each cluster has a branch of its own.",
};
pub static CODES: &[&Code] = &[&BRANCH_NAME];

/// Whether the branch's name holds no tag, so that it is that of all clusters, whichever there are.
pub fn is_one_for_all(specs: &Specs) -> bool {
    !specs.fleet.spec.publish.branch.contains("{{")
}

/// The branch of every cluster, whatever is compiled; one whose name cannot be made is left out.
pub fn of_all(specs: &Specs) -> BTreeMap<String, String> {
    made(specs, specs.clusters.iter().chain(&specs.other_clusters), &mut Diagnostics::new())
}

/// The branch of each cluster that is compiled as a whole.
pub fn of_clusters(specs: &Specs, filter: &Filter, diagnostics: &mut Diagnostics) -> BTreeMap<String, String> {
    made(specs, specs.clusters.iter().filter(|(_, cluster)| filter.compiles_cluster(cluster)), diagnostics)
}

fn made<'s>(
    specs: &Specs,
    clusters: impl Iterator<Item = (&'s String, &'s Cluster)>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, String> {
    let mut properties = roots::schemas(Scope::Cluster);
    properties.remove("facts");
    let schema = json!({"type": "object", "properties": properties});
    let place = specs.fleet.at("/spec/publish/branch");
    let mut branches = BTreeMap::new();
    let Some(inline) = Inline::compile(&specs.fleet.spec.publish.branch, place, &schema, diagnostics) else {
        return branches;
    };
    for (name, cluster) in clusters {
        let roots = roots::of_cluster(&specs.fleet, cluster);
        let text = match inline.render(&Values::new([&roots])) {
            Ok(value) => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
            Err(errors) => {
                diagnostics.extend(errors.into_iter().map(|error| error.diagnostic));
                continue;
            }
        };
        if git2::Reference::is_valid_name(&format!("refs/heads/{text}")) && !text.starts_with('-') {
            branches.insert(name.clone(), text);
        } else {
            diagnostics.push(
                Diagnostic::error(&BRANCH_NAME, format!("`{text}` is no name for a branch"))
                    .at(place, "made here")
                    .help("see `git check-ref-format --help` for what git allows"),
            );
        }
    }
    branches
}
