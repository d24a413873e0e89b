//! Partials: parts of the text, and files inserted word for word.

use crate::support::{refused, render_files, unrendered};
use serde_json::{Value, json};

#[track_caller]
fn one(text: &str, files: &[(&str, &str)], values: &Value) -> Value {
    match render_files(text, files, values) {
        Ok(documents) => documents.into_iter().next().expect("there is a document"),
        Err(errors) => panic!("{text:?} was refused:\n{}", errors.join("\n")),
    }
}

#[test]
fn partials_are_text_with_the_indentation_of_their_tag() {
    let files = [
        ("partials/labels.mustache", "app: {{text}}\n{{#list}}\nx-{{.}}: 1\n{{/list}}\n"),
        ("partials/deep/er.mustache", "a:\n  {{> labels}}\n  z: 1"),
        ("shared/common.mustache", "from: shared\n"),
    ];
    let values = json!({"text": "t", "list": ["m", "n"]});
    assert_eq!(
        one("metadata:\n  labels:\n    {{> labels}}\n    last: 1\n", &files, &values),
        json!({"metadata": {"labels": {"app": "t", "x-m": 1, "x-n": 1, "last": 1}}})
    );
    // Inside each other, without a line break at the end of one, in a list item.
    assert_eq!(
        one("k:\n  {{> deep/er}}\n  {{> shared/common}}\n", &files, &values),
        json!({"k": {"a": {"app": "t", "x-m": 1, "x-n": 1, "z": 1}, "from": "shared"}})
    );
    // Inside a line there is no indentation to copy.
    assert_eq!(
        one("k: {v: {{> inline}} }\n", &[("partials/inline.mustache", "[{{text}}, 1]")], &values),
        json!({"k": {"v": ["t", 1]}})
    );
}

#[test]
fn partials_see_the_names_around_their_tag() {
    let files = [("partials/p.mustache", "a: {{name}}\n")];
    let values = json!({"hosts": [{"name": "h"}], "image": {"name": "i"}});
    assert_eq!(one("{{#hosts}}\n{{> p}}\n{{/hosts}}\n", &files, &values), json!({"a": "h"}));
    assert_eq!(one("{{#image}}\n{{> p}}\n{{/image}}\n", &files, &values), json!({"a": "i"}));
    assert!(refused("{{> p}}\n", &files).starts_with("unknown-name partials/p.mustache:1:4 unknown name `name`"));
}

#[test]
fn delimiters_of_a_template_do_not_reach_into_partials() {
    let files = [("partials/p.mustache", "a: {{text}}\n"), ("partials/q.mustache", "{{=<% %>=}}\nb: <%text%> {{x\n")];
    let values = json!({"text": "t"});
    assert_eq!(one("{{=| |=}}\n|> p|\n|> q|\nc: |text|\n", &files, &values), json!({"a": "t", "b": "t {{x", "c": "t"}));
}

#[test]
fn names_come_from_the_table_only() {
    let files = [("partials/labels.mustache", "a: 1\n"), ("partials/shell", "x"), ("shared/common.mustache", "b: 1\n")];
    assert_eq!(
        refused("{{> label}}\n", &files),
        "unknown-partial 1:1 no partial is named `label`\n  1:1 not in the partial table\n  help: did you mean `labels`?"
    );
    for name in ["../../etc/passwd", "/etc/passwd", "./labels"] {
        assert_eq!(
            refused(&format!("{{{{> {name}}}}}\n"), &files),
            format!(
                "unknown-partial 1:1 no partial is named `{name}`\n  1:1 a path is no name\n  help: a name is a path below `partials/`, or `shared/NAME`"
            )
        );
    }
    assert_eq!(
        refused("{{> labels.mustache}}\n", &files),
        "unknown-partial 1:1 no partial is named `labels.mustache`\n  1:1 not in the partial table\n  help: write `{{> labels}}`"
    );
    assert_eq!(
        refused("{{> common}}\n", &files),
        "unknown-partial 1:1 no partial is named `common`\n  1:1 not in the partial table\n  help: known here: labels, shared/common, shell"
    );
    assert_eq!(
        refused("{{> *text}}\n", &files).lines().next(),
        Some("bad-tag 1:1 a partial's name cannot be taken from a value")
    );
}

#[test]
fn two_files_for_one_name_are_an_error() {
    let files = [("partials/a", "x"), ("partials/a.mustache", "y: 1\n")];
    assert_eq!(
        refused("b: 1\n", &files),
        "ambiguous-partial partials/a.mustache:1:1 the partial name `a` leads to two files\n  partials/a.mustache:1:1 this file\n  partials/a:1:1 and this one\n  help: rename one of them"
    );
}

#[test]
fn a_folder_shared_of_a_templates_own_cannot_be_named() {
    assert_eq!(
        refused("b: 1\n", &[("partials/shared/a", "x")]),
        "ambiguous-partial partials/shared/a:1:1 the partial name `shared/a` leads to `templates/shared/`\n  partials/shared/a:1:1 this file cannot be named\n  help: put it into another folder of `partials/`"
    );
}

#[test]
fn a_partial_that_includes_itself_is_an_error_with_the_chain() {
    let files = [("partials/a.mustache", "{{> b}}\n"), ("partials/b.mustache", "x: 1\n{{> a}}\n")];
    assert_eq!(
        refused("{{> a}}\n", &files),
        "recursive-partial partials/b.mustache:2:1 partial `a` includes itself: a -> b -> a\n  partials/b.mustache:2:1 includes `a` again\n  1:1 includes `a`\n  partials/a.mustache:1:1 includes `b`\n  help: write out the levels that may occur, each with its own section"
    );
}

#[test]
fn partials_that_multiply_are_stopped() {
    let mut files: Vec<(String, String)> = (0..40)
        .map(|level| (format!("partials/p{level}.mustache"), format!("{{{{> p{0}}}}}\n{{{{> p{0}}}}}\n", level + 1)))
        .collect();
    files.push(("partials/p40.mustache".to_owned(), String::new()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = refused("{{> p0}}\n", &files);
    assert!(found.starts_with("template-budget "), "{found}");
}

#[test]
fn files_are_inserted_word_for_word_as_strings() {
    let files =
        [("partials/php.ini", "a = {{b}}\n\n  c: yes # d\n"), ("partials/word", "on"), ("partials/no-end", "x\ny")];
    let ini = "a = {{b}}\n\n  c: yes # d\n";
    let cases: &[(&str, Value)] = &[
        // A whole scalar, plain or quoted.
        ("a: {{> php.ini}}\n", json!({"a": ini})),
        ("a: '{{> php.ini}}'\n", json!({"a": ini})),
        ("a: {{> word}}\n", json!({"a": "on"})),
        ("a:\n- {{> word}}\n", json!({"a": ["on"]})),
        ("a:\n  {{> word}}\n", json!({"a": "on"})),
        // Inside one.
        ("a: x {{> word}} y\n", json!({"a": "x on y"})),
        ("a: |\n  x {{> word}}\n", json!({"a": "x on\n"})),
        ("a: >\n  x\n  {{> word}}\n  y\n", json!({"a": "x on y\n"})),
        // Alone on a line of a literal block: line, indentation and line break are replaced, whatever the chomping.
        ("a: |\n  {{> php.ini}}\nb: 1\n", json!({"a": ini, "b": 1})),
        ("a: |-\n  {{> php.ini}}\nb: 1\n", json!({"a": ini, "b": 1})),
        ("a: |+\n  {{> php.ini}}\n\nb: 1\n", json!({"a": format!("{ini}\n"), "b": 1})),
        ("a: |\n  {{> no-end}}\n", json!({"a": "x\ny"})),
        ("a: |\n  {{> no-end}}", json!({"a": "x\ny"})),
        ("a: |\n  1\n  {{> no-end}}\n  2\n", json!({"a": "1\nx\ny2\n"})),
        ("a: |\n  1\n      {{> php.ini}}\n  2\n", json!({"a": format!("1\n{ini}2\n")})),
        ("a: |\n  {{> word}}\n  {{> word}}\n  {{text}}\n", json!({"a": "onont\n"})),
        ("a: |\n  {{text}} {{> word}}\n  {{> php.ini}}\n", json!({"a": format!("t on\n{ini}")})),
    ];
    for (template, expected) in cases {
        assert_eq!(one(template, &files, &json!({"text": "t"})), *expected, "{template:?}");
    }
}

#[test]
fn a_file_elsewhere_is_an_error_that_says_to_call_it_mustache() {
    let files = [("partials/labels", "a: b\n")];
    let cases = [
        (
            "{{> labels}}\n",
            "misplaced-file 1:1 the file `labels` cannot be a document, since it is inserted as a string",
        ),
        ("{{> labels}}: 1\n", "misplaced-file 1:1 the file `labels` cannot be a key, since it is inserted as a string"),
        (
            "a:\n  <<: {{> labels}}\n",
            "misplaced-file 2:7 the file `labels` cannot be the value of `<<`, since it is inserted as a string",
        ),
    ];
    for (template, expected) in cases {
        let found = refused(template, &files);
        assert_eq!(found.lines().next(), Some(expected), "{template:?}");
        assert!(found.ends_with("help: if it is part of the template's text, call it `labels.mustache`"), "{found}");
    }
    let found = refused("a:\n  b: 1\n  {{> labels}}\n", &files);
    assert!(found.contains("call it `labels.mustache`"), "{found}");
}

#[test]
fn partials_must_be_text() {
    use bayplan::diag::Diagnostics;
    use bayplan::mustache::Partials;
    use bayplan::source::{SourceFile, Sources};
    let sources =
        Sources::new([SourceFile::regular("latin.mustache", *b"a: \xff\n"), SourceFile::regular("nul", *b"a\0b")]);
    let mut diagnostics = Diagnostics::new();
    let files = sources.iter().map(|(id, file)| (file.path.as_str(), id, &*file.bytes));
    let partials = Partials::read(files, &mut diagnostics);
    assert!(partials.get("latin").is_none() && partials.get("nul").is_none());
    let found: Vec<String> = diagnostics
        .iter()
        .map(|error| {
            let span = error.primary.as_ref().expect("a place").span;
            let place = sources.line_column(span.file, span.start);
            format!("{} {}:{}:{} {}", error.code.name, sources.path(span.file), place.line, place.column, error.message)
        })
        .collect();
    assert_eq!(
        found,
        [
            "partial-bytes latin.mustache:1:4 the partial is not UTF-8 text",
            "partial-bytes nul:1:2 the partial holds a NUL byte",
        ]
    );
}

#[test]
fn errors_in_a_partials_yaml_are_shown_there() {
    let files = [("partials/p.mustache", "b: 1\nc: yes\n")];
    let found = refused("a:\n  {{> p}}\n", &files);
    assert!(found.starts_with("doubtful-scalar partials/p.mustache:2:4 `yes` "), "{found}");
    let found = unrendered("a:\n{{#list}}\n  {{> p}}\n{{/list}}\n", &files, &json!({"list": ["x"]}));
    assert!(found.starts_with("doubtful-scalar partials/p.mustache:2:4 `yes` "), "{found}");
}
