//! `bayplan explain`: what a code means, why a field or a value is what it is, and what a line feeds.

mod annotated;
mod code;
mod fleet;
mod human;
mod json;
mod object;
mod uses;
mod values;

use super::args::Global;
use super::exit::{CliError, ExitStatus};
use super::filter::FilterArgs;
use super::report::Report;
use crate::explain::Target;
use crate::explain::target::Fault;
use crate::failure::Failed;
use clap::Args;
pub use human::Paint;

/// Tell why a field or a value is what it is, what a line feeds, or what a diagnostic's code means
///
/// TARGET is a rendered file, with or without a line, wherever it was copied from; an object as
/// CLUSTER/ENVIRONMENT/NAMESPACE/KIND/NAME (CLUSTER/cluster/KIND/NAME and CLUSTER/delivery/KIND/NAME for those of a cluster);
/// SITE@ENVIRONMENT or SITE@ENVIRONMENT@CLUSTER for the values of a deployment; or a code, which holds neither / nor @.
///
/// Without FIELD the whole object, or all values, with the place that each comes from.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  bayplan explain rendered/stable/production/acme-portal/app/deployment-portal-web.yaml:23\n  \
                  bayplan explain stable/production/acme-portal/Deployment/portal-web spec.template.spec.containers[web].image\n  \
                  bayplan explain portal@production image.tag\n  \
                  bayplan explain --uses site-specs/tenants/acme.yaml:12\n  \
                  bayplan explain dangling-reference"
)]
pub struct ExplainArgs {
    /// A rendered path with or without :LINE, an object, SITE@ENVIRONMENT[@CLUSTER], or a code
    #[arg(value_name = "TARGET|CODE", required_unless_present = "uses", conflicts_with = "uses")]
    pub target: Option<String>,
    /// A field of the object or a path of the values, such as spec.containers[web].image or /spec/replicas
    #[arg(value_name = "FIELD")]
    pub field: Option<String>,
    /// Tell what this file, or this line of it, leads to: which values, in which deployments, which fields of which objects
    #[arg(long, value_name = "FILE[:LINE]")]
    pub uses: Option<String>,
    /// Explain a commit's fleet instead of the work tree's
    #[arg(long, value_name = "REV")]
    pub source: Option<String>,
    #[command(flatten)]
    pub filter: FilterArgs,
}

pub fn run(args: &ExplainArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    if let Some(file) = &args.uses {
        return uses::run(file, args, global, report);
    }
    let text = args.target.as_deref().unwrap_or_default();
    if !text.contains(['/', '@']) {
        return code::run(text, args.field.as_deref(), report);
    }
    match Target::parse(text) {
        Ok(Target::Values { site, environment, cluster }) => {
            let asked = values::Asked { site: &site, environment: &environment, cluster: cluster.as_deref() };
            values::run(&asked, args, global, report)
        }
        Ok(Target::File { place, path, line }) => object::of_file(&place, &path, line, text, args, global, report),
        Ok(Target::Object { place, kind, name }) => object::of_object(&place, &kind, &name, args, global, report),
        Err(fault) => Err(no_target(text, fault).into()),
    }
}

fn no_target(text: &str, fault: Fault) -> CliError {
    let help = match fault {
        Fault::Values => "values are asked for as SITE@ENVIRONMENT or SITE@ENVIRONMENT@CLUSTER",
        Fault::Path => {
            "a rendered file lies in CLUSTER/ENVIRONMENT/NAMESPACE/LAYER/, CLUSTER/cluster/LAYER/ or CLUSTER/delivery/; of \
             a spec or a template ask `bayplan explain --uses FILE`"
        }
        Fault::Object => {
            "an object is CLUSTER/ENVIRONMENT/NAMESPACE/KIND/NAME, CLUSTER/cluster/KIND/NAME or CLUSTER/delivery/KIND/NAME"
        }
    };
    CliError::Usage { message: format!("`{text}` is nothing that can be explained"), help: Some(help.to_owned()) }
}
