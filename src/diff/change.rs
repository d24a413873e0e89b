//! What becomes of one object, and the objects of which only one side is known so far.

use super::class::{self, Class, Remark};
use super::fields::{self, FieldChange};
use super::object::{Object, Subject};
use crate::finish::config_hash;
use crate::kubernetes::{Api, Lookup, Schema};
use crate::object::Identity;
use crate::spec::common::Layer;
use std::collections::BTreeMap;

/// What becomes of what a hunk is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It leaves.
    Removed,
    Changed,
    /// A namespace that goes on under another name, cluster, environment, tenant or site: all in it is made anew.
    Moved,
    New,
}

impl Action {
    pub fn name(self) -> &'static str {
        match self {
            Action::Removed => "removed",
            Action::Changed => "changed",
            Action::Moved => "moved",
            Action::New => "new",
        }
    }

    /// As diffs mark it.
    pub fn sign(self) -> char {
        match self {
            Action::Removed => '-',
            Action::Changed | Action::Moved => '~',
            Action::New => '+',
        }
    }
}

/// What becomes of one object, or of all that a namespace has of one deployment.
#[derive(Debug, Clone)]
pub struct Change {
    pub action: Action,
    pub subject: Subject,
    /// Its name in each tree, where that is not the subject's: a Job that runs on change has another each time.
    pub was: Option<Identity>,
    pub is: Option<Identity>,
    pub fields: Vec<FieldChange>,
    pub remarks: Vec<Remark>,
    /// The ConfigMaps and Secrets that its pods read, where the stamp of what they hold differs.
    pub reads: Vec<(&'static str, String)>,
    /// The ConfigMap or Secret that it is or makes.
    pub gives: Option<(&'static str, String)>,
    /// Of a bundle: how many objects of each kind it holds. Empty for one object.
    pub contents: BTreeMap<String, usize>,
    /// Of a bundle: the phrase that says what it is.
    pub phrase: String,
    /// Of a bundle: how many of its objects are of which class, by kind.
    pub classes: BTreeMap<Class, BTreeMap<String, usize>>,
}

impl Change {
    pub fn of(action: Action, subject: Subject, remarks: Vec<Remark>) -> Self {
        Change {
            action,
            subject,
            was: None,
            is: None,
            fields: Vec::new(),
            remarks,
            reads: Vec::new(),
            gives: None,
            contents: BTreeMap::new(),
            phrase: String::new(),
            classes: BTreeMap::new(),
        }
    }

    /// Two versions of one object. None where they are equal but for their formatting.
    pub fn between(old: &Object, new: &Object, api: &Api) -> Option<Self> {
        let fields = fields::compare(&old.value, &new.value, schema_of(api, new));
        if fields.is_empty() {
            return None;
        }
        let remarks = class::of_changed(old, new, &fields);
        Some(Change::compared(old, new, fields, remarks))
    }

    /// Two runs of a Job that runs on change.
    pub fn rerun(old: &Object, new: &Object, api: &Api) -> Self {
        let mut fields = fields::compare(&old.value, &new.value, schema_of(api, new));
        fields.retain(|field| !field.path.starts_with(&["metadata", "name"]));
        let remarks = class::of_rerun(old, new, &fields);
        Change::compared(old, new, fields, remarks)
    }

    fn compared(old: &Object, new: &Object, fields: Vec<FieldChange>, remarks: Vec<Remark>) -> Self {
        let reads = if fields.iter().any(class::is_stamp) { reads(new) } else { Vec::new() };
        let gives = gives(new);
        let subject = new.subject.clone();
        let (was, is) = (Some(old.identity.clone()), Some(new.identity.clone()));
        Change { was, is, fields, reads, gives, ..Change::of(Action::Changed, subject, remarks) }
    }

    pub fn has(&self, class: Class) -> bool {
        self.remarks.iter().any(|remark| remark.class == class)
    }

    /// How many objects of which class it is about, by kind.
    pub fn tally(&self) -> BTreeMap<Class, BTreeMap<String, usize>> {
        if self.is_bundle() {
            return self.classes.clone();
        }
        let one = || BTreeMap::from([(self.subject.kind.clone(), 1)]);
        self.remarks.iter().map(|remark| (remark.class, one())).collect()
    }

    pub fn is_bundle(&self) -> bool {
        !self.contents.is_empty()
    }
}

/// The schema of an object's kind; none where it is not known.
pub fn schema_of<'a>(api: &'a Api, object: &Object) -> Option<Schema<'a>> {
    match api.kind(object.api_version(), &object.identity.kind) {
        Lookup::Served(served) => Some(served.schema),
        Lookup::Removed { .. } | Lookup::NotYet { .. } | Lookup::Unknown(_) => None,
    }
}

fn reads(object: &Object) -> Vec<(&'static str, String)> {
    let pod = class::pod_spec(object);
    let found = pod.map(config_hash::references).unwrap_or_default();
    found.into_iter().map(|(kind, name)| (kind, name.to_owned())).collect()
}

fn gives(object: &Object) -> Option<(&'static str, String)> {
    let Identity { group, kind, name, .. } = &object.identity;
    match (group.as_str(), kind.as_str()) {
        ("", "ConfigMap") => Some(("ConfigMap", name.clone())),
        ("", "Secret") => Some(("Secret", name.clone())),
        _ => config_hash::secret_made_by(group, kind, name, &object.value).map(|name| ("Secret", name.to_owned())),
    }
}

/// An object that only one tree has at its path.
#[derive(Debug, Clone)]
pub struct Loose {
    pub path: String,
    pub subject: Subject,
    pub identity: Identity,
    pub layer: Option<Layer>,
    pub remarks: Vec<Remark>,
    /// What a reader should know of a new object.
    pub telling: Vec<FieldChange>,
    pub gives: Option<(&'static str, String)>,
    /// The file, where another version of the object may be found elsewhere.
    pub bytes: Vec<u8>,
}

impl Loose {
    pub fn new(object: &Object, remarks: Vec<Remark>, telling: Vec<FieldChange>, bytes: Vec<u8>) -> Self {
        Loose {
            path: object.path.clone(),
            subject: object.subject.clone(),
            identity: object.identity.clone(),
            layer: object.layer(),
            remarks,
            telling,
            gives: gives(object),
            bytes,
        }
    }

    pub fn read(&self) -> Option<Object> {
        Object::read(&self.path, &self.bytes)
    }

    /// What it is where it is found nowhere else.
    pub fn into_change(self, action: Action) -> Change {
        let (was, is) = match action {
            Action::Removed => (Some(self.identity), None),
            Action::New | Action::Changed | Action::Moved => (None, Some(self.identity)),
        };
        let Loose { subject, remarks, telling, gives, .. } = self;
        Change { was, is, fields: telling, gives, ..Change::of(action, subject, remarks) }
    }
}
