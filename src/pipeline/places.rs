//! Who sets a field of an object that is written: the seam through which other commands ask for the line of a spec.
//!
//! Units are rendered anew with nothing recorded on the way, and only those that are asked about.

use super::prepare::Prepared;
use super::{Findings, Options, cluster, unit};
use crate::diag::Diagnostics;
use crate::load;
use crate::object::{Identity, Object};
use crate::pointer::Pointer;
use crate::resolve::{deployments, units};
use crate::source::{Sources, Span};
use serde_json::Value;
use std::collections::BTreeMap;

/// A field of an object, by the object's cluster and identity.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    pub cluster: &'a str,
    /// The folder of its namespace; empty for a cluster's own objects.
    pub namespace: &'a str,
    /// As templates write it: a Job that runs on change without its suffix.
    pub identity: &'a Identity,
    pub at: &'a Pointer,
    /// What it was before, where it is a text: of several values in it, those that were part of it did not change it.
    pub was: Option<&'a str>,
}

/// Who sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setter {
    pub place: Span,
    /// A layer, or whose patch it is; empty for a template's own text.
    pub who: String,
}

/// Who sets each field; none where the compiler does, or where nothing of that name is made.
pub fn setters(sources: &Sources, options: &Options, fields: &[Field<'_>]) -> Vec<Option<Setter>> {
    let mut found = vec![None; fields.len()];
    let mut ignored = Diagnostics::new();
    let Some(specs) = load::load(sources, &mut ignored) else { return found };
    let Some(prepared) = Prepared::new(sources, &specs, options, &mut ignored) else { return found };
    let mut by_home: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (number, field) in fields.iter().enumerate() {
        by_home.entry((field.cluster, field.namespace)).or_default().push(number);
    }
    let all = deployments::all(&specs, &mut ignored);
    let units = units::group(&specs, &prepared.namespace_names, all, &mut ignored);
    let mut answer = |objects: &[Object<'_>], numbers: &[usize]| {
        for number in numbers {
            found[*number] = fields.get(*number).and_then(|field| setter(objects, field));
        }
    };
    for unit in &units {
        if let Some(numbers) = by_home.get(&(unit.cluster.spec.name(), unit.namespace.as_str())) {
            answer(&unit::written(&prepared, unit), numbers);
        }
    }
    for cluster in specs.clusters.values() {
        if let Some(numbers) = by_home.get(&(cluster.spec.name(), "")) {
            let objects = cluster::written(&prepared, cluster, &mut Findings::default());
            answer(&objects.unwrap_or_default(), numbers);
        }
    }
    found
}

fn setter(objects: &[Object<'_>], field: &Field<'_>) -> Option<Setter> {
    let Identity { group, kind, name, namespace } = field.identity;
    let is_it = |object: &&Object<'_>| {
        object.group() == group
            && object.kind() == kind
            && object.name() == name
            && ["", namespace.as_str()].contains(&object.namespace())
    };
    let object = objects.iter().find(is_it)?;
    if field.at.get(&object.value).is_none() {
        let (place, label) = object.origin.removed(field.at)?;
        return Some(Setter { place, who: label });
    }
    let place = object.origin.field(field.at);
    if let Some(who) = place.label.strip_prefix("set by this patch of ") {
        return Some(Setter { place: place.span, who: format!("patch of {who}") });
    }
    let mut inserted = object.origin.inserted(field.at);
    let are_known = field.was.is_some() || inserted.len() == 1;
    if let (Some(was), Some(is)) = (field.was, field.at.get(&object.value).and_then(Value::as_str)) {
        // What was part of it before did not change it: then the template's own text did.
        let has_changed = |text: &str| text == is || !text.is_empty() && !has_word(was, text);
        inserted.retain(|(value, _)| has_changed(&text_of(value)));
    }
    // Of several that may have changed it, none is the one; of several that did, the first will do.
    let own = inserted.into_iter().next().filter(|_| are_known).and_then(|(_, own)| own);
    let (place, who) = own.unwrap_or((place.span, String::new()));
    Some(Setter { place, who })
}

/// Whether a text holds another one that is not a part of a longer word there: `4.2.0` is none of `4.2.0-rc.1`.
fn has_word(text: &str, word: &str) -> bool {
    let is_inside = |character: Option<char>| character.is_some_and(|it| it.is_alphanumeric() || "._-+".contains(it));
    text.match_indices(word).any(|(start, _)| {
        let (before, after) = (text[..start].chars().next_back(), text[start + word.len()..].chars().next());
        !is_inside(before) && !is_inside(after)
    })
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn a_part_of_a_longer_word_is_not_the_word() {
        assert!(has_word("registry.example.org/acme/portal:4.2.0", "4.2.0"));
        assert!(has_word("registry.example.org/acme/portal:4.2.0", "registry.example.org/acme/portal"));
        assert!(!has_word("registry.example.org/acme/portal:4.2.0-rc.1", "4.2.0"));
        assert!(!has_word("registry.example.org/acme/portal:14.2.0", "4.2.0"));
        assert!(has_word("4.2.0-rc.1 and 4.2.0", "4.2.0"));
    }
}
