//! What the rest of the program sees of a schema: a small handle that can be copied, with questions to ask.

use super::api::Api;
use super::arena::{Arena, Facets, Format, Kind, ListMapKey, ListType, Node, NodeId, Pattern, PropertyNode};
use serde_json::Value;

/// A schema in the view of one [`Api`].
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    api: &'a Api,
    arena: &'a Arena,
    node: &'a Node,
    id: NodeId,
}

/// A field of an object's schema.
#[derive(Clone, Copy)]
pub struct Property<'a> {
    pub name: &'a str,
    pub required: bool,
    pub schema: Schema<'a>,
}

impl<'a> Schema<'a> {
    pub(super) fn new(api: &'a Api, id: NodeId) -> Self {
        let arena = api.arena(id.chunk);
        Schema { api, arena, node: arena.node(id.index), id }
    }

    /// The same for equal schemas of one program and one set of CRDs, whatever the minor.
    pub fn id(self) -> NodeId {
        self.id
    }

    pub fn kind(self) -> Kind {
        self.node.kind
    }

    pub fn format(self) -> Format {
        self.node.format
    }

    /// Whether `null` is a value of its own; elsewhere a `null` field counts as left out.
    pub fn nullable(self) -> bool {
        self.node.nullable
    }

    pub fn int_or_string(self) -> bool {
        self.node.kind == Kind::IntOrString
    }

    /// The field of that name; map values have [`Schema::additional_properties`].
    pub fn property(self, name: &str) -> Option<Property<'a>> {
        self.arena.property(self.node, name).map(|property| self.field(property))
    }

    /// The declared fields, in order of name.
    pub fn properties(self) -> impl ExactSizeIterator<Item = Property<'a>> {
        self.arena.properties(self.node).iter().map(move |property| self.field(property))
    }

    fn field(self, property: &'a PropertyNode) -> Property<'a> {
        Property { name: &property.name, required: property.required, schema: Schema::new(self.api, property.schema) }
    }

    /// How many fields must be there.
    pub fn required_count(self) -> usize {
        self.node.required as usize
    }

    /// The fields that must be there, in order of name.
    pub fn required(self) -> impl Iterator<Item = Property<'a>> {
        self.arena.required(self.node).map(move |property| self.field(property))
    }

    /// The schema of a list's items.
    pub fn items(self) -> Option<Schema<'a>> {
        if self.node.kind == Kind::List { self.below() } else { None }
    }

    /// The schema of a map's values.
    pub fn additional_properties(self) -> Option<Schema<'a>> {
        if self.node.kind == Kind::List { None } else { self.below() }
    }

    fn below(self) -> Option<Schema<'a>> {
        self.node.items.map(|id| Schema::new(self.api, id))
    }

    /// The schema at a field name or, in a list, at any index: the declared field, else the items or map values.
    pub fn at(self, segment: &str) -> Option<Schema<'a>> {
        self.property(segment).map(|property| property.schema).or_else(|| self.below())
    }

    /// Whether fields that are not declared are let through.
    pub fn preserve_unknown_fields(self) -> bool {
        self.node.open
    }

    /// Whether the value is a whole Kubernetes object.
    pub fn embedded_resource(self) -> bool {
        self.node.embedded_resource
    }

    /// Whether the value is the metadata of an object, or of a template for one.
    pub fn object_meta(self) -> bool {
        self.node.object_meta
    }

    pub(super) fn facets(self) -> Option<&'a Facets> {
        self.arena.facets(self.node)
    }

    /// The values that are allowed; empty where all are.
    pub fn enumeration(self) -> &'a [Value] {
        self.facets().map_or(&[], |facets| &facets.enumeration)
    }

    pub fn pattern(self) -> Option<&'a str> {
        self.facets()?.pattern.as_ref().map(Pattern::source)
    }

    /// The least and greatest number allowed, bounds of the format aside.
    pub fn bounds(self) -> (Option<f64>, Option<f64>) {
        self.facets().map_or((None, None), |facets| (facets.minimum, facets.maximum))
    }

    /// The least and greatest number of characters, items or fields.
    pub fn sizes(self) -> (Option<u64>, Option<u64>) {
        let Some(facets) = self.facets() else { return (None, None) };
        let least = facets.min_length.or(facets.min_items).or(facets.min_properties);
        (least, facets.max_length.or(facets.max_items).or(facets.max_properties))
    }

    pub fn list_type(self) -> ListType {
        self.facets().map_or(ListType::Atomic, |facets| facets.list_type)
    }

    /// The fields by which items of a [`ListType::Map`] are told apart.
    pub fn list_map_keys(self) -> &'a [ListMapKey] {
        self.facets().map_or(&[], |facets| &facets.list_map_keys)
    }

    /// How a strategic merge patch treats the value: `merge`, `replace`, `retainKeys`, or two of them with a comma.
    pub fn patch_strategy(self) -> Option<&'a str> {
        self.facets()?.patch_strategy.as_deref()
    }

    /// The field by which a strategic merge patch finds the item of a list.
    pub fn patch_merge_key(self) -> Option<&'a str> {
        self.facets()?.patch_merge_key.as_deref()
    }

    pub(super) fn api(self) -> &'a Api {
        self.api
    }

    /// Another schema of the same [`Api`].
    pub(super) fn sibling(self, id: NodeId) -> Schema<'a> {
        Schema::new(self.api, id)
    }
}

impl std::fmt::Debug for Schema<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Schema").field("id", &self.id).field("node", self.node).finish()
    }
}
