//! Pages to look at: one self-contained file each, with style and script inside and nothing fetched.
//!
//! Takes models such as [`crate::inventory::Inventory`]; gives text. All text of specs goes through maud, which escapes it; the
//! policy in the head lets no script run but the one that ships, by its hash.

pub mod diff;
pub mod inventory;

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
/// SHA-256 of the script, in base64, for the policy; a test holds it against the script.
const SCRIPT_HASH: &str = "sha256-ZLk8taq04o6+z+QjnGe28zQrx/zhq7py1AEcWKvvcN4=";

/// A page's own parts.
pub struct Page<'a> {
    pub title: &'a str,
    /// What the page was made from: a commit, or the work tree.
    pub origin: &'a str,
    pub body: Markup,
}

impl Page<'_> {
    /// The whole file.
    pub fn into_text(self) -> String {
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src '{SCRIPT_HASH}'; base-uri 'none'; form-action 'none'"
        );
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content=(concat!("bayplan ", env!("CARGO_PKG_VERSION")));
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    header {
                        h1 { (self.title) }
                        p.origin { (self.origin) }
                    }
                    main #main tabindex="-1" { (self.body) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
        .into_string()
    }
}

/// A number and what it counts.
fn tile(count: usize, what: &str, class: &str) -> Markup {
    html! { li class=(class) { strong { (count) } " " (what) } }
}

/// Attribute values that filters look for: words with spaces around each.
fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::from(" ");
    for word in words {
        text.push_str(word);
        text.push(' ');
    }
    text
}

/// A select of the filter bar, which shows rows whose attribute `data-NAME` holds the chosen word.
fn select<'a>(name: &str, label: &str, options: impl IntoIterator<Item = &'a str>) -> Markup {
    html! {
        label { span { (label) }
            select data-filter=(name) {
                option value="" { "all" }
                @for option in options { option value=(option) { (option) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_lets_the_script_run_that_ships() {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digest = Sha256::digest(SCRIPT);
        let base64: String = digest
            .chunks(3)
            .flat_map(|chunk| {
                let bits =
                    chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
                (0..4).map(move |index| match index <= chunk.len() {
                    true => char::from(LETTERS[(bits >> (18 - 6 * index)) as usize & 63]),
                    false => '=',
                })
            })
            .collect();
        assert_eq!(SCRIPT_HASH, format!("sha256-{base64}"));
    }

    #[test]
    fn texts_of_specs_are_no_markup() {
        let name = "<script>alert(1)</script>\" onload='x'";
        let page = Page { title: name, origin: name, body: select("x", name, [name]) }.into_text();
        assert!(!page.contains("<script>alert"), "{page}");
        assert!(!page.contains("\" onload"), "{page}");
    }
}
