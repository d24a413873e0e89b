//! `image-name`: images whose name no registry can have.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::validate::view::image;
use crate::validate::view::{View, text};

pub static CODE: Code = Code {
    name: "image-name",
    explanation: "The image of a container is no image reference, so that its pods stay in InvalidImageName. A reference is \
                  `[REGISTRY[:PORT]/]PATH[:TAG][@DIGEST]`: the path has lower-case letters, digits, `.`, `_`, `-` and `/`; the tag has \
                  at most 128 letters, digits, `.`, `_` and `-`; a digest is `sha256:` and 64 hex digits. It has no `https://` in \
                  front. The API server takes anything.",
};

pub const RULE: Rule = Rule {
    code: &CODE,
    summary: "an image whose name is none",
    severity: ERROR,
    standing: Standing::Adjustable,
    check: Check::Unit(check),
};

fn check(view: &View<'_>, found: &mut Found) {
    for pod in &view.pods {
        for container in &pod.containers {
            let image = text(container.value, "image");
            let Some(fault) = image::fault(image).filter(|_| !image.is_empty()) else { continue };
            let message = format!("the image of {} of {} is no image reference", container.title(), view.name_of(pod));
            let field = container.pointer().child("image");
            found.push(Finding::new(pod.object, field, message, fault).sort(image));
        }
    }
}
