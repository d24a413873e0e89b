//! What is wrong with a patch, or with applying it: texts, and the place in the patch.

use crate::diag::{Diagnostic, Severity};
use crate::pointer::Pointer;
use crate::source::Span;

/// The codes of this module's findings.
pub mod codes {
    use crate::diag::Code;

    pub static PATCH_MALFORMED: Code = Code {
        name: "patch-malformed",
        explanation: "The patch is not well formed: an operation of a JSON patch (RFC 6902) lacks a member, names an unknown \
            operation or has a path that is no JSON pointer, or a merge patch is no map. Nothing was patched.",
    };
    pub static PATCH_EXTRA_MEMBER: Code = Code {
        name: "patch-extra-member",
        explanation: "An operation of a JSON patch has a member that its operation does not use. RFC 6902 says to ignore it, so it \
            has no effect; most often it is a slip. Remove it.",
    };
    pub static PATCH_PATH: Code = Code {
        name: "patch-path",
        explanation: "A path of a JSON patch leads to nothing in the object. `remove`, `replace`, `test`, `move` and `copy` need a \
            value that is there; `add` needs the parent to be there, and an index of at most the list's length. The message \
            names the deepest part of the path that exists.",
    };
    pub static PATCH_TEST: Code = Code {
        name: "patch-test-failed",
        explanation: "A `test` operation of a JSON patch found another value than the one it expects, so the object is not what \
            the patch was written for. None of its operations was applied. Look at what changed in the template, then \
            correct the patch or its test.",
    };
    pub static PATCH_LIST_REPLACED: Code = Code {
        name: "patch-list-replaced",
        explanation: "A merge patch (RFC 7386) replaces lists whole. This one replaces a list of maps and names only some of its \
            items, so the others are gone. To change one item use `strategic`, which merges lists by their key, or `json`; if \
            dropping the others is meant, nothing needs to be done.",
    };
    pub static PATCH_DIRECTIVE: Code = Code {
        name: "patch-directive",
        explanation: "A strategic merge patch holds a directive that is unknown, has a wrong form, or stands where it cannot work. \
            Directives are `$patch: replace` and `$patch: delete` in a map or an item of a list, `$retainKeys: [...]`, \
            `$deleteFromPrimitiveList/FIELD: [...]` and `$setElementOrder/FIELD: [...]`. None may reach the output, so what is \
            not understood is refused.",
    };
    pub static PATCH_MERGE_KEY: Code = Code {
        name: "patch-merge-key",
        explanation: "A strategic merge patch finds items of a list by their merge key: `name` for containers, `mountPath` for \
            volume mounts, `port` for the ports of a Service. An item without its key cannot be placed, and where two items \
            share one it is not known which is meant.",
    };
    pub static PATCH_NOT_SUPPORTED: Code = Code {
        name: "patch-not-supported",
        explanation: "A strategic merge patch needs to know how the lists of a kind merge. For Kubernetes' own kinds that is built \
            in; for a custom resource its definition must say so (`x-kubernetes-list-type: map` with \
            `x-kubernetes-list-map-keys`), and this one does not. Use `merge` or `json`.",
    };
    pub static PATCH_IDENTITY: Code = Code {
        name: "patch-identity",
        explanation: "A patch may change what an object says, not which object it is: its API group, kind, name and namespace \
            stay, and labels and annotations of `bayplan/` are the compiler's and the template's. Change the template, or \
            choose another template for this site.",
    };
    pub static PATCH_NO_MATCH: Code = Code {
        name: "patch-no-match",
        explanation: "The target of a patch selects nothing. Targets are matched against objects as the template wrote them: \
            group, kind and name as patterns with `*`, `?` and `[...]`, labels by equality.",
    };
    pub static PATCH_REMOVES_NOTHING: Code = Code {
        name: "patch-removes-nothing",
        explanation: "A part of the patch removes something that is not there. Either the name is misspelt, or the template no \
            longer has it and the patch can go.",
    };
    pub static CODES: &[&Code] = &[
        &PATCH_MALFORMED,
        &PATCH_EXTRA_MEMBER,
        &PATCH_PATH,
        &PATCH_TEST,
        &PATCH_LIST_REPLACED,
        &PATCH_DIRECTIVE,
        &PATCH_MERGE_KEY,
        &PATCH_NOT_SUPPORTED,
        &PATCH_IDENTITY,
        &PATCH_NO_MATCH,
        &PATCH_REMOVES_NOTHING,
    ];
}

/// Which part of the entry at a pointer is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Key,
    Value,
}

/// One finding about a patch. Texts follow the rules of [`Diagnostic`].
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: &'static crate::diag::Code,
    pub severity: Severity,
    /// Where in the patch, from its root as it was given (for a [`crate::patch::Target`], in the target).
    pub at: Pointer,
    pub part: Part,
    /// Where in the object, if it is the object that is to be corrected.
    pub in_object: Option<Pointer>,
    pub message: String,
    /// What is there.
    pub label: String,
    /// What to do.
    pub help: Vec<String>,
}

impl Problem {
    pub fn error(code: &'static crate::diag::Code, at: Pointer, message: impl Into<String>) -> Self {
        Problem {
            code,
            severity: Severity::Error,
            at,
            part: Part::Value,
            in_object: None,
            message: message.into(),
            label: String::new(),
            help: Vec::new(),
        }
    }

    pub fn warning(code: &'static crate::diag::Code, at: Pointer, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(code, at, message) }
    }

    pub fn note(code: &'static crate::diag::Code, at: Pointer, message: impl Into<String>) -> Self {
        Problem { severity: Severity::Note, ..Problem::error(code, at, message) }
    }

    /// The object is at fault, at this place of it.
    #[must_use]
    pub fn in_object(mut self, at: Pointer) -> Self {
        self.in_object = Some(at);
        self
    }

    #[must_use]
    pub fn on_key(mut self) -> Self {
        self.part = Part::Key;
        self
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// The finding with its place, which the caller has looked up from [`Problem::at`] and [`Problem::part`].
    pub fn into_diagnostic(self, place: Span) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(self.code, self.severity, self.message).at(place, self.label);
        diagnostic.help = self.help;
        diagnostic
    }
}
