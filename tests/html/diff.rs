//! `bayplan diff --format html`.

use super::{Browser, check_in_browser, write};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

const ENTER: char = '\u{E007}';
const TAB: char = '\u{E004}';

/// What the bar says is shown, however many sites the example has.
const SHOWN: &str = "return document.querySelector('output').textContent.replace(/of \\d+ sites/, 'of all sites')";

/// A fleet in a repository of its own.
struct Fleet {
    folder: TempDir,
}

impl Fleet {
    /// The example fleet, committed.
    fn example() -> Self {
        let fleet = Fleet { folder: tempfile::tempdir().expect("a folder can be made") };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for name in ["bayplan.yaml", "site-specs", "templates", "extra", "secrets", "terraform"] {
            for entry in walkdir::WalkDir::new(root.join(name)) {
                let entry = entry.expect("can be read");
                let path = entry.path().strip_prefix(root).expect("lies below");
                match entry.file_type().is_file() {
                    true => fleet
                        .write(path.to_str().expect("is UTF-8"), &fs::read_to_string(entry.path()).expect("is text")),
                    false => fs::create_dir_all(fleet.folder.path().join(path)).expect("can be made"),
                }
            }
        }
        fleet.commit();
        fleet
    }

    fn of(files: &[(&str, &str)]) -> Self {
        let fleet = Fleet { folder: tempfile::tempdir().expect("a folder can be made") };
        files.iter().for_each(|(path, text)| fleet.write(path, text));
        fleet.commit();
        fleet
    }

    fn commit(&self) {
        self.git(&["init", "--quiet"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=one"]);
    }

    fn git(&self, arguments: &[&str]) {
        let status = Command::new("git")
            .arg("-C")
            .arg(self.folder.path())
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
            .args(arguments)
            .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
            .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
            .status()
            .expect("git runs");
        assert!(status.success(), "git {arguments:?}");
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("has one")).expect("can be made");
        fs::write(path, text).expect("can be written");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.path().join(path)).expect("can be read");
        assert!(text.contains(from), "{path}: {from}");
        self.write(path, &text.replace(from, to));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bayplan"));
        command.arg("-C").arg(self.folder.path()).args(arguments).output().expect("the program runs")
    }

    /// The page of a diff, in a file that the browser can open.
    fn page(&self, arguments: &[&str]) -> (String, PathBuf) {
        let output = self.run(&[&["diff", "--format", "html"], arguments].concat());
        let text = String::from_utf8(output.stdout).expect("a page is UTF-8");
        let file = write(self.folder.path(), "page.html", &text);
        for outside in ["<img", "@import", "url(", " onclick", "<link", "<iframe"] {
            assert!(!text.contains(outside), "nothing is fetched or run, but there is {outside}");
        }
        (text, file)
    }
}

/// What a reader sees of a page, without its markup.
fn seen(page: &str) -> String {
    let body = page.split("<body>").nth(1).expect("a page has a body");
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces.collect::<String>()
}

fn assert_seen(page: &str, wanted: &[&str]) {
    let seen = seen(page);
    for text in wanted {
        assert!(seen.contains(text), "{text}\n{seen}");
    }
}

#[test]
fn an_image_is_told_with_the_sites_that_it_restarts_and_the_line_that_names_it() {
    let fleet = Fleet::example();
    fleet.edit(
        "site-specs/environments/production.yaml",
        "nginx-unprivileged:1.29-alpine@sha256:2",
        "nginx-unprivileged:1.30-alpine@sha256:3",
    );
    let (page, file) = fleet.page(&["HEAD"]);
    assert_seen(
        &page,
        &[
            "Rolls 3 Deployments on cluster stable; no data at risk.",
            "nginx-unprivileged was 1.29-alpine \u{2192} now 1.30-alpine",
            "set in site-specs/environments/production.yaml:21, environment production",
            "nginx: registry.example.org/mirror/nginx-unprivileged:1.30-alpine@sha256:3",
            "Gates: nothing would be refused.",
        ],
    );
    let Some(browser) = Browser::start() else { return };
    check_in_browser(&browser, &file);
    browser.set_width(1400);
    let shown = |what: &str| format!("return [...document.querySelectorAll('{what}:not([hidden])')].length");
    browser.expect(SHOWN, &json!("3 of all sites, 2 changes shown"));
    browser.run("document.querySelector('[value=changed]').click()");
    browser.expect("return document.querySelector('tr[data-row][hidden]')", &json!(null));
    let set = |name: &str, value: &str| {
        browser.run(&format!(
            "const control = document.querySelector('[data-filter={name}]'); control.value = '{value}';
             control.dispatchEvent(new Event('input', {{bubbles: true}}));"
        ));
    };
    set("text", "SHOP-backend");
    browser.expect(SHOWN, &json!("1 of all sites, 1 of 2 changes shown"));
    set("text", "");
    set("class", "data-at-risk");
    set("class", "restarts-pods");
    browser.expect(&shown("details[data-row]"), &json!(2));
    set("tenant", "acme-bank");
    browser.expect(&shown("details[data-row]"), &json!(1));
    set("text", "no such thing");
    browser.expect(&shown("section[data-section]"), &json!(0));
    assert_eq!(browser.console(), Vec::<String>::new());
}

#[test]
fn changes_fold_by_keyboard_and_a_cell_leads_to_its_change() {
    let fleet = Fleet::example();
    fleet.edit(
        "site-specs/sites/portal.yaml",
        "aliases: [acme-bank.example,",
        "aliases: [acme-bank.example, intern.example,",
    );
    let (page, file) = fleet.page(&["HEAD"]);
    assert_seen(&page, &["exposes more: 1 object", "exposure: new host intern.example"]);
    let Some(browser) = Browser::start() else { return };
    check_in_browser(&browser, &file);
    browser.open(&file);
    let is_open = "return document.querySelector('#c2').open";
    browser.run("document.querySelector('[data-fold=close]').focus()");
    browser.press(ENTER);
    browser.expect("return document.querySelectorAll('details.hunk[open]').length", &json!(0));
    browser.press(TAB);
    browser.expect("return document.activeElement.closest('details').id", &json!("c1"));
    browser.press(TAB);
    browser.press(ENTER);
    browser.expect(is_open, &json!(true));
    browser.expect("return getComputedStyle(document.activeElement).outlineStyle", &json!("solid"));
    browser.press(ENTER);
    browser.expect(is_open, &json!(false));
    browser.run("document.querySelector('td a[href=\"#c2\"]').focus()");
    browser.press(ENTER);
    browser.expect(is_open, &json!(true));
    browser.expect("return document.activeElement.closest('details').id", &json!("c2"));
    browser.press('/');
    browser.expect("return document.activeElement.type", &json!("search"));
}

#[test]
fn a_site_that_leaves_is_told_with_the_acknowledgement_to_paste() {
    let fleet = Fleet::example();
    fs::remove_file(fleet.folder.path().join("site-specs/sites/portal.yaml")).expect("was there");
    fleet.edit("bayplan.yaml", "sites: [portal, shop]", "sites: [shop]");
    let (page, file) = fleet.page(&["HEAD"]);
    assert_seen(
        &page,
        &[
            "DATA AT RISK: 28 objects.",
            "Gates: publishing this would be refused, 3 reasons.",
            "kind: Acknowledgement",
            "namespace: acme-bank-portal-production",
            "sites change. A row is a site",
            "portal was 4.1.3",
            "was asked for in site-specs/sites/portal.yaml:",
        ],
    );
    if let Some(browser) = Browser::start() {
        check_in_browser(&browser, &file);
    }
    assert!(fleet.run(&["publish", "--source", "HEAD"]).status.success());
    let (page, _) = fleet.page(&[]);
    assert_seen(&page, &["No spec asks for it any more.", "portal was 4.1.3"]);
}

#[test]
fn what_is_permitted_or_read_is_told_beside_its_template() {
    let fleet = Fleet::example();
    let role = "templates/cluster-base/tenant-role.yaml.mustache";
    fleet.edit(role, "[configmaps, secrets, services, serviceaccounts]", "[\"*\"]");
    fleet.edit("templates/drupal/secrets.yaml.mustache", "key: {{secretPath}}/drupal", "key: {{secretPath}}/cms");
    let (page, file) = fleet.page(&["HEAD"]);
    assert_seen(
        &page,
        &[
            "allows create *",
            "resources: [&quot;*&quot;]",
            "secret changed",
            "now {tenant}/{site}/{environment}/cms",
            "written in templates/cluster-base/tenant-role.yaml.mustache:9",
        ],
    );
    if let Some(browser) = Browser::start() {
        check_in_browser(&browser, &file);
    }
}

#[test]
fn environments_stand_side_by_side() {
    let fleet = Fleet::example();
    let (page, file) = fleet.page(&["--environments", "staging..production"]);
    assert_seen(&page, &["Values that differ", "4.2.0-rc.1", "site-specs/sites/portal.yaml", "only sites that differ"]);
    assert!(!seen(&page).contains("Gates"), "gates are not asked of it");
    if let Some(browser) = Browser::start() {
        check_in_browser(&browser, &file);
    }
}

#[test]
fn a_side_that_does_not_compile_is_withheld() {
    let fleet = Fleet::example();
    fleet.write("site-specs/sites/portal.yaml", "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: portal\n");
    let (page, file) = fleet.page(&["HEAD"]);
    assert_seen(&page, &["Not compared", "The work tree does not compile (1 error): nothing is told of what differs."]);
    assert!(!page.contains("<tr") && !page.contains("<details"), "nothing looks like a change");
    if let Some(browser) = Browser::start() {
        check_in_browser(&browser, &file);
    }
}

#[test]
fn texts_of_a_fleet_are_no_markup() {
    let evil = "</code></pre></script><script>alert(1)</script><img src=x onerror=alert(2)>";
    let config = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: \"{{{{site.name}}}}\"}}\ndata:\n  text: {value} # {evil}\n"
        )
    };
    let fleet = Fleet::of(&[
        ("bayplan.yaml", "apiVersion: bayplan/v1\nkind: Fleet\nmetadata: {name: example}\n"),
        (
            "site-specs/a<b>&.yaml",
            "apiVersion: bayplan/v1\nkind: Cluster\nmetadata: {name: main}\n\
             spec: {kubernetesVersion: \"1.36\", accepts: [production], delivery: {kind: none}}\n---\n\
             apiVersion: bayplan/v1\nkind: Environment\nmetadata: {name: production}\nspec: {tier: production, cluster: main}\n---\n\
             apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {name: acme}\n---\n\
             apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: script}\nspec:\n  tenant: acme\n  template: web\n  \
             values: {text: one}\n  environments: {production: {}}\n",
        ),
        (
            "templates/web/template.yaml",
            "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: web}\nspec:\n  scope: site\n  values:\n    \
             schema: {type: object, properties: {text: {type: string}}}\n",
        ),
        ("templates/web/config.yaml.mustache", &config("{{text}}")),
    ]);
    fleet.edit("site-specs/a<b>&.yaml", "{text: one}", &format!("{{text: '{evil}'}}"));
    let (page, file) = fleet.page(&["HEAD"]);
    assert!(page.contains("a&lt;b&gt;&amp;.yaml"), "{page}");
    assert!(page.contains("&lt;img src=x onerror=alert(2)&gt;"), "{page}");
    assert!(!page.contains("<script>alert") && !page.contains("<img"), "{page}");
    let Some(browser) = Browser::start() else { return };
    check_in_browser(&browser, &file);
    browser.expect("return document.scripts.length + document.images.length", &json!(1));
}

#[test]
fn nothing_that_differs_is_said_so() {
    let fleet = Fleet::example();
    let (page, file) = fleet.page(&["HEAD"]);
    assert_seen(&page, &["No difference.", "Gates: nothing would be refused."]);
    if let Some(browser) = Browser::start() {
        check_in_browser(&browser, &file);
    }
}
