//! `bayplan list --format html`.

use super::{Browser, check_in_browser, page, write};
use serde_json::json;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_example_fleet_can_be_looked_at() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = page(root(), &["list", "--format", "html"]);
    for wanted in ["acme-bank-portal-production", "portal-files", "requests.storage", "disabled", "lags staging"] {
        assert!(text.contains(wanted), "{wanted}");
    }
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!text.contains(outside), "nothing is fetched, but there is {outside}");
    }
    let file = write(folder.path(), "fleet.html", &text);
    let Some(browser) = Browser::start() else { return };
    check_in_browser(&browser, &file);
}

#[test]
fn filters_show_what_they_name() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = write(folder.path(), "fleet.html", &page(root(), &["list", "--format", "html"]));
    let Some(browser) = Browser::start() else { return };
    browser.open(&file);
    let shown = "return [...document.querySelectorAll('#sites ~ table [data-row]:not([hidden]) > th')]
        .map((cell) => cell.firstChild.textContent);";
    let set = |name: &str, value: &str| {
        browser.run(&format!(
            "const control = document.querySelector('[data-filter={name}]'); control.value = '{value}';
             control.dispatchEvent(new Event('input', {{bubbles: true}}));"
        ));
    };
    browser.expect(shown, &json!(["collection", "exhibits", "guides", "intranet", "jubilee", "portal", "shop"]));
    set("tenant", "acme-bank");
    browser.expect(shown, &json!(["intranet", "portal"]));
    set("text", "PORTAL 4.1.3");
    browser.expect(shown, &json!(["portal"]));
    browser.expect(
        "return document.querySelector('output').textContent",
        &json!("1 of 7 sites, 0 of 16 namespaces shown"),
    );
    browser.run("document.querySelector('button[type=reset]').click()");
    browser.expect("return document.querySelector('output').textContent", &json!("7 sites, 16 namespaces shown"));
    browser.run("const box = document.querySelector('[value=disabled]'); box.click();");
    browser.expect(shown, &json!(["jubilee"]));
}

#[test]
fn since_when_an_image_is_published_comes_from_the_branch() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let fleet = folder.path().join("fleet");
    let git = |at: &str, arguments: &[&str]| {
        let status = Command::new("git")
            .args(["-C".as_ref(), fleet.as_os_str()])
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", at)
            .env("GIT_AUTHOR_DATE", at)
            .status()
            .expect("git runs");
        assert!(status.success(), "git {arguments:?}");
    };
    let bayplan = |arguments: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_bayplan")).arg("-C").arg(&fleet).args(arguments).output();
        assert!(run.expect("runs").status.success(), "{arguments:?}");
    };
    let edit = |old: &str, new: &str| {
        let path = fleet.join("site-specs/sites/hello.yaml");
        let text = std::fs::read_to_string(&path).expect("can be read");
        assert!(text.contains(old), "{old}");
        std::fs::write(&path, text.replace(old, new)).expect("can be written");
    };
    Command::new(env!("CARGO_BIN_EXE_bayplan")).arg("init").arg(&fleet).output().expect("runs");
    git("2026-01-01T00:00:00Z", &["add", "--all"]);
    git("2026-01-01T00:00:00Z", &["commit", "--quiet", "--message=one"]);
    bayplan(&["publish", "--quiet"]);
    edit("tag: 1.0.0", "tag: 1.0.1");
    git("2026-02-03T00:00:00Z", &["commit", "--quiet", "--all", "--message=two"]);
    bayplan(&["publish", "--quiet"]);
    edit("1.1.0-rc.1", "1.1.0-rc.2");
    let text = page(&fleet, &["list", "--format", "html"]);
    let after = |tag: &str| {
        let rest = text.split(&format!("<code>{tag}</code>")).nth(1).expect("the tag is there");
        rest.split("</span>").next().expect("not empty").rsplit('>').next().expect("not empty").trim().to_owned()
    };
    assert_eq!(after("1.0.1"), "since 2026-02-03");
    assert_eq!(after("1.29-alpine"), "since 2026-01-01");
    assert_eq!(after("1.1.0-rc.2"), "not published");
}
