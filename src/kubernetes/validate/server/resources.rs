//! What a container asks for and may use.

use super::{Fields, Walk, forms};
use crate::kubernetes::quantity;
use crate::kubernetes::validate::Step;
use std::cmp::Ordering;

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, resources: &'v Fields) {
    for list in ["requests", "limits"] {
        walk.map(resources, list, |walk, amounts| {
            for (name, amount) in amounts {
                walk.below(Step::Field(name), |walk| {
                    if !is_resource(name) {
                        walk.refuse(
                            "is not a resource that a container may ask for",
                            "write cpu, memory, ephemeral-storage, hugepages-SIZE, or a name with a domain",
                        );
                    } else if quantity::is_negative(amount) {
                        walk.refuse("must not be negative", "correct the amount");
                    } else if is_extended(name) && !quantity::is_whole(amount) {
                        walk.refuse("must be a whole number", "devices cannot be shared: write 1");
                    }
                });
            }
        });
    }
    let limits = resources.get("limits").and_then(|limits| limits.as_object());
    let limit = |name: &str| limits.and_then(|limits| limits.get(name)).filter(|limit| !limit.is_null());
    walk.map(resources, "requests", |walk, requests| {
        for (name, request) in requests.iter().filter(|(_, request)| !request.is_null()) {
            let order = limit(name).and_then(|limit| quantity::compare(request, limit));
            let is_rigid = is_extended(name) || name.starts_with("hugepages-");
            if order == Some(Ordering::Greater) {
                walk.refuse_at(name, "is greater than the limit", "raise the limit, or ask for less");
            } else if is_rigid && order == Some(Ordering::Less) {
                walk.refuse_at(name, "must be the same as the limit", "write one amount in both");
            } else if is_rigid && limit(name).is_none() {
                walk.refuse_at(name, "needs a limit of the same amount", "set it under limits too");
            }
        }
    });
}

/// The server's own resources have no domain; others have one.
fn is_resource(name: &str) -> bool {
    matches!(name, "cpu" | "memory" | "ephemeral-storage")
        || name.strip_prefix("hugepages-").is_some_and(|size| !size.is_empty())
        || (name.contains('/') && forms::is_qualified_name(name))
}

/// Resources of devices, which cannot be shared.
fn is_extended(name: &str) -> bool {
    name.split_once('/').is_some_and(|(domain, _)| domain != "kubernetes.io" && !domain.ends_with(".kubernetes.io"))
}
