//! Bad inputs, one row each: what the reader says of them, and exactly where, or what it reads.
//!
//! The ids are those of the project's list of bad inputs: A for bytes and syntax, B for scalars, C for structure.

#![allow(clippy::expect_used, clippy::panic)]

use bayplan::diag::{Diagnostic, Diagnostics};
use bayplan::source::{SourceFile, Sources};
use bayplan::yaml::read::{ReadOptions, read};
use bayplan::yaml::value::{Doubtful, to_value};

/// Id, input, and what comes out: findings as `severity[code] line:column message (line:column related)`, and `= JSON` for
/// each document that is sound.
type Row = (&'static str, &'static [u8], &'static [&'static str]);

/// All that comes of a file, in the order of its findings and then of its documents.
fn outcome(input: &[u8], options: ReadOptions) -> Vec<String> {
    let sources = Sources::new([SourceFile::regular("a.yaml", input)]);
    let file = sources.find("a.yaml").expect("a.yaml");
    let mut diagnostics = Diagnostics::new();
    let mut values = Vec::new();
    for document in read(file, input, options, &mut diagnostics) {
        let value = to_value(&document, &document.root, Doubtful::Refuse, &mut diagnostics);
        values.push(format!("= {value}"));
    }
    let mut lines: Vec<String> = diagnostics.iter().map(|diagnostic| line(&sources, diagnostic)).collect();
    lines.extend(values);
    lines
}

fn line(sources: &Sources, diagnostic: &Diagnostic) -> String {
    let place = |label: &bayplan::diag::Label| {
        let at = sources.line_column(label.span.file, label.span.start);
        format!("{}:{}", at.line, at.column)
    };
    let primary = diagnostic.primary.as_ref().expect("a place");
    let mut line =
        format!("{}[{}] {} {}", diagnostic.severity.word(), diagnostic.code.name, place(primary), diagnostic.message);
    for label in &diagnostic.related {
        line.push_str(&format!(" ({} {})", place(label), label.text));
    }
    line
}

fn check(rows: &[Row], options: ReadOptions) {
    let mut wrong = String::new();
    for (id, input, expected) in rows {
        let found = outcome(input, options);
        if found != *expected {
            wrong.push_str(&format!("(\"{id}\", b\"{}\", &{found:?}),\n", input.escape_ascii()));
        }
    }
    assert!(wrong.is_empty(), "these rows came out otherwise:\n{wrong}");
}

#[test]
fn bytes_and_syntax() {
    check(A, ReadOptions::default());
}

#[test]
fn scalars_and_numbers() {
    check(B, ReadOptions::default());
}

#[test]
fn structure() {
    check(C, ReadOptions::default());
}

#[test]
fn holes() {
    check(HOLES, ReadOptions { holes: true, comments: false });
}

const A: &[Row] = &[
    ("A01", b"spec: {a: 1, a: 2}", &["error[duplicate-key] 1:14 key `a` is given twice (1:8 first time)"]),
    (
        "A02",
        b"spec:\n  a: 1\nother: 1\nspec:\n  b: 1\n",
        &["error[duplicate-key] 4:1 key `spec` is given twice (1:1 first time)"],
    ),
    (
        "A02b",
        b"spec: 1\nspec: 2\nspec: 3\n",
        &[
            "error[duplicate-key] 2:1 key `spec` is given twice (1:1 first time)",
            "error[duplicate-key] 3:1 key `spec` is given twice (1:1 first time)",
        ],
    ),
    (
        "A03",
        b"{y: 1, true: 2}",
        &[
            "error[yaml-key] 1:2 key `y` is not a string to every YAML reader",
            "error[yaml-key] 1:8 key `true` is not a string to every YAML reader",
        ],
    ),
    (
        "A04",
        b"{\"a\": 1,\n \"b\": 2, \"a\": 3}",
        &["error[duplicate-key] 2:10 key `a` is given twice (1:2 first time)"],
    ),
    ("A05", b"\xEF\xBB\xBFa: 1\n", &["= {\"a\":1}"]),
    ("A05b", b"\xEF\xBB\xBFa: 1\na: 2\n", &["error[duplicate-key] 2:1 key `a` is given twice (1:1 first time)"]),
    ("A06", b"a: 1\n---\n\xEF\xBB\xBFb: 2\n", &["= {\"a\":1}", "= {\"b\":2}"]),
    (
        "A06b",
        b"a: 1\n\xEF\xBB\xBF---\nb: 2\nb: 3\n",
        &["error[duplicate-key] 4:1 key `b` is given twice (3:1 first time)", "= {\"a\":1}"],
    ),
    (
        "A07",
        b"a: \"x\xEF\xBB\xBFy\"\n",
        &["warning[yaml-character] 1:6 byte order mark inside a text", "= {\"a\":\"x\u{feff}y\"}"],
    ),
    ("A07b", b"a: \"\\uFEFF\"\n", &["= {\"a\":\"\u{feff}\"}"]),
    ("A07c", b"a: \xEF\xBB\xBFx\n", &["error[yaml-character] 1:4 byte order mark inside a document"]),
    ("A08le", b"\xFF\xFEa\0:\0 \x001\0", &["error[yaml-encoding] 1:1 the file is UTF-16"]),
    ("A08be", b"\xFE\xFF\0a\0:\0 \x001", &["error[yaml-encoding] 1:1 the file is UTF-16"]),
    ("A08 without mark", b"a\0:\0 \x001\0", &["error[yaml-encoding] 1:1 the file is UTF-16"]),
    ("A09", b"a: 1\nb: x\xFFy\n", &["error[yaml-encoding] 2:5 the file is not UTF-8"]),
    ("A10", b"a: 1 # \xFF\n", &["error[yaml-encoding] 1:8 the file is not UTF-8"]),
    ("A11 overlong", b"a: \xC0\x80\n", &["error[yaml-encoding] 1:4 the file is not UTF-8"]),
    ("A11 surrogate", b"a: \xED\xA0\x80\n", &["error[yaml-encoding] 1:4 the file is not UTF-8"]),
    ("A12", b"a: x\0y\n", &["error[yaml-character] 1:5 NUL in the text"]),
    ("A13", b"a: \"a\\0b\"\n", &["error[yaml-character] 1:6 NUL in a text"]),
    (
        "A13b",
        b"a: \"a\\u0000\\x00\"\n",
        &["error[yaml-character] 1:6 NUL in a text", "error[yaml-character] 1:12 NUL in a text"],
    ),
    ("A14", b"a: \"\\e[31m\"\n", &["= {\"a\":\"\\u001b[31m\"}"]),
    (
        "A15",
        b"a: x\x07\nb: \x7F\n",
        &["error[yaml-character] 1:5 control character U+0007", "error[yaml-character] 2:4 control character U+007F"],
    ),
    ("A15 C1", b"a: \xC2\x9F\n", &["error[yaml-character] 1:4 control character U+009F"]),
    ("A16", b"a: 1\r\nb: |\r\n  x\r\n  y\r\nc: \"p\r\n  q\"\r\n", &["= {\"a\":1,\"b\":\"x\\ny\\n\",\"c\":\"p q\"}"]),
    ("A17", b"a: 1\rb: 2\r", &["error[yaml-line-ends] 1:5 CR line ends"]),
    ("A18", b"a: 1\r\nb: 2\nc: 3\r\n", &["warning[yaml-line-ends] 2:5 mixed line ends", "= {\"a\":1,\"b\":2,\"c\":3}"]),
    ("A18b", b"a: 1\nb: 2\r\n", &["warning[yaml-line-ends] 2:6 mixed line ends", "= {\"a\":1,\"b\":2}"]),
    ("A19", b"spec:\n\ta: 1\n", &["error[yaml-indentation] 2:1 tab used for indentation"]),
    ("A19b", b"spec:\n  b: 1\n\ta: 1\n", &["error[yaml-indentation] 3:1 tab used for indentation"]),
    ("A19c", b"spec:\n  - a\n\t- b\n", &["error[yaml-indentation] 3:1 tab used for indentation"]),
    ("A19d", b"spec: |\n\tx\n", &["error[yaml-indentation] 2:1 tab used for indentation"]),
    ("A20", b"a:\tx\nb: 1\t# c\n", &["= {\"a\":\"x\",\"b\":1}"]),
    ("A21", b"spec:\n\xC2\xA0 a: 1\n", &["error[yaml-indentation] 2:1 non-breaking space in indentation"]),
    ("A21b", b"spec:\n  b: 1\n\xC2\xA0 a: 1\n", &["error[yaml-indentation] 3:1 non-breaking space in indentation"]),
    ("A21c", b"spec:\n  b:\xC2\xA01\n", &["error[yaml-spacing] 2:5 non-breaking space after `:`"]),
    ("A21d", b"spec: b\xC2\xA0\n", &["error[yaml-indentation] 1:8 non-breaking space at the edge of a bare text"]),
    ("A21e", b"spec: a\xC2\xA0b\n", &["= {\"spec\":\"a\u{a0}b\"}"]),
    (
        "A22",
        b"a: x\xC2\x85y\n",
        &["error[yaml-character] 1:5 line separator U+0085, which only some YAML readers take for a line end"],
    ),
    (
        "A22b",
        b"a: x\xE2\x80\xA8y\n",
        &["error[yaml-character] 1:5 line separator U+2028, which only some YAML readers take for a line end"],
    ),
    ("A23", b"a: \"x\\ud800\"\n", &["error[yaml-syntax] 1:6 the escape names no character"]),
    ("A23b", b"a: \"\\U00110000\"\n", &["error[yaml-syntax] 1:5 the escape names no character"]),
    ("A23c", b"a: \"\\q\"\n", &["error[yaml-syntax] 1:5 unknown escape"]),
    ("A23d", b"a: \"\\ud83d\\ude00\"\n", &["= {\"a\":\"😀\"}"]),
    ("A24", b"a: 1\nb: 2\nc: \"x\nd: 4\ne: 5\n", &["error[yaml-unclosed] 3:4 unclosed quote \""]),
    ("A24b", b"a: 'x\nb: 'y'\n", &["error[yaml-unclosed] 1:4 unclosed quote '"]),
    ("A24c", b"a: [\"x, y]\nb: 1\n", &["error[yaml-unclosed] 1:5 unclosed quote \""]),
    (
        "A24d",
        b"- \"x\n  y\n  z: \"w\"\n",
        &["error[yaml-unclosed] 1:3 unclosed quote \" (3:7 the next quote closes it before this)"],
    ),
    (
        "A25",
        b"a:\n   b: 1\n  c: 2\n",
        &["error[yaml-indentation] 3:3 the indentation fits no line above (2:4 3 spaces here)"],
    ),
    (
        "A25b",
        b"a:\n  b: 1\n   c: 2\n",
        &["error[yaml-indentation] 3:4 the line is indented too far (2:6 2 spaces here)"],
    ),
    (
        "A25c",
        b"a:\n    - x\n  - y\n",
        &["error[yaml-indentation] 3:3 the indentation fits no line above (2:5 4 spaces here)"],
    ),
    (
        "A25d",
        b"a: |\n    x\n  y\n",
        &[
            "error[yaml-indentation] 3:3 the line is indented less than the text above it (1:4 the text that begins here)",
        ],
    ),
    ("A26", b"{a:1}", &["error[yaml-spacing] 1:3 missing space after `:`"]),
    ("A26b", b"{\"a\":1, b: [c:d]}", &["= {\"a\":1,\"b\":[\"c:d\"]}"]),
    ("A27", b"a: 1\nb:2\n", &["error[yaml-spacing] 2:2 missing space after `:`"]),
    ("A27b", b"a:\n  b:2\n", &["error[yaml-spacing] 2:4 missing space after `:`"]),
    ("A27c", b"a:\n  http://b\n", &["= {\"a\":\"http://b\"}"]),
    ("A28", b"a: b #c\nd: e#f\n", &["= {\"a\":\"b\",\"d\":\"e#f\"}"]),
    ("A28b", b"a: \"b\"#c\n", &["error[yaml-syntax] 1:7 a comment needs a space before `#`"]),
    (
        "A29",
        b"%YAML 1.2\n---\na: 1\n---\nb: 1\n",
        &["error[yaml-directive] 1:1 directives are not supported", "= {\"b\":1}"],
    ),
    (
        "A29b",
        b"a: 1\n...\n%TAG ! x\n---\nb: 1\n",
        &["error[yaml-directive] 3:1 directives are not supported", "= {\"a\":1}"],
    ),
    (
        "A30",
        b"a: |\n  x\n---\ny\n",
        &[
            "error[yaml-syntax] 3:1 `---` at the start of a line ends the document (1:4 the document before it ends in this text)",
            "= {\"a\":\"x\\n\"}",
        ],
    ),
    (
        "A30b",
        b"a: |\n  x\n---\nb: [\n",
        &[
            "error[yaml-unclosed] 4:4 unclosed bracket [ (1:4 the document before it ends in this text)",
            "= {\"a\":\"x\\n\"}",
        ],
    ),
    ("A30c", b"a: |\n  x\n---\nb: 1\n", &["= {\"a\":\"x\\n\"}", "= {\"b\":1}"]),
    ("A31", b"--- {a: 1}\n--- {b: 2}\n", &["= {\"a\":1}", "= {\"b\":2}"]),
    ("A32", b"", &[]),
    ("A32b", b"# only\n", &[]),
    ("A32c", b"---\n---\n# x\n---\n", &[]),
    ("A33", b"- a\n", &["= [\"a\"]"]),
    ("A35", b"\"a\" b\n", &["error[yaml-syntax] 1:5 text after a closing quote (1:1 the quoted text)"]),
    ("A35b", b"a: 'it's'\n", &["error[yaml-syntax] 1:8 text after a closing quote (1:4 the quoted text)"]),
    ("A35c", b"a: {b: 1} c\n", &["error[yaml-syntax] 1:11 text after the end of the value"]),
    ("A35d", b"a: {{x}}\n", &["error[yaml-key] 1:5 a mapping as a key"]),
    (
        "brackets",
        b"a: [1, 2\nb: 3\n",
        &["error[yaml-unclosed] 1:4 unclosed bracket [ (2:1 this line cannot belong to it)"],
    ),
    ("brackets 2", b"a: [1, 2}\n", &["error[yaml-unclosed] 1:4 bracket [ closed by } (1:4 opened here)"]),
    ("brackets 3", b"a: 1]\nb: ]\n", &["error[yaml-syntax] 2:4 a closing bracket that was never opened"]),
    ("brackets 4", b"a: [1, {b: 2\n", &["error[yaml-unclosed] 1:8 unclosed bracket {"]),
    ("indicators", b"a: @x\n", &["error[yaml-syntax] 1:4 a bare text cannot begin with `@`"]),
    ("indicators 2", b"a: %x\n", &["error[yaml-syntax] 1:4 a bare text cannot begin with `%`"]),
    ("indicators 3", b"a: *\n", &["error[yaml-syntax] 1:4 a name was expected after `&` or `*`"]),
    (
        "indicators 4",
        b"a: |x\n",
        &["error[yaml-syntax] 1:4 nothing but `+`, `-`, a digit and a comment may follow `|` or `>`"],
    ),
    ("indicators 5", b"a: - b\n", &["error[yaml-syntax] 1:4 a list item cannot stand here"]),
    ("indicators 6", b"a: b: c\n", &["error[yaml-syntax] 1:5 a key and its value cannot stand here"]),
    ("lists and keys", b"a: 1\n- b\n", &["error[yaml-syntax] 2:1 a list item among the keys of a mapping"]),
    ("lists and keys 2", b"- a\nb: 1\n", &["error[yaml-syntax] 2:1 a list item was expected here"]),
    ("no colon", b"a: 1\nb\nc: 2\n", &["error[yaml-syntax] 2:1 a key without `:`"]),
    ("no colon 2", b"a\nb: 1\n", &["error[yaml-syntax] 1:1 a key without `:`"]),
    (
        "noncharacters",
        b"a: \xEF\xB7\x90\xEF\xB7\x91\xEF\xBF\xBE\n",
        &[
            "error[yaml-character] 1:4 U+FDD0, a noncharacter that bayplan keeps for itself",
            "error[yaml-character] 1:5 U+FDD1, a noncharacter that bayplan keeps for itself",
            "error[yaml-character] 1:6 noncharacter U+FFFE",
        ],
    ),
    (
        "noncharacters 2",
        b"a: \"\\uFDD0\"\n",
        &["error[yaml-character] 1:5 a noncharacter that bayplan keeps for itself"],
    ),
    (
        "question mark",
        b"a: {?b: 1}\nc: [?d, \"?e\"]\nf: ?g\n",
        &[
            "error[yaml-syntax] 1:5 `?` at the start of a bare text in brackets",
            "error[yaml-syntax] 2:5 `?` at the start of a bare text in brackets",
        ],
    ),
    (
        "open end",
        b"a: |\n  x",
        &["warning[yaml-line-ends] 2:4 the file ends inside a text without a line break", "= {\"a\":\"x\\n\"}"],
    ),
    ("open end, chomped", b"a: |-\n  x", &["= {\"a\":\"x\"}"]),
    (
        "recovery",
        b"a: [\n---\nb: 1\n---\nc: ]\n---\nd: 1\n",
        &[
            "error[yaml-unclosed] 1:4 unclosed bracket [",
            "error[yaml-syntax] 5:4 a closing bracket that was never opened",
            "= {\"b\":1}",
            "= {\"d\":1}",
        ],
    ),
];

const B: &[Row] = &[
    ("B01", b"a: NO\nb: y\nc: oN\n", &["error[doubtful-scalar] 1:4 `NO` is false to some YAML readers and a text to others", "error[doubtful-scalar] 2:4 `y` is true to some YAML readers and a text to others", "error[doubtful-scalar] 3:4 `oN` is true to some YAML readers and a text to others", "= {\"a\":null,\"b\":null,\"c\":null}"]),
    ("B01 quoted", b"a: 'NO'\nb: \"y\"\nc: True\nd: FALSE\ne: ~\nf:\ng: nULL\n", &["error[doubtful-scalar] 7:4 `nULL` is null to some YAML readers and a text to others", "= {\"a\":\"NO\",\"b\":\"y\",\"c\":true,\"d\":false,\"e\":null,\"f\":null,\"g\":null}"]),
    ("B02", b"a: 1.10\n", &["= {\"a\":1.1}"]),
    ("B03", b"a: 0644\n", &["error[doubtful-scalar] 1:4 `0644` is not the same number to every YAML reader", "= {\"a\":null}"]),
    ("B04", b"[0o644, 0x1F, 0b1, 1_000, 0O7, 0b-1]", &["error[doubtful-scalar] 1:2 `0o644` is not the same number to every YAML reader", "error[doubtful-scalar] 1:9 `0x1F` is not the same number to every YAML reader", "error[doubtful-scalar] 1:15 `0b1` is not the same number to every YAML reader", "error[doubtful-scalar] 1:20 `1_000` is not the same number to every YAML reader", "error[doubtful-scalar] 1:27 `0O7` is not the same number to every YAML reader", "error[doubtful-scalar] 1:32 `0b-1` is not the same number to every YAML reader", "= [null,null,null,null,null,null]"]),
    ("B05", b"a: 08\n", &["error[doubtful-scalar] 1:4 `08` is not the same number to every YAML reader", "= {\"a\":null}"]),
    ("B06", b"[1e3, 1.5e3, 1.5e+3, 1e-3]", &["error[doubtful-scalar] 1:2 `1e3` is not the same number to every YAML reader", "error[doubtful-scalar] 1:7 `1.5e3` is not the same number to every YAML reader", "error[doubtful-scalar] 1:22 `1e-3` is not the same number to every YAML reader", "= [null,null,1500.0,null]"]),
    ("B07", b"[9223372036854775807, -9223372036854775808, 9223372036854775808, 18446744073709551616, 123456789012345678901234567890]", &["error[yaml-number] 1:45 `9223372036854775808` does not fit a signed 64-bit integer, and kubectl would round it", "error[yaml-number] 1:66 `18446744073709551616` does not fit a signed 64-bit integer, and kubectl would round it", "error[yaml-number] 1:88 `123456789012345678901234567890` does not fit a signed 64-bit integer, and kubectl would round it", "= [9223372036854775807,-9223372036854775808,null,null,null]"]),
    ("B08", b"a: 9007199254740993\n", &["= {\"a\":9007199254740993}"]),
    ("B09", b"[0.30000000000000004, 0.1, 5.0e-324]", &["= [0.30000000000000004,0.1,5e-324]"]),
    ("B10", b"[1.0, 1., .5, -0.5, -.5]", &["error[doubtful-scalar] 1:21 `-.5` is not the same number to every YAML reader", "= [1.0,1.0,0.5,-0.5,null]"]),
    ("B11", b"[.inf, -.Inf, .nan, +.INF]", &["error[yaml-number] 1:2 `.inf` is not a number that JSON can hold", "error[yaml-number] 1:8 `-.Inf` is not a number that JSON can hold", "error[yaml-number] 1:15 `.nan` is not a number that JSON can hold", "error[yaml-number] 1:21 `+.INF` is not a number that JSON can hold", "= [null,null,null,null]"]),
    ("B12", b"[-0, +1, +1.5, -0.0, -1]", &["error[doubtful-scalar] 1:2 `-0` is not the same number to every YAML reader", "error[doubtful-scalar] 1:6 `+1` is not the same number to every YAML reader", "error[doubtful-scalar] 1:10 `+1.5` is not the same number to every YAML reader", "error[doubtful-scalar] 1:16 `-0.0` is not the same number to every YAML reader", "= [null,null,null,null,-1]"]),
    ("B13", b"[2020-01-01, 2020-1-1 10:00, 2020-01-01T00:00:00Z, 2020-01, 1-2-3]", &["error[doubtful-scalar] 1:2 `2020-01-01` is a time stamp to some YAML readers and a text to others", "error[doubtful-scalar] 1:14 `2020-1-1 10:00` is a time stamp to some YAML readers and a text to others", "error[doubtful-scalar] 1:30 `2020-01-01T00:00:00Z` is a time stamp to some YAML readers and a text to others", "= [null,null,null,\"2020-01\",\"1-2-3\"]"]),
    ("B14", b"[1:30, 190:20:30.15, =, <<, 8080:80, 1.2.3, 10.0.0.1]", &["error[doubtful-scalar] 1:2 `1:30` is a number in base 60 to some YAML readers and a text to others", "error[doubtful-scalar] 1:8 `190:20:30.15` is a number in base 60 to some YAML readers and a text to others", "error[doubtful-scalar] 1:22 `=` is a special value to some YAML readers and a text to others", "error[doubtful-scalar] 1:25 `<<` is a special value to some YAML readers and a text to others", "= [null,null,null,null,\"8080:80\",\"1.2.3\",\"10.0.0.1\"]"]),
    ("B15", b"a: !!binary aGVsbG8=\nb: !custom x\nc: !!set {x}\n", &["error[yaml-tag] 1:4 tags are not supported", "error[yaml-tag] 2:4 tags are not supported", "error[yaml-tag] 3:4 tags are not supported"]),
    ("B16", b"a: !!str 12\nb: !!int \"12\"\n", &["error[yaml-tag] 1:4 tags are not supported", "error[yaml-tag] 2:4 tags are not supported"]),
    ("B20", b"[0.1234567890123456789, 123456789012345678.5, 1.0e+400, 1.0e-400]", &["error[yaml-number] 1:2 `0.1234567890123456789` does not fit a 64-bit float without loss", "error[yaml-number] 1:25 `123456789012345678.5` does not fit a 64-bit float without loss", "error[yaml-number] 1:47 `1.0e+400` does not fit a 64-bit float without loss", "error[yaml-number] 1:57 `1.0e-400` does not fit a 64-bit float without loss", "= [null,null,null,null]"]),
];

const C: &[Row] = &[
    ("C03", b"a: &a [*a]\n", &["error[yaml-alias] 1:8 `*a` stands inside the node that it names"]),
    ("C04", b"x: &x {p: 1, q: 2}\nz:\n  <<: *x\n  p: 9\n", &["= {\"x\":{\"p\":1,\"q\":2},\"z\":{\"p\":9,\"q\":2}}"]),
    (
        "C04 list",
        b"x: &x {p: 1}\nb: &b {p: 2, r: 3}\nz: {<<: [*x, *b], s: 4}\n",
        &["= {\"b\":{\"p\":2,\"r\":3},\"x\":{\"p\":1},\"z\":{\"p\":1,\"r\":3,\"s\":4}}"],
    ),
    ("C05", b"x: &x {p: 1}\nz: {p: 9, <<: *x}\n", &["error[yaml-merge] 2:11 `<<` after other keys"]),
    (
        "C06",
        b"x: &x {p: 1}\nz: {<<: *x, <<: *x}\n",
        &["error[duplicate-key] 2:13 key `<<` is given twice (2:5 first time)"],
    ),
    ("C07", b"a: {<<: 3}\n", &["error[yaml-merge] 1:9 the value of `<<` is not a mapping"]),
    ("C07b", b"a: &a {b: 1}\nc: {<<: [*a, 3]}\n", &["error[yaml-merge] 2:14 the value of `<<` is not a mapping"]),
    ("C07c", b"a: {\"<<\": 3}\n", &["= {\"a\":{\"<<\":3}}"]),
    (
        "C08",
        b"a: &x 1\nb: *x\n---\nc: *x\n",
        &["error[yaml-alias] 4:4 no anchor `&x` above in this document", "= {\"a\":1,\"b\":1}"],
    ),
    ("C08b", b"a: &base 1\nb: *bsae\nc: *base\n", &["error[yaml-alias] 2:4 no anchor `&bsae` above in this document"]),
    (
        "C09",
        b"a: &x 1\nb: &x 2\nc: *x\n",
        &["error[yaml-anchor] 2:4 anchor `&x` is defined twice (1:4 first defined here)"],
    ),
    ("C10", b"a: &x 1\n", &["warning[unused-anchor] 1:4 anchor `&x` is never used", "= {\"a\":1}"]),
    ("C16", b"1: a\n", &["error[yaml-key] 1:1 key `1` is not a string to every YAML reader"]),
    ("C16b", b"[a]: b\n", &["error[yaml-key] 1:1 a list as a key"]),
    ("C16c", b"{a: b}: c\n", &["error[yaml-key] 1:1 a mapping as a key"]),
    (
        "C16d",
        b"~: d\non: e\n1.0: f\n: g\n2020-01-01: h\n0644: i\n",
        &[
            "error[yaml-key] 1:1 key `~` is not a string to every YAML reader",
            "error[yaml-key] 2:1 key `on` is not a string to every YAML reader",
            "error[yaml-key] 3:1 key `1.0` is not a string to every YAML reader",
            "error[yaml-key] 4:2 a key without text",
            "error[yaml-key] 5:1 key `2020-01-01` is not a string to every YAML reader",
            "error[yaml-key] 6:1 key `0644` is not a string to every YAML reader",
        ],
    ),
    ("C16e", b"? a\n: b\n? |\n  c\n: d\n", &["= {\"a\":\"b\",\"c\\n\":\"d\"}"]),
    ("C16f", b"a: &k b\n*k : c\n", &["= {\"a\":\"b\",\"b\":\"c\"}"]),
    (
        "merge of a duplicate",
        b"a: &a {b: 1, b: 2}\nc: {<<: *a}\n",
        &["error[duplicate-key] 1:14 key `b` is given twice (1:8 first time)"],
    ),
    (
        "merge through merge",
        b"a: &a {p: 1}\nb: &b {<<: *a, q: 2}\nc: {<<: *b, q: 3}\n",
        &["= {\"a\":{\"p\":1},\"b\":{\"p\":1,\"q\":2},\"c\":{\"p\":1,\"q\":3}}"],
    ),
    (
        "merge inline",
        b"a: {<<: {b: 1, b: 2}, c: 3}\n",
        &["error[duplicate-key] 1:16 key `b` is given twice (1:10 first time)"],
    ),
];

const HOLES: &[Row] = &[
    (
        "value",
        "a: \u{FDD0}0\u{FDD1}\nb: \"x\u{FDD0}12\u{FDD1}\"\n".as_bytes(),
        &["= {\"a\":\"\u{fdd0}0\u{fdd1}\",\"b\":\"x\u{fdd0}12\u{fdd1}\"}"],
    ),
    (
        "key",
        "\u{FDD0}0\u{FDD1}: 1\na\u{FDD0}1\u{FDD1}: 2\n".as_bytes(),
        &["= {\"a\u{fdd0}1\u{fdd1}\":2,\"\u{fdd0}0\u{fdd1}\":1}"],
    ),
    (
        "block",
        "a: |\n  x \u{FDD0}0\u{FDD1}\n  \u{FDD0}1\u{FDD1}\nb: >-\n  \u{FDD0}2\u{FDD1}\n".as_bytes(),
        &["= {\"a\":\"x \u{fdd0}0\u{fdd1}\\n\u{fdd0}1\u{fdd1}\\n\",\"b\":\"\u{fdd0}2\u{fdd1}\"}"],
    ),
    (
        "comment",
        "a: 1 # \u{FDD0}0\u{FDD1}\n# \u{FDD0}1\u{FDD1}\nb: | # \u{FDD0}2\u{FDD1}\n  x\n".as_bytes(),
        &["= {\"a\":1,\"b\":\"x\\n\"}"],
    ),
    (
        "document",
        "\u{FDD0}0\u{FDD1}\n---\n[\u{FDD0}1\u{FDD1}]\n".as_bytes(),
        &["= \"\u{fdd0}0\u{fdd1}\"", "= [\"\u{fdd0}1\u{fdd1}\"]"],
    ),
    (
        "anchor",
        "a: &x\u{FDD0}0\u{FDD1} 1\n".as_bytes(),
        &["error[misplaced-hole] 1:4 a variable in the name of an anchor"],
    ),
    (
        "alias",
        "a: &x 1\nb: *x\u{FDD0}0\u{FDD1}\n".as_bytes(),
        &["error[misplaced-hole] 2:4 a variable in the name of an alias"],
    ),
    ("tag", "a: !x\u{FDD0}0\u{FDD1} 1\n".as_bytes(), &["error[misplaced-hole] 1:4 a variable in a tag"]),
    ("tag 2", "a: !<x\u{FDD0}0\u{FDD1}> 1\n".as_bytes(), &["error[misplaced-hole] 1:4 a variable in a tag"]),
    (
        "directive",
        "%YAML \u{FDD0}0\u{FDD1}\n---\na: 1\n".as_bytes(),
        &["error[misplaced-hole] 1:1 a variable in a directive"],
    ),
    (
        "header",
        "a: |\u{FDD0}0\u{FDD1}\n  x\n".as_bytes(),
        &["error[yaml-syntax] 1:4 nothing but `+`, `-`, a digit and a comment may follow `|` or `>`"],
    ),
    (
        "merge",
        "a:\n  <<: \u{FDD0}0\u{FDD1}\n  b: 1\n".as_bytes(),
        &["= {\"a\":{\"<<\":\"\u{fdd0}0\u{fdd1}\",\"b\":1}}"],
    ),
    (
        "merge, late",
        "a:\n  b: 1\n  <<: \u{FDD0}0\u{FDD1}\n".as_bytes(),
        &["error[yaml-merge] 3:3 `<<` after other keys"],
    ),
    (
        "merge, twice",
        "a:\n  <<: \u{FDD0}0\u{FDD1}\n  <<: \u{FDD0}1\u{FDD1}\n".as_bytes(),
        &["error[duplicate-key] 3:3 key `<<` is given twice (2:3 first time)"],
    ),
    (
        "merge, quoted",
        "a:\n  <<: \"\u{FDD0}0\u{FDD1}\"\n".as_bytes(),
        &["error[yaml-merge] 2:7 the value of `<<` is not a mapping"],
    ),
    (
        "merge, two",
        "a:\n  <<: \u{FDD0}0\u{FDD1}\u{FDD0}1\u{FDD1}\n".as_bytes(),
        &["error[yaml-merge] 2:7 the value of `<<` is not a mapping"],
    ),
    (
        "merge, list",
        "a:\n  <<: [\u{FDD0}0\u{FDD1}]\n".as_bytes(),
        &["error[yaml-merge] 2:8 the value of `<<` is not a mapping"],
    ),
    (
        "merge of a merge",
        "a: &a {<<: \u{FDD0}0\u{FDD1}, x: 1}\nb: {<<: *a, z: 2}\n".as_bytes(),
        &["= {\"a\":{\"<<\":\"\u{fdd0}0\u{fdd1}\",\"x\":1},\"b\":{\"<<\":\"\u{fdd0}0\u{fdd1}\",\"x\":1,\"z\":2}}"],
    ),
    (
        "merge of a merge, not last",
        "a: &a {<<: \u{FDD0}0\u{FDD1}, x: 1}\nc: &c {z: 1}\nb: {<<: [*a, *c]}\n".as_bytes(),
        &["error[yaml-merge] 3:10 a mapping that merges a variable, before other mappings"],
    ),
    (
        "same key",
        "a\u{FDD0}0\u{FDD1}: 1\na\u{FDD0}0\u{FDD1}: 2\n".as_bytes(),
        &["error[duplicate-key] 2:1 key `a{{...}}` is given twice (1:1 first time)"],
    ),
    ("no space", "a:\u{FDD0}0\u{FDD1}\nb: 1\n".as_bytes(), &["error[yaml-spacing] 1:2 missing space after `:`"]),
    ("no space in flow", "{a:\u{FDD0}0\u{FDD1}}\n".as_bytes(), &["error[yaml-spacing] 1:3 missing space after `:`"]),
    (
        "stray",
        "a: \u{FDD0}\u{FDD1}\nb: \u{FDD1}\n".as_bytes(),
        &[
            "error[yaml-character] 1:4 U+FDD0, a noncharacter that bayplan keeps for itself",
            "error[yaml-character] 1:5 U+FDD1, a noncharacter that bayplan keeps for itself",
            "error[yaml-character] 2:4 U+FDD1, a noncharacter that bayplan keeps for itself",
        ],
    ),
    (
        "escaped",
        "a: \"\\uFDD00\\uFDD1\"\n".as_bytes(),
        &[
            "error[yaml-character] 1:5 a noncharacter that bayplan keeps for itself",
            "error[yaml-character] 1:12 a noncharacter that bayplan keeps for itself",
        ],
    ),
    (
        "with a mark",
        "\u{FEFF}a: \u{FDD0}0\u{FDD1}\n---\n\u{FEFF}b: &x\u{FDD0}1\u{FDD1} 1\n".as_bytes(),
        &["error[misplaced-hole] 3:5 a variable in the name of an anchor", "= {\"a\":\"\u{fdd0}0\u{fdd1}\"}"],
    ),
];
