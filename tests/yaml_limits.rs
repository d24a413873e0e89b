//! Inputs made to exhaust a reader: each ends soon, in little memory, on a stack of 512 KB.

#![allow(clippy::expect_used, clippy::panic)]

use bayplan::source::line_column;
use bayplan::yaml::read::{MAX_DEPTH, MAX_NODES, ReadOptions, Reading, read_text};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Far above what is needed, so that a busy machine does not fail the test; what is not linear takes minutes.
const SOON: Duration = Duration::from_secs(20);
const MEBIBYTE: usize = 1024 * 1024;

/// Reads on a small stack, and says how long it took.
fn read(text: String, options: ReadOptions) -> (Reading, Duration) {
    let work = move || {
        let start = Instant::now();
        let reading = read_text(&text, options);
        (reading, start.elapsed())
    };
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(work).expect("a thread");
    thread.join().expect("no panic and no stack overflow")
}

/// The codes and places of all findings.
fn findings(text: &str, reading: &Reading) -> Vec<String> {
    let place = |offset: u32| line_column(text.as_bytes(), offset as usize);
    let line = |finding: &bayplan::yaml::finding::Finding| {
        let at = place(finding.start);
        format!("{} {}:{} {}", finding.code.name, at.line, at.column, finding.message)
    };
    reading.findings.iter().map(line).collect()
}

fn check(text: String, expected: &[&str]) {
    let (reading, time) = read(text.clone(), ReadOptions::default());
    assert_eq!(findings(&text, &reading), expected);
    assert!(time < SOON, "{time:?}");
}

#[test]
fn alias_bombs_are_refused_before_anything_is_copied() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        writeln!(text, "a{level}: &a{level} [{}]", vec![alias; 10].join(", ")).expect("a string");
    }
    check(text, &["yaml-limit 5:45 more than 100000 nodes in one document"]);
}

#[test]
fn aliases_are_counted_in_full() {
    let list = |count: usize| format!("a: &a [{}]\nb: [", vec!["x"; 100].join(",")) + &"*a,".repeat(count) + "]\n";
    // 3 nodes around it, 101 a copy, one for each alias' list.
    check(list(980), &[]);
    check(list(1_000), &["yaml-limit 2:2972 more than 100000 nodes in one document"]);
}

#[test]
fn many_documents_do_not_multiply_the_budget() {
    let document = format!("a: &a [{}]\nb: [{}]\n---\n", vec!["x"; 300].join(","), vec!["*a"; 300].join(","));
    let text = document.repeat(20);
    let (reading, time) = read(text.clone(), ReadOptions::default());
    assert_eq!(reading.roots.len(), 5);
    assert_eq!(findings(&text, &reading)[0], "yaml-limit 17:488 the aliases of this file copy too much");
    assert!(time < SOON, "{time:?}");
}

#[test]
fn aliases_of_long_texts_are_counted_by_their_bytes() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(MEBIBYTE), vec!["*a"; 100].join(","));
    check(text, &["yaml-limit 2:53 the aliases of this file copy too much"]);
}

#[test]
fn nesting_ends_at_a_hundred_levels() {
    assert_eq!(MAX_DEPTH, 100);
    check("[".repeat(100) + &"]".repeat(100), &[]);
    check("[".repeat(101) + &"]".repeat(101), &["yaml-limit 1:101 more than 100 levels of nesting"]);
    check("[".repeat(50_000), &["yaml-limit 1:101 more than 100 levels of nesting"]);
    check("[".repeat(3 * MEBIBYTE), &["yaml-limit 1:101 more than 100 levels of nesting"]);
    check("{a: ".repeat(MEBIBYTE / 2), &["yaml-limit 1:401 more than 100 levels of nesting"]);
    check("- ".repeat(100) + "x", &[]);
    check("- ".repeat(MEBIBYTE), &["yaml-limit 1:201 more than 100 levels of nesting"]);
    check("? ".repeat(MEBIBYTE), &["yaml-limit 1:201 more than 100 levels of nesting"]);
    let block: String = (0..2_000).map(|level| " ".repeat(level) + "a:\n").collect();
    check(block, &["yaml-limit 101:101 more than 100 levels of nesting"]);
    let mixed: String = (0..60).map(|level| " ".repeat(level) + "a:\n").collect::<String>()
        + &" ".repeat(60)
        + &"[".repeat(60)
        + &"]".repeat(60);
    check(mixed, &["yaml-limit 61:101 more than 100 levels of nesting"]);
}

#[test]
fn aliases_add_to_the_depth() {
    let deep = "[".repeat(60) + &"]".repeat(60);
    let text = format!("- &a {deep}\n- {}*a{}\n", "[".repeat(38), "]".repeat(38));
    check(text, &[]);
    let text = format!("- &a {deep}\n- {}*a{}\n", "[".repeat(40), "]".repeat(40));
    check(text, &["yaml-limit 2:43 more than 100 levels of nesting"]);
}

#[test]
fn a_document_has_at_most_a_hundred_thousand_nodes() {
    assert_eq!(MAX_NODES, 100_000);
    let keys = |count: usize| (0..count).fold(String::new(), |text, index| text + "k" + &index.to_string() + ": 1\n");
    check(keys(49_999), &[]);
    check(keys(60_000), &["yaml-limit 50001:1 more than 100000 nodes in one document"]);
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    check("a: ".to_owned() + &"x".repeat(4 * MEBIBYTE - 3), &[]);
    check("a: ".to_owned() + &"x".repeat(4 * MEBIBYTE - 2), &["yaml-limit 1:1 the file is over the 4 MiB limit"]);
}

#[test]
fn many_documents_are_fine() {
    let text: String = (0..10_000).map(|index| format!("a: {index}\n---\n")).collect();
    let (reading, time) = read(text, ReadOptions::default());
    assert_eq!((reading.roots.len(), reading.findings.len()), (10_000, 0));
    assert!(time < SOON, "{time:?}");
}

#[test]
fn findings_are_limited() {
    let text = "a: ]\n---\n".repeat(100_000);
    let (reading, time) = read(text, ReadOptions::default());
    assert_eq!(reading.findings.len(), 1_001);
    assert_eq!(reading.findings[1_000].message, "more than 1000 findings; the rest of the file was not read");
    assert!(time < SOON, "{time:?}");
}

/// Much of one pattern each: what is quadratic in any of them would take far longer.
#[test]
fn time_is_linear_whatever_the_text() {
    let patterns: &[&str] = &[
        " ",
        "\n",
        "\t",
        "\r\n",
        "a",
        "a ",
        "a\n",
        "a: ",
        "a:\n",
        "a: b\n",
        "- a\n",
        "- \n",
        "-",
        "?",
        "? a\n",
        ":",
        ": ",
        "\"",
        "'",
        "\"a\"",
        "'a' ",
        "\"\\\"",
        "\\",
        "#",
        "#\n",
        " #",
        "# a\n",
        "a #b\n",
        "&a ",
        "&a a\n",
        "- &a x\n- *a\n",
        "*a ",
        "!a ",
        "!<",
        "|\n",
        ">\n",
        "|",
        "%",
        "%a\n",
        "---\n",
        "--- a\n",
        "...\n",
        "a\n...\n",
        "{",
        "{}",
        "{},",
        "[],",
        "a,",
        "[a]: ",
        "{a: b}\n---\n",
        "<<: ",
        "\u{A0}",
        "a\u{A0}",
        "é",
        "\u{FEFF}",
        "---\n\u{FEFF}a\n",
        "\u{FDD0}1\u{FDD1}",
        "\u{FDD0}",
        "# \u{FDD0}1\u{FDD1}\n",
        "a: \"\n---\n",
        "a: '\n---\n",
        "a: [\n---\n",
        "a: |\n x\n---\n",
        "a: x:y\n---\n",
        "a:\n b:c\n---\n",
        "\"\\u0000\"\n---\n",
        "- \"\\u0000\"\n",
        "{a:b}\n---\n",
        "a: &b\n---\n",
        "a: *b\n---\n",
        "- 1_0\n",
        "1: a\n---\n",
        "a: 1\na: 1\n---\n",
        "\n  a",
        "  ",
        "- - a\n",
    ];
    let anchors: String = (0..5_000).map(|index| format!("- &a{index} x\n- *b{index}\n")).collect();
    let long = format!("- &a{} x\n", "a".repeat(MEBIBYTE)) + &format!("- *a{}\n", "b".repeat(MEBIBYTE));
    for text in [anchors, long] {
        assert!(read(text, ReadOptions::default()).1 < SOON);
    }
    for pattern in patterns {
        for prefix in ["", "a: ", "- |\n ", "["] {
            let text = prefix.to_owned() + &pattern.repeat(MEBIBYTE / 16 / pattern.len());
            let holes = pattern.contains('\u{FDD0}');
            let (_, time) = read(text, ReadOptions { holes, comments: true });
            assert!(time < SOON, "{prefix:?} {pattern:?}: {time:?}");
        }
    }
}
