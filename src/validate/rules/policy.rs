//! What the fleet makes of the rules: severities of the Fleet, and Acknowledgements.

use super::{RULES, Rule, Standing};
use crate::acknowledgement::{
    ACKNOWLEDGEMENT_EXPIRED, ACKNOWLEDGEMENT_UNUSED, Acknowledgement, Acknowledgements, Date, Subject,
};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::gate;
use crate::load::Specs;
use crate::near;
use crate::pointer::Pointer;
use crate::spec::fleet::{RuleSetting, RuleSeverity};
use std::collections::{BTreeMap, BTreeSet};

pub static UNKNOWN_RULE: Code = Code {
    name: "unknown-rule",
    explanation: "The Fleet sets the severity of a rule that does not exist. `bayplan rules` lists the codes of all rules.",
};
pub static FIXED_RULE: Code = Code {
    name: "fixed-rule",
    explanation: "Some rules are always errors: those that keep tenants apart, and those that keep secrets out of the rendered \
                  branch. A Fleet can neither lower them nor switch them off.",
};
pub static UNKNOWN_TIER: Code = Code {
    name: "unknown-tier",
    explanation: "The Fleet sets the severity of a rule for a tier that no environment has and no cluster accepts. The tier may be \
                  misspelt, and the rule would not be in force where it was meant to be.",
};

/// Tiers that may be named before an environment has them.
const COMMON_TIERS: [&str; 3] = ["testing", "staging", "production"];

/// Severities and Acknowledgements of one fleet.
#[derive(Debug, Default)]
pub struct Policy<'s> {
    settings: BTreeMap<&'s str, &'s RuleSetting>,
    acknowledgements: Acknowledgements,
    /// Of the source commit; none where nothing expires.
    today: Option<Date>,
}

impl<'s> Policy<'s> {
    /// Reads the Fleet's settings and the Acknowledgements, which expire by `now` (seconds since 1970).
    pub fn read(specs: &'s Specs, now: Option<i64>, diagnostics: &mut Diagnostics) -> Self {
        let fleet = &specs.fleet;
        let tiers = tiers(specs);
        let mut settings = BTreeMap::new();
        for (code, setting) in &fleet.spec.rules {
            let at = Pointer::from_segments(["spec", "rules", code]);
            let Some(rule) = super::find(code) else {
                diagnostics.push(
                    Diagnostic::error(&UNKNOWN_RULE, format!("no rule has the code `{code}`"))
                        .at(fleet.document.locate_key(&at), "not the code of a rule")
                        .maybe_help(near::hint(code, RULES.iter().map(|rule| rule.code.name))),
                );
                continue;
            };
            if rule.standing != Standing::Adjustable && setting.severity != RuleSeverity::Error {
                let place = fleet.place(&at.child("severity"));
                diagnostics.push(
                    Diagnostic::error(&FIXED_RULE, format!("rule `{code}` is always an error")).at(place, "here").help(
                        match rule.standing {
                            Standing::Kept => "an Acknowledgement can let one object through",
                            Standing::Fixed | Standing::Adjustable => "remove this setting",
                        },
                    ),
                );
            }
            for (index, tier) in setting.tiers.iter().enumerate() {
                if !tiers.contains(tier.as_str()) {
                    diagnostics.push(
                        Diagnostic::error(&UNKNOWN_TIER, format!("no environment is of tier `{tier}`"))
                            .at(fleet.place(&at.child("tiers").child(index)), "this tier")
                            .maybe_help(near::hint(tier, tiers.iter().copied())),
                    );
                }
            }
            settings.insert(code.as_str(), setting);
        }
        let of_rules = RULES.iter().filter(|rule| rule.is_acknowledgeable()).map(|rule| rule.code);
        let known: Vec<&Code> = of_rules.chain(gate::codes::acknowledgeable()).collect();
        let acknowledgements = Acknowledgements::read(specs.acknowledgements.values(), &known, diagnostics);
        Policy { settings, acknowledgements, today: now.map(Date::of_unix_time) }
    }

    /// All Acknowledgements of the fleet, those of gates too.
    pub fn acknowledgements(&self) -> &Acknowledgements {
        &self.acknowledgements
    }

    /// The severity of a rule for a tier (none: a cluster's own objects); nothing where it is off.
    ///
    /// A setting without tiers holds everywhere, one with tiers there alone; elsewhere the rule's own default counts.
    pub fn severity(&self, rule: &Rule, tier: Option<&str>) -> Option<Severity> {
        let own = rule.severity.tiers.iter().find(|(name, _)| Some(*name) == tier).map(|(_, severity)| *severity);
        let default = own.unwrap_or(rule.severity.everywhere);
        let setting = self.settings.get(rule.code.name).filter(|setting| {
            setting.tiers.is_empty() || tier.is_some_and(|tier| setting.tiers.iter().any(|listed| listed == tier))
        });
        match setting.map_or(default, |setting| setting.severity) {
            RuleSeverity::Error => Some(Severity::Error),
            RuleSeverity::Warning => Some(Severity::Warning),
            RuleSeverity::Off => None,
        }
    }

    /// The name of the Acknowledgement that lets an object through: of several that match, the first by name that counts.
    pub fn acknowledged(&self, rule: &Rule, subject: impl FnOnce() -> Subject) -> Option<&str> {
        let mut about = self.of_rule(rule).filter(|item| !self.is_expired(item)).peekable();
        about.peek()?;
        let subject = subject();
        about.find(|item| item.matches(rule.code, &subject)).map(|item| item.name.as_str())
    }

    /// Warnings for Acknowledgements of rules that are expired, and notes, where all is compiled, for those that let nothing
    /// through.
    pub fn report(&self, used: &BTreeSet<String>, is_whole: bool, diagnostics: &mut Diagnostics) {
        for rule in RULES {
            for item in self.of_rule(rule) {
                if self.is_expired(item) {
                    let message = format!("Acknowledgement {} expired on {}", item.name, item.expires);
                    diagnostics.push(
                        Diagnostic::warning(&ACKNOWLEDGEMENT_EXPIRED, message)
                            .at(item.place, "does not count any more")
                            .help("delete it, or set a later day"),
                    );
                } else if is_whole && !used.contains(&item.name) {
                    let message = format!("Acknowledgement {} lets nothing through", item.name);
                    diagnostics.push(
                        Diagnostic::new(&ACKNOWLEDGEMENT_UNUSED, Severity::Note, message)
                            .at(item.place, format!("no object breaks {} here", rule.code.name))
                            .help("delete it"),
                    );
                }
            }
        }
    }

    fn of_rule(&self, rule: &Rule) -> impl Iterator<Item = &Acknowledgement> {
        let code = rule.code.name;
        self.acknowledgements.iter().filter(move |item| item.change == code)
    }

    fn is_expired(&self, item: &Acknowledgement) -> bool {
        self.today.is_some_and(|today| item.is_expired(today))
    }

    /// What the Fleet sets for a rule.
    pub fn setting(&self, rule: &Rule) -> Option<&'s RuleSetting> {
        self.settings.get(rule.code.name).copied()
    }
}

fn tiers(specs: &Specs) -> BTreeSet<&str> {
    let of_environments = specs.environments.values().map(|environment| environment.spec.tier.as_str());
    let of_clusters = specs.clusters.values().flat_map(|cluster| cluster.spec.spec.accepts.iter().map(String::as_str));
    of_environments.chain(of_clusters).chain(COMMON_TIERS).collect()
}
