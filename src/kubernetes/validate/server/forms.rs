//! Forms of names that fields of objects must have.

use crate::kubernetes::validate::metadata;
use crate::kubernetes::validate::violation::NameRule;
use serde_json::Value;

/// How a form is told to people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub what: &'static str,
    pub help: &'static str,
}

pub(super) const LABEL: Form = Form {
    what: "is not a DNS label",
    help: "write at most 63 lower-case letters, digits and `-`, with a letter or digit at each end",
};
pub(super) const SUBDOMAIN: Form = Form {
    what: "is not a DNS name",
    help: "write at most 253 lower-case letters, digits, `-` and `.`, with a letter or digit at each end",
};
pub(super) const PORT_NAME: Form = Form {
    what: "is not a port name",
    help: "write at most 15 lower-case letters, digits and single `-`, with at least one letter, and none of the `-` at an end",
};
pub(super) const ENVIRONMENT_NAME: Form =
    Form { what: "is not the name of an environment variable", help: "write printable ASCII without `=`" };
pub(super) const DATA_KEY: Form = Form {
    what: "is not a key that a ConfigMap or Secret may have",
    help: "write at most 253 letters, digits, `-`, `_` and `.`",
};
pub(super) const QUALIFIED: Form = Form {
    what: "is not a qualified name",
    help: "write at most 63 letters, digits, `-`, `_` and `.`, if need be after a DNS name and a slash",
};

pub(super) const PATH_SEGMENT: Form = Form { what: "cannot stand in a path", help: "write it without `/` and `%`" };

/// What may stand between two slashes of a URL.
pub(super) fn is_path_segment(text: &str) -> bool {
    NameRule::PathSegment.allows(text)
}

pub(super) fn is_label(text: &str) -> bool {
    NameRule::Label.allows(text)
}

/// A DNS label of a container or volume, whose length the rule `name-too-long` tells, with the number of characters.
pub(super) fn is_label_of_any_length(text: &str) -> bool {
    is_label(text) || text.len() > 63
}

/// The same for the port of a container.
pub(super) fn is_port_name_of_any_length(text: &str) -> bool {
    is_port_name(text) || text.len() > 15
}

pub(super) fn is_subdomain(text: &str) -> bool {
    NameRule::Subdomain.allows(text)
}

pub(super) use metadata::is_qualified_name;

/// A name of RFC 6335, which Kubernetes asks of ports.
pub(super) fn is_port_name(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=15).contains(&text.len())
        && text.bytes().all(is_inner)
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// As the minors from 1.32 on have it; before, a name was letters, digits, `-`, `_` and `.` alone.
pub(super) fn is_environment_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
}

pub(super) fn is_data_key(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && text != "."
        && !text.starts_with("..")
}

/// A path that stays below where it starts.
pub(super) fn is_local_path(text: &str) -> bool {
    !text.starts_with('/') && text.split('/').all(|part| part != "..")
}

pub(super) fn is_port(number: i64) -> bool {
    (1..=65535).contains(&number)
}

/// A host of an Ingress: a DNS name, perhaps with `*.` before it.
pub(super) fn is_host(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_err() && is_subdomain(text.strip_prefix("*.").unwrap_or(text))
}

/// A count or a percentage: what is wrong with one, if anything.
pub(super) fn amount_or_percent_fault(value: &Value) -> Option<Form> {
    match value {
        Value::Number(number) if number.as_i64().is_some_and(|number| number < 0) => Some(Form {
            what: "must not be negative",
            help: "write a count such as 1, or a percentage such as \"25%\"",
        }),
        Value::String(text) => {
            let digits = text.strip_suffix('%').unwrap_or_default();
            let is_percent = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            (!is_percent).then_some(Form {
                what: "is neither a count nor a percentage",
                help: "write a count without quotes such as 1, or a percentage such as \"25%\"",
            })
        }
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a count or a percentage is zero.
pub(super) fn is_zero(value: &Value) -> bool {
    value.as_i64() == Some(0)
        || value
            .as_str()
            .and_then(|text| text.strip_suffix('%'))
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte == b'0'))
}
