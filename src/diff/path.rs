//! Paths into an object as people read them: `spec.template.spec.containers[web].image`.

use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Field(String),
    /// An item of a list by what tells it apart from the others.
    Item(String),
    /// An item of a list by its number.
    Index(usize),
}

/// A path of fields and items. Displays with items, and with fields that hold dots or slashes, in brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

impl Path {
    pub fn of_fields(fields: &[&str]) -> Self {
        Path { steps: fields.iter().map(|field| Step::Field((*field).to_owned())).collect() }
    }

    #[must_use]
    pub fn child(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Path { steps }
    }

    /// What it lies in; of the root the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        let mut steps = self.steps.clone();
        steps.pop();
        Path { steps }
    }

    /// Whether it is an item of a list.
    pub fn is_item(&self) -> bool {
        matches!(self.steps.last(), Some(Step::Item(_) | Step::Index(_)))
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether it begins with these fields.
    pub fn starts_with(&self, fields: &[&str]) -> bool {
        self.steps.len() >= fields.len()
            && self.steps.iter().zip(fields).all(|(step, field)| matches!(step, Step::Field(name) if name == field))
    }

    /// Whether some step is the field of that name.
    pub fn has_field(&self, field: &str) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Field(name) if name == field))
    }

    /// The same path with every name in it changed by `rename`.
    #[must_use]
    pub fn map(&self, rename: impl Fn(&str) -> String) -> Self {
        let steps = self.steps.iter().map(|step| match step {
            Step::Field(name) => Step::Field(rename(name)),
            Step::Item(name) => Step::Item(rename(name)),
            Step::Index(number) => Step::Index(*number),
        });
        Path { steps: steps.collect() }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            match step {
                Step::Field(name) if is_plain(name) => {
                    if number > 0 {
                        formatter.write_str(".")?;
                    }
                    formatter.write_str(name)?;
                }
                Step::Field(name) | Step::Item(name) => write!(formatter, "[{}]", in_brackets(name))?,
                Step::Index(number) => write!(formatter, "[{number}]")?,
            }
        }
        Ok(())
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$'))
}

/// A name as it is, or as a quoted text where it holds what would be mistaken for the path's own signs, or cannot be seen.
fn in_brackets(name: &str) -> String {
    let is_odd =
        |character: char| character.is_control() || matches!(character, '[' | ']' | '"' | '\u{2028}' | '\u{2029}');
    if name.is_empty() || name.contains(is_odd) { format!("{name:?}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_the_field_that_it_names() {
        let container = Path::of_fields(&["spec", "containers"]).child(Step::Item("web".to_owned()));
        assert_eq!(container.child(Step::Field("image".to_owned())).to_string(), "spec.containers[web].image");
        assert_eq!(container.child(Step::Index(2)).to_string(), "spec.containers[web][2]");
        let annotations = Path::of_fields(&["metadata", "annotations"]);
        let hash = annotations.child(Step::Field("bayplan/config-hash".to_owned()));
        assert_eq!(hash.to_string(), "metadata.annotations[bayplan/config-hash]");
        assert_eq!(annotations.child(Step::Field("a]\nb".to_owned())).to_string(), "metadata.annotations[\"a]\\nb\"]");
        assert!(hash.starts_with(&["metadata", "annotations"]) && !hash.starts_with(&["spec"]));
    }
}
