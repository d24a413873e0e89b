//! Which layer an object is applied in, from its kind, its owner and the annotation `bayplan/layer`.

use super::UnitContext;
use super::codes::{JOB_RUN, LAYER_NOT_ALLOWED};
use crate::delivery::argocd::{SYNC_WAVE, sync_wave};
use crate::diag::{Diagnostic, Diagnostics};
use crate::near;
use crate::object::{Object, Owner};
use crate::pointer::Pointer;
use crate::spec::common::Layer;
use crate::spec::fleet::DeliveryKind;
use crate::spec::template::Run;

const LAYER: &str = "bayplan/layer";
const RUN: &str = "bayplan/run";

/// Reads `bayplan/layer` and `bayplan/run`, takes them off, and sets layer and run.
pub fn assign(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) {
    if object.verbatim.is_some() {
        return;
    }
    let asked = read_layer(object, context, diagnostics);
    object.run = read_run(object, context, diagnostics);
    let default = match object.owner {
        _ if object.is_volume_kind() => Layer::Data,
        Owner::Cluster | Owner::Namespace => Layer::Platform,
        Owner::Site(_) if object.run.is_some() => Layer::After,
        Owner::Site(_) => Layer::App,
    };
    object.layer = default;
    let Some(asked) = asked else { return };
    let refusal = match object.owner {
        _ if asked == default => None,
        _ if object.is_volume_kind() => Some("claims, volumes and snapshots are always in the layer data".to_owned()),
        Owner::Cluster | Owner::Namespace => {
            Some("what namespace and cluster templates write is always in the layer platform".to_owned())
        }
        Owner::Site(_) if asked == Layer::Platform => {
            Some("the layer platform is for namespace and cluster templates".to_owned())
        }
        Owner::Site(_) => None,
    };
    match refusal {
        Some(reason) => {
            let message = format!("{} may not be in the layer {}", object.identity(), asked.name());
            report(object, context, &LAYER_NOT_ALLOWED, LAYER, message, &reason, diagnostics);
        }
        None => object.layer = asked,
    }
    object.remove_annotation(LAYER);
}

/// On Argo CD clusters, gives an object the wave of its layer, unless its template gave it one.
pub fn order(object: &mut Object<'_>, context: &UnitContext<'_>) {
    let is_ours = object.origin.rendered.is_none();
    if context.delivery == DeliveryKind::Argocd && !is_ours && object.annotation(SYNC_WAVE).is_none() {
        object.set_annotation(SYNC_WAVE, sync_wave(object.layer));
    }
}

fn read_layer(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) -> Option<Layer> {
    let text = object.annotation(LAYER)?.to_owned();
    let layer = Layer::from_name(&text);
    if layer.is_none() {
        let help = near::hint(&text, Layer::ALL.map(Layer::name)).unwrap_or_default();
        let message = format!("`{text}` is no layer");
        report(object, context, &LAYER_NOT_ALLOWED, LAYER, message, &help, diagnostics);
        object.remove_annotation(LAYER);
    }
    layer
}

fn read_run(object: &mut Object<'_>, context: &UnitContext<'_>, diagnostics: &mut Diagnostics) -> Option<Run> {
    let text = object.annotation(RUN)?.to_owned();
    let run = Run::from_name(&text);
    let is_site_job = object.kind() == "Job" && object.group() == "batch" && matches!(object.owner, Owner::Site(_));
    if run.is_none() {
        let message = format!("bayplan/run is `once` or `on-change`, found `{text}`");
        report(object, context, &JOB_RUN, RUN, message, "write `once` or `on-change`", diagnostics);
    } else if !is_site_job {
        let message = format!("bayplan/run stands on a Job of a site, not on {}", object.identity());
        report(object, context, &JOB_RUN, RUN, message, "remove the annotation", diagnostics);
    }
    object.remove_annotation(RUN);
    run.filter(|_| is_site_job)
}

fn report(
    object: &Object<'_>,
    context: &UnitContext<'_>,
    code: &'static crate::diag::Code,
    annotation: &str,
    message: String,
    help: &str,
    diagnostics: &mut Diagnostics,
) {
    let pointer = Pointer::from_segments(["metadata", "annotations", annotation]);
    let diagnostic = Diagnostic::error(code, message)
        .about(object.name())
        .at(object.origin.locate(&pointer), "written here")
        .help(help);
    diagnostics.push(context.of_owner(diagnostic, object.owner));
}
