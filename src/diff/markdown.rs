//! The report as a comment on a pull request: GitHub and GitLab show it, within their limit of characters.
//!
//! All that comes from specs stands in code blocks whose fence is longer than any in them, or in `<code>` with its signs written as
//! entities: there it is no markup, no mention, no link and no command, whatever a spec holds.

use super::class::Class;
use super::lines::{self, Limits, Line, Mark, Writer, clean};
use super::summary::count;
use super::{Hunk, Report, ValueChange};
use crate::diag::Severity;

/// GitHub refuses comments of more than 65,536 characters. Bytes are counted, of which there are never fewer, and a workflow adds
/// a line of its own.
const MOST_BYTES: usize = 65_000;
/// Room that is kept for what is said at the end.
const RESERVED: usize = 1_500;
/// What one hunk may take.
const LIMITS: Limits = Limits { fields: 40, lines: 40, width: 500, names: 6 };
/// With so few hunks they are shown open.
const FEW: usize = 3;
/// Findings of the gates, and names of files, that are shown.
const MOST_FINDINGS: usize = 20;
const MOST_FILES: usize = 10;
/// A line that tells which comment to replace.
pub const MARKER: &str = "<!-- bayplan diff -->";

/// The whole comment.
pub fn render(report: &Report) -> String {
    let mut text = head(report);
    let end = tail(report);
    let room = MOST_BYTES.saturating_sub(RESERVED + end.len());
    let is_open = report.diff.hunks.len() <= FEW;
    let (mut shown, mut left) = (0, Vec::new());
    for hunk in &report.diff.hunks {
        let block = details(hunk, is_open, &LIMITS);
        if left.is_empty() && text.len() + block.len() <= room {
            text.push_str(&block);
            shown += 1;
            continue;
        }
        left.push(hunk);
    }
    if !left.is_empty() {
        let objects: usize = left.iter().map(|hunk| hunk.subjects.len()).sum();
        text.push_str(&format!(
            "\n**{} of {} left out**, of {}, since a comment holds no more. This shows all of it:\n\n{}",
            left.len(),
            count(left.len() + shown, "change"),
            count(objects, "object"),
            fenced("console", &[clean(&report.command)]),
        ));
    }
    text + &end
}

fn head(report: &Report) -> String {
    let [old, new] = &report.sides;
    let mut text = format!("{MARKER}\n");
    let is_withheld = report.is_withheld_whole();
    if !is_withheld {
        text.push_str(&format!("### bayplan: {}\n\n", clean(&report.headline())));
    } else {
        text.push_str("### bayplan: not compared\n\n");
    }
    text.push_str(&format!("{} \u{2192} {}\n", code(old), code(new)));
    for note in &report.notes {
        text.push_str(&format!("\n{}\n", code(note)));
    }
    for withheld in &report.withheld {
        text.push_str(&format!("\n:warning: {}\n", code(&withheld.told())));
    }
    if is_withheld {
        return text;
    }
    text.push('\n');
    if let Some(values) = &report.values {
        values_block(&values.changes, values.deployments, &mut text);
        return text;
    }
    if let Some(why) = &report.gates.not_asked {
        text.push_str(&format!("Gates: not asked, {}\n", code(why)));
    } else if report.gates.findings.is_empty() {
        text.push_str("Gates: nothing would be refused.\n");
    } else {
        let findings = report.gate_findings();
        for finding in findings.iter().take(MOST_FINDINGS) {
            let is_refusal = finding.severity == Severity::Error;
            let word = if is_refusal { ":no_entry: would refuse" } else { ":warning: would warn" };
            let places = if finding.count > 1 { format!(" in {} namespaces", finding.count) } else { String::new() };
            let message: String = finding.message.chars().take(LIMITS.width).collect();
            text.push_str(&format!("- {word} {}{places}: {}\n", code(finding.code), code(&message)));
        }
        let more: usize = findings.iter().skip(MOST_FINDINGS).map(|finding| finding.count).sum();
        if more > 0 {
            text.push_str(&format!("- and {more} more\n"));
        }
    }
    table(report, &mut text);
    text
}

/// The values that differ between two environments, as many as half of a comment holds.
fn values_block(values: &[ValueChange], deployments: usize, text: &mut String) {
    let mut writer = Writer::new(&LIMITS);
    let mut shown: Vec<String> = Vec::new();
    let mut size = 0;
    for (number, change) in values.iter().enumerate() {
        let lines: Vec<String> = writer.value(change, deployments).iter().map(marked).collect();
        size += lines.iter().map(|line| line.len() + 1).sum::<usize>();
        if size > MOST_BYTES / 2 {
            shown.push(format!("# and {}", count(values.len() - number, "more value")));
            break;
        }
        shown.extend(lines);
    }
    if !shown.is_empty() {
        text.push_str(&format!("Values\n\n{}", fenced("diff", &shown)));
    }
}

/// How many objects of each class.
fn table(report: &Report, text: &mut String) {
    let classes = &report.diff.summary.classes;
    if classes.is_empty() {
        return;
    }
    text.push_str("\n| what happens | objects | kinds |\n|---|---:|---|\n");
    for (class, counted) in classes {
        let kinds: Vec<String> = counted.by_kind.iter().map(|(kind, number)| count(*number, kind)).collect();
        let shown = kinds.iter().take(LIMITS.names).cloned().collect::<Vec<_>>().join(", ");
        let more = kinds.len().saturating_sub(LIMITS.names);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let words = class.words();
        let words = if class.is_grave() { format!("**{words}**") } else { words.to_owned() };
        text.push_str(&format!("| {words} | {} | {} |\n", counted.total(), code(&format!("{shown}{more}"))));
    }
}

fn details(hunk: &Hunk, is_open: bool, limits: &Limits) -> String {
    let classes: Vec<&str> = lines::classes(hunk).into_iter().map(Class::words).collect();
    let classes = if classes.is_empty() { String::new() } else { format!(" <b>{}</b>", classes.join(", ")) };
    let open = if is_open { " open" } else { "" };
    let title = format!("{} {}", hunk.action.sign(), hunk.title);
    let title: String = title.chars().take(limits.width).collect();
    let places: String = lines::places(hunk, limits).chars().take(limits.width).collect();
    let marked: Vec<String> = Writer::new(limits).hunk(hunk).iter().map(marked).collect();
    format!(
        "\n<details{open}><summary>{} {}{classes}</summary>\n\n{}\n</details>\n",
        code(&title),
        code(&places),
        fenced("diff", &marked),
    )
}

/// A line as the highlighting of diffs knows them.
fn marked(line: &Line) -> String {
    let sign = match line.mark {
        Mark::Plain => ' ',
        Mark::Old => '-',
        Mark::New => '+',
        Mark::Remark => '#',
        Mark::Warning => '!',
    };
    format!("{sign} {}{}", "  ".repeat(line.depth), line.text)
}

fn tail(report: &Report) -> String {
    let mut text = String::new();
    let diff = &report.diff;
    if !diff.formatting.is_empty() {
        let what = count(diff.formatting.len(), "object");
        text.push_str(&format!("\n{what} written differently, with nothing changed.\n"));
    }
    if !diff.others.is_empty() {
        let named: Vec<String> = diff
            .others
            .iter()
            .take(MOST_FILES)
            .map(|path| code(&path.chars().take(LIMITS.width).collect::<String>()))
            .collect();
        let more = diff.others.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        text.push_str(&format!("\nFiles that are no objects of bayplan's differ: {}{more}\n", named.join(", ")));
    }
    text
}

/// A code block that nothing in it can end.
fn fenced(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().flat_map(|line| line.split(|character| character != '`')).map(str::len).max();
    let fence = "`".repeat(longest.unwrap_or_default().max(2) + 1);
    let mut text = format!("{fence}{language}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text + &fence + "\n"
}

/// Inline code in which nothing is markup: `<code>` with every sign as an entity. Unlike backticks it works in a `<summary>` and
/// in a table.
fn code(text: &str) -> String {
    let mut safe = String::from("<code>");
    for character in clean(text).chars() {
        match character {
            ' ' | ',' | ':' | '.' | '/' | '-' | '(' | ')' | '=' | ';' => safe.push(character),
            character if character.is_alphanumeric() => safe.push(character),
            character => safe.push_str(&format!("&#{};", u32::from(character))),
        }
    }
    safe + "</code>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_code() {
        assert_eq!(code("a`</code>|@me #1"), "<code>a&#96;&#60;/code&#62;&#124;&#64;me &#35;1</code>");
        let block = fenced("diff", &["+ ```".to_owned(), "+ </details>".to_owned(), "+ ``````x".to_owned()]);
        assert_eq!(block, "```````diff\n+ ```\n+ </details>\n+ ``````x\n```````\n");
        assert_eq!(fenced("", &[]), "```\n```\n");
    }
}
