//! Repositories, a stand-in for the compiler, and a driver that publishes as the command line does.

use bayplan::output::{OutputFile, OutputPath, Unit};
use bayplan::publish::{CommitSource, GitError, MAX_ATTEMPTS, ObjectId, Outcome, PublishOptions, Published, Publisher};
use bayplan::source::Sources;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A repository with a work tree in a folder of its own.
pub struct TestRepository {
    folder: TempDir,
    path: PathBuf,
}

impl TestRepository {
    /// An empty repository whose branch is `main`.
    pub fn new() -> Self {
        TestRepository::with_arguments(&[])
    }

    pub fn with_arguments(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("repository");
        let repository = TestRepository { folder, path: path.clone() };
        let mut all = vec!["init", "--quiet", "--initial-branch=main"];
        all.extend(arguments);
        let path = path.to_str().unwrap().to_owned();
        all.push(&path);
        assert_success(&run_git(repository.folder.path(), &all));
        repository
    }

    /// A repository with a small fleet in one commit.
    pub fn with_fleet() -> Self {
        let repository = TestRepository::new();
        repository.write_fleet("");
        repository.commit("a small fleet");
        repository
    }

    pub fn write_fleet(&self, prefix: &str) {
        self.write(&format!("{prefix}bayplan.yaml"), "kind: Fleet\n");
        for site in ["portal", "shop", "wiki"] {
            self.write(&format!("{prefix}site-specs/{site}.yaml"), &format!("kind: Site # {site}\n"));
        }
        self.write(&format!("{prefix}templates/drupal/template.yaml"), "kind: Template\n");
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder around the repository, for clones and the like.
    pub fn around(&self) -> &Path {
        self.folder.path()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = run_git(&self.path, arguments);
        assert_success(&output);
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    pub fn git_fails(&self, arguments: &[&str]) {
        assert!(!run_git(&self.path, arguments).status.success(), "git {arguments:?} was to fail");
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path.join(path)).unwrap();
    }

    /// Commits everything, one minute after the commit before.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        let count = run_git(&self.path, &["rev-list", "--count", "--all"]);
        let count: u64 = String::from_utf8_lossy(&count.stdout).trim().parse().unwrap_or(0);
        let date = format!("{} +0200", 1_700_000_000 + 60 * count);
        let output = git_command(&self.path, &["commit", "--quiet", "--allow-empty", "-m", message])
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .output()
            .unwrap();
        assert_success(&output);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn tip(&self, branch: &str) -> String {
        self.git(&["rev-parse", &format!("refs/heads/{branch}")])
    }

    pub fn id(&self, revision: &str) -> ObjectId {
        ObjectId::parse(&self.git(&["rev-parse", revision])).unwrap()
    }

    /// Sound, and without anything that a run left behind.
    pub fn assert_sound(&self) {
        let output = run_git(&self.path, &["fsck", "--strict", "--full"]);
        assert_success(&output);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("error") && !said.contains("warning"), "{said}");
        let folder = PathBuf::from(self.git(&["rev-parse", "--path-format=absolute", "--git-common-dir"]));
        for entry in fs::read_dir(folder.join("objects/pack")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(
                !name.starts_with("tmp_") && !name.starts_with("pack_bayplan_") && !name.ends_with(".keep"),
                "left behind: {name}"
            );
            if name.ends_with(".idx") {
                self.git(&["verify-pack", path.to_str().unwrap()]);
            }
        }
    }

    /// Everything in the repository's folder, to show that nothing was written.
    pub fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files: Vec<(PathBuf, Vec<u8>)> = walkdir::WalkDir::new(&self.path)
            .into_iter()
            .map(Result::unwrap)
            .map(|entry| {
                let bytes = if entry.file_type().is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
                (entry.into_path(), bytes)
            })
            .collect();
        files.sort();
        files
    }

    pub fn publish(&self) -> Result<Outcome, GitError> {
        self.publish_with(|_| {})
    }

    pub fn publish_with(&self, change: impl FnOnce(&mut PublishOptions)) -> Result<Outcome, GitError> {
        publish(&self.path, "HEAD", change)
    }

    /// Publishes, which must make a commit.
    pub fn published(&self) -> Published {
        expect_published(self.publish())
    }
}

pub fn expect_published(outcome: Result<Outcome, GitError>) -> Published {
    match outcome.unwrap() {
        Outcome::Published(published) => published,
        other => panic!("not published: {other:?}"),
    }
}

/// The stand-in for the compiler: each spec becomes a namespace with two files, one of them with the spec's text.
pub fn compile(sources: &Sources) -> Vec<Unit> {
    let path = |text: &str| OutputPath::parse(text).unwrap();
    let specs = sources.under("site-specs").filter(|(_, file)| file.path.ends_with(".yaml"));
    let units = specs.map(|(_, file)| {
        let name = file.path["site-specs/".len()..].trim_end_matches(".yaml").replace('/', "-");
        let files = vec![
            OutputFile { path: path("app/configmap-spec.yaml"), bytes: file.bytes.to_vec() },
            OutputFile { path: path("app/kustomization.yaml"), bytes: b"resources: [configmap-spec.yaml]\n".to_vec() },
        ];
        Unit::new(path(&format!("stable/production/{name}")), files).unwrap()
    });
    units.collect()
}

/// Publishes what the stand-in makes of a revision, planning again as often as the command line does.
pub fn publish(dir: &Path, revision: &str, change: impl FnOnce(&mut PublishOptions)) -> Result<Outcome, GitError> {
    let source = CommitSource::open(dir, revision)?;
    let mut options =
        PublishOptions { branch: "rendered".to_owned(), version: "1.2.3".to_owned(), ..PublishOptions::default() };
    change(&mut options);
    let publisher = Publisher::open(&source, options)?;
    let units = compile(&source.read()?);
    for _ in 0..MAX_ATTEMPTS {
        let previous = publisher.previous()?;
        let mut writer = publisher.writer(&previous)?;
        writer.add(units.clone())?;
        let outcome = publisher.commit(&previous, writer.finish()?, source.inputs_tree(&[])?, &[])?;
        if outcome != Outcome::LostRace {
            return Ok(outcome);
        }
    }
    Ok(Outcome::LostRace)
}

pub fn git_command(folder: &Path, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(["-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C");
    git
}

pub fn run_git(folder: &Path, arguments: &[&str]) -> Output {
    git_command(folder, arguments).output().unwrap()
}

pub fn assert_success(output: &Output) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
