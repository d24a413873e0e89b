//! `plaintext-secret`: Secrets that are not encrypted.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::validate::view::{View, pointer};

pub static CODE: Code = Code {
    name: "plaintext-secret",
    explanation: "A template renders a Secret in plain text. The rendered branch is read by many people and programs, and git \
                  forgets nothing; base64 hides nothing. Use External Secrets, Sealed Secrets, or a SOPS file under the site's \
                  `secrets`.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a Secret in plain text",
    severity: ERROR,
    standing: Standing::Kept,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for (number, secret) in view.of_kind("", "Secret").filter(|(_, secret)| secret.verbatim.is_none()) {
        let message = format!("Secret {} is rendered in plain text", secret.name());
        let help = "use an ExternalSecret, a SealedSecret, or a SOPS file under the site's `secrets`";
        found.push(Finding::new(number, pointer("/kind"), message, help));
    }
}
