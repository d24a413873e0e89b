//! Acknowledgements as gates and rules use them: which dangerous changes reviewers said yes to, and until when.
//!
//! Takes the specs of kind Acknowledgement; gives [`Acknowledgements`], which answer whether a finding about a [`Subject`] is let
//! through. Whether one still counts is told by a day that the caller gives: there is no clock here.

pub mod date;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::near;
use crate::source::Span;
use crate::spec::Spec;
use crate::spec::acknowledgement::{AcknowledgedObject, AcknowledgementSpec};
pub use date::Date;
use std::collections::BTreeSet;

pub static ACKNOWLEDGEMENT: Code = Code {
    name: "acknowledgement",
    explanation: "An Acknowledgement lets one dangerous change through until a day. `change` is the code of a gate or of a rule; \
                  `object` names a cluster and at least one thing more, so that a yes to one change is no yes to all; `expires` \
                  is a day of the calendar.",
};
pub static ACKNOWLEDGEMENT_EXPIRED: Code = Code {
    name: "acknowledgement-expired",
    explanation: "The Acknowledgement's last day is before the time of the source commit, so it lets nothing through. Delete it, \
                  or have a later day reviewed.",
};
pub static ACKNOWLEDGEMENT_UNUSED: Code = Code {
    name: "acknowledgement-unused",
    explanation: "The Acknowledgement matches nothing that changes between the published tree and the new one: the change it was \
                  for is published already, or is not in the specs. Delete it, so that it lets nothing else through.",
};

pub static CODES: &[&Code] = &[&ACKNOWLEDGEMENT, &ACKNOWLEDGEMENT_EXPIRED, &ACKNOWLEDGEMENT_UNUSED];

/// What a finding is about. An empty field is one that it has not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    pub cluster: String,
    pub environment: String,
    pub tenant: String,
    pub site: String,
    pub namespace: String,
    pub kind: String,
    pub name: String,
}

/// One yes.
#[derive(Debug, Clone)]
pub struct Acknowledgement {
    pub name: String,
    /// The code of a gate or a rule.
    pub change: String,
    pub expires: Date,
    pub place: Span,
    object: AcknowledgedObject,
}

/// All of a fleet, in order of name.
#[derive(Debug, Clone, Default)]
pub struct Acknowledgements {
    items: Vec<Acknowledgement>,
}

/// Which of them let something through.
#[derive(Debug, Default)]
pub struct Used {
    names: BTreeSet<String>,
}

impl Acknowledgement {
    /// Whether it is about this change of this object; what it leaves out matches anything.
    pub fn matches(&self, code: &Code, subject: &Subject) -> bool {
        let AcknowledgedObject { cluster, environment, tenant, site, namespace, kind, name } = &self.object;
        let asked = [cluster, environment, tenant, site, namespace, kind, name];
        let is = [
            &subject.cluster,
            &subject.environment,
            &subject.tenant,
            &subject.site,
            &subject.namespace,
            &subject.kind,
            &subject.name,
        ];
        self.change == code.name
            && asked.into_iter().zip(is).all(|(asked, is)| asked.as_ref().is_none_or(|asked| asked == is))
    }

    pub fn is_expired(&self, today: Date) -> bool {
        self.expires < today
    }

    /// The cluster that it names; every sound one names one.
    pub fn cluster(&self) -> &str {
        self.object.cluster.as_deref().unwrap_or_default()
    }
}

impl Acknowledgements {
    /// Reads the specs. `known` are the codes that can be acknowledged; what is wrong is pushed, and left out.
    pub fn read<'s>(
        specs: impl IntoIterator<Item = &'s Spec<AcknowledgementSpec>>,
        known: &[&Code],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        Acknowledgements { items: specs.into_iter().filter_map(|spec| read_one(spec, known, diagnostics)).collect() }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Acknowledgement> {
        self.items.iter()
    }

    /// Whether a finding is let through on this day. All that match are noted in `used`, expired or not.
    pub fn allow(&self, code: &Code, subject: &Subject, today: Date, used: &mut Used) -> bool {
        let mut is_allowed = false;
        for item in self.items.iter().filter(|item| item.matches(code, subject)) {
            used.names.insert(item.name.clone());
            is_allowed |= !item.is_expired(today);
        }
        is_allowed
    }

    /// Warnings about those that are expired, and notes about those that match nothing, of the ones that `is_judged` here.
    pub fn report(
        &self,
        today: Date,
        used: &Used,
        is_judged: impl Fn(&Acknowledgement) -> bool,
        diagnostics: &mut Diagnostics,
    ) {
        for item in self.items.iter().filter(|item| is_judged(item)) {
            if item.is_expired(today) {
                let message = format!("Acknowledgement {} expired on {}", item.name, item.expires);
                diagnostics.push(
                    Diagnostic::warning(&ACKNOWLEDGEMENT_EXPIRED, message)
                        .at(item.place, "does not count any more")
                        .help("delete it, or set a later day"),
                );
            } else if !used.names.contains(&item.name) {
                let message = format!("Acknowledgement {} matches nothing that would change", item.name);
                diagnostics.push(
                    Diagnostic::new(&ACKNOWLEDGEMENT_UNUSED, crate::diag::Severity::Note, message)
                        .at(item.place, "")
                        .help("delete it"),
                );
            }
        }
    }
}

fn read_one(
    spec: &Spec<AcknowledgementSpec>,
    known: &[&Code],
    diagnostics: &mut Diagnostics,
) -> Option<Acknowledgement> {
    let before = diagnostics.len();
    let AcknowledgementSpec { change, object, expires, .. } = &spec.spec;
    if !known.iter().any(|code| code.name == change) {
        let error = Diagnostic::error(&ACKNOWLEDGEMENT, format!("`{change}` is no change that can be acknowledged"))
            .at(spec.at("/spec/change"), "the code of a gate or a rule is due");
        diagnostics.push(error.maybe_help(near::hint(change, known.iter().map(|code| code.name))));
    }
    let AcknowledgedObject { cluster, environment, tenant, site, namespace, kind, name } = object;
    let more = [environment, tenant, site, namespace, kind, name].into_iter().flatten().count();
    if cluster.is_none() || more == 0 {
        let (message, help) = match cluster {
            None => ("an Acknowledgement names a cluster", "add `cluster`"),
            Some(_) => {
                ("an Acknowledgement names more than a cluster", "add `namespace`, `kind` and `name`, or what fits")
            }
        };
        diagnostics.push(Diagnostic::error(&ACKNOWLEDGEMENT, message).at(spec.at("/spec/object"), "").help(help));
    }
    let date = Date::parse(expires);
    if date.is_none() {
        diagnostics.push(
            Diagnostic::error(&ACKNOWLEDGEMENT, format!("`{expires}` is no day of the calendar"))
                .at(spec.at("/spec/expires"), "")
                .help("write a day such as \"2026-12-31\""),
        );
    }
    if diagnostics.len() > before {
        return None;
    }
    Some(Acknowledgement {
        name: spec.name().to_owned(),
        change: change.clone(),
        expires: date?,
        place: spec.name_place(),
        object: object.clone(),
    })
}
