//! What a person asks about: a rendered path, an object by its identity, or the values of a deployment.

use crate::emit::{CLUSTER_FOLDER, DELIVERY_FOLDER};
use crate::spec::common::Layer;

/// A target as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file of the output tree, whatever folder or revision it was copied from.
    File { place: Place, path: String, line: Option<usize> },
    Object { place: Place, kind: String, name: String },
    Values { site: String, environment: String, cluster: Option<String> },
}

/// The unit that an object is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Namespace { cluster: String, environment: String, namespace: String },
    /// A cluster's own objects; those of no namespace have none.
    Cluster { cluster: String, namespace: Option<String> },
    Delivery { cluster: String },
}

/// Why a text is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Values,
    Path,
    Object,
}

impl Place {
    pub fn cluster(&self) -> &str {
        match self {
            Place::Namespace { cluster, .. } | Place::Cluster { cluster, .. } | Place::Delivery { cluster } => cluster,
        }
    }

    pub fn environment(&self) -> Option<&str> {
        match self {
            Place::Namespace { environment, .. } => Some(environment),
            Place::Cluster { .. } | Place::Delivery { .. } => None,
        }
    }
}

impl Target {
    /// Reads a target: it holds `/` or `@`.
    pub fn parse(text: &str) -> Result<Target, Fault> {
        if !text.contains('/') {
            return values(text).ok_or(Fault::Values);
        }
        let (path, line) = without_line(text);
        // `git show REV:PATH`: what is before the colon is no part of the tree.
        let path = path.rsplit_once(':').map_or(path, |(_, path)| path);
        let segments: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
        if path.ends_with(".yaml")
            && let Some(target) = file(&segments, line)
        {
            return Ok(target);
        }
        object(&segments).ok_or(if path.ends_with(".yaml") { Fault::Path } else { Fault::Object })
    }
}

fn values(text: &str) -> Option<Target> {
    let mut parts = text.split('@');
    let (site, environment, cluster) = (parts.next()?, parts.next()?, parts.next());
    let is_whole = parts.next().is_none() && !site.is_empty() && !environment.is_empty() && cluster != Some("");
    is_whole.then(|| Target::Values {
        site: site.to_owned(),
        environment: environment.to_owned(),
        cluster: cluster.map(str::to_owned),
    })
}

/// A path without the `:LINE` or `:LINE:COLUMN` behind it.
pub fn without_line(text: &str) -> (&str, Option<usize>) {
    let mut path = text;
    let mut line = None;
    for _ in 0..2 {
        let Some((before, Ok(number))) = path.rsplit_once(':').map(|(path, last)| (path, last.parse::<usize>())) else {
            break;
        };
        (path, line) = (before, Some(number));
    }
    (path, line)
}

/// A path of the output tree, whatever is in front of it: its end tells what it is.
fn file(segments: &[&str], line: Option<usize>) -> Option<Target> {
    let is_layer = |name: &str| Layer::from_name(name).is_some();
    let (place, count) = match segments {
        [.., cluster, CLUSTER_FOLDER, layer, namespace, _] if is_layer(layer) => {
            (Place::Cluster { cluster: (*cluster).to_owned(), namespace: Some((*namespace).to_owned()) }, 5)
        }
        [.., cluster, CLUSTER_FOLDER, layer, _] if is_layer(layer) => {
            (Place::Cluster { cluster: (*cluster).to_owned(), namespace: None }, 4)
        }
        [.., cluster, DELIVERY_FOLDER, _] => (Place::Delivery { cluster: (*cluster).to_owned() }, 3),
        [.., cluster, environment, namespace, layer, _] if is_layer(layer) => {
            (namespace_place(cluster, environment, namespace), 5)
        }
        _ => return None,
    };
    Some(Target::File { place, path: segments[segments.len() - count..].join("/"), line })
}

fn object(segments: &[&str]) -> Option<Target> {
    let (place, kind, name) = match segments {
        [cluster, CLUSTER_FOLDER, kind, name] => {
            (Place::Cluster { cluster: (*cluster).to_owned(), namespace: None }, kind, name)
        }
        [cluster, CLUSTER_FOLDER, namespace, kind, name] => {
            (Place::Cluster { cluster: (*cluster).to_owned(), namespace: Some((*namespace).to_owned()) }, kind, name)
        }
        [cluster, DELIVERY_FOLDER, kind, name] => (Place::Delivery { cluster: (*cluster).to_owned() }, kind, name),
        [cluster, environment, namespace, kind, name] => (namespace_place(cluster, environment, namespace), kind, name),
        _ => return None,
    };
    Some(Target::Object { place, kind: (*kind).to_owned(), name: (*name).to_owned() })
}

fn namespace_place(cluster: &str, environment: &str, namespace: &str) -> Place {
    Place::Namespace {
        cluster: cluster.to_owned(),
        environment: environment.to_owned(),
        namespace: namespace.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        namespace_place("stable", "production", "acme")
    }

    #[test]
    fn a_path_is_known_by_its_end_whatever_stands_before_it() {
        let tail = "stable/production/acme/app/deployment-web.yaml";
        for text in ["", "rendered/", "./snapshots/", "/srv/stable/x/rendered/", "rendered:", "HEAD~1:a/b/"] {
            let expected = Target::File { place: place(), path: tail.to_owned(), line: None };
            assert_eq!(Target::parse(&format!("{text}{tail}")), Ok(expected), "{text}");
        }
        for line in [":23", ":23:7"] {
            let expected = Target::File { place: place(), path: tail.to_owned(), line: Some(23) };
            assert_eq!(Target::parse(&format!("rendered/{tail}{line}")), Ok(expected));
        }
    }

    #[test]
    fn cluster_and_delivery_have_paths_of_their_own() {
        let own = |namespace: Option<&str>| Place::Cluster {
            cluster: "stable".to_owned(),
            namespace: namespace.map(str::to_owned),
        };
        let place_of = |text: &str| match Target::parse(text) {
            Ok(Target::File { place, .. } | Target::Object { place, .. }) => Some(place),
            Ok(Target::Values { .. }) | Err(_) => None,
        };
        assert_eq!(place_of("rendered/stable/cluster/platform/storageclass-a.yaml"), Some(own(None)));
        assert_eq!(place_of("stable/cluster/platform/gateway/gateway-a.yaml:3"), Some(own(Some("gateway"))));
        assert_eq!(place_of("stable/cluster/StorageClass/a"), Some(own(None)));
        assert_eq!(place_of("stable/cluster/gateway/Gateway/a"), Some(own(Some("gateway"))));
        assert_eq!(place_of("stable/delivery/kustomization-a.yaml"), Some(Place::Delivery { cluster: "stable".to_owned() }));
    }

    #[test]
    fn objects_may_have_dots_in_their_names_and_values_have_no_slash() {
        let name = Target::Object { place: place(), kind: "ConfigMap".to_owned(), name: "a.yaml".to_owned() };
        assert_eq!(Target::parse("stable/production/acme/ConfigMap/a.yaml"), Ok(name));
        let values = |cluster: Option<&str>| Target::Values {
            site: "portal".to_owned(),
            environment: "staging".to_owned(),
            cluster: cluster.map(str::to_owned),
        };
        assert_eq!(Target::parse("portal@staging"), Ok(values(None)));
        assert_eq!(Target::parse("portal@staging@stable"), Ok(values(Some("stable"))));
        assert_eq!(Target::parse("portal@"), Err(Fault::Values));
        assert_eq!(Target::parse("a/b"), Err(Fault::Object));
        assert_eq!(Target::parse("a/b.yaml"), Err(Fault::Path));
    }
}
