//! `secret-in-plain-text`: private keys and tokens anywhere in an object.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::validate::view::{View, texts};
use regex::RegexSet;
use std::sync::LazyLock;

pub static CODE: Code = Code {
    name: "secret-in-plain-text",
    explanation: "A text in an object is a private key, or a token of a well-known form (age, GitHub, GitLab, Slack, Stripe, npm, \
                  PyPI, Vault, DigitalOcean, SendGrid, a JSON Web Token). It would be read by everyone who can read the rendered \
                  branch. Take it back where it was issued, put the new one into an ExternalSecret, a SealedSecret or a SOPS \
                  file, and refer to that Secret. The message never shows it.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "a private key or token in plain text",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

/// Forms of secrets: what each is, and how it looks. Long enough that a name or an example in a text is not taken for one.
const FORMS: [(&str, &str); 13] = [
    (
        "a private key",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s+(?:[A-Za-z-]+: .*\s+)*[A-Za-z0-9+/=\s]{40}",
    ),
    ("an age key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{50,}"),
    ("a token of GitHub", r"\b(?:gh[oprsu]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    ("a token of GitLab", r"\bgl(?:pat|rt|dt|ptt|oas)-[A-Za-z0-9_.-]{20,}"),
    ("a token of Slack", r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"),
    ("a key of Stripe", r"\b[rs]k_live_[A-Za-z0-9]{20,}"),
    ("a token of npm", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("a token of PyPI", r"\bpypi-AgE[A-Za-z0-9_-]{50,}"),
    ("a token of Vault", r"\bhv[bs]\.[A-Za-z0-9_-]{24,}"),
    ("a token of DigitalOcean", r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("a key of SendGrid", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    ("a key of Google", r"\bAIza[A-Za-z0-9_-]{35}\b"),
    ("a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
];

static PATTERNS: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(FORMS.map(|(_, form)| form)).ok());

fn check(view: &View<'_>, found: &mut Found) {
    for (number, text) in view.texts.long() {
        let Some(what) = secret_in(text) else { continue };
        let Some(object) = view.object(number).filter(|object| object.verbatim.is_none()) else { continue };
        let Some(field) = texts::locate(&object.value, text).filter(|_| !object.names().is("", "Secret")) else {
            continue;
        };
        let message = format!("{} of {} holds {what}", field.dotted(), object.identity());
        let help = "withdraw it where it was issued, and refer to a Secret that is encrypted or fetched";
        found.push(Finding::new(number, field, message, help).confidential());
    }
}

/// What kind of secret a text of at least [`texts::SHORTEST`] bytes holds: no secret of these forms is shorter.
fn secret_in(text: &str) -> Option<&'static str> {
    let patterns = PATTERNS.as_ref()?;
    // Nearly no text holds one, which is told by the first letters of all forms, at once.
    if !patterns.is_match(text) {
        return None;
    }
    let first = patterns.matches(text).iter().next()?;
    FORMS.get(first).map(|(what, _)| *what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_regular_expressions() {
        assert!(PATTERNS.is_some());
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n", "MIIEow".repeat(12));
        let armoured = format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{}\n", "lQdGBG".repeat(12));
        let rows = [
            (key, Some("a private key")),
            (armoured, Some("a private key")),
            (format!("AGE-SECRET-KEY-1{}", "Q".repeat(58)), Some("an age key")),
            (format!("token=ghp_{}", "a1".repeat(18)), Some("a token of GitHub")),
            (format!("glpat-{}", "x".repeat(20)), Some("a token of GitLab")),
            (format!("hvs.{}", "x".repeat(24)), Some("a token of Vault")),
            (format!("Bearer eyJ{0}.eyJ{0}.{0}", "abc123".repeat(5)), Some("a JSON Web Token")),
            ("grep -q -- '-----BEGIN PRIVATE KEY-----' /etc/tls/tls.key".to_owned(), None),
            (format!("-----BEGIN CERTIFICATE-----\n{}", "MIIEow".repeat(12)), None),
            (format!("-----BEGIN PUBLIC KEY-----\n{}", "MIIEow".repeat(12)), None),
            ("ghp_short and glpat-x in the manual".to_owned(), None),
            ("registry.example.org/mirror/nginx-unprivileged:1.29-alpine".to_owned(), None),
        ];
        for (text, expected) in rows {
            assert_eq!(secret_in(&text), expected, "{text}");
        }
    }
}
