//! The fleet's rules: what is dangerous or cannot work though every object fits its schema.
//!
//! [`RULES`] lists them all; each is a file of its own, named after its code. A rule looks at the finished objects of a unit
//! ([`View`]) and names objects and fields; severities, Acknowledgements and places are found here, in one place for all.

mod credentials_not_in_data;
mod dangling_reference;
pub mod duplicate_host;
mod hpa_with_replicas;
mod image_digest;
mod image_latest;
mod image_tag;
mod ingress_nginx;
mod job_ttl;
mod missing_resources;
mod name_too_long;
mod object_too_large;
mod over_limit;
mod plaintext_secret;
mod pod_security;
pub mod policy;
mod route_snippet;
mod rwo_replicas;
mod rwo_rolling_update;
mod secret_in_plain_text;
mod selector_mismatch;
mod service_leads_out;
mod service_selects_nothing;

use super::view::View;
use crate::acknowledgement::Subject;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::finish::UnitContext;
use crate::object::{FieldPlace, Object, Owner};
use crate::pointer::Pointer;
use crate::resolve::deployments::{TENANT_NOT_ALLOWED, TIER_NOT_ACCEPTED};
use crate::secrets::SECRET_FILE;
use crate::spec::ExternalObject;
use crate::spec::fleet::RuleSeverity;
pub use policy::Policy;
use std::collections::BTreeSet;

/// One rule: its code, which is also its documentation, and what it does.
pub struct Rule {
    pub code: &'static Code,
    /// One phrase for lists.
    pub summary: &'static str,
    pub severity: DefaultSeverity,
    pub standing: Standing,
    pub check: Check,
}

/// The severity where the Fleet says nothing.
#[derive(Debug, Clone, Copy)]
pub struct DefaultSeverity {
    pub everywhere: RuleSeverity,
    /// Tiers of environment where it is another one.
    pub tiers: &'static [(&'static str, RuleSeverity)],
}

/// What a fleet may do about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The Fleet may set its severity, and an Acknowledgement lets one object through.
    Adjustable,
    /// Always an error; an Acknowledgement lets one object through.
    Kept,
    /// Always an error: tenancy and identity know no exception.
    Fixed,
}

/// Where a rule is checked.
pub enum Check {
    /// On the objects of one namespace, or of a cluster's templates.
    Unit(fn(&View<'_>, &mut Found)),
    /// On the summaries of all units.
    Fleet,
    /// While specs are read and deployments are made: what breaks it is never rendered.
    Earlier,
}

const ERROR: DefaultSeverity = DefaultSeverity { everywhere: RuleSeverity::Error, tiers: &[] };
const WARNING: DefaultSeverity = DefaultSeverity { everywhere: RuleSeverity::Warning, tiers: &[] };

/// All rules, in order of code.
pub static RULES: &[Rule] = &[
    credentials_not_in_data::RULE,
    dangling_reference::RULE,
    duplicate_host::RULE,
    hpa_with_replicas::RULE,
    image_digest::RULE,
    image_latest::RULE,
    image_tag::RULE,
    ingress_nginx::RULE,
    job_ttl::RULE,
    missing_resources::RULE,
    name_too_long::RULE,
    object_too_large::RULE,
    over_limit::RULE,
    plaintext_secret::RULE,
    pod_security::RULE,
    route_snippet::RULE,
    rwo_replicas::RULE,
    rwo_rolling_update::RULE,
    Rule {
        code: &SECRET_FILE,
        summary: "a secret file that is not encrypted, or is for another object",
        severity: ERROR,
        standing: Standing::Fixed,
        check: Check::Earlier,
    },
    secret_in_plain_text::RULE,
    selector_mismatch::RULE,
    service_leads_out::RULE,
    service_selects_nothing::RULE,
    Rule {
        code: &TENANT_NOT_ALLOWED,
        summary: "a tenant on a cluster where it may not live",
        severity: ERROR,
        standing: Standing::Fixed,
        check: Check::Earlier,
    },
    Rule {
        code: &TIER_NOT_ACCEPTED,
        summary: "a tier of environment on a cluster that does not accept it",
        severity: ERROR,
        standing: Standing::Fixed,
        check: Check::Earlier,
    },
];

/// Codes of the rules of this folder and of the Fleet's settings for them.
pub static CODES: &[&Code] = &[
    &policy::UNKNOWN_RULE,
    &policy::FIXED_RULE,
    &policy::UNKNOWN_TIER,
    &credentials_not_in_data::CODE,
    &dangling_reference::CODE,
    &duplicate_host::CODE,
    &hpa_with_replicas::CODE,
    &image_digest::CODE,
    &image_latest::CODE,
    &image_tag::CODE,
    &ingress_nginx::CODE,
    &job_ttl::CODE,
    &missing_resources::CODE,
    &name_too_long::CODE,
    &object_too_large::CODE,
    &over_limit::CODE,
    &plaintext_secret::CODE,
    &pod_security::CODE,
    &route_snippet::CODE,
    &rwo_replicas::CODE,
    &rwo_rolling_update::CODE,
    &secret_in_plain_text::CODE,
    &selector_mismatch::CODE,
    &service_leads_out::CODE,
    &service_selects_nothing::CODE,
];

impl Rule {
    /// The severity where the Fleet says nothing: `warning in production, else off`.
    pub fn default_severity(&self) -> String {
        let everywhere = self.severity.everywhere.word();
        match self.severity.tiers {
            [] => everywhere.to_owned(),
            tiers => {
                let tiers: Vec<String> =
                    tiers.iter().map(|(tier, severity)| format!("{} in {tier}", severity.word())).collect();
                format!("{}, else {everywhere}", tiers.join(", "))
            }
        }
    }

    /// Whether the Fleet may set its severity.
    pub fn is_adjustable(&self) -> bool {
        self.standing == Standing::Adjustable
    }

    /// Whether an Acknowledgement lets an object through.
    pub fn is_acknowledgeable(&self) -> bool {
        self.standing != Standing::Fixed
    }
}

impl Standing {
    /// What a fleet may do about it, as the second half of a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Standing::Adjustable => "the Fleet may set its severity, and an Acknowledgement lets one object through",
            Standing::Kept => "its severity is fixed, and an Acknowledgement lets one object through",
            Standing::Fixed => "its severity is fixed, and it cannot be acknowledged",
        }
    }
}

/// The rule of a code.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.name == code)
}

/// What a rule found: an object, a field of it, and what is to be said.
pub struct Finding {
    /// Number of the object in the unit.
    pub object: usize,
    /// The field; one that is not there stands for what should hold it.
    pub field: Pointer,
    pub message: String,
    /// What is at the field; empty for nothing more than the place.
    pub label: String,
    pub help: String,
    /// Another object's field that takes part, with what it is.
    pub related: Option<(usize, Pointer, String)>,
    /// Whether its places hold a secret, so that their text must not be shown.
    pub is_confidential: bool,
    /// Kind and name of an object that another unit may yet provide: the finding falls if one does.
    pub unless_provided: Option<(&'static str, String)>,
}

impl Finding {
    pub fn new(object: usize, field: Pointer, message: impl Into<String>, help: impl Into<String>) -> Self {
        Finding {
            object,
            field,
            message: message.into(),
            label: String::new(),
            help: help.into(),
            related: None,
            is_confidential: false,
            unless_provided: None,
        }
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The text at its places is not shown.
    #[must_use]
    pub fn confidential(mut self) -> Self {
        self.is_confidential = true;
        self
    }

    #[must_use]
    pub fn also(mut self, object: usize, field: Pointer, label: impl Into<String>) -> Self {
        self.related = Some((object, field, label.into()));
        self
    }
}

/// What one rule found in a unit.
#[derive(Default)]
pub struct Found {
    findings: Vec<Finding>,
}

impl Found {
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// What the fleet says about one unit.
pub struct RuleContext<'a> {
    pub policy: &'a Policy<'a>,
    /// The tier of the unit's environment; none for a cluster's templates.
    pub tier: Option<&'a str>,
    pub external: Vec<&'a ExternalObject>,
}

/// What rules have to say of a unit, besides diagnostics.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Names of the Acknowledgements that let something through.
    pub acknowledged: BTreeSet<String>,
    /// Findings that fall if another unit provides what they miss.
    pub wanting: Vec<Wanting>,
}

/// A finding about an object that is not in its own unit.
#[derive(Debug, Clone)]
pub struct Wanting {
    pub namespace: String,
    pub kind: &'static str,
    pub name: String,
    pub diagnostic: Diagnostic,
}

/// Runs every rule that is not off on the objects of a unit.
pub fn check(
    objects: &[Object<'_>],
    context: &UnitContext<'_>,
    rules: &RuleContext<'_>,
    diagnostics: &mut Diagnostics,
) -> Verdict {
    let mut verdict = Verdict::default();
    let view = View::new(objects, context, rules.external.iter().copied());
    for rule in RULES {
        let Check::Unit(check) = rule.check else { continue };
        let Some(severity) = rules.policy.severity(rule, rules.tier) else { continue };
        let mut found = Found::default();
        check(&view, &mut found);
        for finding in found.findings {
            let Some(object) = objects.get(finding.object) else { continue };
            if let Some(acknowledgement) = rules.policy.acknowledged(rule, || subject(object, context)) {
                verdict.acknowledged.insert(acknowledgement.to_owned());
                continue;
            }
            let diagnostic = diagnostic(rule, severity, &finding, objects);
            let diagnostic = context.of_owner(diagnostic, object.owner);
            match finding.unless_provided {
                Some((kind, name)) => {
                    let namespace = object.namespace().to_owned();
                    verdict.wanting.push(Wanting { namespace, kind, name, diagnostic });
                }
                None => diagnostics.push(diagnostic),
            }
        }
    }
    verdict
}

/// What an Acknowledgement must describe to let an object through. The site of an object that several share is none.
pub fn subject(object: &Object<'_>, context: &UnitContext<'_>) -> Subject {
    let namespace = context.namespace.as_ref();
    let deployments = namespace.map(|namespace| namespace.deployments.as_slice()).unwrap_or_default();
    let deployment = match (object.owner, deployments) {
        (Owner::Site(number), _) => deployments.get(number),
        (Owner::Cluster | Owner::Namespace, [only]) => Some(only),
        (Owner::Cluster | Owner::Namespace, _) => None,
    };
    Subject {
        cluster: context.cluster.to_owned(),
        environment: namespace.map(|namespace| namespace.environment).unwrap_or_default().to_owned(),
        tenant: namespace.map(|namespace| namespace.tenant).unwrap_or_default().to_owned(),
        site: deployment.map(|deployment| deployment.site).unwrap_or_default().to_owned(),
        namespace: object.namespace().to_owned(),
        kind: object.kind().to_owned(),
        name: object.name().to_owned(),
    }
}

fn diagnostic(rule: &Rule, severity: Severity, finding: &Finding, objects: &[Object<'_>]) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(rule.code, severity, finding.message.clone());
    if let Some(object) = objects.get(finding.object) {
        // The same mistake of one template on many sites is told once, though each names its own object.
        diagnostic = diagnostic.about(object.name());
        let place = place(object, &finding.field);
        let label = match (place.label.as_str(), finding.label.as_str()) {
            (at, "") => at.to_owned(),
            ("", own) => own.to_owned(),
            (at, own) => format!("{at}: {own}"),
        };
        diagnostic = diagnostic.at(place.span, label);
        if let Some((value, layer)) = place.value {
            diagnostic = diagnostic.also(value, format!("this value, from {layer}"));
        }
    }
    if let Some((number, field, label)) = &finding.related
        && let Some(object) = objects.get(*number)
    {
        diagnostic = diagnostic.also(place(object, field).span, label.clone());
    }
    if finding.is_confidential {
        diagnostic = diagnostic.confidential();
    }
    diagnostic.help(finding.help.clone())
}

/// The place of a field; of one that is not there, the key of what should hold it.
fn place(object: &Object<'_>, field: &Pointer) -> FieldPlace {
    if field.get(&object.value).is_some() {
        return object.origin.field(field);
    }
    let mut holder = field.clone();
    while holder.get(&object.value).is_none() && holder.pop().is_some() {}
    let place = object.origin.field(&holder);
    FieldPlace { span: place.key.unwrap_or(place.span), value: None, ..place }
}
