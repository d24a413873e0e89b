//! Pages as a person meets them: in a browser, at three widths, in light and dark, by keyboard.
//!
//! Needs Debian's packages chromium and chromium-driver, and says so where they are missing. What needs no browser is tested
//! without one.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod browser;
mod diff;
mod inventory;

use browser::Browser;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the program prints on a fleet.
fn page(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_bayplan"))
        .arg("-C")
        .arg(root)
        .args(arguments)
        .output()
        .expect("the program runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    String::from_utf8(output.stdout).expect("a page is UTF-8")
}

/// Holds a page against what every page must do: no console error, no overflow at three widths in both schemes, a name for every
/// control, text that can be told from its ground.
fn check_in_browser(browser: &Browser, file: &Path) {
    browser.open(file);
    assert_eq!(browser.console(), Vec::<String>::new(), "the console stays empty");
    for scheme in ["light", "dark"] {
        browser.set_scheme(scheme);
        for width in [360, 390, 820, 1400] {
            browser.set_width(width);
            let wide = browser.run(OVERFLOW);
            assert_eq!(wide, serde_json::json!([]), "overflow at {width} in {scheme}");
        }
        let faint = browser.run(CONTRAST);
        assert_eq!(faint, serde_json::json!([]), "contrast below 4.5 in {scheme}");
    }
    let nameless = browser.run(NAMELESS);
    assert_eq!(nameless, serde_json::json!([]), "controls without a name");
}

/// Elements that stick out to the right of the page.
const OVERFLOW: &str = "
    const width = document.documentElement.clientWidth;
    document.querySelectorAll('details').forEach((fold) => { fold.open = true; });
    const out = [...document.querySelectorAll('body *')].filter((element) => {
        if (element.closest('thead, .skip')) return false;
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.right > width + 1;
    });
    const found = out.slice(0, 5).map((element) => element.outerHTML.slice(0, 200));
    if (document.documentElement.scrollWidth > width) found.push('the page scrolls sideways');
    return found;";

/// Texts whose contrast is below that of WCAG 2.2, 1.4.3.
const CONTRAST: &str = "
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = (color) => {
        canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data;
    };
    const light = ([r, g, b]) => [r, g, b]
        .map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = rgba(getComputedStyle(at).backgroundColor);
            if (color[3] === 255) return color;
        }
        return [255, 255, 255, 255];
    };
    const seen = new Set(), faint = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || !element.getClientRects().length) continue;
        const [front, back] = [rgba(getComputedStyle(element).color), ground(element)];
        const key = [...front, ...back].join();
        if (seen.has(key)) continue;
        seen.add(key);
        const [one, other] = [light(front), light(back)].sort((a, b) => b - a);
        if ((one + 0.05) / (other + 0.05) < 4.5) faint.push(element.outerHTML.slice(0, 200));
    }
    return faint;";

/// Controls that a screen reader cannot name.
const NAMELESS: &str = "
    return [...document.querySelectorAll('input, select, button, summary, a')]
        .filter((control) => {
            const label = control.labels && control.labels.length ? control.labels[0].innerText : control.innerText;
            return !(label || control.getAttribute('aria-label') || '').trim();
        })
        .map((control) => control.outerHTML.slice(0, 200));";

/// Writes a page beside others of a test.
fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("can be written");
    path
}
