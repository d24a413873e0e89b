//! Delivery settings of a cluster: the Fleet's, overridden by the Cluster's, with the defaults in place.

use crate::spec::fleet::{Delivery, DeliveryKind, Destination};

/// Settings with every default in place.
#[derive(Debug, Clone)]
pub struct Settings {
    pub kind: DeliveryKind,
    /// Empty only where `kind` is `none`, or an error was reported.
    pub url: String,
    pub secret_ref: Option<String>,
    pub namespace: String,
    pub interval: String,
    pub source_interval: String,
    pub retry_interval: String,
    pub timeout: String,
    pub account: String,
    pub tenant_role: String,
    /// A Mustache string that sees `fleet`, `cluster` and `tenant`.
    pub sops_secret_ref: String,
    pub destination: Option<Destination>,
}

impl Settings {
    /// A field that the cluster sets wins over the fleet's.
    pub fn new(fleet: &Delivery, cluster: &Delivery) -> Self {
        let kind = cluster.kind.or(fleet.kind).unwrap_or(DeliveryKind::None);
        let text = |field: fn(&Delivery) -> &Option<String>| field(cluster).clone().or_else(|| field(fleet).clone());
        let or =
            |field: fn(&Delivery) -> &Option<String>, default: &str| text(field).unwrap_or_else(|| default.to_owned());
        let namespace = match kind {
            DeliveryKind::Argocd => "argocd",
            DeliveryKind::Flux | DeliveryKind::None => "flux-system",
        };
        Settings {
            kind,
            url: or(|delivery| &delivery.url, ""),
            secret_ref: text(|delivery| &delivery.secret_ref),
            namespace: or(|delivery| &delivery.namespace, namespace),
            interval: or(|delivery| &delivery.interval, "60m"),
            source_interval: or(|delivery| &delivery.source_interval, "1m"),
            retry_interval: or(|delivery| &delivery.retry_interval, "2m"),
            timeout: or(|delivery| &delivery.timeout, "10m"),
            account: or(|delivery| &delivery.account, "kustomize-controller"),
            tenant_role: or(|delivery| &delivery.tenant_role, "bayplan-tenant"),
            sops_secret_ref: cluster
                .sops
                .as_ref()
                .or(fleet.sops.as_ref())
                .map_or_else(|| "sops-{{tenant.name}}".to_owned(), |sops| sops.secret_ref.clone()),
            destination: cluster.destination.clone().or_else(|| fleet.destination.clone()),
        }
    }
}
