//! Label selectors.

use super::{Fields, Walk, forms, items, text};
use crate::kubernetes::validate::Step;
use crate::kubernetes::validate::metadata::{is_label_value, is_qualified_name};
use serde_json::Value;

const VALUE: forms::Form = forms::Form {
    what: "is not a label value",
    help: "write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at each end",
};

pub(super) fn check<'v>(walk: &mut Walk<'_, 'v>, selector: &'v Fields) {
    walk.map(selector, "matchLabels", check_labels);
    check_requirements(walk, selector, true);
}

/// A map of labels to select by.
pub(super) fn check_labels<'v>(walk: &mut Walk<'_, 'v>, labels: &'v Fields) {
    for (key, value) in labels {
        walk.below(Step::Field(key), |walk| {
            if !is_qualified_name(key) {
                walk.refuse("has a key that is not one of a label", forms::QUALIFIED.help);
            } else if value.as_str().is_some_and(|value| !is_label_value(value)) {
                walk.refuse(VALUE.what, VALUE.help);
            }
        });
    }
}

/// `matchExpressions`, a list of `{key, operator, values}`: of labels of objects, or of nodes, whose values are free.
pub(super) fn check_requirements<'v>(walk: &mut Walk<'_, 'v>, fields: &'v Fields, of_objects: bool) {
    walk.each(fields, "matchExpressions", |walk, requirement| {
        walk.filled(requirement, "key", is_qualified_name, forms::QUALIFIED);
        let count = items(requirement, "values").len();
        match text(requirement, "operator") {
            Some("In" | "NotIn") if count == 0 => {
                walk.refuse("has no values, which In and NotIn ask for", "list values, or take Exists");
            }
            Some("Exists" | "DoesNotExist") if count > 0 => {
                walk.refuse_at("values", "cannot be set for Exists and DoesNotExist", "remove it, or take In");
            }
            Some("Gt" | "Lt") if !of_objects && count != 1 => {
                walk.refuse("must have one value for Gt and Lt", "list one");
            }
            Some("In" | "NotIn" | "Exists" | "DoesNotExist") | None => {}
            Some("Gt" | "Lt") if !of_objects => {}
            Some(_) => {
                walk.refuse_at("operator", "is not an operator", "write In, NotIn, Exists or DoesNotExist");
            }
        }
        for (index, value) in items(requirement, "values").iter().enumerate() {
            if let Value::String(value) = value
                && of_objects
                && !is_label_value(value)
            {
                walk.below(Step::Field("values"), |walk| {
                    walk.below(Step::Item(index), |walk| walk.refuse(VALUE.what, VALUE.help));
                });
            }
        }
    });
}
