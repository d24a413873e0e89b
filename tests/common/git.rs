//! git as tests run it: with nobody's settings, and with a name and a day of its own.

use std::path::Path;
use std::process::Command;

/// When whatever is committed is committed, unless a test says otherwise.
const DAY: &str = "2026-01-02T03:04:05Z";

/// git in a folder, not yet started.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"])
        .args(["-c", "init.defaultBranch=main"])
        .args(arguments)
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("LC_ALL", "C")])
        .envs([("GIT_AUTHOR_DATE", DAY), ("GIT_COMMITTER_DATE", DAY)]);
    git
}

/// What git prints, without the last line break; it must work.
pub fn told(git: &mut Command) -> String {
    let output = git.output().expect("git runs");
    assert!(output.status.success(), "{git:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("is UTF-8").trim_end().to_owned()
}
