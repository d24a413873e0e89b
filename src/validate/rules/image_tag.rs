//! `image-tag`: images without a tag.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::validate::view::image::ImageName;
use crate::validate::view::{View, text};

pub static CODE: Code = Code {
    name: "image-tag",
    explanation: "A container's image has neither a tag nor a digest, so the registry gives `latest`: what runs depends on when \
                  each node fetched it. Write the version, such as `nginx:1.29.1`.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "an image without a tag",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        for container in &pod.containers {
            let image = text(container.value, "image");
            let name = ImageName::of(image);
            if !image.is_empty() && name.tag.is_none() && name.digest.is_none() {
                let message = format!("{} of {} has an image without a tag", container.title(), view.name_of(pod));
                let help = format!("name the version: `{image}:VERSION`");
                let field = container.pointer().child("image");
                found.push(Finding::new(pod.object, field, message, help).sort(image));
            }
        }
    }
}
