//! Strings of a spec with tags in them.

use crate::support::{Template, map, schema};
use bayplan::diag::Diagnostics;
use bayplan::mustache::{Inline, Values};
use bayplan::source::Span;
use serde_json::{Value, json};

fn render(text: &str, values: &Value) -> Result<Value, Vec<String>> {
    let spec = format!("value: \"{text}\"\n");
    let template = Template::new(&spec);
    let place = Span::new(template.main(), 7, 7 + text.len() + 2);
    let mut diagnostics = Diagnostics::new();
    let inline = Inline::compile(text, place, &schema(), &mut diagnostics);
    let Some(inline) = inline else {
        return Err(diagnostics.iter().map(|error| template.line(error)).collect());
    };
    inline.render(&Values::new([map(values)])).map_err(|errors| {
        let path = |error: &bayplan::mustache::RenderError| error.value.as_ref().map(|path| path.to_string());
        errors.iter().map(|error| format!("{} @ {:?}", template.line(&error.diagnostic), path(error))).collect()
    })
}

#[test]
fn a_string_that_is_one_tag_keeps_the_values_type() {
    let values = json!({"number": 5, "list": ["a"], "text": "t", "maybe": null, "flag": true});
    assert_eq!(render("{{number}}", &values), Ok(json!(5)));
    assert_eq!(render("{{{list}}}", &values), Ok(json!(["a"])));
    assert_eq!(render("{{maybe}}", &values), Ok(json!(null)));
    assert_eq!(render("{{number}} ", &values), Ok(json!("5 ")));
    assert_eq!(render("{{text}}-{{number}}", &values), Ok(json!("t-5")));
    assert_eq!(render("{{#flag}}{{number}}{{/flag}}", &values), Ok(json!("5")));
    assert_eq!(render("{{#list}}{{.}},{{/list}}", &values), Ok(json!("a,")));
    assert_eq!(render("", &values), Ok(json!("")));
    assert_eq!(render("plain", &values), Ok(json!("plain")));
}

#[test]
fn errors_have_the_place_in_the_spec() {
    let values = json!({"list": [], "maybe": null});
    assert_eq!(render("a-{{txt}}", &values), Err(vec!["unknown-name 1:11 unknown name `txt`".to_owned()]));
    assert_eq!(
        render("a-{{text}}", &values),
        Err(vec!["missing-value 1:11 `text` has no value @ Some(\"/text\")".to_owned()])
    );
    assert_eq!(
        render("a-{{list}}", &values),
        Err(vec!["inserted-type 1:11 `list` is a list and has no text @ Some(\"/list\")".to_owned()])
    );
    assert_eq!(render("{{ $x }}", &values), Err(vec!["foreign-tag 1:9 `{{ $x }}` is no Mustache tag".to_owned()]));
    assert_eq!(render("{{> p}}", &values), Err(vec!["unknown-partial 1:9 no partial is named `p`".to_owned()]));
}
