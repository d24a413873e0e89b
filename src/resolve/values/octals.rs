//! Bare scalars such as `0644` in values: 420 where templates declare a number, an error elsewhere.

use super::tell::declared_type;
use crate::diag::Diagnostics;
use crate::load::Specs;
use crate::pointer::Pointer;
use crate::render::Library;
use crate::spec::read::in_values;
use crate::yaml::value::Octal;

/// Reports octals in values that no template takes for a number.
pub fn check_octals(specs: &Specs, library: &Library, diagnostics: &mut Diagnostics) {
    let fleet = std::iter::once(&specs.fleet.octals);
    let clusters = specs.clusters.values().map(|cluster| &cluster.spec.octals);
    let environments = specs.environments.values().map(|environment| &environment.octals);
    let tenants = specs.tenants.values().map(|tenant| &tenant.octals);
    let sites = specs.sites.values().map(|site| &site.octals);
    for octal in fleet.chain(clusters).chain(environments).chain(tenants).chain(sites).flatten() {
        judge(octal, in_values(&octal.pointer), library, diagnostics);
    }
    for octal in specs.templates.values().flat_map(|template| &template.spec.octals) {
        let defaults =
            in_values(&octal.pointer).map(|pointer| Pointer::from_segments(pointer.segments()[1..].iter().cloned()));
        judge(octal, defaults, library, diagnostics);
    }
}

/// `pointer` is the place in the values; none for a scalar of a patch, whose object tells.
fn judge(octal: &Octal, pointer: Option<Pointer>, library: &Library, diagnostics: &mut Diagnostics) {
    if pointer.is_some_and(|pointer| !is_number(&pointer, library)) {
        diagnostics.push(octal.refused());
    }
}

/// Whether some template declares the value, and each that does declares a number.
fn is_number(pointer: &Pointer, library: &Library) -> bool {
    let mut kinds = library
        .iter()
        .filter(|(_, template)| pointer.segments().first().is_some_and(|key| template.values.declares(key)))
        .map(|(_, template)| declared_type(&template.values.schema, pointer).and_then(|(_, kind)| kind.as_str()))
        .peekable();
    kinds.peek().is_some() && kinds.all(|kind| matches!(kind, Some("integer" | "number")))
}
