//! The codes of what the YAML reader refuses or warns of.

use crate::diag::Code;

pub static CODES: &[&Code] = &[
    &ALIAS,
    &ANCHOR,
    &CHARACTER,
    &DIRECTIVE,
    &DOUBTFUL_SCALAR,
    &DUPLICATE_KEY,
    &ENCODING,
    &INDENTATION,
    &KEY,
    &LIMIT,
    &LINE_ENDS,
    &MERGE,
    &MISPLACED_HOLE,
    &NUMBER,
    &SPACING,
    &SYNTAX,
    &TAG,
    &UNCLOSED,
    &UNUSED_ANCHOR,
];

pub static ALIAS: Code = Code {
    name: "yaml-alias",
    explanation: "An alias (`*name`) stands for a copy of the node that an anchor (`&name`) marks earlier in the same document. \
This one names no such anchor, or one that it is itself part of. Anchors do not reach into other documents of a file.",
};

pub static ANCHOR: Code = Code {
    name: "yaml-anchor",
    explanation: "An anchor's name is given twice in one document. YAML lets the later one win for the aliases that follow it, \
which a reader of the file easily misses. Give the two anchors different names.",
};

pub static CHARACTER: Code = Code {
    name: "yaml-character",
    explanation: "The text holds a character that YAML does not allow, on which YAML 1.1 and 1.2 readers differ, or that bayplan \
keeps for itself: a control character, NUL (also as the escape `\\0`), DEL, one of the line separators U+0085, U+2028, U+2029, a byte \
order mark in the middle, U+FFFE, U+FFFF, U+FDD0 or U+FDD1. Where the character is meant, write it as an escape in double quotes, \
such as \"\\u2028\"; NUL, U+FDD0 and U+FDD1 cannot be used at all.\n\nA byte order mark inside a scalar is only warned of.",
};

pub static DIRECTIVE: Code = Code {
    name: "yaml-directive",
    explanation: "Lines that begin with `%` before a document (`%YAML 1.2`, `%TAG`) are not supported: kubectl refuses them too. \
Delete the line.",
};

pub static DOUBTFUL_SCALAR: Code = Code {
    name: "doubtful-scalar",
    explanation: "Readers of YAML 1.1 (kubectl, Flux, PyYAML) and of YAML 1.2 take this bare word for different things: `no` is false \
for one and a text for the other, `1_000` a number or a text, `0644` is 420 or 644, `1:30` may be 90, `2020-01-01` may become a time \
stamp. bayplan reads none of them: quote it if it is a text, or write the number or truth value plainly.\n\nIn manifests `0644` is read \
as 420 where the object's schema wants an integer, as in `defaultMode: 0644`.",
};

pub static DUPLICATE_KEY: Code = Code {
    name: "duplicate-key",
    explanation: "A mapping holds one key twice. kubectl would silently take the last one. Remove one of them, or rename it.",
};

pub static ENCODING: Code = Code {
    name: "yaml-encoding",
    explanation: "The file is not UTF-8. UTF-16 files and single bytes of older encodings (such as Latin-1) are refused, also in \
comments, since other readers replace them silently. Save the file as UTF-8.",
};

pub static INDENTATION: Code = Code {
    name: "yaml-indentation",
    explanation: "A line is indented with a tab or with a space that is not U+0020, or by a number of spaces that fits none of the \
lines above it. Indent with plain spaces; the entries of one mapping or list stand in one column.",
};

pub static KEY: Code = Code {
    name: "yaml-key",
    explanation: "A key that is not a string. JSON and Kubernetes know only string keys, and readers differ on what `1:`, `on:` or \
`~:` become (`on` is \"true\" for kubectl). Quote the key. A list or a mapping cannot be a key at all; `{{name}}` in a file that is no \
template reads as one.",
};

pub static LIMIT: Code = Code {
    name: "yaml-limit",
    explanation: "The text is larger or deeper than bayplan reads: 4 MiB a file, 100 levels of nesting, 100,000 nodes a document with \
all aliases replaced by copies, and 500,000 nodes or 16 MiB of text that aliases copy in one file. No sensible spec or manifest comes \
near; the limits stop files that would take a reader's memory. Also, reading a file stops after its first 1,000 errors.",
};

pub static LINE_ENDS: Code = Code {
    name: "yaml-line-ends",
    explanation: "Lines end with LF, or all with CR LF. A CR without LF is refused, since readers disagree on whether it ends a line; \
a mixture of LF and CR LF is warned of. So is a file that ends, without a line break, in a block text (`|` or `>`): readers disagree on \
whether that text ends in one. What bayplan writes has LF.",
};

pub static MERGE: Code = Code {
    name: "yaml-merge",
    explanation: "The merge key `<<` takes the entries of another mapping in, below the keys written beside it. It is read where every \
reader agrees on what it means: it stands first in its mapping, once, and its value is a mapping, an alias of one, or a list of such.",
};

pub static MISPLACED_HOLE: Code = Code {
    name: "misplaced-hole",
    explanation: "A template's variable may stand in a key, in a value or in a comment. In an anchor's or alias's name, in a tag or in \
a directive there is nothing that a value could fill.",
};

pub static NUMBER: Code = Code {
    name: "yaml-number",
    explanation: "A number that would not be kept as written: an integer that does not fit 64 bits (kubectl rounds such numbers \
silently), a decimal with more digits than a 64-bit float holds, or an infinity or NaN, which JSON does not have. Quote it if it is a text.",
};

pub static SPACING: Code = Code {
    name: "yaml-spacing",
    explanation: "A space is missing after a colon: `key:value` and `{a:1}` are texts to YAML, not keys with values. Write `key: value`, \
or quote the text.",
};

pub static SYNTAX: Code = Code {
    name: "yaml-syntax",
    explanation: "The text is not YAML. The rest of this document was skipped; the documents after it in the same file were read.",
};

pub static TAG: Code = Code {
    name: "yaml-tag",
    explanation: "Tags (`!!str`, `!!binary`, `!custom`) are not supported: readers honour, drop or refuse them as they like. Quote a value \
that is to be a string; write base64 where the field wants it.",
};

pub static UNCLOSED: Code = Code {
    name: "yaml-unclosed",
    explanation: "A quote or bracket is opened and never closed, or closed where that cannot be meant. The place shown is the one that \
opens it, since the place where a reader notices may be thousands of lines below.",
};

pub static UNUSED_ANCHOR: Code = Code {
    name: "unused-anchor",
    explanation: "No alias names this anchor. A misspelt alias would be an error, so this is most likely a leftover: remove it.",
};
