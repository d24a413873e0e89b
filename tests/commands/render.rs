//! `render`, `snapshot`, filters and `-C`.

use super::support::{Fleet, files, git, run_in};
use std::fs;

#[test]
fn a_fleet_is_found_from_any_folder_below_it_and_by_its_name() {
    let fleet = Fleet::new();
    let here = fleet.run(&["check"]).stderr;
    let below = run_in(&fleet.root.join("site-specs/sites"), &["check"]);
    let by_name = run_in(fleet.around(), &["-C", "fleet/templates/web", "check"]);
    let after = run_in(fleet.around(), &["check", "-C", "fleet"]);
    assert_eq!([below.code, by_name.code, after.code], [0; 3]);
    assert_eq!([below.stderr, by_name.stderr, after.stderr], [here.clone(), here.clone(), here]);
}

#[test]
fn out_is_relative_to_where_the_command_works_and_the_default_to_the_fleet() {
    let fleet = Fleet::new();
    let below = fleet.root.join("somewhere");
    fs::create_dir(&below).expect("can be made");
    assert_eq!(run_in(&below, &["render", "--out", "tree"]).code, 0);
    assert_eq!(run_in(&below, &["render"]).code, 0);
    let tree = files(&below.join("tree"));
    assert!(tree.len() > 100);
    assert_eq!(tree, files(&fleet.root.join("rendered")));
}

#[test]
fn a_filtered_tree_is_a_part_of_the_whole_one() {
    let fleet = Fleet::new();
    fleet.output(&["render", "--out", "whole"]);
    let whole = files(&fleet.root.join("whole"));
    let filters: [&[&str]; 7] = [
        &["--site", "shop"],
        &["--site", "shop", "--environment", "staging"],
        &["--tenant", "guild"],
        &["--environment", "production", "--environment", "pr-7"],
        &["--cluster", "south"],
        &["--cluster", "north"],
        &["--cluster", "north", "--site", "wiki"],
    ];
    for (number, filter) in filters.into_iter().enumerate() {
        let folder = format!("part-{number}");
        fleet.output(&[&["render", "--out", &folder], filter].concat());
        let mut part = files(&fleet.root.join(&folder));
        part.remove(".bayplan-files");
        assert!(!part.is_empty() && part.len() < whole.len() - 1, "{filter:?}");
        for (path, bytes) in &part {
            assert!(whole.get(path) == Some(bytes), "{filter:?}: {path} differs");
        }
    }
}

#[test]
fn a_filtered_render_replaces_its_own_paths_only() {
    let fleet = Fleet::new();
    fleet.output(&["render"]);
    let before = files(&fleet.root.join("rendered"));
    // Both sites change, and a file of each goes; the filter asks for one of them.
    fleet.edit("templates/web/config.yaml.mustache", "    echo json\n", "    echo JSON\n");
    fs::remove_file(fleet.root.join("templates/web/alerts.yaml")).expect("can be removed");
    fleet.output(&["render", "--site", "wiki"]);
    let after = files(&fleet.root.join("rendered"));
    let mut changed: Vec<&String> = before
        .iter()
        .filter(|(path, bytes)| after.get(*path) != Some(bytes) && *path != ".bayplan-files")
        .map(|(path, _)| path)
        .collect();
    changed.extend(after.keys().filter(|path| !before.contains_key(*path)));
    assert!(changed.iter().all(|path| path.contains("wiki")), "{changed:?}");
    assert!(changed.iter().any(|path| path.ends_with("app/alert-pods.yaml")), "{changed:?}");
    // What is there now is what a render of everything leaves alone.
    fleet.output(&["render"]);
    let rendered = files(&fleet.root.join("rendered"));
    for (path, bytes) in after.iter().filter(|(path, _)| path.contains("wiki")) {
        assert!(rendered.get(path) == Some(bytes), "{path}");
    }
    fleet.output(&["render", "--out", "fresh"]);
    assert!(files(&fleet.root.join("fresh")) == rendered);
}

#[test]
fn render_touches_no_folder_that_holds_what_it_did_not_write() {
    let fleet = Fleet::new();
    fleet.output(&["render"]);
    fleet.write("rendered/notes.txt", "mine\n");
    fleet.write("other/north/cluster/platform/kustomization.yaml", "mine\n");
    let before = files(&fleet.root);
    for arguments in
        [&["render"][..], &["render", "--out", "other"], &["render", "--out", "site-specs"], &["render", "--out", "."]]
    {
        let run = fleet.run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("error[output-folder]") && run.stderr.contains("= help: "), "{}", run.stderr);
    }
    assert!(files(&fleet.root) == before);
}

#[test]
fn an_error_leaves_the_old_tree_as_it_was() {
    let fleet = Fleet::new();
    fleet.output(&["render"]);
    let before = files(&fleet.root);
    fleet.edit("site-specs/sites/wiki.yaml", "engine: nginx", "engine: ngnix");
    let broken = files(&fleet.root);
    assert_eq!(fleet.run(&["render"]).code, 1);
    assert_eq!(fleet.run(&["render", "--out", "new"]).code, 1);
    assert_eq!(fleet.run(&["snapshot"]).code, 1);
    assert!(files(&fleet.root) == broken);
    assert!(!fleet.root.join("new").exists() && !fleet.root.join("snapshots").exists());
    assert_eq!(before.len(), broken.len());
}

#[test]
fn the_stream_holds_every_object_once_and_no_index() {
    let fleet = Fleet::new();
    fleet.output(&["render"]);
    let stream = fleet.output(&["render", "--out", "-"]);
    let objects: Vec<Vec<u8>> = files(&fleet.root.join("rendered"))
        .into_iter()
        .filter(|(path, _)| path.ends_with(".yaml") && !path.ends_with("/kustomization.yaml"))
        .map(|(_, bytes)| bytes)
        .collect();
    let expected: Vec<u8> = objects.iter().flat_map(|bytes| [b"---\n", bytes.as_slice()].concat()).collect();
    assert!(stream.as_bytes() == expected.as_slice());
    let read = serde_yaml::Deserializer::from_str(&stream).count();
    assert_eq!(read, objects.len());
}

#[test]
fn a_snapshot_is_stale_after_an_edit_and_current_after_a_run() {
    let fleet = Fleet::new();
    assert_eq!(fleet.run(&["snapshot", "--check"]).code, 1);
    fleet.output(&["snapshot"]);
    let check = fleet.run(&["snapshot", "--check"]);
    assert_eq!((check.code, check.stdout.as_str()), (0, ""));
    let before = files(&fleet.root.join("snapshots"));
    fleet.edit("site-specs/tenants.yaml", "contact: ops@acme.example", "contact: dev@acme.example");
    let check = fleet.run(&["snapshot", "--check"]);
    assert_eq!(check.code, 1);
    let path = "snapshots/north/staging/acme-shop-staging/services/configmap-shop-config.yaml";
    assert!(check.stdout.contains(&format!("stale: {path}\n")), "{}", check.stdout);
    assert!(files(&fleet.root.join("snapshots")) == before);
    fleet.output(&["snapshot"]);
    assert_eq!(fleet.run(&["snapshot", "--check"]).code, 0);
}

#[test]
fn a_snapshot_of_some_sites_has_their_objects_and_their_namespaces_platform_and_data() {
    let fleet = Fleet::new();
    fleet.edit(
        "bayplan.yaml",
        "  publish: {branch: rendered}\n",
        "  publish: {branch: rendered}\n  snapshots: {sites: [wiki]}\n",
    );
    fleet.output(&["snapshot"]);
    let paths: Vec<String> = files(&fleet.root.join("snapshots")).into_keys().collect();
    let of_wiki = |path: &&String| path.contains("/guild-wiki-") || path.contains("/pr-7-wiki/");
    assert!(paths.iter().all(|path| of_wiki(&path) || !path.contains('/')), "{paths:?}");
    for due in ["platform/namespace-guild-wiki-production.yaml", "data/persistentvolumeclaim-wiki-files.yaml"] {
        assert!(paths.iter().any(|path| path.ends_with(due)), "{due}");
    }
    assert_eq!(fleet.run(&["snapshot", "--check"]).code, 0);
}

#[test]
fn a_commit_is_read_from_its_tree_whatever_the_work_tree_holds() {
    let fleet = Fleet::committed("");
    let whole = fleet.output(&["render", "--out", "-"]);
    fs::remove_dir_all(fleet.root.join("site-specs")).expect("can be removed");
    assert_eq!(fleet.output(&["render", "--out", "-", "--source", "HEAD"]), whole);
    assert_eq!(fleet.run(&["check", "--source", "HEAD"]).code, 0);
    assert_ne!(fleet.run(&["check", "--source", "nowhere"]).code, 0);
}

#[test]
fn a_fleet_in_a_folder_of_a_larger_repository_and_in_a_bare_one() {
    let fleet = Fleet::committed("ops/fleet");
    let whole = fleet.output(&["render", "--out", "-"]);
    assert_eq!(fleet.output(&["render", "--out", "-", "--source", "HEAD"]), whole);
    let bare = fleet.around().join("bare.git");
    let top = fleet.around().join("repository");
    git(fleet.around(), &["clone", "--quiet", "--bare", &top.display().to_string(), &bare.display().to_string()]);
    // A bare repository has no folder to start in: the fleet is looked for at its root.
    let root = Fleet::committed("");
    let bare_root = root.around().join("bare.git");
    git(
        root.around(),
        &["clone", "--quiet", "--bare", &root.root.display().to_string(), &bare_root.display().to_string()],
    );
    let run = run_in(&bare_root, &["render", "--out", "-", "--source", "HEAD"]);
    assert_eq!((run.code, run.stdout == whole), (0, true), "{}", run.stderr);
}

#[test]
fn a_snapshot_leaves_out_what_other_sites_run_in_the_same_namespace() {
    let fleet = Fleet::new();
    fleet.edit(
        "bayplan.yaml",
        "  publish: {branch: rendered}\n",
        "  publish: {branch: rendered}\n  snapshots: {sites: [blog]}\n",
    );
    fleet.edit(
        "site-specs/environments.yaml",
        "namespace: \"pr-7-{{site.name}}\"",
        "namespace: \"pr-7-{{tenant.name}}\"",
    );
    fleet.write(
        "site-specs/sites/blog.yaml",
        "apiVersion: bayplan/v1\nkind: Site\nmetadata: {name: blog}\n\
         spec: {tenant: guild, template: mini, environments: {pr-7: {}}}\n",
    );
    fleet.write(
        "templates/mini/template.yaml",
        "apiVersion: bayplan/v1\nkind: Template\nmetadata: {name: mini}\nspec: {scope: site}\n",
    );
    fleet.write(
        "templates/mini/config.yaml.mustache",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{site.name}}\"}\n",
    );
    fleet.output(&["snapshot"]);
    let mut paths: Vec<String> = files(&fleet.root.join("snapshots")).into_keys().collect();
    paths.retain(|path| path.ends_with(".yaml") && !path.ends_with("kustomization.yaml"));
    let folder = "north/pr-7/pr-7-guild";
    let due = [
        "app/configmap-blog",
        "data/persistentvolumeclaim-wiki-files",
        "platform/namespace-pr-7-guild",
        "platform/resourcequota-room",
        "platform/rolebinding-bayplan",
    ];
    assert_eq!(paths, due.map(|path| format!("{folder}/{path}.yaml")));
}
