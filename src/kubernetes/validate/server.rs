//! What the API server's own code refuses though the schema allows it, one subject a file.
//!
//! The OpenAPI documents do not say that a container needs a volume for each mount, or that a port lies below 65536: that is
//! code in the API server, and is written down here after it (`pkg/apis/*/validation` of Kubernetes). Only what every supported
//! minor refuses when an object is created is held; where a later minor is laxer, the laxer form. What the schema has refused
//! already (a wrong type, a word that is not allowed) is passed over.

mod autoscaling;
mod batch;
mod config;
mod container;
mod cron;
mod forms;
mod ingress;
mod network_policy;
mod pod;
mod probe;
mod quota;
mod rbac;
mod resources;
mod scheduling;
mod selector;
mod service;
mod storage;
mod volume;
mod workload;

use super::{Problem, Step, Walk};
use crate::kubernetes::api::ServedKind;
use crate::kubernetes::catalogue::group;
use serde_json::{Map, Value};

pub use cron::fault as schedule_fault;

type Fields = Map<String, Value>;

const EMPTY: forms::Form = forms::Form { what: "must not be empty", help: "set it" };

/// Holds a whole object, which the walk stands at, to the code of its kind.
pub(super) fn check_object<'v>(walk: &mut Walk<'_, 'v>, served: ServedKind<'_>, object: &'v Fields) {
    match (group(served.api_version), served.kind) {
        ("", "Pod") => walk.spec(object, |walk, spec| pod::check(walk, spec, pod::Owner::Pod, &[])),
        ("", "ReplicationController") | ("apps", _) => workload::check(walk, served.kind, object),
        ("batch", _) => batch::check(walk, served.kind, object),
        ("", "Service") => walk.spec(object, service::check),
        ("", "ConfigMap") => config::check_config_map(walk, object),
        ("", "Secret") => config::check_secret(walk, object),
        ("", "PersistentVolumeClaim") => walk.spec(object, storage::check_claim),
        ("", "PersistentVolume") => walk.spec(object, storage::check_volume),
        ("", "ResourceQuota") => walk.map(object, "spec", quota::check_quota),
        ("", "LimitRange") => walk.map(object, "spec", quota::check_limit_range),
        ("storage.k8s.io", "StorageClass") => storage::check_class(walk, object),
        ("networking.k8s.io", "Ingress") => ingress::check(walk, object),
        ("networking.k8s.io", "NetworkPolicy") => walk.map(object, "spec", network_policy::check),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaling::check(walk, served.api_version, object),
        ("policy", "PodDisruptionBudget") => walk.map(object, "spec", workload::check_disruption_budget),
        ("rbac.authorization.k8s.io", kind) => rbac::check(walk, kind, object),
        ("scheduling.k8s.io", "PriorityClass") => scheduling::check_priority_class(walk, object),
        _ => {}
    }
}

impl<'v> Walk<'_, 'v> {
    /// Reports what is refused at this place: `what` goes on from the name of the field, `help` says what to do.
    fn refuse(&mut self, what: &str, help: &str) {
        self.problem(Problem::Refused { what: what.into(), help: help.into() });
    }

    /// The same, at a field of this place.
    fn refuse_at(&mut self, name: &'v str, what: &str, help: &str) {
        self.below(Step::Field(name), |walk| walk.refuse(what, help));
    }

    /// Checks a field that is there and is not null.
    fn field(&mut self, fields: &'v Fields, name: &'v str, check: impl FnOnce(&mut Self, &'v Value)) {
        if let Some(value) = present(fields, name) {
            self.below(Step::Field(name), |walk| check(walk, value));
        }
    }

    fn map(&mut self, fields: &'v Fields, name: &'v str, check: impl FnOnce(&mut Self, &'v Fields)) {
        if let Some(Value::Object(below)) = fields.get(name) {
            self.below(Step::Field(name), |walk| check(walk, below));
        }
    }

    /// Checks the spec that the code of a kind asks for.
    fn spec(&mut self, fields: &'v Fields, check: impl FnOnce(&mut Self, &'v Fields)) {
        match fields.get("spec") {
            None | Some(Value::Null) => self.missing("spec", false),
            Some(Value::Object(spec)) => self.below(Step::Field("spec"), |walk| check(walk, spec)),
            Some(_) => {}
        }
    }

    /// Checks each map of a list.
    fn each(&mut self, fields: &'v Fields, name: &'v str, mut check: impl FnMut(&mut Self, &'v Fields)) {
        for (index, item) in items(fields, name).iter().enumerate() {
            if let Value::Object(item) = item {
                self.below(Step::Field(name), |walk| walk.below(Step::Item(index), |walk| check(walk, item)));
            }
        }
    }

    /// Checks each text of a list.
    fn each_text(&mut self, fields: &'v Fields, name: &'v str, mut check: impl FnMut(&mut Self, &'v str)) {
        for (index, item) in items(fields, name).iter().enumerate() {
            // The server reads null in a list of texts as the empty one.
            if let Some(item) = item.as_str().or_else(|| item.is_null().then_some("")) {
                self.below(Step::Field(name), |walk| walk.below(Step::Item(index), |walk| check(walk, item)));
            }
        }
    }

    /// A text that must have a form.
    fn form(&mut self, fields: &'v Fields, name: &'v str, is_of_form: impl FnOnce(&str) -> bool, form: forms::Form) {
        if let Some(text) = text(fields, name).filter(|text| !text.is_empty())
            && !is_of_form(text)
        {
            self.refuse_at(name, form.what, form.help);
        }
    }

    /// A text that must have a form and may not be empty.
    fn filled(&mut self, fields: &'v Fields, name: &'v str, is_of_form: impl FnOnce(&str) -> bool, form: forms::Form) {
        match text(fields, name) {
            Some("") => self.refuse_at(name, EMPTY.what, EMPTY.help),
            Some(text) if !is_of_form(text) => self.refuse_at(name, form.what, form.help),
            Some(_) | None => {}
        }
    }

    /// A text that may not be empty; whether it may be left out is the schema's to say.
    fn not_empty(&mut self, fields: &'v Fields, name: &'v str) {
        if text(fields, name) == Some("") {
            self.refuse_at(name, EMPTY.what, EMPTY.help);
        }
    }

    /// A field that the server's code asks for, where the schema does not.
    fn due(&mut self, fields: &'v Fields, name: &'v str) {
        match fields.get(name) {
            None | Some(Value::Null) => self.missing(name, false),
            Some(Value::String(text)) if text.is_empty() => self.refuse_at(name, EMPTY.what, EMPTY.help),
            Some(_) => {}
        }
    }

    /// A list that must have an item.
    fn due_list(&mut self, fields: &'v Fields, name: &'v str) {
        match fields.get(name) {
            None | Some(Value::Null) => self.missing(name, false),
            Some(Value::Array(items)) if items.is_empty() => {
                self.refuse_at(name, "must have an item", "list at least one");
            }
            Some(_) => {}
        }
    }

    /// Whole numbers within bounds.
    fn within(&mut self, fields: &'v Fields, names: &[&'v str], least: i64, greatest: i64) {
        for name in names {
            let Some(number) = integer(fields, name) else { continue };
            if number < least || number > greatest {
                let what = if greatest == i64::MAX {
                    format!("must be at least {least}")
                } else {
                    format!("must be between {least} and {greatest}")
                };
                self.refuse_at(name, &what, "correct the number");
            }
        }
    }

    fn at_least(&mut self, fields: &'v Fields, names: &[&'v str], least: i64) {
        self.within(fields, names, least, i64::MAX);
    }

    /// Exactly one of several fields; gives it.
    fn exactly_one(&mut self, fields: &'v Fields, names: &[&'static str], of_what: &str) -> Option<&'static str> {
        let mut found = names.iter().copied().filter(|name| present(fields, name).is_some());
        let first = found.next();
        match (first, found.next()) {
            (None, _) => self.refuse(&format!("has no {of_what}"), &format!("set one of {}", names.join(", "))),
            (Some(_), Some(second)) => {
                self.refuse_at(second, &format!("is a second {of_what}"), &format!("keep one of {}", names.join(", ")));
            }
            (Some(_), None) => {}
        }
        first
    }
}

fn present<'v>(fields: &'v Fields, name: &str) -> Option<&'v Value> {
    fields.get(name).filter(|value| !value.is_null())
}

fn text<'v>(fields: &'v Fields, name: &str) -> Option<&'v str> {
    fields.get(name)?.as_str()
}

fn integer(fields: &Fields, name: &str) -> Option<i64> {
    fields.get(name)?.as_i64()
}

fn is_true(fields: &Fields, name: &str) -> bool {
    fields.get(name).and_then(Value::as_bool) == Some(true)
}

fn items<'v>(fields: &'v Fields, name: &str) -> &'v [Value] {
    fields.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The maps of a list.
fn maps<'v>(fields: &'v Fields, name: &str) -> impl Iterator<Item = &'v Fields> {
    items(fields, name).iter().filter_map(Value::as_object)
}
