//! All diagnostic codes, gathered from the modules that own them: for `bayplan explain CODE`, the docs page and a test that
//! every code is listed once.

use crate::diag::Code;

/// Every code, in order of name.
pub fn all() -> Vec<&'static Code> {
    let lists: &[&[&'static Code]] = &[
        crate::near::CODES,
        crate::yaml::codes::CODES,
        crate::mustache::codes::CODES,
        crate::patch::codes::CODES,
        crate::layers::codes::CODES,
        crate::kubernetes::codes::CODES,
        crate::spec::read::CODES,
        crate::spec::check::CODES,
        crate::load::CODES,
        crate::load::inputs::CODES,
        crate::load::facts::CODES,
        crate::load::templates::CODES,
        crate::load::references::CODES,
        crate::resolve::deployments::CODES,
        crate::resolve::units::CODES,
        crate::resolve::values::CODES,
        crate::render::CODES,
        crate::secrets::CODES,
        crate::finish::codes::CODES,
        crate::validate::rules::CODES,
        crate::delivery::CODES,
        crate::pipeline::branches::CODES,
        crate::pipeline::cross::CODES,
        crate::pipeline::filter::CODES,
        crate::pipeline::prepare::CODES,
        crate::output::CODES,
        crate::acknowledgement::CODES,
        crate::gate::codes::CODES,
        crate::cli::exit::CODES,
        crate::cli::verify::CODES,
    ];
    let mut codes: Vec<&'static Code> = lists.iter().copied().flatten().copied().collect();
    codes.extend(crate::inputs::CODES);
    codes.extend(crate::folder::CODES);
    codes.extend(crate::publish::CODES);
    codes.sort_by_key(|code| code.name);
    codes
}
