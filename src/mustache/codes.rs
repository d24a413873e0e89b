//! The diagnostic codes of templates.

use crate::diag::Code;
pub use crate::near::UNKNOWN_NAME;

pub static CODES: &[&Code] = &[
    &AMBIGUOUS_PARTIAL,
    &BAD_DELIMITERS,
    &BAD_TAG,
    &EMPTY_ENTRY,
    &ENGINE_REFUSED,
    &FOREIGN_TAG,
    &INSERTED_DUPLICATE_KEY,
    &INSERTED_TYPE,
    &MISPLACED_FILE,
    &MISSING_VALUE,
    &NOT_A_MAPPING,
    &PARTIAL_BYTES,
    &RECURSIVE_PARTIAL,
    &RESERVED_CHARACTER,
    &TEMPLATE_BUDGET,
    &TEMPLATE_DEPTH,
    &TEST_PRINTED,
    &UNCLOSED_TAG,
    &UNKNOWN_PARTIAL,
    &UNMATCHED_SECTION,
];

pub static AMBIGUOUS_PARTIAL: Code = Code {
    name: "ambiguous-partial",
    explanation: "A partial's name leads to two files: one that ends in `.mustache`, whose tags are read, and one of the \
same name without it, which is inserted word for word. Which of them is meant cannot be told. Rename one of the two.",
};

pub static BAD_DELIMITERS: Code = Code {
    name: "bad-delimiters",
    explanation: "A set-delimiters tag holds two delimiters with white space between them, such as `{{=<% %>=}}`; neither may \
hold white space or `=`. To go back, write `<%={{ }}=%>`.",
};

pub static BAD_TAG: Code = Code {
    name: "bad-tag",
    explanation: "The tag holds no name, or is of a kind that is not supported. Supported are variables, sections, inverted \
sections, partials, comments and set-delimiters; lambdas, inheritance and partials with a computed name are not.",
};

pub static EMPTY_ENTRY: Code = Code {
    name: "empty-entry",
    explanation: "A key or a dash in a template has nothing after it. YAML reads that as null, but it is most often a section \
that rendered nothing, or a value that was forgotten. Write `null`, `{}` or `[]`, or put the key inside the section.",
};

pub static ENGINE_REFUSED: Code = Code {
    name: "engine-refused",
    explanation: "The Mustache engine did not take what the scanner made of a template. This is a bug of bayplan; please \
report it with the template.",
};

pub static FOREIGN_TAG: Code = Code {
    name: "foreign-tag",
    explanation: "The text between the delimiters is a tag of another tool (Helm and Go templates, Prometheus, Jinja, GitHub \
Actions), not of Mustache. A file that is meant for such a tool is shipped word for word when its name does not end in \
`.mustache`. Where Mustache tags are wanted as well, change the delimiters on a line above: `{{=<% %>=}}`.",
};

pub static INSERTED_DUPLICATE_KEY: Code = Code {
    name: "inserted-duplicate-key",
    explanation: "A key made from a value is the same as another key of the same mapping. Neither of the two can win, so one \
of them must be renamed or left out.",
};

pub static INSERTED_TYPE: Code = Code {
    name: "inserted-type",
    explanation: "A value cannot be inserted at this place because of its type: a list or a mapping has no text, so it cannot \
stand inside a longer scalar, in quotes or in a key; what `<<` merges must be a mapping; and a name cannot be looked up \
in a list or a scalar.",
};

pub static MISPLACED_FILE: Code = Code {
    name: "misplaced-file",
    explanation: "A partial without `.mustache` is inserted word for word, as one string: as a whole scalar, inside one, or \
alone on a line of a literal block scalar (`|`). It cannot be a key, a document or a part of the structure. Name the file \
with `.mustache` at its end if it is a part of the template's text.",
};

pub static MISSING_VALUE: Code = Code {
    name: "missing-value",
    explanation: "A tag names a value that is declared but not set, or is null where text is due. Set it in a layer or in the \
template's defaults, or put the tag inside a section over that value.",
};

pub static NOT_A_MAPPING: Code = Code {
    name: "not-a-mapping",
    explanation: "A document of a manifest must be a mapping with `apiVersion` and `kind`; a list or a scalar is no Kubernetes \
object. Several objects in one file are separated by `---` lines or held in a `kind: List`.",
};

pub static PARTIAL_BYTES: Code = Code {
    name: "partial-bytes",
    explanation: "Partials, and files that are inserted word for word, must be UTF-8 text without NUL bytes. Ship other files in \
an image, or encode them with base64 under `binaryData`.",
};

pub static RECURSIVE_PARTIAL: Code = Code {
    name: "recursive-partial",
    explanation: "A partial includes itself, directly or by way of others. Partials are part of a template's text, so this \
would never end. To go through a nested structure, write out the levels that may occur.",
};

pub static RESERVED_CHARACTER: Code = Code {
    name: "reserved-character",
    explanation: "The noncharacters U+FDD0 and U+FDD1 mark the places of values inside a template and may not occur in its \
text. Unicode sets them aside for such use; no font or keyboard has them.",
};

pub static TEMPLATE_BUDGET: Code = Code {
    name: "template-budget",
    explanation: "What a template file renders is limited to 64 MiB, and so is the text that its partials add up to. Above \
that, nested sections over long lists or partials that include each other many times are the usual cause.",
};

pub static TEMPLATE_DEPTH: Code =
    Code { name: "template-depth", explanation: "Sections and partials nest more than 100 levels deep." };

pub static TEST_PRINTED: Code = Code {
    name: "test-printed",
    explanation: "A word of an `enum` (`web.kind.apache`) and `.any` on a list are questions, answered by a section or an \
inverted section. They have no text that could be printed. Print the value itself instead.",
};

pub static UNCLOSED_TAG: Code = Code {
    name: "unclosed-tag",
    explanation: "A tag begins here and its closing delimiter is missing. A YAML flow mapping that begins with a tag needs a \
space between the braces: `{ {{key}}: 1 }`.",
};

pub static UNKNOWN_PARTIAL: Code = Code {
    name: "unknown-partial",
    explanation: "A partial tag names no file. `{{> name}}` looks for `partials/name.mustache` or `partials/name` in the \
template's folder, `{{> shared/name}}` for the same in `templates/shared/`. There are no other places and no relative paths.",
};

pub static UNMATCHED_SECTION: Code = Code {
    name: "unmatched-section",
    explanation: "Every section `{{#name}}` or `{{^name}}` is closed by `{{/name}}` of the same name, in the same file, and \
sections do not overlap.",
};
