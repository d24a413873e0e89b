//! Comments: within the limit, honest about what is left out, and with nothing of a spec outside of code.

use crate::support::{Fleet, diff};
use bayplan::diff::path::{Path, Step};
use bayplan::diff::{Action, Class, FoldedField, Hunk, Remark, Report, Subject, Values, fields::Sort, json, markdown};
use bayplan::pointer::Pointer;
use serde_json::json;

/// GitHub's limit of a comment.
const LIMIT: usize = 65_536;

fn hunk(name: &str, value: &str) -> Hunk {
    let subject = Subject {
        cluster: "main".to_owned(),
        kind: "ConfigMap".to_owned(),
        name: name.to_owned(),
        ..Subject::default()
    };
    Hunk {
        action: Action::Changed,
        title: format!("ConfigMap {name}"),
        group: String::new(),
        kind: "ConfigMap".to_owned(),
        classes: vec![Class::Exposure, Class::InPlace],
        remarks: vec![Remark::new(Class::Exposure, value)],
        fields: vec![FoldedField {
            path: Path::of_fields(&["data"]).child(Step::Field(value.to_owned())),
            sort: Sort::Value,
            values: Values::Same { old: Some(json!("before")), new: Some(json!(value)) },
            at: [Pointer::root(), Pointer::root()],
            set_by: Vec::new(),
        }],
        subjects: vec![subject],
        contents: Default::default(),
        exceptions: Vec::new(),
        peers: None,
        sample: [None, None],
    }
}

fn report(hunks: Vec<Hunk>) -> Report {
    let mut report = Report { command: "bayplan diff -v".to_owned(), ..Report::default() };
    report.diff.hunks = hunks;
    report
}

#[test]
fn a_comment_never_outgrows_the_limit_and_counts_what_it_leaves_out() {
    let value = "x".repeat(300);
    for count in [1, 50, 5_000] {
        let text = markdown::render(&report((0..count).map(|number| hunk(&format!("c{number}"), &value)).collect()));
        assert!(text.len() <= LIMIT, "{count}: {} bytes", text.len());
        let shown = text.matches("<details").count();
        assert_eq!(shown, text.matches("</details>").count());
        let says = format!("**{} of {count} changes left out**", count - shown);
        assert_eq!(shown < count, text.contains(&says), "{count}: {shown} shown");
        assert_eq!(shown < count, text.contains("```console\nbayplan diff -v\n```"));
    }
    let long: String = "\u{1F600}".repeat(100_000);
    let text = markdown::render(&report((0..50).map(|number| hunk(&format!("c{number}"), &long)).collect()));
    assert!(text.len() <= LIMIT, "{} bytes", text.len());
}

#[test]
fn nothing_of_a_spec_is_markup() {
    let hostile =
        "```\n</details>\n# big\n@everyone <img src=x onerror=alert(1)> | `code` [a](b) <!-- x -->\n/approve\n````````";
    let text = markdown::render(&report(vec![hunk("</summary>@me `x`", hostile)]));
    let mut fence: Option<&str> = None;
    let mut outside = String::new();
    for line in text.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => outside.push_str(line),
            Some(open) if line == open => fence = None,
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "a fence is left open:\n{text}");
    for sign in ["@", "img", "`", "# big", "/approve"] {
        let in_entities = outside.replace("### bayplan", "");
        assert!(!in_entities.contains(sign), "{sign} is outside of code:\n{outside}");
    }
    assert_eq!(outside.matches("</summary>").count(), 1);
    assert_eq!(outside.matches("</details>").count(), 1);
}

#[test]
fn each_line_of_json_is_an_object_with_a_type() {
    let base = Fleet::of(6);
    let old = base.compiled("base");
    let edit =
        [crate::support::Op::Replace("site-specs/base.yaml", "domain: east.example", "domain: east.example.net")];
    let told = diff(&old, &base.edited("domain", &edit).compiled("domain"));
    let lines = json::results(&told);
    assert!(lines.len() >= 4 && lines.iter().all(|line| line["type"] == "result" && line["what"].is_string()));
    let ingress = lines.iter().find(|line| line["kind"] == "Ingress").unwrap();
    assert_eq!(ingress["change"], "changed");
    assert_eq!(ingress["classes"], json!(["exposure", "in-place"]));
    assert_eq!(ingress["count"], ingress["objects"].as_array().unwrap().len());
    let summary = json::summary(&told);
    assert_eq!(summary["classes"]["exposure"]["clusters"], json!(["east"]));
    assert_eq!(summary["differs"], true);
}
