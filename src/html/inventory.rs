//! The inventory of a fleet as a page: a matrix of sites and environments, then clusters and namespaces.

use super::{Page, select, tile, words};
use crate::inventory::version::{repository, shown};
use crate::inventory::{Claim, Deployment, Environment, Image, Inventory, Namespace, Since, Site};
use crate::spec::State;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};

/// The page of an inventory; `origin` says what it was made from.
pub fn page(fleet: &str, origin: &str, inventory: &Inventory) -> String {
    let title = format!("Fleet {fleet}");
    Page { title: &title, origin, body: body(inventory) }.into_text()
}

fn body(inventory: &Inventory) -> Markup {
    let count = |is: &dyn Fn(&Deployment) -> bool| inventory.deployments().filter(|deployment| is(deployment)).count();
    let behind = inventory.sites.values().filter(|site| is_behind(site)).count();
    html! {
        ul.tiles {
            (tile(inventory.sites.len(), "sites", ""))
            (tile(count(&|_| true), "deployments", ""))
            (tile(inventory.clusters.len(), "clusters", ""))
            (tile(inventory.namespaces.len(), "namespaces", ""))
            (tile(behind, "sites whose later environments lag", if behind > 0 { "warn" } else { "good" }))
            (tile(count(&|deployment| deployment.state == State::Disabled), "disabled", ""))
        }
        (filters(inventory))
        section aria-labelledby="sites" data-section="site" {
            h2 #sites { "Sites" }
            (matrix(inventory))
        }
        section aria-labelledby="namespaces" data-section="namespace" {
            h2 #namespaces { "Namespaces, quotas and storage" }
            (namespaces(&inventory.namespaces))
        }
        h2 #clusters { "Clusters" }
        (clusters(inventory))
    }
}

fn filters(inventory: &Inventory) -> Markup {
    let tenants: BTreeSet<&str> = inventory.sites.values().map(|site| site.tenant.as_str()).collect();
    let templates: BTreeSet<&str> = inventory.deployments().map(|row| row.template.as_str()).collect();
    html! {
        form.filters.no-script role="search" aria-label="Filter sites and namespaces" {
            label { span { "Search (press /)" } input type="search" data-filter="text" placeholder="site, image, host, claim"; }
            (select("tenant", "Tenant", tenants))
            (select("environment", "Environment", inventory.environments.iter().map(|row| row.name.as_str())))
            (select("cluster", "Cluster", inventory.clusters.keys().map(String::as_str)))
            (select("template", "Template", templates))
            label.check { input type="checkbox" data-filter="flags" value="behind"; "lagging" }
            label.check { input type="checkbox" data-filter="flags" value="disabled"; "disabled" }
            button type="reset" { "Clear" }
            output aria-live="polite" {}
        }
    }
}

fn matrix(inventory: &Inventory) -> Markup {
    html! {
        table.matrix.cards {
            caption { "A row is a site, a column an environment. Images are those of the containers that serve the site; the rest is under Details." }
            thead {
                tr {
                    th scope="col" { "Site" }
                    @for environment in &inventory.environments {
                        th scope="col" {
                            (environment.name)
                            @if environment.tier != environment.name { " " span.soft { (environment.tier) } }
                        }
                    }
                }
            }
            tbody {
                @for (name, site) in &inventory.sites { (row(name, site, &inventory.environments)) }
            }
        }
    }
}

fn row(name: &str, site: &Site, environments: &[Environment]) -> Markup {
    let all = || site.deployments.values().flatten();
    let templates: BTreeSet<&str> = all().map(|deployment| deployment.template.as_str()).collect();
    let clusters: BTreeSet<&str> = all().map(|deployment| deployment.cluster.as_str()).collect();
    let is_disabled = all().any(|deployment| deployment.state == State::Disabled);
    let flags = [("behind", is_behind(site)), ("disabled", is_disabled)];
    html! {
        tr data-row=""
            data-tenant=(words([site.tenant.as_str()]))
            data-template=(words(templates.iter().copied()))
            data-environment=(words(site.deployments.keys().map(String::as_str)))
            data-cluster=(words(clusters))
            data-flags=(words(flags.into_iter().filter(|(_, is)| *is).map(|(flag, _)| flag)))
        {
            th scope="row" {
                (name)
                div.soft { (site.tenant) ", " (templates.into_iter().collect::<Vec<_>>().join(", ")) }
            }
            @for environment in environments {
                @match site.deployments.get(&environment.name) {
                    Some(deployments) => td data-label=(environment.name) {
                        @for deployment in deployments { (cell(deployment)) }
                    },
                    None => td.empty { span.soft { "none" } },
                }
            }
        }
    }
}

fn cell(deployment: &Deployment) -> Markup {
    let main = || deployment.images.iter().filter(|image| image.is_main);
    html! {
        div.cell {
            span.badge { (deployment.cluster) }
            @if deployment.state == State::Disabled { " " span.badge.warn { "disabled" } }
            @for image in main() { (main_image(image)) }
            details {
                summary { "Details" }
                dl {
                    dt { "Namespace" }
                    dd { code { (deployment.namespace) } }
                    @if !deployment.hosts.is_empty() {
                        dt { "Hosts" }
                        @for host in &deployment.hosts { dd { (host) } }
                    }
                    @for image in &deployment.images {
                        dt { "Image of " (image.workloads.iter().cloned().collect::<Vec<_>>().join(", ")) }
                        dd { code { (image.name) } (since(image)) }
                    }
                    @if !deployment.claims.is_empty() {
                        dt { "Claims" }
                        @for claim in &deployment.claims { dd { (self::claim(claim)) } }
                    }
                }
            }
        }
    }
}

fn main_image(image: &Image) -> Markup {
    let short = repository(&image.name).rsplit('/').next().unwrap_or_default();
    html! {
        span.image title=(image.name) {
            (short) " " code { (shown(&image.name)) }
            (since(image))
            @for lag in &image.lags {
                " "
                @if lag.is_newer {
                    span.badge.warn { "lags " (lag.environment) ": " (lag.version) }
                } @else {
                    span.badge.info { (lag.environment) " has " (lag.version) }
                }
            }
        }
    }
}

fn since(image: &Image) -> Markup {
    html! {
        @match image.since {
            Some(Since::Day(day)) => span.soft.since { " since " (day) },
            Some(Since::AtLeast(day)) => span.soft.since { " since " (day) " or earlier" },
            Some(Since::Unpublished) => { " " span.badge.info { "not published" } },
            None => {},
        }
    }
}

fn is_behind(site: &Site) -> bool {
    let images = site.deployments.values().flatten().flat_map(|deployment| &deployment.images);
    images.flat_map(|image| &image.lags).any(|lag| lag.is_newer)
}

fn claim(claim: &Claim) -> Markup {
    html! {
        code { (claim.name) } " " strong { (claim.size) }
        span.soft {
            @if !claim.class.is_empty() { " " (claim.class) }
            @if !claim.modes.is_empty() { " " (claim.modes.join(", ")) }
        }
    }
}

fn namespaces(namespaces: &[Namespace]) -> Markup {
    html! {
        table.matrix.cards {
            caption { "What a namespace may use at most, and the claims in it." }
            thead { tr { @for head in ["Namespace", "Where", "Sites", "Quota", "Claims"] { th scope="col" { (head) } } } }
            tbody {
                @for namespace in namespaces {
                    tr data-row=""
                        data-tenant=(words([namespace.tenant.as_str()]))
                        data-environment=(words([namespace.environment.as_str()]))
                        data-cluster=(words([namespace.cluster.as_str()]))
                    {
                        th scope="row" { (namespace.name) div.soft { (namespace.tenant) } }
                        td data-label="Where" { (namespace.environment) " on " (namespace.cluster) }
                        td data-label="Sites" { (namespace.sites.join(", ")) }
                        td data-label="Quota" { (quota(&namespace.quota)) }
                        td data-label="Claims" {
                            @if namespace.claims.is_empty() { span.soft { "none" } }
                            @else { ul { @for claim in &namespace.claims { li { (self::claim(claim)) } } } }
                        }
                    }
                }
            }
        }
    }
}

fn quota(hard: &BTreeMap<String, String>) -> Markup {
    html! {
        @if hard.is_empty() { span.soft { "no quota" } }
        @else { ul { @for (resource, amount) in hard { li { (resource) " " strong { (amount) } } } } }
    }
}

fn clusters(inventory: &Inventory) -> Markup {
    html! {
        table.cards {
            thead { tr { @for head in ["Cluster", "Kubernetes", "Namespaces", "Deployments"] { th scope="col" { (head) } } } }
            tbody {
                @for (name, cluster) in &inventory.clusters {
                    tr {
                        th scope="row" { (name) }
                        td data-label="Kubernetes" { (cluster.kubernetes_version) }
                        td data-label="Namespaces" { (cluster.namespaces) }
                        td data-label="Deployments" { (cluster.deployments) }
                    }
                }
            }
        }
    }
}
