//! All diagnostic codes, gathered from the modules that own them: for `bayplan explain CODE`, the docs page and a test that
//! every code is listed once.

use crate::diag::Code;

/// Every code, in order of name.
pub fn all() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = Vec::new();
    codes.extend(crate::mustache::codes::CODES);
    codes.extend(crate::yaml::codes::CODES);
    codes.sort_by_key(|code| code.name);
    codes
}
