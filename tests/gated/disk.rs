//! Disks that are full or may not be written to: nothing half done, the right exit code, and the next run goes on.

use super::support::{Repository, Said};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// Runs `publish` with no file longer than so many blocks of 512 bytes.
fn with_limit(repository: &Repository, blocks: u32) -> Said {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" publish");
    let output = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_bayplan")])
        .current_dir(repository.path())
        .output()
        .unwrap();
    Said {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// Whatever the place at which a file may grow no more: the branch is as before or whole, and nothing is left lying about.
#[test]
fn files_that_may_not_grow() {
    let repository = Repository::new();
    let (mut failed, mut passed) = (0, 0);
    for blocks in [0, 1, 2, 4, 8, 16, 24, 32, 48, 64, 128, 512] {
        let before = repository.git(&["for-each-ref", "refs/heads/rendered"]);
        let said = with_limit(&repository, blocks);
        repository.git(&["fsck", "--strict", "--no-dangling"]);
        let packs = fs::read_dir(repository.path().join(".git/objects/pack")).unwrap();
        let names: Vec<String> = packs.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(names.iter().all(|name| !name.ends_with(".part") && !name.ends_with(".keep")), "{blocks}: {names:?}");
        let after = repository.git(&["for-each-ref", "refs/heads/rendered"]);
        match said.code {
            0 => passed += 1,
            4 => {
                failed += 1;
                assert_eq!(before, after, "{blocks}: {}", said.stderr);
                assert!(said.stderr.contains("error"), "{blocks}: {}", said.stderr);
            }
            code => panic!("{blocks} blocks: exit {code}, {}", said.stderr),
        }
        if said.code == 0 {
            // The next one has to write again.
            repository.git(&["update-ref", "-d", "refs/heads/rendered"]);
        }
    }
    assert!(failed > 2 && passed > 2, "{failed} failed, {passed} passed");
    repository.published();
    assert_eq!(repository.bayplan(&["verify"]).code, 0);
}

/// State that cannot be written costs time and nothing else.
#[test]
fn a_place_for_state_that_may_not_be_written() {
    let repository = Repository::new();
    fs::write(repository.path().join(".git/bayplan"), "a file").unwrap();
    repository.published();
    assert_eq!(repository.bayplan(&["publish"]).stdout, "rendered: up to date\n");
}

#[test]
fn results_that_cannot_be_written_are_told_and_stop_nothing() {
    let repository = Repository::new();
    for arguments in [&["publish"][..], &["publish", "--format", "json"], &["verify"], &["check", "--format", "json"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_bayplan"))
            .args(arguments)
            .current_dir(repository.path())
            .stdout(Stdio::from(full))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    // What was to be told is there all the same.
    assert_eq!(repository.git(&["rev-list", "--count", "rendered"]), "1");
    assert_eq!(repository.bayplan(&["verify"]).code, 0);
}

/// Folders that only others may write to. Whoever may write everywhere, as in most containers, is not stopped by it.
#[test]
fn folders_that_may_not_be_written() {
    let repository = Repository::new();
    let may_all = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if may_all {
        println!("left out: this user may write everywhere");
        return;
    }
    for folder in ["objects/pack", "refs/heads"] {
        let folder = repository.path().join(".git").join(folder);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
        let said = repository.bayplan(&["publish"]);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(said.code, 4, "{}", said.stderr);
        assert_eq!(repository.git(&["for-each-ref", "refs/heads/rendered"]), "");
    }
    repository.published();
}
