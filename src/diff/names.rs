//! Names taken out of texts, so that changes that differ in nothing but whose they are become equal.

use super::object::Subject;
use super::path::Path;
use serde_json::Value;

/// What stands for the name of a namespace, a site, a tenant, an environment and a cluster.
pub const STAND_INS: [&str; 5] = ["{namespace}", "{site}", "{tenant}", "{environment}", "{cluster}"];

/// The names of one object's deployment, and what stands for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Longest first, so that a namespace is found before the site that is part of its name.
    pairs: Vec<(String, &'static str)>,
}

impl Names {
    pub fn of(subject: &Subject) -> Self {
        let Subject { cluster, environment, namespace, site, tenant, .. } = subject;
        let mut names = Names::default();
        for (name, stands) in [namespace, site, tenant, environment, cluster].into_iter().zip(STAND_INS) {
            names.add(name, stands);
            // As databases and variables are named.
            if name.contains('-') {
                names.add(&name.replace('-', "_"), stands);
            }
        }
        names.sort();
        names
    }

    /// The names of both versions of an object.
    #[must_use]
    pub fn and(mut self, other: Names) -> Self {
        for (name, stands) in other.pairs {
            self.add(&name, stands);
        }
        self.sort();
        self
    }

    fn add(&mut self, name: &str, stands: &'static str) {
        if !name.is_empty() && !self.pairs.iter().any(|(known, _)| known == name) {
            self.pairs.push((name.to_owned(), stands));
        }
    }

    fn sort(&mut self) {
        self.pairs.sort_by(|(one, _), (other, _)| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    }

    /// The text with each name that stands in it as a word of its own replaced.
    pub fn replace(&self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = None;
        while let Some(first) = rest.chars().next() {
            let is_start = before.is_none_or(|before: char| !before.is_alphanumeric());
            let found = self.pairs.iter().filter(|_| is_start).find(|(name, _)| {
                let after = rest.strip_prefix(name.as_str());
                after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
            });
            let length = match found {
                Some((name, stands)) => {
                    replaced.push_str(stands);
                    name.len()
                }
                None => {
                    replaced.push(first);
                    first.len_utf8()
                }
            };
            before = rest[..length].chars().next_back();
            rest = &rest[length..];
        }
        replaced
    }

    pub fn replace_in_path(&self, path: &Path) -> Path {
        path.map(|name| self.replace(name))
    }

    /// The value with names replaced in all its texts and keys.
    pub fn replace_in(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.replace(text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.replace_in(item)).collect()),
            Value::Object(map) => {
                Value::Object(map.iter().map(|(key, value)| (self.replace(key), self.replace_in(value))).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words() {
        let subject = Subject {
            cluster: "stable".to_owned(),
            environment: "production".to_owned(),
            namespace: "acme-my-site-1-production".to_owned(),
            site: "my-site-1".to_owned(),
            tenant: "acme".to_owned(),
            ..Subject::default()
        };
        let names = subject.names();
        let cases = [
            ("my-site-1-web", "{site}-web"),
            ("my-site-10", "my-site-10"),
            ("xmy-site-1", "xmy-site-1"),
            ("db.acme-my-site-1-production.svc", "db.{namespace}.svc"),
            ("MY my_site_1 acme/my-site-1:1", "MY {site} {tenant}/{site}:1"),
            ("unstable", "unstable"),
            ("größe acme é", "größe {tenant} é"),
        ];
        for (text, due) in cases {
            assert_eq!(names.replace(text), due);
        }
    }
}
