//! `image-digest`: images in production that are not pinned.

use super::{Check, DefaultSeverity, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::spec::fleet::RuleSeverity;
use crate::validate::view::View;
use crate::validate::view::image::{Image, ImageName};

pub static CODE: Code = Code {
    name: "image-digest",
    explanation: "A container's image in production is named by a tag alone. A tag can be moved to other bytes by whoever can push \
                  to the registry; a digest (`@sha256:…`) cannot. `crane digest IMAGE` or `docker buildx imagetools inspect \
                  IMAGE` prints it, and Renovate keeps it up to date. The tag may stay in front of it, for readers.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "an image without a digest in production",
    severity: DefaultSeverity { everywhere: RuleSeverity::Off, tiers: &[("production", RuleSeverity::Warning)] },
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for image in Image::of(&view.pods) {
        if ImageName::of(image.text).digest.is_none() {
            let message = format!("{} has an image without a digest", image.owner());
            let help = format!("name the bytes that are meant: `{}@sha256:DIGEST`", image.text);
            found.push(Finding::new(image.object(), image.field(), message, help).sort(image.text));
        }
    }
}
