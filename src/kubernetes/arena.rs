//! Schemas as a graph of small nodes: the form in which the table holds them and in which CRDs are kept.
//!
//! An [`Arena`] is one chunk of the graph; a [`NodeId`] names a node of any chunk. It is pure data: [`super::build`] makes it
//! from JSON, [`super::encoding`] reads and writes it as bytes, [`super::schema`] is what the rest of the program sees.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::Range;
use std::sync::OnceLock;

/// Number of a node: the chunk it lies in and its place there. Equal ids are equal schemas; definitions that do not differ
/// between two Kubernetes minors have one id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    pub chunk: u8,
    pub index: u32,
}

/// The JSON type that a schema asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// No type is asked for.
    Any,
    Object,
    List,
    String,
    Integer,
    Number,
    Boolean,
    /// A whole number or a string (`x-kubernetes-int-or-string`).
    IntOrString,
    /// A `resource.Quantity`: a number, or a string such as `100Mi`.
    Quantity,
}

impl Kind {
    pub const ALL: [Kind; 9] = [
        Kind::Any,
        Kind::Object,
        Kind::List,
        Kind::String,
        Kind::Integer,
        Kind::Number,
        Kind::Boolean,
        Kind::IntOrString,
        Kind::Quantity,
    ];
}

/// A value's `format`, as far as the API server checks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    None,
    Int32,
    Int64,
    /// Base64 text.
    Byte,
    DateTime,
    Date,
    Duration,
    /// A duration as Go reads it; no format of OpenAPI, but what `metav1.Duration` takes.
    GoDuration,
    Ipv4,
    Ipv6,
    Cidr,
    Mac,
    Uri,
    Uuid,
    Hostname,
    Email,
}

impl Format {
    /// Every format with its name in OpenAPI.
    pub const ALL: [(Format, &'static str); 16] = [
        (Format::None, ""),
        (Format::Int32, "int32"),
        (Format::Int64, "int64"),
        (Format::Byte, "byte"),
        (Format::DateTime, "date-time"),
        (Format::Date, "date"),
        (Format::Duration, "duration"),
        (Format::GoDuration, "go-duration"),
        (Format::Ipv4, "ipv4"),
        (Format::Ipv6, "ipv6"),
        (Format::Cidr, "cidr"),
        (Format::Mac, "mac"),
        (Format::Uri, "uri"),
        (Format::Uuid, "uuid"),
        (Format::Hostname, "hostname"),
        (Format::Email, "email"),
    ];

    /// The format of that name; a name that the API server does not check is [`Format::None`].
    pub fn named(name: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == name).map_or(Format::None, |(format, _)| *format)
    }

    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
    }
}

/// How the items of a list are told apart when lists are merged (`x-kubernetes-list-type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListType {
    /// The list is one value.
    #[default]
    Atomic,
    /// Each item stands for itself, once.
    Set,
    /// The items are objects, each with its own values of the map keys.
    Map,
}

/// One schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    pub kind: Kind,
    pub format: Format,
    /// `null` is a value of its own here.
    pub nullable: bool,
    /// Unknown fields are let through: `x-kubernetes-preserve-unknown-fields`, or an object of which nothing is known.
    pub open: bool,
    /// A whole Kubernetes object with `apiVersion`, `kind` and `metadata`.
    pub embedded_resource: bool,
    /// The metadata of an object or of a template for one.
    pub object_meta: bool,
    /// Places in [`Arena::properties`], in order of name.
    pub properties: Range<u32>,
    /// How many of these must be there: most schemas ask for none, and then nobody need look.
    pub required: u32,
    /// The schema of a list's items or of a map's values.
    pub items: Option<NodeId>,
    /// Place in [`Arena::facets`].
    pub facets: Option<u32>,
}

impl Node {
    /// Lets everything through.
    pub const ANY: Node = Node {
        kind: Kind::Any,
        format: Format::None,
        nullable: true,
        open: true,
        embedded_resource: false,
        object_meta: false,
        properties: 0..0,
        required: 0,
        items: None,
        facets: None,
    };
}

/// A named field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PropertyNode {
    /// The first bytes of the name as a number of the same order: looking a field up seldom has to look at the text.
    prefix: u64,
    pub name: Box<str>,
    pub required: bool,
    pub schema: NodeId,
}

impl PropertyNode {
    pub fn new(name: &str, required: bool, schema: NodeId) -> Self {
        PropertyNode { prefix: prefix(name), name: name.into(), required, schema }
    }
}

/// How many of a node's fields must be there.
pub fn required(fields: &[PropertyNode]) -> u32 {
    fields.iter().map(|field| u32::from(field.required)).sum()
}

fn prefix(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let first = bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut first = [0; 8];
        first.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        first
    });
    u64::from_be_bytes(first)
}

/// What few schemas have, so that nodes stay small. In the table it is JSON.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Facets {
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub enumeration: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    #[serde(skip_serializing_if = "is_false")]
    pub exclusive_minimum: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub exclusive_maximum: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_properties: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_properties: Option<u64>,
    #[serde(skip_serializing_if = "is_default")]
    pub list_type: ListType,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub list_map_keys: Vec<ListMapKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_strategy: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch_merge_key: Option<Box<str>>,
    /// Further schemas that a value must meet, all, at least one, exactly one, or not at all. CRDs alone have them.
    #[serde(skip)]
    pub all_of: Vec<NodeId>,
    #[serde(skip)]
    pub any_of: Vec<NodeId>,
    #[serde(skip)]
    pub one_of: Vec<NodeId>,
    #[serde(skip)]
    pub not: Option<NodeId>,
}

/// A field by which the items of a list are told apart, with the value that the API server takes where it is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListMapKey {
    pub name: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_default(value: &ListType) -> bool {
    *value == ListType::default()
}

/// A regular expression (RE2), compiled when it is first asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the text matches; one that does not compile matches everything, as the API server would refuse its CRD.
    pub fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(&ascii_classes(&self.source)).ok());
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

/// Writes out the classes that are ASCII in RE2 and Unicode in this program's engine.
fn ascii_classes(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut in_brackets = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            in_brackets = (in_brackets || character == '[') && character != ']';
            text.push(character);
            continue;
        }
        let escaped = characters.next();
        let class = match escaped {
            Some('d') => "0-9",
            Some('w') => "0-9A-Za-z_",
            Some('s') => r"\t\n\f\r ",
            _ => "",
        };
        match (class, escaped) {
            ("", None) => text.push('\\'),
            ("", Some(escaped)) => text.extend(['\\', escaped]),
            (class, _) if in_brackets => text.push_str(class),
            (class, _) => text.extend(["[", class, "]"]),
        }
    }
    text
}

impl From<String> for Pattern {
    fn from(source: String) -> Self {
        Pattern { source, compiled: OnceLock::new() }
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.source
    }
}

/// One chunk of the graph.
#[derive(Debug, Clone, Default)]
pub struct Arena {
    pub nodes: Vec<Node>,
    pub properties: Vec<PropertyNode>,
    pub facets: Vec<Facets>,
}

impl Arena {
    /// The node at a place; a place outside gives [`Node::ANY`].
    pub fn node(&self, index: u32) -> &Node {
        const ANY: &Node = &Node::ANY;
        self.nodes.get(index as usize).unwrap_or(ANY)
    }

    /// The fields of a node, in order of name.
    pub fn properties(&self, node: &Node) -> &[PropertyNode] {
        self.properties.get(node.properties.start as usize..node.properties.end as usize).unwrap_or(&[])
    }

    /// The fields of a node that must be there, in order of name.
    pub fn required(&self, node: &Node) -> impl Iterator<Item = &PropertyNode> {
        let properties = if node.required > 0 { self.properties(node) } else { &[] };
        properties.iter().filter(|property| property.required)
    }

    pub fn property(&self, node: &Node, name: &str) -> Option<&PropertyNode> {
        let properties = self.properties(node);
        let prefix = prefix(name);
        let start = properties.partition_point(|property| property.prefix < prefix);
        let alike = properties.get(start..)?.iter().take_while(|property| property.prefix == prefix);
        alike.into_iter().find(|property| *property.name == *name)
    }

    pub fn facets(&self, node: &Node) -> Option<&Facets> {
        self.facets.get(node.facets? as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_as_re2_reads_them() {
        let matches = |pattern: &str, text: &str| Pattern::from(pattern.to_owned()).is_match(text);
        assert!(matches(r"^\d+$", "12") && !matches(r"^\d+$", "\u{661}"));
        assert!(matches(r"^[\w.-]+$", "a_b.c-1") && !matches(r"^[\w.-]+$", "é"));
        assert!(matches(r"^a\.b\\$", r"a.b\") && !matches(r"^a\.b$", "axb"));
        assert!(matches(r"^\s$", " ") && !matches(r"^\s$", "\u{a0}"));
        assert!(matches("(unclosed", "anything"));
    }
}
