//! Finds out which definitions are the same in several minors.
//!
//! Two minors share a definition when its text is the same in both and so is, all the way down, everything that it refers to.
//! Definitions may refer to themselves, so this is a partition that is refined until it is stable, as automata are minimised.

use crate::openapi::Definitions;
use bayplan::kubernetes::Minor;
use serde_json::Value;
use std::collections::BTreeMap;

/// A definition and the minors that share it.
#[derive(Debug)]
pub struct Class {
    pub name: String,
    pub definition: Value,
    /// Any minor that has it: what it refers to is looked up there.
    pub minor: Minor,
}

#[derive(Debug)]
pub struct Graph {
    pub classes: Vec<Class>,
    /// The class of each definition in each minor.
    pub of: BTreeMap<(Minor, String), usize>,
}

pub fn share(definitions: BTreeMap<Minor, Definitions>) -> Graph {
    let all: Vec<(Minor, String, Value)> = definitions
        .into_iter()
        .flat_map(|(minor, definitions)| definitions.into_iter().map(move |(name, value)| (minor, name, value)))
        .collect();
    let texts: Vec<String> = all.iter().map(|(_, _, definition)| definition.to_string()).collect();
    let references: Vec<Vec<String>> = all.iter().map(|(_, _, definition)| references(definition)).collect();

    let mut of: BTreeMap<(Minor, String), usize> = BTreeMap::new();
    loop {
        let mut known: BTreeMap<(&str, &str, Vec<Option<usize>>), usize> = BTreeMap::new();
        let mut refined = BTreeMap::new();
        for (index, (minor, name, _)) in all.iter().enumerate() {
            let below = references[index].iter().map(|target| of.get(&(*minor, target.clone())).copied()).collect();
            let next = known.len();
            let class = *known.entry((name, &texts[index], below)).or_insert(next);
            refined.insert((*minor, name.clone()), class);
        }
        let is_stable = refined == of;
        of = refined;
        if is_stable {
            break;
        }
    }
    let mut classes: BTreeMap<usize, Class> = BTreeMap::new();
    for (minor, name, definition) in all {
        let class = of[&(minor, name.clone())];
        classes.entry(class).or_insert(Class { name, definition, minor });
    }
    Graph { classes: classes.into_values().collect(), of }
}

fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(schema, &mut found);
    found
}

fn collect(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::String(name)) = map.get("$ref") {
                found.push(name.clone());
            }
            map.values().for_each(|value| collect(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
