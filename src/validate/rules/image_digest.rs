//! `image-digest`: images in production that are not pinned.

use super::{Check, DefaultSeverity, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::spec::fleet::RuleSeverity;
use crate::validate::view::image::ImageName;
use crate::validate::view::{View, text};

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
    for pod in &view.pods {
        for container in &pod.containers {
            let image = text(container.value, "image");
            if !image.is_empty() && ImageName::of(image).digest.is_none() {
                let message = format!("{} of {} has an image without a digest", container.title(), view.name_of(pod));
                let help = format!("name the bytes that are meant: `{image}@sha256:DIGEST`");
                let field = container.pointer().child("image");
                found.push(Finding::new(pod.object, field, message, help).sort(image));
            }
        }
    }
}
