//! `image-tag`: images without a tag.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::validate::view::View;
use crate::validate::view::image::{Image, ImageName};

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
    for image in Image::of(&view.pods) {
        let name = ImageName::of(image.text);
        if name.tag.is_none() && name.digest.is_none() {
            let message = format!("{} has an image without a tag", image.owner());
            let help = format!("name the version: `{}:VERSION`", image.text);
            found.push(Finding::new(image.object(), image.field(), message, help).sort(image.text));
        }
    }
}
