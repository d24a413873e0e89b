//! The well-known custom kinds of the table, held against the real CRDs where these lie beside the checkout.
//!
//! Two lists are held: where the table refuses what the CRD lets through (each difference is named in
//! `cases/custom_kinds_stricter.txt`), and how often it lets through what the CRD refuses (counted in
//! `cases/custom_kinds_looser.txt`). Set `UPDATE_CASES=1` to write them anew, then read the difference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)]

use bayplan::kubernetes::{Api, CustomKinds, Format, Kind, Lookup, Minor, Origin, Schema, ServedKind};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn crds() -> Option<Vec<Value>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/crds");
    if !folder.exists() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for project in std::fs::read_dir(&folder).unwrap() {
        let entries = std::fs::read_dir(project.unwrap().path()).unwrap();
        files.extend(entries.map(|entry| entry.unwrap().path()));
    }
    files.sort();
    Some(files.iter().flat_map(|path| documents(path)).collect())
}

fn documents(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let documents = serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
    documents.filter(|document| document["kind"] == "CustomResourceDefinition").collect()
}

/// How two schemas of one kind differ.
struct Comparison {
    kind: String,
    /// Where ours refuses what theirs lets through.
    stricter: BTreeSet<String>,
    /// How often ours lets through what theirs refuses, by what it is.
    looser: BTreeMap<String, usize>,
}

impl Comparison {
    fn stricter(&mut self, path: &str, what: impl AsRef<str>) {
        self.stricter.insert(format!("{} {path}: {}", self.kind, what.as_ref()));
    }

    fn looser(&mut self, what: &str) {
        *self.looser.entry(format!("{} {what}", self.kind)).or_insert(0) += 1;
    }

    fn compare(&mut self, path: &str, ours: Schema<'_>, theirs: Schema<'_>) {
        if ours.kind() != theirs.kind() {
            match (ours.kind(), theirs.kind()) {
                (Kind::Any, _) | (Kind::IntOrString, Kind::String | Kind::Integer) => self.looser("type"),
                // A quantity is an int-or-string with a pattern.
                (Kind::Quantity, Kind::IntOrString) => {}
                (our, their) => self.stricter(path, format!("{our:?} instead of {their:?}")),
            }
            return;
        }
        match (ours.pattern(), theirs.pattern()) {
            (our, their) if our == their => {}
            (None, Some(_)) => self.looser("pattern"),
            (Some(_), _) => self.stricter(path, "pattern"),
            (None, None) => {}
        }
        match (ours.format(), theirs.format()) {
            (our, their) if our == their => {}
            // Every whole number that is read has 64 bits.
            (Format::Int64, Format::None) | (Format::None, Format::Int64) => {}
            (Format::None, _) => self.looser("format"),
            (our, _) => self.stricter(path, format!("format {our:?}")),
        }
        self.limits(path, "least number", theirs.bounds().0, ours.bounds().0);
        self.limits(path, "greatest number", ours.bounds().1, theirs.bounds().1);
        self.limits(path, "least size", theirs.sizes().0, ours.sizes().0);
        self.limits(path, "greatest size", ours.sizes().1, theirs.sizes().1);
        self.enumeration(path, ours.enumeration(), theirs.enumeration());
        if ours.list_type() != theirs.list_type() || ours.list_map_keys() != theirs.list_map_keys() {
            self.looser("list type");
        }
        if !theirs.preserve_unknown_fields() || !ours.preserve_unknown_fields() {
            self.fields(path, ours, theirs);
        }
        for (our, their) in
            [(ours.items(), theirs.items()), (ours.additional_properties(), theirs.additional_properties())]
        {
            match (our, their) {
                (Some(our), Some(their)) => self.compare(&format!("{path}[]"), our, their),
                (None, Some(_)) if ours.preserve_unknown_fields() => {}
                (None, Some(_)) => self.stricter(path, "no values"),
                (Some(_), None) | (None, None) => {}
            }
        }
    }

    /// `low` may not be below `high` where both are known: the arguments are in the order that makes it so for strictness.
    fn limits<N: PartialOrd>(&mut self, path: &str, what: &str, low: Option<N>, high: Option<N>) {
        let is_least = what.starts_with("least");
        match (low, high) {
            (Some(low), Some(high)) if low < high => self.stricter(path, what),
            (Some(low), Some(high)) if low > high => self.looser(what),
            (None, Some(_)) if is_least => self.stricter(path, what),
            (Some(_), None) if is_least => self.looser(what),
            (Some(_), None) => self.stricter(path, what),
            (None, Some(_)) => self.looser(what),
            _ => {}
        }
    }

    fn enumeration(&mut self, path: &str, ours: &[Value], theirs: &[Value]) {
        match (ours, theirs) {
            ([], []) => {}
            ([], _) => self.looser("enum"),
            (_, []) => self.stricter(path, "enum"),
            (ours, theirs) => {
                for value in theirs.iter().filter(|value| !ours.contains(value)) {
                    self.stricter(path, format!("enum without {value}"));
                }
                if ours.iter().any(|value| !theirs.contains(value)) {
                    self.looser("enum value");
                }
            }
        }
    }

    fn fields(&mut self, path: &str, ours: Schema<'_>, theirs: Schema<'_>) {
        for their in theirs.properties() {
            let field = format!("{path}.{}", their.name);
            match ours.property(their.name) {
                None if ours.preserve_unknown_fields() => self.looser("field"),
                None => self.stricter(&field, "no such field"),
                Some(our) => {
                    match (our.required, their.required) {
                        (true, false) => self.stricter(&field, "required"),
                        (false, true) => self.looser("required"),
                        _ => {}
                    }
                    self.compare(&field, our.schema, their.schema);
                }
            }
        }
        for our in ours.properties().filter(|our| theirs.property(our.name).is_none()) {
            self.looser("field");
            if our.required {
                self.stricter(&format!("{path}.{}", our.name), "required");
            }
        }
    }
}

fn compare(ours: ServedKind<'_>, theirs: ServedKind<'_>) -> Comparison {
    let kind = format!("{} {}", theirs.api_version, theirs.kind);
    let mut comparison = Comparison { kind, stricter: BTreeSet::new(), looser: BTreeMap::new() };
    for their in theirs.schema.properties().filter(|field| !matches!(field.name, "metadata" | "status")) {
        match ours.schema.property(their.name) {
            None => comparison.stricter(their.name, "no such field"),
            Some(our) => {
                match (our.required, their.required) {
                    (true, false) => comparison.stricter(their.name, "required"),
                    (false, true) => comparison.looser("required"),
                    _ => {}
                }
                comparison.compare(their.name, our.schema, their.schema);
            }
        }
    }
    comparison
}

/// Holds lines against a file of expected ones.
fn hold(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    if std::env::var_os("UPDATE_CASES").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{name} differs; UPDATE_CASES=1 writes it anew. Found:\n{found}");
}

#[test]
fn shipped_kinds_differ_from_their_crds_only_as_listed() {
    let Some(crds) = crds() else { return };
    let (custom, problems) = CustomKinds::read(&crds);
    assert_eq!(problems, []);
    let real = Api::new(Minor::NEWEST, custom.into());
    let shipped = Api::new(Minor::NEWEST, CustomKinds::default().into());
    let (mut stricter, mut looser) = (String::new(), String::new());
    for theirs in real.kinds().filter(|kind| kind.origin == Origin::Fleet) {
        let Lookup::Served(ours) = shipped.kind(theirs.api_version, theirs.kind) else {
            stricter += &format!("{} {}: no such kind\n", theirs.api_version, theirs.kind);
            continue;
        };
        assert_eq!((ours.scope, ours.plural), (theirs.scope, theirs.plural), "{}", theirs.kind);
        let comparison = compare(ours, theirs);
        stricter.extend(comparison.stricter.iter().map(|line| format!("{line}\n")));
        looser.extend(comparison.looser.iter().map(|(what, count)| format!("{what}: {count}\n")));
    }
    hold("custom_kinds_stricter.txt", &stricter);
    hold("custom_kinds_looser.txt", &looser);
}
