//! Strategic patches against kubectl itself: `kubectl patch --local --type=strategic` on generated objects and patches.
//!
//! Each run of kubectl takes one patch and many objects. Where kubectl is not installed a line says so.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "this is a test")]

use bayplan::patch::{JsonMergeSchema, ListSource, Patch, StrategicPatch, apply};
use serde_json::{Map, Value, json};
use std::process::Command;

const PATCHES: usize = 40;
const OBJECTS: usize = 40;

/// The parts of Kubernetes' schemas that the generator writes, with the merge keys of its published OpenAPI document.
fn schemas() -> Value {
    let text = json!({"type": "string"});
    let list = |items: &Value| json!({"items": items});
    let keyed = |key: &str, items: Value| json!({"items": items, "x-kubernetes-patch-merge-key": key, "x-kubernetes-patch-strategy": "merge"});
    let map = |properties: Value| json!({"properties": properties});
    let texts = json!({"additionalProperties": text});
    let always = |mut schema: Value| {
        schema["always"] = json!(true);
        schema
    };
    let metadata = map(json!({
        "labels": always(texts.clone()),
        "annotations": texts,
        "finalizers": {"items": text, "x-kubernetes-patch-strategy": "merge"},
        "ownerReferences": keyed("uid", map(json!({"uid": text, "kind": text}))),
    }));
    let container = map(json!({
        "name": text,
        "image": text,
        "args": list(&text),
        "env": keyed("name", map(json!({"name": text, "value": text}))),
        "ports": keyed("containerPort", map(json!({"containerPort": text, "name": text, "protocol": text}))),
        "volumeMounts": keyed("mountPath", map(json!({"mountPath": text, "name": text}))),
        "resources": map(json!({"limits": texts, "requests": texts})),
        "securityContext": map(json!({"runAsUser": text, "capabilities": map(json!({"add": list(&text)}))})),
    }));
    let mut volumes = keyed(
        "name",
        map(json!({
            "name": text,
            "emptyDir": map(json!({"medium": text})),
            "configMap": map(json!({"name": text, "items": list(&map(json!({"key": text, "path": text})))})),
        })),
    );
    volumes["x-kubernetes-patch-strategy"] = json!("merge,retainKeys");
    let pod = map(json!({
        "containers": keyed("name", container.clone()),
        "initContainers": keyed("name", container),
        "volumes": volumes,
        "imagePullSecrets": keyed("name", map(json!({"name": text}))),
        "hostAliases": keyed("ip", map(json!({"ip": text, "hostnames": list(&text)}))),
        "tolerations": list(&map(json!({"key": text, "effect": text}))),
        "nodeSelector": texts,
        "restartPolicy": text,
    }));
    let mut strategy = map(json!({"type": text, "rollingUpdate": map(json!({"maxSurge": text}))}));
    strategy["x-kubernetes-patch-strategy"] = json!("retainKeys");
    json!({
        "Deployment": map(json!({
            "metadata": always(metadata.clone()),
            "spec": always(map(json!({
                "replicas": text,
                "strategy": always(strategy),
                "template": always(map(json!({"metadata": map(json!({"labels": texts})), "spec": always(pod)}))),
            }))),
        })),
        "Service": map(json!({
            "metadata": always(metadata.clone()),
            "spec": map(json!({
                "ports": keyed("port", map(json!({"port": text, "name": text, "targetPort": text}))),
                "selector": texts,
                "externalIPs": list(&text),
            })),
        })),
        "ServiceAccount": map(json!({
            "metadata": always(metadata.clone()),
            "secrets": keyed("name", map(json!({"name": text, "namespace": text}))),
            "imagePullSecrets": list(&map(json!({"name": text}))),
        })),
    })
}

const KINDS: [(&str, &str); 3] = [("apps/v1", "Deployment"), ("v1", "Service"), ("v1", "ServiceAccount")];

/// A small generator of numbers (xorshift), so that each run makes the same objects.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }

    /// Some of the words, in any order, each at most once.
    fn some<'w>(&mut self, words: &[&'w str]) -> Vec<&'w str> {
        let mut left = words.to_vec();
        (0..self.below(words.len() as u64 + 1)).map(|_| left.remove(self.below(left.len() as u64) as usize)).collect()
    }
}

const WORDS: [&str; 4] = ["a", "b", "c", "d"];

/// Generates values that follow a schema; those of a patch have nulls and directives as well.
struct Generator<'d> {
    dice: &'d mut Dice,
    patch: bool,
}

impl Generator<'_> {
    fn value(&mut self, schema: &Value) -> Value {
        if let Some(properties) = schema["properties"].as_object() {
            return Value::Object(self.map(properties));
        }
        if schema.get("additionalProperties").is_some() {
            let keys = self.dice.some(&WORDS);
            return Value::Object(keys.into_iter().map(|key| (key.to_owned(), self.text_or_null())).collect());
        }
        if schema.get("items").is_some() {
            return Value::Array(self.list(schema));
        }
        json!(self.dice.pick(&WORDS))
    }

    fn text_or_null(&mut self) -> Value {
        if self.patch && self.dice.chance(20) { Value::Null } else { json!(self.dice.pick(&WORDS)) }
    }

    fn map(&mut self, properties: &Map<String, Value>) -> Map<String, Value> {
        let mut map = Map::new();
        let share = if self.patch { 40 } else { 65 };
        for (name, schema) in properties {
            if !self.dice.chance(share) && (self.patch || schema["always"] != true) {
                continue;
            }
            if self.patch && self.dice.chance(6) {
                map.insert(name.clone(), Value::Null);
                continue;
            }
            let mut value = self.value(schema);
            // kubectl loses a map with this directive where the object has none, so only those get it that all objects have.
            if self.patch && schema["always"] == true && self.dice.chance(8) {
                value["$patch"] = json!("replace");
            }
            if self.patch && schema["x-kubernetes-patch-strategy"].is_string() && schema.get("items").is_some() {
                self.list_directives(&mut map, name, schema, &value);
            }
            map.insert(name.clone(), value);
        }
        if self.patch && self.dice.chance(5) {
            let mut kept: Vec<String> = map.keys().filter(|key| !key.starts_with('$')).cloned().collect();
            kept.extend(properties.keys().filter(|_| self.dice.chance(50)).cloned());
            map.insert("$retainKeys".to_owned(), json!(kept));
        }
        map
    }

    fn list_directives(&mut self, map: &mut Map<String, Value>, name: &str, schema: &Value, value: &Value) {
        let items: Vec<Value> =
            value.as_array().unwrap().iter().filter(|item| item.get("$patch").is_none()).cloned().collect();
        match schema["x-kubernetes-patch-merge-key"].as_str() {
            Some(key) if self.dice.chance(15) => {
                let mut order: Vec<Value> = items.iter().map(|item| json!({key: item[key]})).collect();
                for word in WORDS {
                    if !order.iter().any(|item| item[key] == word) && self.dice.chance(50) {
                        let place = self.dice.below(order.len() as u64 + 1) as usize;
                        order.insert(place, json!({key: word}));
                    }
                }
                map.insert(format!("$setElementOrder/{name}"), json!(order));
            }
            None if self.dice.chance(30) => {
                let gone: Vec<&str> = WORDS.into_iter().filter(|word| !items.contains(&json!(word))).collect();
                map.insert(format!("$deleteFromPrimitiveList/{name}"), json!(self.dice.some(&gone)));
            }
            _ => {}
        }
    }

    fn list(&mut self, schema: &Value) -> Vec<Value> {
        let key = schema["x-kubernetes-patch-merge-key"].as_str();
        let words = self.dice.some(&WORDS);
        let Some(key) = key else {
            // Lists that are replaced hold no nulls: kubectl would write them as they are.
            let mut plain = Generator { dice: self.dice, patch: false };
            let is_map = schema["items"].get("properties").is_some();
            return words
                .into_iter()
                .map(|word| if is_map { plain.value(&schema["items"]) } else { json!(word) })
                .collect();
        };
        let mut items: Vec<Value> = words.into_iter().map(|word| self.item(key, word, &schema["items"])).collect();
        if self.patch && self.dice.chance(5) {
            items.insert(0, json!({"$patch": "replace"}));
        }
        items
    }

    fn item(&mut self, key: &str, word: &str, schema: &Value) -> Value {
        if self.patch && self.dice.chance(15) {
            return json!({key: word, "$patch": "delete"});
        }
        let mut item = self.value(schema);
        let map = item.as_object_mut().unwrap();
        if !self.patch || !self.dice.chance(10) {
            map.insert(key.to_owned(), json!(word));
        } else {
            map.remove(key);
        }
        if let Some(kept) = map.get_mut("$retainKeys").and_then(Value::as_array_mut) {
            kept.push(json!(key));
        }
        item
    }
}

fn objects(dice: &mut Dice, schemas: &Value) -> Vec<Value> {
    (0..OBJECTS)
        .map(|number| {
            let (version, kind) = KINDS[number % KINDS.len()];
            let mut object = Generator { dice, patch: false }.value(&schemas[kind]);
            object["apiVersion"] = json!(version);
            object["kind"] = json!(kind);
            object["metadata"]["name"] = json!(format!("object-{number}"));
            object
        })
        .collect()
}

/// A patch for one kind, without a directive at the top or in metadata, which would take the object's name away.
fn patch(dice: &mut Dice, schema: &Value) -> Value {
    let mut patch = Generator { dice, patch: true }.value(schema);
    let remove = |value: Option<&mut Value>| {
        if let Some(Value::Object(map)) = value {
            map.retain(|key, _| key != "$patch" && key != "$retainKeys");
        }
    };
    remove(patch.get_mut("metadata"));
    remove(Some(&mut patch));
    if patch["metadata"].is_null() {
        patch["metadata"] = json!({"labels": {"patched": "yes"}});
    }
    patch
}

/// What kubectl makes of the objects, in their order; none for one that it refuses, and what it says of those.
fn kubectl(folder: &std::path::Path, objects: &[Value], patch: &Value) -> (Vec<Option<Value>>, String) {
    let file = folder.join("objects.json");
    let list: Vec<String> = objects.iter().map(Value::to_string).collect();
    std::fs::write(&file, list.join("\n")).unwrap();
    let output = Command::new("kubectl")
        .args(["patch", "--local", "--type=strategic", "-o", "json", "-p", &patch.to_string(), "-f"])
        .arg(&file)
        .env("HOME", folder)
        .env_remove("KUBECONFIG")
        .output()
        .unwrap();
    let name = |object: &Value| object["metadata"]["name"].clone();
    let mut patched =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>().map(Result::unwrap).peekable();
    let results = objects.iter().map(|object| patched.next_if(|other| name(other) == name(object))).collect();
    assert!(patched.next().is_none());
    (results, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn has_directive(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| key.starts_with('$') || has_directive(value)),
        Value::Array(items) => items.iter().any(has_directive),
        _ => false,
    }
}

/// kubectl leaves nulls where it takes a part of the patch as it is.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key, without_nulls(value)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[test]
fn generated_patches_give_what_kubectl_gives() {
    if Command::new("kubectl").args(["version", "--client"]).output().is_err() {
        eprintln!("skipped: kubectl is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let schemas = schemas();
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut equal, mut both_fail, mut stricter, mut leaking) = (0, 0, 0, 0);
    for number in 0..PATCHES {
        let (_, kind) = KINDS[number % KINDS.len()];
        let objects: Vec<Value> =
            objects(&mut dice, &schemas).into_iter().filter(|object| object["kind"] == kind).collect();
        let patch = patch(&mut dice, &schemas[kind]);
        let (theirs, complaints) = kubectl(folder.path(), &objects, &patch);
        let parsed = Patch::Strategic(StrategicPatch::parse(&patch).0.unwrap());
        let schema = JsonMergeSchema::new(&schemas, &schemas[kind], ListSource::PatchStrategy);
        for (object, theirs) in objects.iter().zip(theirs) {
            match (apply(&parsed, object, Some(schema)), theirs) {
                (Ok(ours), Some(theirs)) => {
                    assert!(!has_directive(&ours.object), "{patch} on {object}");
                    if has_directive(&theirs) {
                        leaking += 1;
                        continue;
                    }
                    assert_eq!(ours.object, without_nulls(theirs), "\n{patch}\n on {object}");
                    equal += 1;
                }
                (Err(_), None) => both_fail += 1,
                // kubectl checks the items of a list only where it merges them.
                (Err(problems), Some(_)) => {
                    assert!(
                        problems.iter().all(|problem| problem.code.name == "patch-merge-key"),
                        "{}",
                        problems[0].message
                    );
                    stricter += 1;
                }
                // kubectl cannot order an empty list; there is nothing wrong with one.
                (Ok(_), None) if complaints.contains("no elements in any of the given slices") => {}
                (Ok(_), None) => panic!("kubectl refuses {patch}\n on {object}:\n{complaints}"),
            }
        }
    }
    eprintln!(
        "{equal} equal, {both_fail} refused by both, {stricter} by us, {leaking} where kubectl leaves directives"
    );
    assert!(equal > 200, "too few comparisons: {equal}");
}
