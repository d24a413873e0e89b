//! `object-too-large`: objects that etcd does not take.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::validate::view::texts::bytes;
use crate::validate::view::{View, pointer};

pub static CODE: Code = Code {
    name: "object-too-large",
    explanation: "The data of a ConfigMap may have 1 MiB together, and an object 1.5 MiB in etcd: the API server refuses more. Put \
                  large files into the image, a claim or an object store.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "an object that is too large for the API server",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

/// Sizes are those of keys and texts, which is less than what is stored: nothing is refused that the API server takes.
const MAX_DATA: usize = 1024 * 1024;
const MAX_OBJECT: usize = 1536 * 1024;

fn check(view: &View<'_>, found: &mut Found) {
    // A whole is no smaller than its parts, and nearly all objects are small.
    let large = view.objects.iter().zip(view.texts.sizes()).enumerate().filter(|(_, (_, size))| *size > MAX_DATA);
    for (number, (object, size)) in large {
        let mut judge = |size: usize, limit: usize, what: &str, field: &str| {
            if size > limit {
                let message = format!("{what}{} has {size} bytes, {limit} at most are allowed", object.identity());
                let help = "put large files into the image, a claim or an object store";
                found.push(Finding::new(number, pointer(field), message, help));
            }
        };
        if object.group().is_empty() && object.kind() == "ConfigMap" {
            let size = |field: &str| object.value.get(field).map_or(0, bytes);
            // Base64 has four characters for three bytes.
            let size = size("data") + size("binaryData") / 4 * 3;
            judge(size, MAX_DATA, "the data of ", "/data");
        } else {
            judge(size, MAX_OBJECT, "", "/kind");
        }
    }
}
