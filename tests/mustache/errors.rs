//! Tags that are no good: what is said, and where.

use crate::support::{Template, refused, schema};

#[test]
fn sections_must_match() {
    assert_eq!(
        refused("{{#list}}\na: 1\n", &[]),
        "unmatched-section 1:1 section `list` is not closed\n  1:1 opened here\n  3:1 the file ends here\n  help: write `{{/list}}` where the section ends that `{{#list}}` begins"
    );
    assert_eq!(
        refused("a: 1\n{{/list}}\n", &[]),
        "unmatched-section 2:1 `{{/list}}` closes no open section\n  2:1 no such section is open here\n  help: delete the tag, or open the section before it"
    );
    assert_eq!(
        refused("{{#list}}\n{{#flag}}\n{{/list}}\n", &[]),
        "unmatched-section 2:1 section `flag` is not closed\n  2:1 opened here\n  3:1 this closes `list`, which is around it\n  help: write `{{/flag}}` where the section ends that `{{#flag}}` begins"
    );
    assert_eq!(
        refused("{{#list}}\n{{/lst}}\n{{/list}}\n", &[]),
        "unmatched-section 2:1 `{{/lst}}` closes no open section\n  2:1 no such section is open here\n  1:1 the innermost open section is `list`"
    );
}

#[test]
fn tags_must_close() {
    assert_eq!(
        refused("a: {{text\nb: 1\n", &[]),
        "unclosed-tag 1:4 the tag is not closed by `}}`\n  1:4 begins here\n  help: for literal braces, change the delimiters on a line above: `{{=<% %>=}}`"
    );
    assert_eq!(
        refused("a: {{text {{number}}\n", &[]).lines().next(),
        Some("unclosed-tag 1:4 the tag is not closed by `}}`")
    );
    assert_eq!(
        refused("a: {{{text}}: 1}\n", &[]),
        "unclosed-tag 1:4 `{{{` is not closed by `}}}`\n  1:4 begins here\n  help: close it with `}}}`, or write two braces; for a YAML map in braces, put a space behind the first: `{ {{`"
    );
    assert_eq!(refused("{{! x\n", &[]).lines().next(), Some("unclosed-tag 1:1 the tag is not closed by `}}`"));
    assert_eq!(refused("a: {{}}\n", &[]).lines().next(), Some("bad-tag 1:4 the tag holds no name"));
    assert_eq!(refused("a: {{#}}x{{/}}\n", &[]).lines().next(), Some("bad-tag 1:4 the tag holds no name"));
    assert_eq!(refused("a: {{a..b}}\n", &[]).lines().next(), Some("bad-tag 1:4 `a..b` is no name"));
}

#[test]
fn a_text_full_of_unclosed_tags_is_soon_given_up() {
    for tag in ["{{", "{{{", "{{! ", "{{= ", "{{ a ", "{{{ a ", "{{#a"] {
        let start = std::time::Instant::now();
        for end in ["", "}}", "}}}", "=}}"] {
            // A comment may hold anything up to its end.
            let template = Template::new(&format!("{}{end}", tag.repeat(200_000)));
            let errors = template.compile(&schema()).err().unwrap_or_default();
            assert!(errors.len() <= 101, "{tag}{end}: {}", errors.len());
        }
        assert!(start.elapsed().as_secs() < 20, "{tag}");
    }
}

#[test]
fn delimiters_must_be_two_without_equals_signs() {
    let cases = [
        ("{{= =}}", "two delimiters with a space between them are due, found 0"),
        ("{{=x=}}", "two delimiters with a space between them are due, found 1"),
        ("{{=a b c=}}", "two delimiters with a space between them are due, found 3"),
        ("{{=<= =>=}}", "a delimiter holds `=`"),
        ("{{=<% %>}}", "`=` is missing before the end of the tag"),
    ];
    for (template, label) in cases {
        assert_eq!(
            refused(template, &[]),
            format!(
                "bad-delimiters 1:1 this tag does not set delimiters\n  1:1 {label}\n  help: write two delimiters, such as `{{{{=<% %>=}}}}`"
            )
        );
    }
}

#[test]
fn tags_of_other_tools_are_recognised() {
    let cases = [
        "{{ $labels.pod }}",
        "{{ .Values.image }}",
        "{{- if x }}",
        "{{ x | quote }}",
        "{{ printf \"%s\" x }}",
        "{{ end }}x{{ a b }}",
        "{{ include('x') }}",
        "{{$block}}",
        "{{<parent}}",
        "{{% raw %}}",
    ];
    for tag in cases {
        let found = refused(&format!("a: 1\nb: \"{tag}\"\n"), &[]);
        let is_foreign = found.lines().any(|line| line.starts_with("foreign-tag 2:"));
        assert!(is_foreign, "{tag}: {found}");
    }
    assert_eq!(
        refused("a: \"{{ $labels.pod }}\"\n", &[]),
        "foreign-tag 1:5 `{{ $labels.pod }}` is no Mustache tag\n  1:5 looks like a tag of another tool\n  help: to ship the file word for word, take `.mustache` off its name\n  help: to use both, change the delimiters on a line above: `{{=<% %>=}}`"
    );
}

#[test]
fn places_count_characters_in_any_file() {
    assert_eq!(refused("é: ü {{txt}}\r\n", &[]).lines().next(), Some("unknown-name 1:6 unknown name `txt`"));
    let files = [("partials/p.mustache", "a: 1\n  # é {{txt}}\n")];
    assert_eq!(
        refused("x:\n    {{> p}}\n", &files).lines().next(),
        Some("unknown-name partials/p.mustache:2:7 unknown name `txt`")
    );
}

#[test]
fn all_errors_of_a_file_are_reported_at_once() {
    let found = refused("a: {{x}}\nb: {{y}}\n{{#list}}\n", &[]);
    let codes: Vec<&str> = found.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(
        codes,
        [
            "unknown-name 1:4 unknown name `x`",
            "unknown-name 2:4 unknown name `y`",
            "unmatched-section 3:1 section `list` is not closed",
        ]
    );
}

#[test]
fn nesting_is_limited_to_a_hundred_levels() {
    let nested = |depth: usize| format!("{}x: 1\n{}", "{{#flag}}\n".repeat(depth), "{{/flag}}\n".repeat(depth));
    let values = serde_json::json!({"flag": true});
    assert_eq!(crate::support::render(&nested(100), &values), Ok(vec![serde_json::json!({"x": 1})]));
    assert_eq!(
        refused(&nested(105), &[]),
        "template-depth 101:1 sections nest more than 100 levels deep\n  101:1 one level too many"
    );
    // A small stack is enough.
    let text = nested(100);
    let deep = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || crate::support::render(&text, &values));
    assert_eq!(deep.map(|thread| thread.join().is_ok()).ok(), Some(true));
}
