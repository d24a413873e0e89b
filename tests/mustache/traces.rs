//! From a field back to the template and the values.

use crate::support::{Template, map, schema};
use bayplan::mustache::{InsertedFrom, Trace, Values};
use bayplan::pointer::Pointer;
use serde_json::{Value, json};

fn show(template: &Template, trace: &Trace) -> String {
    let mut text = template.place(trace.place);
    if let Some(key) = trace.key {
        text.push_str(&format!(" key {}", template.place(key)));
    }
    for inserted in &trace.inserted {
        let from = match &inserted.source {
            InsertedFrom::Value { path, below } => format!("{path} + {below:}"),
            InsertedFrom::File(file) => template.sources.path(*file).to_owned(),
        };
        text.push_str(&format!(" tag {} from {from}", template.place(inserted.tag)));
    }
    if !trace.missing.is_root() {
        text.push_str(&format!(" missing {}", trace.missing));
    }
    text
}

#[test]
fn any_field_is_traced_to_template_and_value() {
    let template = Template::with(
        "a: 1\nb: {{text}}\nc: {c: '{{text}}-{{number}}'}\n{{text}}: {{open}}\nd:\n  <<: {{open}}\n  x: 1\n  {{> p}}\n{{#hosts}}\n---\nlist:\n{{#ports}}\n- port: {{.}}\n{{/ports}}\nf: |\n  {{> file}}\n{{/hosts}}\n",
        &[("partials/p.mustache", "yy: {{number}}\n"), ("partials/file", "bytes\n")],
    );
    let values = json!({
        "text": "t", "number": 2, "open": {"k": {"l": [1]}, "x": 0},
        "hosts": [{"ports": [10]}, {"ports": [20, 30]}],
    });
    let program = template.compile(&schema()).expect("it compiles");
    let values = Values::new([map(&values)]);
    let rendering = program.render(&values).expect("it renders");
    let cases: &[(usize, &str, &str)] = &[
        (0, "/a", "1:4 key 1:1"),
        (0, "/b", "2:4 key 2:1 tag 2:4 from /text + "),
        (0, "/c/c", "3:8 key 3:5 tag 3:9 from /text +  tag 3:18 from /number + "),
        (0, "/t", "4:11 key 4:1 tag 4:11 from /open +  tag 4:1 from /text + "),
        (0, "/t/k/l/0", "4:11 key 4:1 tag 4:11 from /open + /k/l/0 tag 4:1 from /text + "),
        (0, "/d/k/l", "6:7 key 6:3 tag 6:7 from /open + /k/l"),
        (0, "/d/x", "7:6 key 7:3"),
        (0, "/d/yy", "partials/p.mustache:1:5 key partials/p.mustache:1:1 tag partials/p.mustache:1:5 from /number + "),
        (0, "/c/nothing/there", "3:4 key 3:1 missing /nothing/there"),
        (1, "/list/0/port", "13:9 key 13:3 tag 13:9 from /hosts/0/ports/0 + "),
        (2, "/list/1/port", "13:9 key 13:3 tag 13:9 from /hosts/1/ports/1 + "),
        (2, "/f", "15:4 key 15:1 tag 16:3 from partials/file"),
    ];
    for (document, pointer, expected) in cases {
        let origin = &rendering.documents[*document].origin;
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let trace = program.trace(&values, origin, &pointer).expect("it is traced");
        assert_eq!(show(&template, &trace), *expected, "{document} {pointer}");
    }
}

#[test]
fn items_of_a_list_are_traced_from_their_own_root() {
    let template = Template::new("apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: {{text}}\n");
    let values: Value = json!({"text": "t"});
    let program = template.compile(&schema()).expect("it compiles");
    let values = Values::new([map(&values)]);
    let rendering = program.render(&values).expect("it renders");
    let pointer = Pointer::parse("/kind").expect("a pointer");
    let trace = program.trace(&values, &rendering.documents[1].origin, &pointer).expect("it is traced");
    assert_eq!(show(&template, &trace), "5:9 key 5:3 tag 5:9 from /text + ");
}
