//! The names that all objects of a hunk share: they are written out, since they tell nothing apart.

use super::delta;
use crate::diff::Values;
use crate::diff::fields::FieldChange;
use crate::diff::object::Subject;
use crate::diff::path::Path;
use serde_json::Value;

/// Names by what stands for them.
type StandIns = Vec<(&'static str, String)>;

/// What is known of the names of several objects.
pub struct Shared {
    /// The names of the first object.
    first: StandIns,
    /// Those of them that are the same in all.
    common: StandIns,
}

impl Shared {
    pub fn of<'s>(mut subjects: impl Iterator<Item = &'s Subject>) -> Self {
        let first = subjects.next().map(Subject::stand_ins).unwrap_or_default();
        let mut common = first.clone();
        for subject in subjects {
            if common.is_empty() {
                break;
            }
            let own = subject.stand_ins();
            common.retain(|pair| own.contains(pair));
        }
        Shared { first, common }
    }

    /// A text without names, with those that are shared written out. `original` is what it is in the first object: a text of which
    /// that cannot be made again, such as one that holds `{site}` itself, stays as it is.
    pub fn text(&self, text: &str, original: &str) -> String {
        self.text_of(text, original, &self.first)
    }

    /// The same for a text of which `original` is known in another object of the hunk.
    pub fn text_in(&self, text: &str, original: &str, subject: &Subject) -> String {
        self.text_of(text, original, &subject.stand_ins())
    }

    fn text_of(&self, text: &str, original: &str, names: &StandIns) -> String {
        if !text.contains('{') || fill(text, names) != original {
            return text.to_owned();
        }
        fill(text, &self.common)
    }

    pub fn path(&self, path: &Path, original: &Path) -> Path {
        let is_whole = path.map(|name| fill(name, &self.first)) == *original;
        if is_whole { path.map(|name| fill(name, &self.common)) } else { path.clone() }
    }

    pub fn values(&self, values: Values, original: &FieldChange) -> Values {
        let side = |value: Option<Value>, original: &Option<Value>| match (value, original) {
            (Some(value), Some(original)) => Some(self.value(&value, original)),
            (value, _) => value,
        };
        match values {
            Values::Same { old, new } => Values::Same { old: side(old, &original.old), new: side(new, &original.new) },
            Values::Differ { count, old, new } => {
                Values::Differ { count, old: side(old, &original.old), new: side(new, &original.new) }
            }
            Values::Alike { old, new } => {
                let (was, is) = delta::of(original.old.as_ref(), original.new.as_ref());
                Values::Alike { old: self.text(&old, &was), new: self.text(&new, &is) }
            }
        }
    }

    fn value(&self, value: &Value, original: &Value) -> Value {
        match (value, original) {
            (Value::String(text), Value::String(original)) => Value::String(self.text(text, original)),
            (Value::Array(items), Value::Array(originals)) => {
                Value::Array(items.iter().zip(originals).map(|(item, original)| self.value(item, original)).collect())
            }
            (Value::Object(map), Value::Object(originals)) => {
                let filled = map.iter().map(|(key, value)| {
                    let whole = fill(key, &self.first);
                    match originals.get(&whole) {
                        Some(original) => (self.text(key, &whole), self.value(value, original)),
                        None => (key.clone(), value.clone()),
                    }
                });
                Value::Object(filled.collect())
            }
            (value, _) => value.clone(),
        }
    }
}

fn fill(text: &str, names: &StandIns) -> String {
    names.iter().fold(text.to_owned(), |text, (stands, name)| text.replace(stands, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(site: &str) -> Subject {
        Subject {
            cluster: "stable".to_owned(),
            environment: "staging".to_owned(),
            site: site.to_owned(),
            ..Subject::default()
        }
    }

    #[test]
    fn what_is_the_same_in_all_is_written_out() {
        let subjects = [subject("portal"), subject("wiki")];
        let shared = Shared::of(subjects.iter());
        assert_eq!(shared.text("{environment}.{site}.example", "staging.portal.example"), "staging.{site}.example");
        // It is no name that stands there.
        assert_eq!(shared.text("{environment} of {site}", "{environment} of portal"), "{environment} of {site}");
        let one = Shared::of(subjects[..1].iter());
        assert_eq!(one.text("{site}@{cluster}", "portal@stable"), "portal@stable");
    }
}
