//! The API of one cluster: what its Kubernetes minor serves, and the custom kinds of the fleet and of the table.

use super::arena::{Arena, NodeId};
use super::catalogue::{Catalogue, KindHistory, Scope, group};
use super::crd::{CustomKind, CustomKinds};
use super::minor::Minor;
use super::schema::Schema;
use crate::near::near_names;
use crate::pointer::Pointer;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The chunk number of the fleet's own CRDs.
pub(super) const FLEET_CHUNK: u8 = u8::MAX;

/// What a cluster of one minor knows, with the fleet's CRDs. Cheap to make: nothing is read before it is asked for.
#[derive(Debug, Clone)]
pub struct Api {
    catalogue: &'static Catalogue,
    minor: Minor,
    custom: Arc<CustomKinds>,
}

/// Where the schema of a kind is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    Kubernetes,
    /// A well-known custom kind of the table.
    WellKnown,
    /// A CRD in the fleet's `crds/`.
    Fleet,
}

/// A kind that the cluster serves.
#[derive(Debug, Clone, Copy)]
pub struct ServedKind<'a> {
    pub api_version: &'a str,
    pub kind: &'a str,
    /// The name in URLs, such as `deployments`.
    pub plural: &'a str,
    pub scope: Scope,
    pub origin: Origin,
    pub schema: Schema<'a>,
    /// The first later minor that serves it no more, as far as the table knows.
    pub removed_in: Option<Minor>,
    /// The API version of this kind to move to, where it is removed later.
    pub replacement: Option<&'a str>,
}

impl ServedKind<'_> {
    /// The first later minor whose schema of this kind has a field there.
    pub(super) fn field_since(&self, pointer: &Pointer) -> Option<Minor> {
        let api = self.schema.api();
        let history = api.catalogue.kind(self.api_version, self.kind).filter(|_| self.origin == Origin::Kubernetes)?;
        let later = history.schemas.iter().filter(|(minor, _)| *minor > api.minor);
        let has_field = |id: NodeId| {
            let (name, parents) = pointer.segments().split_last()?;
            let parent = parents.iter().try_fold(Schema::new(api, id), |schema, segment| schema.at(segment))?;
            parent.property(name)
        };
        later.filter(|(_, id)| has_field(*id).is_some()).map(|(minor, _)| *minor).next()
    }
}

/// What is known of an `apiVersion` and `kind`.
#[derive(Debug, Clone)]
pub enum Lookup<'a> {
    Served(ServedKind<'a>),
    /// Older minors served it.
    Removed {
        last: Minor,
        replacement: Option<&'a str>,
    },
    /// Newer minors serve it.
    NotYet {
        first: Minor,
        replacement: Option<&'a str>,
    },
    Unknown(NearKinds<'a>),
}

/// What might have been meant by an unknown kind. All lists are in order of name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NearKinds<'a> {
    /// API versions that serve a kind of exactly this name.
    pub api_versions: Vec<&'a str>,
    /// Kinds of this API version with a near name; of any where the API version is unknown.
    pub kinds: Vec<&'a str>,
    /// Near API versions, where none of this name is served.
    pub near_api_versions: Vec<&'a str>,
}

impl Api {
    pub fn new(minor: Minor, custom: Arc<CustomKinds>) -> Self {
        Api { catalogue: Catalogue::built_in(), minor, custom }
    }

    pub fn minor(&self) -> Minor {
        self.minor
    }

    /// Looks a kind up. A CRD of the fleet hides all that the table has of its group and kind.
    pub fn kind(&self, api_version: &str, kind: &str) -> Lookup<'_> {
        if let Some(custom) = self.custom.get(api_version, kind) {
            return Lookup::Served(self.custom_kind(custom));
        }
        let Some(history) = self.catalogue.kind(api_version, kind).filter(|history| !self.is_hidden(history)) else {
            return Lookup::Unknown(self.near(api_version, kind));
        };
        if history.is_served(self.minor)
            && let Some(id) = history.schema(self.minor)
        {
            return Lookup::Served(self.table_kind(history, id));
        }
        let replacement = self.replacement(history, self.minor);
        match (history.last_before(self.minor), history.first_after(self.minor)) {
            (Some(last), _) => Lookup::Removed { last, replacement },
            (None, Some(first)) => Lookup::NotYet { first, replacement },
            (None, None) => Lookup::Unknown(self.near(api_version, kind)),
        }
    }

    /// The scope of a kind that is served.
    pub fn scope(&self, api_version: &str, kind: &str) -> Option<Scope> {
        match self.kind(api_version, kind) {
            Lookup::Served(served) => Some(served.scope),
            Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown(_) => None,
        }
    }

    /// All kinds that are served, those of the table first.
    pub fn kinds(&self) -> impl Iterator<Item = ServedKind<'_>> {
        let table = self.catalogue.kinds().iter().filter(|history| history.is_served(self.minor));
        let table = table.filter(|history| !self.is_hidden(history));
        let table = table.filter_map(|history| Some(self.table_kind(history, history.schema(self.minor)?)));
        table.chain(self.custom.iter().map(|custom| self.custom_kind(custom)))
    }

    /// The schema of objects' metadata.
    pub fn object_meta(&self) -> Schema<'_> {
        Schema::new(self, self.catalogue.object_meta())
    }

    pub(super) fn arena(&self, chunk: u8) -> &Arena {
        if chunk == FLEET_CHUNK { self.custom.arena() } else { self.catalogue.arena(chunk) }
    }

    fn is_hidden(&self, history: &KindHistory) -> bool {
        history.custom && self.custom.defines(history.group(), &history.kind)
    }

    fn table_kind<'a>(&'a self, history: &'a KindHistory, id: NodeId) -> ServedKind<'a> {
        let removed_in = history
            .served
            .iter()
            .find(|range| range.contains(&self.minor))
            .map(|range| Minor::new(range.end().number().saturating_add(1)))
            .filter(|minor| *minor <= Minor::NEWEST);
        ServedKind {
            api_version: &history.api_version,
            kind: &history.kind,
            plural: &history.plural,
            scope: history.scope,
            origin: if history.custom { Origin::WellKnown } else { Origin::Kubernetes },
            schema: Schema::new(self, id),
            removed_in,
            replacement: removed_in.and_then(|minor| self.replacement(history, minor)),
        }
    }

    fn custom_kind<'a>(&'a self, custom: &'a CustomKind) -> ServedKind<'a> {
        ServedKind {
            api_version: &custom.api_version,
            kind: &custom.kind,
            plural: &custom.plural,
            scope: custom.scope,
            origin: Origin::Fleet,
            schema: Schema::new(self, custom.schema),
            removed_in: None,
            replacement: None,
        }
    }

    /// Another API version of the kind that `minor` serves: of its own group if there is one, and the most stable one.
    fn replacement(&self, history: &KindHistory, minor: Minor) -> Option<&'static str> {
        self.catalogue
            .kinds()
            .iter()
            .filter(|other| other.kind == history.kind && other.is_served(minor))
            .filter(|other| other.custom == history.custom && other.api_version != history.api_version)
            .max_by_key(|other| (other.group() == history.group(), stability(&other.api_version)))
            .map(|other| &*other.api_version)
    }

    fn near(&self, api_version: &str, kind: &str) -> NearKinds<'_> {
        let served: Vec<(&str, &str)> = self.kinds().map(|served| (served.api_version, served.kind)).collect();
        let api_versions: BTreeSet<&str> = served.iter().map(|(api_version, _)| *api_version).collect();
        let is_known = api_versions.contains(api_version);
        let candidates = served.iter().filter(|(known, _)| !is_known || *known == api_version);
        let mut kinds = near_names(kind, candidates.map(|(_, kind)| *kind));
        kinds.sort_unstable();
        NearKinds {
            api_versions: served
                .iter()
                .filter(|(_, known)| *known == kind)
                .map(|(api_version, _)| *api_version)
                .collect(),
            kinds,
            near_api_versions: if is_known { Vec::new() } else { near_names(api_version, api_versions) },
        }
    }
}

/// Order of versions as Kubernetes has it: `v1` before `v1beta1` before `v1alpha1`, and greater numbers later.
fn stability(api_version: &str) -> (u8, u32, u32) {
    let version = api_version.strip_prefix(group(api_version)).unwrap_or(api_version).trim_start_matches('/');
    let Some(rest) = version.strip_prefix('v') else { return (0, 0, 0) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (major, suffix) = rest.split_at(digits);
    let number = |text: &str| text.parse().unwrap_or(0);
    if let Some(beta) = suffix.strip_prefix("beta") {
        (2, number(major), number(beta))
    } else if let Some(alpha) = suffix.strip_prefix("alpha") {
        (1, number(major), number(alpha))
    } else {
        (3, number(major), 0)
    }
}
