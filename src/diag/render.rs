//! A diagnostic as text for people, in the manner of rustc. The only module that knows the snippet crate.

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Deployments named in full below a message; the rest are counted.
const MAX_DEPLOYMENTS: usize = 3;
/// Longest source line shown, in bytes; a longer one is told without its text.
const MAX_LINE: usize = 2_000;

/// Text of one diagnostic, ending in a line break. Control characters of the source are shown escaped, never sent.
pub fn to_text(diagnostic: &Diagnostic, sources: &Sources, color: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = escape_control(&diagnostic.message);
    let mut group = Group::with_title(level.primary_title(message).id(diagnostic.code.name));
    let labels: Vec<(AnnotationKind, &Label)> = diagnostic
        .primary
        .iter()
        .map(|label| (AnnotationKind::Primary, label))
        .chain(diagnostic.related.iter().map(|label| (AnnotationKind::Context, label)))
        .collect();
    // One snippet a file, in order of first mention.
    let mut files: Vec<FileId> = Vec::new();
    for (_, label) in &labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let shown: Vec<(FileId, ShownFile)> =
        files.iter().map(|file| (*file, ShownFile::new(*file, sources, &labels))).collect();
    for (id, file) in &shown {
        if diagnostic.is_confidential || sources.is_private(*id) {
            group = group.element(origin(*id, file, sources, &labels));
            continue;
        }
        let mut snippet = Snippet::source(file.text.as_str()).line_start(file.first_line).path(file.path.as_str());
        for (kind, start, end, label) in &file.annotations {
            let annotation = kind.span(*start..*end);
            snippet = snippet.annotation(if label.is_empty() { annotation } else { annotation.label(label.as_str()) });
        }
        group = group.element(snippet);
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(escape_control(help)));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(escape_control(note)));
    }
    if let Some(note) = deployments_note(&diagnostic.deployments) {
        group = group.element(Level::NOTE.message(note));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// The place in a file whose lines may not be shown.
fn origin<'f>(id: FileId, file: &'f ShownFile, sources: &Sources, labels: &[(AnnotationKind, &Label)]) -> Origin<'f> {
    let first = labels.iter().find(|(_, label)| label.span.file == id);
    let at = sources.line_column(id, first.map_or(0, |(_, label)| label.span.start));
    Origin::path(file.path.as_str()).line(at.line).char_column(at.column)
}

fn deployments_note(deployments: &[String]) -> Option<String> {
    match deployments {
        [] => None,
        [one] if one.contains('@') => Some(format!("in deployment {one}")),
        [one] => Some(format!("in {one}")),
        many => {
            let named: Vec<&str> = many.iter().take(MAX_DEPLOYMENTS).map(String::as_str).collect();
            let rest = many.len() - named.len();
            let more = if rest > 0 { format!(", and {rest} more") } else { String::new() };
            let noun = if many.iter().all(|id| id.contains('@')) { "deployments" } else { "places" };
            Some(format!("in {} {noun}: {}{more}", many.len(), named.join(", ")))
        }
    }
}

/// The lines of one file that are shown, with control characters made visible and offsets moved to match.
struct ShownFile {
    path: String,
    first_line: usize,
    text: String,
    annotations: Vec<(AnnotationKind, usize, usize, String)>,
}

impl ShownFile {
    fn new(file: FileId, sources: &Sources, labels: &[(AnnotationKind, &Label)]) -> Self {
        let bytes = &sources.file(file).bytes;
        let here: Vec<_> = labels.iter().filter(|(_, label)| label.span.file == file).collect();
        let first = here.iter().map(|(_, label)| label.span.start as usize).min().unwrap_or(0).min(bytes.len());
        let last = here.iter().map(|(_, label)| label.span.end as usize).max().unwrap_or(0).min(bytes.len());
        let from = bytes[..first].iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
        let to = bytes[last..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |index| last + index);
        let first_line = sources.line_column(file, u32::try_from(from).unwrap_or(u32::MAX)).line;
        let (text, map) = visible(&bytes[from..to]);
        let moved = |offset: u32| map[(offset as usize).clamp(from, to) - from];
        let annotations = here
            .iter()
            .map(|(kind, label)| {
                let (start, mut end) = (moved(label.span.start), moved(label.span.end));
                // An annotation over several lines is shown on its first one: the label says the rest.
                if let Some(line_end) = text[start..end].find('\n') {
                    end = start + line_end;
                }
                (*kind, start, end, escape_control(&label.text))
            })
            .collect();
        ShownFile { path: escape_control(sources.path(file)), first_line, text, annotations }
    }
}

/// The text with control characters as `\u{1b}`, over-long lines cut, and for each byte offset its new offset.
fn visible(bytes: &[u8]) -> (String, Vec<usize>) {
    let mut text = String::new();
    let mut map = Vec::with_capacity(bytes.len() + 1);
    let mut in_line = 0;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            map.extend(std::iter::repeat_n(text.len(), character.len_utf8()));
            in_line = if character == '\n' { 0 } else { in_line + character.len_utf8() };
            if in_line > MAX_LINE {
                continue;
            }
            match character {
                '\n' | '\t' => text.push(character),
                '\r' => {}
                _ if character.is_control() || is_invisible(character) => {
                    text.push_str(&character.escape_unicode().to_string());
                }
                _ => text.push(character),
            }
        }
        for byte in chunk.invalid() {
            map.push(text.len());
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    map.push(text.len());
    (text, map)
}

/// Characters that hide or reorder others: bidirectional controls, zero-width characters, the byte order mark.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FDD0}' | '\u{FDD1}')
}

/// Makes control characters visible, so that no text of an input can drive the terminal. Line breaks of ours stay.
pub fn escape_control(text: &str) -> String {
    if text.chars().all(|character| character == '\n' || !(character.is_control() || is_invisible(character))) {
        return text.to_owned();
    }
    text.chars()
        .map(|character| match character {
            '\n' => "\n".to_owned(),
            _ if character.is_control() || is_invisible(character) => character.escape_unicode().to_string(),
            _ => character.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::source::{SourceFile, Span};

    static TYPE_MISMATCH: Code = Code { name: "type-mismatch", explanation: "" };

    #[test]
    fn a_message_names_both_places_and_one_remedy() {
        let template = "a: 1\n  replicas: {{replicas}}\n";
        let site = "values:\n  replicas: three\n";
        let sources = Sources::new([
            SourceFile::regular("site.yaml", site.as_bytes()),
            SourceFile::regular("web.yaml.mustache", template.as_bytes()),
        ]);
        let find = |path: &str| sources.iter().find(|(_, file)| file.path == path).map(|(id, _)| id);
        let (Some(site_id), Some(template_id)) = (find("site.yaml"), find("web.yaml.mustache")) else {
            panic!("files are there")
        };
        let diagnostic = Diagnostic::error(&TYPE_MISMATCH, "spec.replicas of Deployment portal-web must be an integer")
            .at(Span::new(template_id, 17, 29), "inserted here")
            .also(Span::new(site_id, 20, 25), "this value, from site portal, environment production")
            .help("write a whole number, such as 3");
        let text = to_text(&diagnostic, &sources, false);
        insta::assert_snapshot!(text, @r"
        error[type-mismatch]: spec.replicas of Deployment portal-web must be an integer
         --> web.yaml.mustache:2:13
          |
        2 |   replicas: {{replicas}}
          |             ^^^^^^^^^^^^ inserted here
          |
         ::: site.yaml:2:13
          |
        2 |   replicas: three
          |             ----- this value, from site portal, environment production
          |
          = help: write a whole number, such as 3
        ");
    }

    #[test]
    fn the_text_of_a_secret_is_not_shown() {
        let sources = Sources::new([SourceFile::regular("a.yaml", *b"data:\n  key: hunter2\n")]);
        let Some((file, _)) = sources.iter().next() else { panic!("a file is there") };
        let diagnostic = Diagnostic::error(&TYPE_MISMATCH, "data.key of ConfigMap a holds a private key")
            .at(Span::new(file, 13, 20), "")
            .help("withdraw it")
            .confidential();
        assert_eq!(
            to_text(&diagnostic, &sources, false),
            "error[type-mismatch]: data.key of ConfigMap a holds a private key
--> a.yaml:2:8
 = help: withdraw it
"
        );
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(escape_control("a\u{1b}[31mb\u{202e}"), "a\\u{1b}[31mb\\u{202e}");
    }
}
