//! `image-latest`: images of the tag `latest`.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::validate::view::View;
use crate::validate::view::image::{Image, ImageName};

pub static CODE: Code = Code {
    name: "image-latest",
    explanation: "A container's image has the tag `latest`, which moves: two nodes may run different versions, a restart may bring \
                  an upgrade that nobody reviewed, and there is no way back. Write the version. A digest beside the tag is fine.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "an image of the tag latest",
    severity: WARNING,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for image in Image::of(&view.pods) {
        let name = ImageName::of(image.text);
        if name.tag == Some("latest") && name.digest.is_none() {
            let message = format!("{} has an image of the tag latest", image.owner());
            let help = "name a version, or add the digest of the one that is meant";
            found.push(Finding::new(image.object(), image.field(), message, help).sort("latest"));
        }
    }
}
