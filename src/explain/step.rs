//! A step of an explanation: something that is written somewhere, what it was made from, and what lost to it.

use crate::source::Span;
use serde_json::Value;

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Text of a template.
    Template,
    /// A section that decided on a text of a template.
    Section,
    /// A value that a layer or an enforcer set.
    Value,
    /// A value that some layer removed.
    Removed,
    /// A computed value of a template.
    Computed,
    /// One of the reserved roots, such as `site.name`.
    Root,
    /// A fact of a cluster.
    Fact,
    /// A file that is taken word for word.
    File,
    /// A patch.
    Patch,
    /// The compiler's own doing.
    Compiler,
    /// A field of a spec that is no value.
    Setting,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Template => "template",
            Role::Section => "section",
            Role::Value => "value",
            Role::Removed => "removed",
            Role::Computed => "computed",
            Role::Root => "root",
            Role::Fact => "fact",
            Role::File => "file",
            Role::Patch => "patch",
            Role::Compiler => "compiler",
            Role::Setting => "setting",
        }
    }
}

/// One step. The first of an explanation is what set the field; the others hang below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub role: Role,
    /// The name of a value, a tag or a setting; empty where there is none.
    pub name: String,
    /// Whose it is or what it does, as one phrase.
    pub what: String,
    /// None for what is written nowhere: the compiler's own words and defaults.
    pub place: Option<Span>,
    /// What it says. None where it says nothing by itself, and where it may be secret.
    pub value: Option<Value>,
    /// The keys that a template's text stands at and under.
    pub keys: Vec<Span>,
    /// The tags of the partials that a template's text came through, from the rendered file inwards.
    pub through: Vec<Span>,
    pub from: Vec<Step>,
    /// What it overrides, the highest first.
    pub lost: Vec<Lost>,
    /// Whether it is made from one other step and nothing else, so that what it says is what that step says.
    pub is_passed_on: bool,
}

/// Something that lost to a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    pub place: Option<Span>,
    pub what: String,
    /// None where it removed the value, and where it may be secret.
    pub value: Option<Value>,
}

impl Step {
    pub fn new(role: Role, name: impl Into<String>, what: impl Into<String>) -> Self {
        Step {
            role,
            name: name.into(),
            what: what.into(),
            place: None,
            value: None,
            keys: Vec::new(),
            through: Vec::new(),
            from: Vec::new(),
            lost: Vec::new(),
            is_passed_on: false,
        }
    }

    #[must_use]
    pub fn at(mut self, place: Span) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn saying(mut self, value: Option<Value>) -> Self {
        self.value = value;
        self
    }

    #[must_use]
    pub fn made_from(mut self, from: impl IntoIterator<Item = Step>) -> Self {
        self.from.extend(from);
        self
    }

    /// The step to edit in order to change the field: the value, where the text is one tag and nothing else.
    pub fn decisive(&self) -> &Step {
        match self.from.iter().find(|step| step.role != Role::Section) {
            Some(inner) if self.is_passed_on => inner.decisive(),
            _ => self,
        }
    }

    /// This step and all below it, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Step)) {
        visit(self);
        for step in &self.from {
            step.walk(visit);
        }
    }

    /// Takes all values away, for fields of a Secret.
    pub fn conceal(&mut self) {
        self.value = None;
        self.lost.iter_mut().for_each(|lost| lost.value = None);
        self.from.iter_mut().for_each(Step::conceal);
    }
}
