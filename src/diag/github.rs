//! A diagnostic as a workflow command of GitHub Actions, which puts it beside the line in a pull request.
//!
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>: `%`, CR and LF are escaped in all parts, `:`
//! and `,` in properties as well. GitHub shows ten errors, ten warnings and ten notices of a step.

use super::{Diagnostic, Severity};
use crate::source::Sources;

/// One line, with its line break. Paths begin with `prefix`, the fleet's folder in its repository.
pub fn to_line(diagnostic: &Diagnostic, sources: &Sources, prefix: &str) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties: Vec<(&str, String)> = Vec::new();
    if let Some(label) = &diagnostic.primary {
        let start = sources.line_column(label.span.file, label.span.start);
        let end = sources.line_column(label.span.file, label.span.end);
        properties.push(("file", format!("{prefix}{}", sources.path(label.span.file))));
        properties.push(("line", start.line.to_string()));
        properties.push(("endLine", end.line.to_string()));
        // Columns of an annotation over several lines are refused.
        if end.line == start.line {
            properties.push(("col", start.column.to_string()));
            properties.push(("endColumn", end.column.to_string()));
        }
    }
    properties.push(("title", diagnostic.code.name.to_owned()));
    let properties: Vec<String> =
        properties.into_iter().map(|(key, value)| format!("{key}={}", escape_property(&value))).collect();
    format!("::{command} {}::{}\n", properties.join(","), escape(&text(diagnostic, sources, prefix)))
}

/// The message, the other places, what to do, and where it happens: a line each.
pub(super) fn text(diagnostic: &Diagnostic, sources: &Sources, prefix: &str) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    for label in &diagnostic.related {
        let place = sources.line_column(label.span.file, label.span.start);
        let path = sources.path(label.span.file);
        lines.push(format!("{prefix}{path}:{}:{}: {}", place.line, place.column, label.text));
    }
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    match diagnostic.deployments.as_slice() {
        [] => {}
        [one] => lines.push(format!("in deployment {one}")),
        [first, ..] => lines.push(format!("in {} deployments, such as {first}", diagnostic.deployments.len())),
    }
    lines.join("\n")
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::source::{SourceFile, Span};

    static MAX_REMOVAL: Code = Code { name: "max-removal", explanation: "" };

    #[test]
    fn what_the_runner_would_read_as_its_own_is_escaped() {
        let sources = Sources::new([SourceFile::regular("a,b:c%.yaml", *b"x: 1\ny: 2\n")]);
        let Some((file, _)) = sources.iter().next() else { panic!("a file is there") };
        let diagnostic = Diagnostic::error(&MAX_REMOVAL, "100% of a: b, c\r\n::error::no")
            .at(Span::new(file, 5, 9), "")
            .also(Span::new(file, 0, 1), "here")
            .help("set it")
            .in_deployment("one@prod@north");
        assert_eq!(
            to_line(&diagnostic, &sources, "fleet/"),
            "::error file=fleet/a%2Cb%3Ac%25.yaml,line=2,endLine=2,col=1,endColumn=5,title=max-removal::100%25 of a: b, \
             c%0D%0A::error::no%0Afleet/a,b:c%25.yaml:1:1: here%0Ahelp: set it%0Ain deployment one@prod@north\n"
        );
        let whole = Diagnostic::warning(&MAX_REMOVAL, "m").at(Span::new(file, 0, 9), "");
        assert_eq!(
            to_line(&whole, &sources, ""),
            "::warning file=a%2Cb%3Ac%25.yaml,line=1,endLine=2,title=max-removal::m\n"
        );
        assert_eq!(to_line(&Diagnostic::error(&MAX_REMOVAL, "m"), &sources, ""), "::error title=max-removal::m\n");
    }
}
