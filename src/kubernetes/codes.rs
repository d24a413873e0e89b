//! The diagnostic codes of objects that Kubernetes would refuse.

use crate::diag::Code;

pub static UNKNOWN_KIND: Code = Code {
    name: "unknown-kind",
    explanation: "No schema is known for this apiVersion and kind, so the object cannot be checked.\n\n\
        Known are the kinds of the cluster's Kubernetes minor, the well-known custom kinds that bayplan ships, and those \
        of CustomResourceDefinitions in the fleet's crds/ folder. Correct the apiVersion or kind, put the CRD into crds/, \
        or list the kind in the Fleet's `unvalidated`.",
};

pub static REMOVED_API: Code = Code {
    name: "removed-api",
    explanation: "The cluster's Kubernetes minor no longer serves this API version of the kind.\n\n\
        Write the object in the API version that the message names; its fields may differ. `bayplan check \
        --kubernetes-version` tells beforehand what an upgrade would break.",
};

pub static FUTURE_API: Code = Code {
    name: "future-api",
    explanation: "The cluster's Kubernetes minor does not serve this API version of the kind yet; a later one does.\n\n\
        Write the object in an API version that the cluster serves, or upgrade the cluster first.",
};

pub static UNKNOWN_OBJECT_FIELD: Code = Code {
    name: "unknown-object-field",
    explanation: "The object has a field that its schema does not know.\n\n\
        The API server would refuse it or silently drop it. It is a typing mistake, a field at the wrong depth, or a field \
        that this Kubernetes minor does not have.",
};

pub static MISSING_OBJECT_FIELD: Code = Code {
    name: "missing-object-field",
    explanation: "The object lacks a field that its schema requires, or has null there.",
};

pub static TYPE_MISMATCH: Code = Code {
    name: "type-mismatch",
    explanation: "A field of an object, a spec, or a template's values has a value of another type than its schema asks for.\n\n\
        Nothing is converted: \"3\" in quotes is a string and 3 is a number. In a template, `{{name}}` alone keeps the \
        type of its value and `\"{{name}}\"` makes it a string.",
};

pub static INVALID_OBJECT_VALUE: Code = Code {
    name: "invalid-object-value",
    explanation: "A field of the object has a value that its schema does not allow: not one of the words allowed, out of \
        range, too long or too short, or not of the form asked for; or the API server's own code refuses it, such as a mount of \
        a volume that the pod does not have.\n\n\
        The pods of a StatefulSet are held to the same as others, though the server would tell only when it makes them.",
};

pub static DUPLICATE_LIST_ITEM: Code = Code {
    name: "duplicate-list-item",
    explanation: "A list has an item twice whose items must differ.\n\n\
        Server-side apply tells the items of such lists apart by their keys (containers and environment variables by name, \
        ports by number and protocol) and refuses two with the same ones.",
};

pub static SERVER_FIELD: Code = Code {
    name: "server-field",
    explanation: "The object sets a field that only the API server sets, such as status or metadata.uid.\n\n\
        It is there when an object was copied out of a cluster. Remove it.",
};

pub static INVALID_METADATA: Code = Code {
    name: "invalid-metadata",
    explanation: "A name, label or annotation breaks the rules of Kubernetes.\n\n\
        Most names have at most 253 lower-case letters, digits, dashes and dots; those of Services and Namespaces at most 63 \
        and no dots. Label values have at most 63 characters. All annotations of an object have at most 256 KiB.",
};

/// All codes of this module.
pub static CODES: &[&Code] = &[
    &DUPLICATE_LIST_ITEM,
    &FUTURE_API,
    &INVALID_METADATA,
    &INVALID_OBJECT_VALUE,
    &MISSING_OBJECT_FIELD,
    &REMOVED_API,
    &SERVER_FIELD,
    &TYPE_MISMATCH,
    &UNKNOWN_KIND,
    &UNKNOWN_OBJECT_FIELD,
];
