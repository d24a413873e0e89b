//! The values of deployments, as their templates see them, with the way back to the lines that set them.

use super::Options;
use super::prepare::Prepared;
use crate::diag::Diagnostics;
use crate::load;
use crate::resolve::values::{self, RenderInputs};
use crate::resolve::{Deployment, deployments, roots, stack, units};
use crate::source::Sources;

/// A deployment with its values.
pub struct Resolved<'s> {
    pub deployment: Deployment<'s>,
    pub inputs: RenderInputs<'s>,
}

/// Resolves the deployments that the options' filter selects and hands them over, in order of site and environment; those with
/// errors are left out. None where the specs cannot be read.
pub fn with_values<R>(sources: &Sources, options: &Options, then: impl FnOnce(&[Resolved<'_>]) -> R) -> Option<R> {
    let mut ignored = Diagnostics::new();
    let specs = load::load(sources, &mut ignored)?;
    let prepared = Prepared::new(sources, &specs, options, &mut ignored)?;
    let all = deployments::all(&specs, &mut ignored);
    let units = units::group(&specs, &prepared.namespace_names, all, &mut ignored);
    let mut resolved = Vec::new();
    for unit in &units {
        for deployment in unit.deployments.iter().filter(|deployment| options.filter.selects(deployment)) {
            let Some(compiled) = prepared.library.get(deployment.template) else { continue };
            let stack = stack::of_deployment(&specs, deployment);
            let roots = roots::of_deployment(&specs, deployment, Some(&unit.namespace));
            // What a site sets for another of its templates is nothing here.
            let found = values::resolve(&compiled.values, stack, roots, &deployment.id(), &|_| true, &mut ignored);
            resolved.extend(found.map(|inputs| Resolved { deployment: deployment.clone(), inputs }));
        }
    }
    resolved.sort_by_key(|one| one.deployment.id());
    Some(then(&resolved))
}
