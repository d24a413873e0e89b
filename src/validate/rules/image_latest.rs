//! `image-latest`: images of the tag `latest`.

use super::{Check, Finding, Found, Rule, Standing, WARNING};
use crate::diag::Code;
use crate::validate::view::image::ImageName;
use crate::validate::view::{View, text};

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
    for pod in &view.pods {
        for container in &pod.containers {
            let name = ImageName::of(text(container.value, "image"));
            if name.tag == Some("latest") && name.digest.is_none() {
                let message = format!("{} of {} has an image of the tag latest", container.title(), view.name_of(pod));
                let help = "name a version, or add the digest of the one that is meant";
                let field = container.pointer().child("image");
                found.push(Finding::new(pod.object, field, message, help).sort("latest"));
            }
        }
    }
}
