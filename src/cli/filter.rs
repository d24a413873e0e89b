//! The flags that narrow a command to some deployments.

use crate::pipeline::Filter;
use clap::Args;

/// Which deployments a command is about. One flag repeated means or, different flags mean and.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Filter")]
pub struct FilterArgs {
    /// Only this cluster; may be repeated
    #[arg(long, value_name = "NAME")]
    pub cluster: Vec<String>,
    /// Only this environment; may be repeated
    #[arg(long, value_name = "NAME")]
    pub environment: Vec<String>,
    /// Only this site; may be repeated
    #[arg(long, value_name = "NAME")]
    pub site: Vec<String>,
    /// Only this tenant; may be repeated
    #[arg(long, value_name = "NAME")]
    pub tenant: Vec<String>,
}

impl FilterArgs {
    pub fn to_filter(&self) -> Filter {
        Filter {
            clusters: self.cluster.clone(),
            environments: self.environment.clone(),
            sites: self.site.clone(),
            tenants: self.tenant.clone(),
        }
    }
}
