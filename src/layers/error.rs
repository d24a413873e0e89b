//! What can be wrong with layers.

use super::{Place, Source};
use crate::diag::Code;
use crate::near::{hint, near_names};
use crate::pointer::Pointer;
use serde_json::Value;

/// The codes of this module's findings.
pub mod codes {
    use crate::diag::Code;

    pub static VALUE_CONFLICT: Code = Code {
        name: "value-conflict",
        explanation: "One layer has a map where another has a scalar or a list, so they cannot be merged, and replacing one by the other \
            would lose values in silence. Most often one of them is misspelt or badly indented. To replace a map by something else on \
            purpose, set it to null in a layer between.",
    };
    pub static REMOVES_NOTHING: Code = Code {
        name: "removes-nothing",
        explanation: "A site sets a value to null, or an item of a list to `$patch: delete`, to remove what it inherits, but no layer \
            below has it. Either the name is misspelt, or nothing is left to remove and the line can go. In layers that many sites share \
            this is allowed.",
    };
    pub static LIST_ITEM: Code = Code {
        name: "list-item",
        explanation: "The template's schema says that this list merges item by item, by the keys in `x-kubernetes-list-map-keys`. So each \
            item is a map that has those keys, and no two items of one list have the same.",
    };
    pub static VALUE_DIRECTIVE: Code = Code {
        name: "value-directive",
        explanation: "`$patch` is not a value. The only place for it is an item of a list that merges by keys, where \
            `{name: X, $patch: delete}` removes the inherited item X. A key of a map is removed by null; a list without keys is \
            replaced whole.",
    };
    pub static UNDECLARED_VALUE: Code = Code {
        name: "undeclared-value",
        explanation: "A site may set only values that its template declares in its schema: another has no effect, and is most often \
            misspelt. Fleet, clusters, environments and tenants may hold values for other templates as well.",
    };
    pub static ENFORCED_VALUE: Code = Code {
        name: "enforced-value",
        explanation: "A fleet, cluster, environment or tenant enforces a value, and a layer above it sets another. Leave the value out, or \
            set the same. If this deployment needs another value, the enforcer must let it.",
    };
    pub static VALUES_SHAPE: Code = Code {
        name: "values-shape",
        explanation: "The values of a layer, and what it enforces, are a map from names to values.",
    };
    pub static CODES: &[&Code] = &[
        &VALUE_CONFLICT,
        &REMOVES_NOTHING,
        &LIST_ITEM,
        &VALUE_DIRECTIVE,
        &UNDECLARED_VALUE,
        &ENFORCED_VALUE,
        &VALUES_SHAPE,
    ];
}

/// The kinds of values that merging tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Map,
    List,
    Scalar,
    Null,
}

impl Shape {
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Object(_) => Shape::Map,
            Value::Array(_) => Shape::List,
            Value::Null => Shape::Null,
            Value::Bool(_) | Value::Number(_) | Value::String(_) => Shape::Scalar,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Shape::Map => "a map",
            Shape::List => "a list",
            Shape::Scalar => "a scalar",
            Shape::Null => "null",
        }
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerError {
    pub kind: LayerErrorKind,
    /// Where in the merged values.
    pub pointer: Pointer,
    /// What is wrong.
    pub place: Place,
    /// What it does not go with: the lower layer, the other item, the enforcer.
    pub other: Option<Place>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LayerErrorKind {
    /// A map meets something else; `other` is the lower layer.
    Conflict { found: Shape, below: Shape },
    /// A null, or an item that is to be deleted, finds nothing.
    RemovesNothing { wanted: Wanted },
    /// An item of a keyed list that is no map.
    ItemNotMap { found: Shape, keys: Vec<String> },
    /// An item without a plain value for one of its keys.
    ItemWithoutKey { key: String, known: Vec<String> },
    /// Two items of one list have the same keys; `other` is the first.
    DuplicateItem { item: String },
    /// `$patch` in a map or in a list that has no keys.
    MisplacedDirective { in_list: bool },
    /// `$patch` with another word than `delete`.
    UnknownDirective,
    /// A field beside `$patch: delete` that is no key of the list.
    BesideDelete { field: String },
    /// A strict layer sets a key that the template does not declare.
    Undeclared { key: String, known: Vec<String> },
    /// A layer, or a higher enforcer, contradicts the enforcer at `other`. `item` says which item of the list, where it is one.
    Enforced { wants_absent: bool, found: Shape, item: Option<String> },
    /// The values of a layer are no map.
    NotMap { found: Shape },
}

/// What was to be removed, and what is there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub is_item: bool,
    /// The key in its map, or the keys of an item: `name: "web"`.
    pub text: String,
    /// The others that are inherited.
    pub known: Vec<String>,
}

/// The texts of a finding. See [`crate::diag::Diagnostic`] for their rules.
#[derive(Debug, Clone)]
pub struct Described {
    pub code: &'static Code,
    pub message: String,
    /// What is at [`LayerError::place`].
    pub label: String,
    /// What is at [`LayerError::other`].
    pub other_label: String,
    pub help: Vec<String>,
}

impl LayerError {
    /// The texts; `name` gives what a layer or enforcer is called, such as `site portal, environment production`. No value
    /// is shown, but for the keys of list items.
    pub fn describe(&self, name: &dyn Fn(Source) -> String) -> Described {
        let this = name(self.place.source);
        let other = self.other.as_ref().map(|place| name(place.source)).unwrap_or_default();
        let (label, other_label) = self.labels(&other);
        Described { code: self.code(), message: self.message(&this, &other), label, other_label, help: self.help() }
    }

    pub fn code(&self) -> &'static Code {
        match self.kind {
            LayerErrorKind::Conflict { .. } => &codes::VALUE_CONFLICT,
            LayerErrorKind::RemovesNothing { .. } => &codes::REMOVES_NOTHING,
            LayerErrorKind::ItemNotMap { .. }
            | LayerErrorKind::ItemWithoutKey { .. }
            | LayerErrorKind::DuplicateItem { .. } => &codes::LIST_ITEM,
            LayerErrorKind::MisplacedDirective { .. }
            | LayerErrorKind::UnknownDirective
            | LayerErrorKind::BesideDelete { .. } => &codes::VALUE_DIRECTIVE,
            LayerErrorKind::Undeclared { .. } => &codes::UNDECLARED_VALUE,
            LayerErrorKind::Enforced { .. } => &codes::ENFORCED_VALUE,
            LayerErrorKind::NotMap { .. } => &codes::VALUES_SHAPE,
        }
    }

    fn message(&self, this: &str, other: &str) -> String {
        let path = self.pointer.dotted();
        match &self.kind {
            LayerErrorKind::Conflict { found, below } => {
                format!("`{path}` is {} in {this} and {} in {other}", found.words(), below.words())
            }
            LayerErrorKind::RemovesNothing { wanted } if wanted.is_item => {
                format!("{this} removes an item of `{path}` that no layer below sets: {}", wanted.text)
            }
            LayerErrorKind::RemovesNothing { .. } => format!("{this} removes `{path}`, which no layer below sets"),
            LayerErrorKind::ItemNotMap { found, keys } => {
                format!("items of `{path}` are maps with `{}`, this is {}", keys.join("`, `"), found.words())
            }
            LayerErrorKind::ItemWithoutKey { key, .. } => {
                format!("an item of `{path}` has no plain value for `{key}`, by which its list merges")
            }
            LayerErrorKind::DuplicateItem { item } => format!("two items of `{path}` in {this} have {item}"),
            LayerErrorKind::MisplacedDirective { .. } => format!("`$patch` is no value for `{path}`"),
            LayerErrorKind::UnknownDirective => format!("`$patch` in an item of `{path}` can only be `delete`"),
            LayerErrorKind::BesideDelete { field } => {
                format!("`$patch: delete` removes the whole item, so `{field}` beside it has no effect")
            }
            LayerErrorKind::Undeclared { key, .. } => {
                format!("{this} sets `{key}`, which its template does not declare")
            }
            LayerErrorKind::Enforced { wants_absent, found, item } => {
                let what = match item {
                    Some(item) => format!("the item of `{path}` with {item}"),
                    None => format!("`{path}`"),
                };
                match (wants_absent, found) {
                    (true, _) => format!("{this} sets {what}, which {other} enforces to be absent"),
                    (false, Shape::Null) => format!("{this} removes {what}, which {other} enforces"),
                    (false, _) => format!("{this} sets {what} to another value than {other} enforces"),
                }
            }
            LayerErrorKind::NotMap { found } => format!("the values of {this} are {}, not a map", found.words()),
        }
    }

    fn labels(&self, other: &str) -> (String, String) {
        let (label, other_label) = match &self.kind {
            LayerErrorKind::Conflict { found, below } => (found.words(), format!("{} in {other}", below.words())),
            LayerErrorKind::RemovesNothing { .. } => ("nothing to remove", String::new()),
            LayerErrorKind::ItemNotMap { found, .. } | LayerErrorKind::NotMap { found } => {
                (found.words(), String::new())
            }
            LayerErrorKind::ItemWithoutKey { .. } => ("cannot be merged", String::new()),
            LayerErrorKind::DuplicateItem { .. } => ("again here", "first here".to_owned()),
            LayerErrorKind::MisplacedDirective { in_list: true } => {
                ("a list without keys is replaced whole", String::new())
            }
            LayerErrorKind::MisplacedDirective { in_list: false } => {
                ("in a map that is no item of a list", String::new())
            }
            LayerErrorKind::UnknownDirective => ("unknown directive", String::new()),
            LayerErrorKind::BesideDelete { .. } => ("has no effect", String::new()),
            LayerErrorKind::Undeclared { .. } => ("not in the template's schema", String::new()),
            LayerErrorKind::Enforced { found: Shape::Null, .. } => ("removed here", format!("enforced by {other}")),
            LayerErrorKind::Enforced { .. } => ("another value", format!("enforced by {other}")),
        };
        (label.to_owned(), other_label)
    }

    fn help(&self) -> Vec<String> {
        let own = |text: &str| vec![text.to_owned()];
        match &self.kind {
            LayerErrorKind::Conflict { .. } => {
                own("make both the same; to replace one by the other on purpose, set it to null in a layer between")
            }
            LayerErrorKind::RemovesNothing { wanted } => {
                let near = near_names(&wanted.text, wanted.known.iter().map(String::as_str));
                own(&match near.first() {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "drop this line: there is nothing to remove".to_owned(),
                })
            }
            LayerErrorKind::ItemNotMap { keys, .. } => own(&format!("write `- {}: ...`", keys.join(": ..., "))),
            LayerErrorKind::ItemWithoutKey { key, known } => {
                own(&match near_names(key, known.iter().map(String::as_str)).first() {
                    Some(misspelt) => format!("write `{key}` instead of `{misspelt}`"),
                    None => format!("say which item it is: `{key}: ...`"),
                })
            }
            LayerErrorKind::DuplicateItem { .. } => own("make them one"),
            LayerErrorKind::MisplacedDirective { in_list: true } => own(
                "write the whole list as it is to be, or give it keys in the template's schema (`x-kubernetes-list-map-keys`)",
            ),
            LayerErrorKind::MisplacedDirective { in_list: false } => own("to remove a key, set it to null"),
            LayerErrorKind::UnknownDirective => own(
                "write `$patch: delete` to remove the item, or leave it out to merge; an item cannot be replaced whole",
            ),
            LayerErrorKind::BesideDelete { .. } => {
                own("name only the keys of the item; to remove a single field, set it to null")
            }
            LayerErrorKind::Undeclared { key, known } => {
                let known = || known.iter().map(String::as_str);
                match near_names(key, known()).is_empty() {
                    false => hint(key, known()).into_iter().collect(),
                    true => own("remove it, or declare it in the template's schema"),
                }
            }
            LayerErrorKind::Enforced { .. } => own("remove it here: what is enforced holds by itself"),
            LayerErrorKind::NotMap { .. } => own("write `NAME: VALUE`"),
        }
    }
}
