//! What the inside of a tag may be, and what to say of one that belongs to another tool.

use crate::diag::Diagnostic;
use crate::mustache::codes;
use crate::source::Span;

/// Checks a name: `.`, or parts with `.` between them. Gives what is wrong with it.
pub(super) fn check(name: &str, tag: &str, place: Span, is_file: bool) -> Option<Diagnostic> {
    if name.is_empty() {
        let error = Diagnostic::error(&codes::BAD_TAG, "the tag holds no name").at(place, "no name in here");
        return Some(error.help("write `{{name}}`, or a comment as `{{! text }}`"));
    }
    if is_foreign(name) {
        return Some(foreign(tag, place, is_file));
    }
    let has_empty_part = name != "." && name.split('.').any(str::is_empty);
    has_empty_part.then(|| {
        Diagnostic::error(&codes::BAD_TAG, format!("`{name}` is no name")).at(place, "a part between dots is empty")
    })
}

/// A name of a partial: anything without white space; what it may be is the partial table's affair.
pub(super) fn check_partial(name: &str, tag: &str, place: Span, is_file: bool) -> Option<Diagnostic> {
    if name.is_empty() {
        let error = Diagnostic::error(&codes::BAD_TAG, "the partial tag holds no name").at(place, "no name in here");
        return Some(error.help("write `{{> name}}`"));
    }
    if name.starts_with('*') {
        let message = "a partial's name cannot be taken from a value";
        let error = Diagnostic::error(&codes::BAD_TAG, message).at(place, "dynamic names are not supported");
        return Some(error.help("include each partial in a section of its own"));
    }
    name.contains(|character: char| character.is_whitespace() || "$|\"'`(){}".contains(character))
        .then(|| foreign(tag, place, is_file))
}

/// White space, pipes, variables with `$`, calls and quotes, and a leading dot are marks of Go, Jinja and Prometheus tags.
fn is_foreign(name: &str) -> bool {
    let has_leading_dot = name.len() > 1 && name.starts_with('.');
    has_leading_dot || name.contains(|character: char| character.is_whitespace() || "$|\"'`(){}%<@".contains(character))
}

fn foreign(tag: &str, place: Span, is_file: bool) -> Diagnostic {
    let shown: String = tag.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    let error = Diagnostic::error(&codes::FOREIGN_TAG, format!("`{shown}` is no Mustache tag"))
        .at(place, "looks like a tag of another tool");
    if is_file {
        error
            .help("to ship the file word for word, take `.mustache` off its name")
            .help("to use both, change the delimiters on a line above: `{{=<% %>=}}`")
    } else {
        error.help("to write it literally, change the delimiters before it: `{{=<% %>=}}`")
    }
}
