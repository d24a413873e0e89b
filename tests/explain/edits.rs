//! For fields picked at random: the place that explains one is edited, and the fleet rendered again. The field then changes as
//! the edit says, and of each other field that changes the explanation names that place, too.

use crate::fleet;
use crate::support::{Field, Key, Object, Objects, Random, World, places};
use bayplan::explain::{Role, Step};
use bayplan::pipeline::Filter;
use bayplan::pointer::Pointer;
use bayplan::source::{Sources, Span};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn an_edit_at_the_named_place_changes_the_field_in_the_example_fleet() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut world = World::read(root);
    for (site, environment, seed) in [("portal", "production", 20_261), ("shop", "staging", 5)] {
        world.filter =
            Filter { sites: vec![site.to_owned()], environments: vec![environment.to_owned()], ..Filter::default() };
        check(&world, seed, 40);
    }
}

#[test]
fn an_edit_at_the_named_place_changes_the_field_in_a_fleet_with_every_feature() {
    check(&fleet::every_feature(), 7, 200);
}

/// What came of one field.
enum Outcome {
    /// It changed as it should.
    Confirmed,
    /// No edit there gives a fleet that renders: a name that others mention, a value of an `enum`.
    Refused,
    /// Nothing is to be edited: the compiler's own.
    Ours,
}

/// More seeds to try, such as `BAYPLAN_SEEDS=1,2,3 cargo test --test explain`.
fn seeds(own: u64) -> Vec<u64> {
    #[allow(clippy::disallowed_methods)]
    let more = std::env::var("BAYPLAN_SEEDS").unwrap_or_default();
    std::iter::once(own).chain(more.split(',').filter_map(|seed| seed.trim().parse().ok())).collect()
}

fn check(world: &World, seed: u64, count: usize) {
    seeds(seed).into_iter().for_each(|seed| check_with(world, seed, count));
}

fn check_with(world: &World, seed: u64, count: usize) {
    let (sources, before) = world.explained(&|_, _, _| true).expect("the fleet renders");
    let all: Vec<(&Key, &Pointer, &Field)> =
        before.iter().flat_map(|(key, object)| object.fields.iter().map(move |(at, field)| (key, at, field))).collect();
    let mut random = Random(seed);
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for _ in 0..count {
        let (key, pointer, field) = all[random.below(all.len())];
        let step = field.step.as_ref().expect("all fields are explained");
        let decisive = step.decisive();
        let outcome = match decisive.place {
            Some(_) if step.role == Role::Compiler && !step.is_passed_on => Outcome::Ours,
            Some(place) => confirm(world, &sources, &before, key, pointer, field, place),
            None => Outcome::Ours,
        };
        counts.entry(decisive.role.name()).or_default()[match outcome {
            Outcome::Confirmed => 0,
            Outcome::Refused => 1,
            Outcome::Ours => 2,
        }] += 1;
    }
    println!("seed {seed}: {counts:?}");
    let [confirmed, refused, _] = counts.values().fold([0; 3], |[a, b, c], [x, y, z]| [a + x, b + y, c + z]);
    assert!(refused * 6 < confirmed, "too many fields could not be tried: {counts:?}");
}

fn confirm(
    world: &World,
    sources: &Sources,
    before: &Objects,
    key: &Key,
    pointer: &Pointer,
    field: &Field,
    place: Span,
) -> Outcome {
    let path = sources.path(place.file);
    let decisive = field.step.as_ref().expect("all fields are explained").decisive();
    let name = format!("{}/{} {}", key.unit, key.object, pointer.dotted());
    let mut refusals = Vec::new();
    for edit in edits(world, path, place, decisive) {
        let is_changed = |key: &Key, pointer: &Pointer, value: &Value| {
            let field = before.get(key).and_then(|object| object.fields.get(pointer));
            field.is_none_or(|field| field.value != *value)
        };
        let (edited_sources, after) = match edit.world.explained(&is_changed) {
            Ok(after) => after,
            Err(error) => {
                refusals.push(error);
                continue;
            }
        };
        let renamed = |text: &str| match &edit.rename {
            Some((old, new)) => text.replace(old.as_str(), new),
            None => text.to_owned(),
        };
        let found = after.iter().find(|(other, object)| {
            let is_unit = other.unit == key.unit || other.unit == renamed(&key.unit);
            let is_object = other.object == key.object || other.object == renamed(&key.object);
            is_unit && is_object && object.fields.contains_key(pointer)
        });
        let now = found.and_then(|(_, object)| object.fields.get(pointer)).map(|field| &field.value);
        // What names an item of a list: patches and layers that spoke of it now speak of another one, and items move.
        if now == Some(&field.value) && found.is_some_and(|(_, after)| is_elsewhere(&before[key], after, pointer)) {
            return Outcome::Confirmed;
        }
        // The object itself may have got another name, or the field may be gone with its section: then it changed as well.
        assert_ne!(
            now,
            Some(&field.value),
            "{name} does not change by {} -> {} at {path}:{}",
            edit.old,
            edit.new,
            place.start
        );
        if let (Some(now), false) = (now, edit.rename.is_some()) {
            assert!(is_as_edited(&field.value, now, &edit), "{name} became {now} by {} -> {}", edit.old, edit.new);
        }
        if edit.rename.is_none() {
            check_others(sources, before, &edited_sources, &after, path, place, edit.new.len(), &name);
        }
        return Outcome::Confirmed;
    }
    println!(
        "refused: {name} {:?} {path}: {}",
        decisive.role,
        refusals.first().map_or("no edit", |error| error.as_str())
    );
    Outcome::Refused
}

/// Whether a field has a value in some item of the list now that it had in none before.
fn is_elsewhere(before: &Object, after: &Object, pointer: &Pointer) -> bool {
    let had = in_any_item(before, pointer);
    in_list(pointer) && in_any_item(after, pointer).iter().any(|value| !had.contains(value))
}

/// Whether the items of a list have moved: what is here now was in another item, and what was here is in another one now.
fn is_shifted(before: &Object, after: &Object, pointer: &Pointer) -> bool {
    let value = |object: &Object| object.fields.get(pointer).map(|field| field.value.clone());
    let is_among =
        |object: &Object, value: Option<Value>| value.is_none_or(|value| in_any_item(object, pointer).contains(&value));
    in_list(pointer) && is_among(after, value(before)) && is_among(before, value(after))
}

fn is_index(segment: &str) -> bool {
    segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn in_list(pointer: &Pointer) -> bool {
    pointer.segments().iter().any(|segment| is_index(segment))
}

/// The values of a field in all items of the lists that it lies in.
fn in_any_item(object: &Object, pointer: &Pointer) -> Vec<Value> {
    let is_same = |other: &Pointer| {
        let pairs = || other.segments().iter().zip(pointer.segments());
        other.segments().len() == pointer.segments().len()
            && pairs().all(|(one, other)| one == other || is_index(one) && is_index(other))
    };
    let fields = object.fields.iter().filter(|(other, _)| is_same(other));
    fields.map(|(_, field)| field.value.clone()).collect()
}

/// One way to edit a place.
struct Edit {
    world: World,
    old: String,
    new: String,
    /// A name that was changed wherever it is mentioned.
    rename: Option<(String, String)>,
}

/// Whether a value changed as its text was edited.
fn is_as_edited(before: &Value, now: &Value, edit: &Edit) -> bool {
    match (before, now) {
        (Value::String(before), Value::String(now)) => {
            // What was added in the source is what is added in the result.
            now.len() >= before.len().saturating_sub(edit.old.len()) && now != before
        }
        (Value::Number(before), Value::Number(now)) => {
            before.as_i64().zip(now.as_i64()).is_none_or(|(before, now)| now == before + 1)
        }
        (Value::Bool(before), Value::Bool(now)) => before != now,
        _ => true,
    }
}

fn edits(world: &World, path: &str, place: Span, step: &Step) -> Vec<Edit> {
    let text = world.text(path);
    let (start, end) = (place.start as usize, place.end as usize);
    let old = text[start..end].to_owned();
    let edit = |new: String| Edit { world: world.edited(path, start, end, &new), old: old.clone(), new, rename: None };
    if step.role == Role::Root && step.name.ends_with(".name") {
        let new = format!("{old}x");
        return vec![Edit {
            world: renamed(world, &old, &new),
            old: old.clone(),
            new: new.clone(),
            rename: Some((old, new)),
        }];
    }
    let trimmed = old.trim_end();
    if trimmed.len() > 1 && trimmed.starts_with('0') && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = i64::from_str_radix(trimmed, 8).expect("is octal");
        return vec![edit(format!("0{:o}", number + 1))];
    }
    if let Ok(number) = trimmed.parse::<i64>() {
        return vec![edit((number + 1).to_string()), edit((number - 1).to_string())];
    }
    match trimmed {
        "true" => return vec![edit("false".to_owned())],
        "false" => return vec![edit("true".to_owned())],
        "{}" => return vec![edit("{bayplanx: new}".to_owned())],
        "[]" => return vec![edit("[x]".to_owned())],
        "null" => return vec![edit("x".to_owned())],
        _ => {}
    }
    let mut edits = Vec::new();
    if trimmed.starts_with(['|', '>']) {
        let content = old.find('\n').map_or(old.len(), |newline| newline + 1);
        let at = content + old[content..].find(|character: char| !character.is_whitespace()).unwrap_or(0);
        return vec![edit(format!("{}x{}", &old[..at], &old[at..]))];
    }
    let quote = trimmed.chars().last().filter(|last| matches!(last, '"' | '\'') && trimmed.starts_with(*last));
    let inside = if quote.is_some() { trimmed.len() - 1 } else { trimmed.len() };
    edits.push(edit(format!("{}x{}", &old[..inside], &old[inside..])));
    if let Some(digit) = old.rfind(|character: char| character.is_ascii_digit()) {
        let next = if &old[digit..=digit] == "9" { "8" } else { "9" };
        edits.push(edit(format!("{}{next}{}", &old[..digit], &old[digit + 1..])));
        let next = if &old[digit..=digit] == "1" { "2" } else { "1" };
        edits.push(edit(format!("{}{next}{}", &old[..digit], &old[digit + 1..])));
    }
    edits
}

/// The fleet with a name changed wherever a spec mentions it as a whole word.
fn renamed(world: &World, old: &str, new: &str) -> World {
    let mut files = world.files.clone();
    for (path, bytes) in &mut files {
        if !path.starts_with("site-specs/") && path != "bayplan.yaml" {
            continue;
        }
        let text = String::from_utf8(bytes.clone()).expect("is a text");
        // Objects are called after their site.
        let is_end = |character: Option<char>| character.is_none_or(|character| " \n\t[]{},:-".contains(character));
        let mut renamed = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(old) {
            let (before, behind) = (rest[..at].chars().last(), rest[at + old.len()..].chars().next());
            renamed.push_str(&rest[..at]);
            renamed.push_str(if is_end(before) && is_end(behind) { new } else { old });
            rest = &rest[at + old.len()..];
        }
        renamed.push_str(rest);
        *bytes = renamed.into_bytes();
    }
    let mut filter = world.filter.clone();
    for names in [&mut filter.sites, &mut filter.environments, &mut filter.clusters, &mut filter.tenants] {
        names.iter_mut().filter(|name| *name == old).for_each(|name| new.clone_into(name));
    }
    World { files, filter }
}

/// Each field that an edit changed names the edited place: before it, or (where it is new) after it.
#[allow(clippy::too_many_arguments)]
fn check_others(
    sources: &Sources,
    before: &Objects,
    edited_sources: &Sources,
    after: &Objects,
    path: &str,
    place: Span,
    length: usize,
    name: &str,
) {
    let names_it = |sources: &Sources, step: &Step, end: u32| {
        let is_derived = step.role == Role::Compiler && step.decisive().role == Role::Compiler;
        is_derived
            || places(step, true).iter().any(|span| {
                sources.path(span.file) == path
                    && span.start < end.max(span.start + 1)
                    && place.start < span.end.max(place.start + 1)
            })
    };
    for (key, object) in before {
        let Some(now) = after.get(key) else { continue };
        for (pointer, field) in &object.fields {
            let changed = now.fields.get(pointer).is_none_or(|now| now.value != field.value);
            assert!(
                !changed
                    || is_shifted(object, now, pointer)
                    || names_it(sources, field.step.as_ref().expect("was explained"), place.end)
                    || now.fields.get(pointer).and_then(|now| now.step.as_ref()).is_some_and(|now| {
                        names_it(edited_sources, now, place.start + u32::try_from(length).expect("fits"))
                    }),
                "{}/{} {} changed by an edit for {name} at {path}:{}, which its explanation does not name: {:#?}",
                key.unit,
                key.object,
                pointer.dotted(),
                place.start,
                field.step,
            );
        }
    }
}
