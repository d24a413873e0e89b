//! What can be wrong with an object, and how people are told.
//!
//! All texts are here. None holds a value of the object, only names of fields and what the schema allows.

use crate::diag::Code;
use crate::kubernetes::arena::{Format, Kind};
use crate::kubernetes::codes;
use crate::kubernetes::minor::Minor;
use crate::pointer::Pointer;

/// One thing that is wrong with an object, and where. For a missing field the pointer names that field.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    pub pointer: Pointer,
    pub problem: Problem,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// `since` is the first later minor that has the field.
    UnknownField {
        near: Vec<String>,
        /// Where below the same map it would be a field, as `containers[]`; looked for where nothing is near.
        elsewhere: Option<String>,
        since: Option<Minor>,
    },
    /// A field that must be there is not, or is `null`.
    MissingField {
        is_null: bool,
    },
    WrongType {
        expected: Kind,
        found: &'static str,
    },
    NotAllowed {
        allowed: Vec<String>,
        near: Vec<String>,
    },
    NoMatch {
        pattern: String,
    },
    OutOfRange {
        least: Option<Bound>,
        greatest: Option<Bound>,
    },
    NoMultiple {
        step: f64,
    },
    TooFew {
        counted: Counted,
        least: u64,
    },
    TooMany {
        counted: Counted,
        greatest: u64,
    },
    /// `near` is what was probably meant, such as `5Gi` for `5GB`.
    BadQuantity {
        near: Option<String>,
    },
    BadFormat {
        format: Format,
    },
    /// A value that the set has already, at the index `first`.
    DuplicateItem {
        first: usize,
    },
    /// An item whose keys are those of the one at the index `first`.
    DuplicateKey {
        first: usize,
        keys: Vec<String>,
    },
    NullItem,
    /// Conditions below `anyOf`, `oneOf` or `not` are not met.
    Condition {
        word: &'static str,
    },
    ServerField,
    /// What the server's own code refuses: the end of the headline, and what to do.
    Refused {
        what: Box<str>,
        help: Box<str>,
    },
    BadName {
        rule: NameRule,
    },
    /// The key of a label or an annotation.
    BadKey,
    BadLabelValue,
    AnnotationsTooLarge,
}

/// A bound of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    pub number: f64,
    /// The number itself is not allowed.
    pub exclusive: bool,
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    Characters,
    Items,
    Fields,
}

/// What the names of a kind must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// RFC 1123 subdomain, 253 characters.
    Subdomain,
    /// RFC 1123 label, 63 characters.
    Label,
    /// RFC 1035 label: begins with a letter.
    LabelFromLetter,
    /// Anything that can stand between two slashes of a URL.
    PathSegment,
}

impl NameRule {
    /// What is allowed, for people.
    pub fn describe(self) -> &'static str {
        match self {
            NameRule::Subdomain => {
                "at most 253 lower-case letters, digits, `-` and `.`, beginning and ending with a letter or digit"
            }
            NameRule::Label => {
                "at most 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit"
            }
            NameRule::LabelFromLetter => {
                "at most 63 lower-case letters, digits and `-`, beginning with a letter and ending with a letter or digit"
            }
            NameRule::PathSegment => "anything but `.`, `..` and what holds `/` or `%`",
        }
    }
}

impl Violation {
    pub fn code(&self) -> &'static Code {
        match &self.problem {
            Problem::UnknownField { .. } => &codes::UNKNOWN_OBJECT_FIELD,
            Problem::MissingField { .. } => &codes::MISSING_OBJECT_FIELD,
            Problem::WrongType { .. } | Problem::NullItem => &codes::TYPE_MISMATCH,
            Problem::NotAllowed { .. }
            | Problem::NoMatch { .. }
            | Problem::OutOfRange { .. }
            | Problem::NoMultiple { .. }
            | Problem::TooFew { .. }
            | Problem::TooMany { .. }
            | Problem::BadQuantity { .. }
            | Problem::BadFormat { .. }
            | Problem::Refused { .. }
            | Problem::Condition { .. } => &codes::INVALID_OBJECT_VALUE,
            Problem::DuplicateItem { .. } | Problem::DuplicateKey { .. } => &codes::DUPLICATE_LIST_ITEM,
            Problem::ServerField => &codes::SERVER_FIELD,
            Problem::BadName { .. } | Problem::BadKey | Problem::BadLabelValue | Problem::AnnotationsTooLarge => {
                &codes::INVALID_METADATA
            }
        }
    }

    /// The headline, such as `spec.replicas of Deployment portal-web must be a whole number`. `object` is kind and name.
    pub fn message(&self, object: &str) -> String {
        let field = self.pointer.dotted();
        let subject = if field.is_empty() { object.to_owned() } else { format!("{field} of {object}") };
        let parent = self.pointer.parent().map(|parent| parent.dotted()).unwrap_or_default();
        let parent = if parent.is_empty() { object.to_owned() } else { format!("{parent} of {object}") };
        let name = self.pointer.last().unwrap_or_default();
        match &self.problem {
            Problem::UnknownField { .. } => format!("{parent} has no field `{name}`"),
            Problem::MissingField { is_null: false } => format!("{parent} lacks the field `{name}`"),
            Problem::MissingField { is_null: true } => format!("{subject} must have a value"),
            Problem::WrongType { expected, .. } => format!("{subject} must be {}", describe_kind(*expected)),
            Problem::NotAllowed { .. } => format!("{subject} has a value that is not allowed"),
            Problem::NoMatch { .. } => format!("{subject} does not have the form that its schema asks for"),
            Problem::OutOfRange { least, greatest } => {
                format!("{subject} must be {}", describe_range(*least, *greatest))
            }
            Problem::NoMultiple { step } => format!("{subject} must be a multiple of {step}"),
            Problem::TooFew { counted, least } => format!("{subject} must have at least {}", counted.describe(*least)),
            Problem::TooMany { counted, greatest } => {
                format!("{subject} must have at most {}", counted.describe(*greatest))
            }
            Problem::BadQuantity { .. } => format!("{subject} is not a quantity"),
            Problem::BadFormat { format } => format!("{subject} is not {}", describe_format(*format)),
            Problem::DuplicateItem { first } => format!("{subject} is the same as the item at index {first}"),
            Problem::DuplicateKey { first, keys } => {
                format!("{subject} has the same {} as the item at index {first}", keys.join(" and "))
            }
            Problem::NullItem => format!("{subject} is null"),
            Problem::Condition { word: "oneOf" } => {
                format!("{subject} must meet exactly one of the conditions of its schema")
            }
            Problem::Condition { word: "not" } => format!("{subject} is what its schema forbids"),
            Problem::Condition { .. } => format!("{subject} meets none of the conditions of its schema"),
            Problem::Refused { what, .. } => format!("{subject} {what}"),
            Problem::ServerField => format!("{subject} is set by the server alone"),
            Problem::BadName { .. } => format!("{subject} is not a name that {} may have", kind_of(object)),
            Problem::BadKey => format!("{subject}: the key is not a valid one"),
            Problem::BadLabelValue => format!("{subject} is not a valid label value"),
            Problem::AnnotationsTooLarge => format!("{subject} are larger than 256 KiB together"),
        }
    }

    /// What is here, to stand below the place.
    pub fn label(&self) -> String {
        match &self.problem {
            Problem::WrongType { found, .. } => format!("this is {found}"),
            Problem::MissingField { is_null: true } | Problem::NullItem => "this is null".to_owned(),
            Problem::MissingField { is_null: false } => "the field is missing here".to_owned(),
            Problem::UnknownField { .. } => "no such field".to_owned(),
            _ => String::new(),
        }
    }

    /// Whether another value of the same type would do.
    pub fn is_of_the_value(&self) -> bool {
        matches!(
            self.problem,
            Problem::NotAllowed { .. }
                | Problem::NoMatch { .. }
                | Problem::OutOfRange { .. }
                | Problem::BadQuantity { .. }
                | Problem::BadFormat { .. }
                | Problem::Refused { .. }
                | Problem::BadName { .. }
                | Problem::BadLabelValue
        )
    }

    /// What to do.
    pub fn help(&self) -> Option<String> {
        let name = self.pointer.last().unwrap_or_default();
        Some(match &self.problem {
            Problem::UnknownField { since: Some(minor), .. } => {
                format!("Kubernetes has it from {minor} on; remove it, or upgrade the cluster first")
            }
            Problem::UnknownField { near, .. } if !near.is_empty() => format!("did you mean {}?", quoted(near)),
            Problem::UnknownField { elsewhere: Some(path), .. } => {
                format!("remove it, or move it into `{path}`, which has such a field")
            }
            Problem::UnknownField { .. } => "remove it, or move it to where it belongs".to_owned(),
            Problem::MissingField { .. } => format!("add `{name}`"),
            Problem::WrongType { expected: Kind::String, found: "a map" | "a list" } => {
                "write a text; the JSON text of a value is made by `computed` in the template".to_owned()
            }
            Problem::WrongType { expected, .. } => describe_example(*expected)?.to_owned(),
            Problem::NotAllowed { near, .. } if !near.is_empty() => format!("did you mean {}?", quoted(near)),
            Problem::NotAllowed { allowed, .. } => format!("allowed are {}", allowed.join(", ")),
            Problem::NoMatch { pattern } => format!("it must match {pattern}"),
            Problem::BadQuantity { near: Some(near) } => format!("write {near}"),
            Problem::BadQuantity { near: None } => {
                "write a number with or without a unit, such as 500m, 2, 1.5Gi".to_owned()
            }
            Problem::BadFormat { format: Format::Byte } => {
                "encode it with base64; stringData takes text as it is".to_owned()
            }
            Problem::BadFormat { format } => format!("write it like {}", example_of_format(*format)?),
            Problem::DuplicateItem { .. } => "remove one of the two".to_owned(),
            Problem::DuplicateKey { keys, .. } => {
                format!("remove one of the two, or give it another {}", keys.join(" or "))
            }
            Problem::NullItem => "remove it".to_owned(),
            Problem::Refused { help, .. } => help.to_string(),
            Problem::ServerField => "remove it: an object that is applied says what is wanted, not what is".to_owned(),
            Problem::BadName { rule } => format!("allowed are {}", rule.describe()),
            Problem::BadKey => {
                "a key has at most 63 letters, digits, `-`, `_` and `.`, if need be after a DNS name and a slash"
                    .to_owned()
            }
            Problem::BadLabelValue => {
                "a value has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit"
                    .to_owned()
            }
            Problem::AnnotationsTooLarge => "move what is large to a ConfigMap".to_owned(),
            Problem::OutOfRange { .. }
            | Problem::NoMultiple { .. }
            | Problem::TooFew { .. }
            | Problem::TooMany { .. }
            | Problem::Condition { .. } => return None,
        })
    }
}

impl Counted {
    fn describe(self, count: u64) -> String {
        let (one, several) = match self {
            Counted::Characters => ("character", "characters"),
            Counted::Items => ("item", "items"),
            Counted::Fields => ("field", "fields"),
        };
        format!("{count} {}", if count == 1 { one } else { several })
    }
}

fn kind_of(object: &str) -> String {
    format!("a {}", object.split(' ').next().unwrap_or(object))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

fn describe_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Any => "a value",
        Kind::Object => "a map",
        Kind::List => "a list",
        Kind::String => "a string",
        Kind::Integer => "a whole number",
        Kind::Number => "a number",
        Kind::Boolean => "a boolean",
        Kind::IntOrString => "a whole number or a string",
        Kind::Quantity => "a quantity",
    }
}

fn describe_example(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::String => Some("put it in quotes"),
        Kind::Integer => Some("write a whole number without quotes, such as 3"),
        Kind::Number => Some("write a number without quotes, such as 0.5"),
        Kind::Boolean => Some("write true or false, without quotes"),
        Kind::IntOrString => Some("write a whole number such as 1, or a string such as \"25%\""),
        Kind::Quantity => Some("write a number with or without a unit, such as 500m, 2, 1.5Gi"),
        Kind::Any | Kind::Object | Kind::List => None,
    }
}

fn describe_range(least: Option<Bound>, greatest: Option<Bound>) -> String {
    let least = least.map(|bound| (bound, "at least", "above"));
    let greatest = greatest.map(|bound| (bound, "at most", "below"));
    let words = [least, greatest].into_iter().flatten().map(|(bound, inclusive, exclusive)| {
        format!("{} {}", if bound.exclusive { exclusive } else { inclusive }, bound.number)
    });
    words.collect::<Vec<_>>().join(" and ")
}

fn describe_format(format: Format) -> &'static str {
    match format {
        Format::None => "what its schema asks for",
        Format::Int32 | Format::Int64 => "a whole number",
        Format::Byte => "base64",
        Format::DateTime => "a date and time",
        Format::Date => "a date",
        Format::Duration | Format::GoDuration => "a duration",
        Format::Ipv4 => "an IPv4 address",
        Format::Ipv6 => "an IPv6 address",
        Format::Cidr => "a range of IP addresses",
        Format::Mac => "a MAC address",
        Format::Uri => "a URI",
        Format::Uuid => "a UUID",
        Format::Hostname => "a host name",
        Format::Email => "an e-mail address",
    }
}

fn example_of_format(format: Format) -> Option<&'static str> {
    match format {
        Format::DateTime => Some("\"2026-01-31T12:00:00Z\""),
        Format::Date => Some("\"2026-01-31\""),
        Format::Duration | Format::GoDuration => Some("1h30m"),
        Format::Ipv4 => Some("192.0.2.1"),
        Format::Ipv6 => Some("\"2001:db8::1\""),
        Format::Cidr => Some("192.0.2.0/24"),
        Format::Mac => Some("\"00:00:5e:00:53:01\""),
        Format::Uri => Some("https://example.org/"),
        Format::Uuid => Some("123e4567-e89b-42d3-a456-426614174000"),
        Format::Hostname => Some("www.example.org"),
        Format::Email => Some("someone@example.org"),
        Format::None | Format::Int32 | Format::Int64 | Format::Byte => None,
    }
}
