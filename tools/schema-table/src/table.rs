//! Puts the table together: shared definitions into chunks, kinds into the index.

use crate::bindings::Resources;
use crate::custom::CustomKind;
use crate::graph::{Graph, share};
use crate::openapi::{Definitions, OBJECT_META};
use bayplan::kubernetes::Minor;
use bayplan::kubernetes::arena::NodeId;
use bayplan::kubernetes::build::Builder;
use bayplan::kubernetes::catalogue::{KindHistory, encode_index, group};
use bayplan::kubernetes::encoding::{MAGIC, Writer, encode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::ops::RangeInclusive;

pub struct Table {
    pub bytes: Vec<u8>,
    pub summary: String,
}

pub fn build(
    mut definitions: BTreeMap<Minor, Definitions>,
    resources: &Resources,
    custom: Vec<CustomKind>,
) -> Result<Table, Box<dyn Error>> {
    let roots = roots(&definitions);
    let newest = definitions.get_mut(&Minor::NEWEST).ok_or("the newest minor has no schemas")?;
    for kind in &custom {
        newest.insert(format!("{}.{}", kind.api_version, kind.kind), custom_definition(&kind.schema));
    }
    let graph = share(definitions);
    let chunks = Chunks::of(&graph);

    let mut index = builtin_kinds(&graph, &chunks, resources, &roots)?;
    for kind in custom {
        let name = format!("{}.{}", kind.api_version, kind.kind);
        index.push(KindHistory {
            api_version: kind.api_version.into(),
            kind: kind.kind.into(),
            plural: kind.plural.into(),
            scope: kind.scope,
            custom: true,
            served: vec![Minor::new(0)..=Minor::new(u8::MAX)],
            schemas: vec![(Minor::new(0), chunks.id(&graph, Minor::NEWEST, &name)?)],
        });
    }
    index.sort_by(|one, other| (&one.api_version, &one.kind).cmp(&(&other.api_version, &other.kind)));

    let object_meta = chunks.id(&graph, Minor::NEWEST, OBJECT_META)?;
    let mut writer = Writer { bytes: MAGIC.to_vec() };
    writer.deflated(&encode_index(object_meta, &index))?;
    writer.number(chunks.members.len());
    let mut inflated = 0;
    for chunk in 0..chunks.members.len() {
        let bytes = chunks.encode(&graph, chunk)?;
        inflated += bytes.len();
        writer.deflated(&bytes)?;
    }
    let summary = format!(
        "{} kinds, {} shared definitions, {} chunks, {} bytes ({inflated} inflated)",
        index.len(),
        graph.classes.len(),
        chunks.members.len(),
        writer.bytes.len()
    );
    Ok(Table { bytes: writer.bytes, summary })
}

fn custom_definition(schema: &Value) -> Value {
    let mut definition = schema.clone();
    definition["properties"]["apiVersion"] = json!({"type": "string"});
    definition["properties"]["kind"] = json!({"type": "string"});
    definition["properties"]["metadata"] = json!({"$ref": OBJECT_META});
    definition
}

/// The definition of each kind that has metadata, by minor, API version and kind.
fn roots(definitions: &BTreeMap<Minor, Definitions>) -> BTreeMap<(Minor, String, String), String> {
    let mut roots = BTreeMap::new();
    for (minor, definitions) in definitions {
        for (name, definition) in definitions {
            if definition["properties"]["metadata"]["$ref"] != OBJECT_META {
                continue;
            }
            for gvk in definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten() {
                let text = |field: &str| gvk[field].as_str().unwrap_or_default().to_owned();
                let api_version = [text("group"), text("version")].join("/");
                let api_version = api_version.trim_start_matches('/').to_owned();
                roots.insert((*minor, api_version, text("kind")), name.clone());
            }
        }
    }
    roots
}

fn builtin_kinds(
    graph: &Graph,
    chunks: &Chunks,
    resources: &Resources,
    roots: &BTreeMap<(Minor, String, String), String>,
) -> Result<Vec<KindHistory>, Box<dyn Error>> {
    let mut kinds: BTreeMap<(String, String), KindHistory> = BTreeMap::new();
    for (minor, resources) in resources {
        for ((api_version, kind), resource) in resources {
            let history = kinds.entry((api_version.clone(), kind.clone())).or_insert_with(|| KindHistory {
                api_version: api_version.as_str().into(),
                kind: kind.as_str().into(),
                plural: resource.plural.as_str().into(),
                scope: resource.scope,
                custom: false,
                served: Vec::new(),
                schemas: Vec::new(),
            });
            if history.scope != resource.scope || *history.plural != resource.plural {
                return Err(format!("{api_version} {kind} changes its scope or plural in {minor}").into());
            }
            serve(&mut history.served, *minor);
            if *minor < Minor::OLDEST {
                continue;
            }
            let root = roots.get(&(*minor, api_version.clone(), kind.clone()));
            let root = root.ok_or_else(|| format!("{api_version} {kind} has no schema in {minor}"))?;
            let id = chunks.id(graph, *minor, root)?;
            if history.schemas.last().is_none_or(|(_, last)| *last != id) {
                history.schemas.push((*minor, id));
            }
        }
    }
    Ok(kinds.into_values().collect())
}

fn serve(served: &mut Vec<RangeInclusive<Minor>>, minor: Minor) {
    match served.last_mut() {
        Some(range) if range.end().number() + 1 == minor.number() => *range = *range.start()..=minor,
        _ => served.push(minor..=minor),
    }
}

/// Which definitions lie in which chunk: those of one API version, or of one group of custom kinds, together.
struct Chunks {
    members: Vec<Vec<usize>>,
    places: BTreeMap<usize, NodeId>,
}

impl Chunks {
    fn of(graph: &Graph) -> Self {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (class, entry) in graph.classes.iter().enumerate() {
            let name = match group(&entry.name) {
                "" => entry.name.rsplit_once('.').map_or("", |(package, _)| package),
                group => group,
            };
            by_name.entry(name).or_default().push(class);
        }
        let members: Vec<Vec<usize>> = by_name.into_values().collect();
        let places = members.iter().zip(0..).flat_map(|(classes, chunk)| {
            classes.iter().zip(0..).map(move |(class, index)| (*class, NodeId { chunk, index }))
        });
        Chunks { places: places.collect(), members }
    }

    fn id(&self, graph: &Graph, minor: Minor, name: &str) -> Result<NodeId, Box<dyn Error>> {
        let class =
            graph.of.get(&(minor, name.to_owned())).ok_or_else(|| format!("{name} is not defined in {minor}"))?;
        Ok(self.places[class])
    }

    fn encode(&self, graph: &Graph, chunk: usize) -> Result<Vec<u8>, Box<dyn Error>> {
        let minor = std::cell::Cell::new(Minor::NEWEST);
        let mut builder = Builder::new(u8::try_from(chunk)?, |name| {
            graph.of.get(&(minor.get(), name.to_owned())).map(|class| self.places[class])
        });
        builder.reserve(self.members[chunk].len());
        for (class, place) in self.members[chunk].iter().zip(0..) {
            let class = &graph.classes[*class];
            minor.set(class.minor);
            builder.define(place, &with_patches(graph, class.minor, &class.definition));
        }
        Ok(encode(&builder.finish())?)
    }
}

/// A field that refers to a definition and says how it is patched gets a copy of the definition that says so.
fn with_patches(graph: &Graph, minor: Minor, definition: &Value) -> Value {
    let mut patched = definition.clone();
    for (_, field) in patched["properties"].as_object_mut().into_iter().flatten() {
        let (Some(target), Some(strategy)) = (field.get("$ref"), field.get("x-kubernetes-patch-strategy")) else {
            continue;
        };
        let target = target.as_str().unwrap_or_default().to_owned();
        if let Some(class) = graph.of.get(&(minor, target)) {
            let mut copy = graph.classes[*class].definition.clone();
            copy["x-kubernetes-patch-strategy"] = strategy.clone();
            *field = copy;
        }
    }
    patched
}
