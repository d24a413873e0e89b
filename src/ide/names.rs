//! Which fields of specs hold names of other specs and of files: one table for completion, definitions and references.

use crate::pointer::Pointer;
use crate::spec::Kind;

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Spec(Kind),
    /// A file, relative to the fleet's folder.
    File,
    /// A tier: environments have one, clusters list those that they accept.
    Tier,
    /// The code of a gate or a rule.
    Change,
}

/// One sort of field. In `path` a `*` stands for any key or index.
struct Field {
    kind: Kind,
    path: &'static [&'static str],
    is_key: bool,
    named: Named,
}

const fn value(kind: Kind, path: &'static [&'static str], named: Named) -> Field {
    Field { kind, path, is_key: false, named }
}

const fn key(kind: Kind, path: &'static [&'static str], named: Named) -> Field {
    Field { kind, path, is_key: true, named }
}

const CLUSTER: Named = Named::Spec(Kind::Cluster);
const ENVIRONMENT: Named = Named::Spec(Kind::Environment);
const TENANT: Named = Named::Spec(Kind::Tenant);
const SITE: Named = Named::Spec(Kind::Site);
const TEMPLATE: Named = Named::Spec(Kind::Template);

static FIELDS: &[Field] = &[
    value(Kind::Fleet, &["spec", "snapshots", "sites", "*"], SITE),
    value(Kind::Cluster, &["spec", "accepts", "*"], Named::Tier),
    value(Kind::Cluster, &["spec", "templates", "*"], TEMPLATE),
    key(Kind::Cluster, &["spec", "replace", "*"], TEMPLATE),
    value(Kind::Cluster, &["spec", "replace", "*"], TEMPLATE),
    value(Kind::Cluster, &["spec", "facts", "terraformOutput"], Named::File),
    value(Kind::Environment, &["spec", "tier"], Named::Tier),
    value(Kind::Environment, &["spec", "clusters", "*"], CLUSTER),
    value(Kind::Environment, &["spec", "cluster"], CLUSTER),
    value(Kind::Environment, &["spec", "template"], TEMPLATE),
    value(Kind::Environment, &["spec", "like"], ENVIRONMENT),
    key(Kind::Environment, &["spec", "replace", "*"], TEMPLATE),
    value(Kind::Environment, &["spec", "replace", "*"], TEMPLATE),
    value(Kind::Tenant, &["spec", "clusters", "*"], CLUSTER),
    key(Kind::Tenant, &["spec", "replace", "*"], TEMPLATE),
    value(Kind::Tenant, &["spec", "replace", "*"], TEMPLATE),
    key(Kind::Tenant, &["spec", "environments", "*"], ENVIRONMENT),
    value(Kind::Tenant, &["spec", "environments", "*", "clusters", "*"], CLUSTER),
    value(Kind::Site, &["spec", "tenant"], TENANT),
    value(Kind::Site, &["spec", "template"], TEMPLATE),
    value(Kind::Site, &["spec", "manifests", "*", "file"], Named::File),
    value(Kind::Site, &["spec", "manifests", "*", "environments", "*"], ENVIRONMENT),
    value(Kind::Site, &["spec", "secrets", "*", "file"], Named::File),
    value(Kind::Site, &["spec", "secrets", "*", "environments", "*"], ENVIRONMENT),
    key(Kind::Site, &["spec", "environments", "*"], ENVIRONMENT),
    value(Kind::Site, &["spec", "environments", "*", "template"], TEMPLATE),
    value(Kind::Site, &["spec", "environments", "*", "clusters", "*"], CLUSTER),
    key(Kind::Site, &["spec", "environments", "*", "clusters", "*"], CLUSTER),
    value(Kind::Acknowledgement, &["spec", "change"], Named::Change),
    value(Kind::Acknowledgement, &["spec", "object", "cluster"], CLUSTER),
    value(Kind::Acknowledgement, &["spec", "object", "environment"], ENVIRONMENT),
    value(Kind::Acknowledgement, &["spec", "object", "tenant"], TENANT),
    value(Kind::Acknowledgement, &["spec", "object", "site"], SITE),
];

/// What the scalar that fills a path of a kind's document names.
pub fn of_value(kind: Kind, path: &Pointer) -> Option<Named> {
    find(kind, path, false)
}

/// What a key names, by its own path.
pub fn of_key(kind: Kind, path: &Pointer) -> Option<Named> {
    find(kind, path, true)
}

fn find(kind: Kind, path: &Pointer, is_key: bool) -> Option<Named> {
    FIELDS
        .iter()
        .find(|field| field.kind == kind && field.is_key == is_key && matches(field.path, path.segments()))
        .map(|field| field.named)
}

fn matches(pattern: &[&str], path: &[String]) -> bool {
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(part, segment)| *part == "*" || part == segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::schema;

    /// Each field is one that its kind has, so that a renamed field cannot be forgotten here.
    #[test]
    fn every_field_is_in_the_schema_of_its_kind() {
        for field in FIELDS {
            let schema = schema::of_kind(field.kind);
            let path = Pointer::from_segments(field.path.iter().copied());
            let found = crate::ide::schema::Place::root(&schema).at(&path);
            assert!(!found.is_nowhere(), "{} has {}", field.kind.name(), path);
        }
    }
}
