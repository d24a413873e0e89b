//! `image-name`: images whose name no registry can have.

use super::{Check, ERROR, Finding, Found, Rule, Standing};
use crate::diag::Code;
use crate::validate::view::View;
use crate::validate::view::image::{Image, fault};

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
    for image in Image::of(&view.pods) {
        let Some(fault) = fault(image.text) else { continue };
        let message = format!("the image of {} is no image reference", image.owner());
        found.push(Finding::new(image.object(), image.field(), message, fault).sort(image.text));
    }
}
