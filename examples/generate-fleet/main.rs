//! Makes a git repository with a realistic fleet of any size, for benchmarks and for trying bayplan out; `--help` tells how.
//!
//! A mixed fleet uses this repository's own templates and its clusters, environments and shared values; tenants and sites are made
//! up from the seed: hosts, images, overrides, patches. Three sites of five are of the template `drupal`, one is of `django-react`
//! and one of `drumkit-drupal`.

#![allow(clippy::print_stderr, reason = "a tool for developers")]

mod mixed;
mod random;
mod small;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use random::Random;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Makes a git repository with a realistic fleet: tenants, clusters, environments, sites with hosts, images, overrides and patches.
/// The same arguments give the same files.
#[derive(Debug, Parser)]
#[command(
    name = "generate-fleet",
    max_term_width = 110,
    after_help = "Examples:\n  \
        cargo run --release --example generate-fleet -- --sites 1000 --out /tmp/fleet\n  \
        cargo run --release --example generate-fleet -- --sites 10000 --template drupal --seed 7 --out /tmp/fleet\n  \
        cargo run --release --example generate-fleet -- --small --clusters 100 --sites 10000 --out /tmp/fleet\n\n\
        Exit codes: 0 fine, 2 wrong usage, 4 git or disk failed."
)]
pub struct Arguments {
    /// How many sites
    #[arg(long, value_name = "N", default_value_t = 100)]
    sites: usize,
    /// The folder to make; its parents are made as well
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What tenants, images and overrides are made up from
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// The template of all sites, instead of a mix of these
    #[arg(long, value_name = "NAME", value_parser = ["drupal", "django-react", "drumkit-drupal"], conflicts_with = "small")]
    template: Option<String>,
    /// Sites of ten plain objects in one environment, to measure the engine alone
    #[arg(long)]
    small: bool,
    /// Spread the sites of a small fleet over N clusters, each with an environment and a branch of its own
    #[arg(long, value_name = "N", default_value_t = 1, requires = "small", value_parser = clap::value_parser!(u64).range(1..))]
    clusters: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.out.exists() {
        let message = format!("{} exists already: name a new folder", arguments.out.display());
        Arguments::command().error(ErrorKind::ValueValidation, message).exit();
    }
    match generate(&arguments).and_then(|()| commit(&arguments.out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot make {}: {error}", arguments.out.display());
            ExitCode::from(4)
        }
    }
}

/// Writes the files of a fleet.
pub fn generate(arguments: &Arguments) -> io::Result<()> {
    let mut random = Random(arguments.seed);
    if arguments.small {
        small::write_fleet(&arguments.out, arguments.clusters)?;
    } else {
        mixed::write_fleet(&arguments.out)?;
    }
    let tenants = (arguments.sites / 20).max(1);
    for tenant in 0..tenants {
        let text = format!(
            "apiVersion: bayplan/v1\nkind: Tenant\nmetadata: {{name: tenant-{tenant}, labels: {{sector: s{}}}}}\n",
            random.below(9)
        );
        write(&arguments.out.join(format!("site-specs/tenants/tenant-{tenant}.yaml")), &text)?;
    }
    for number in 0..arguments.sites {
        let tenant = random.below(tenants as u64);
        let text = if arguments.small {
            small::site(number, tenant, number as u64 % arguments.clusters)
        } else {
            mixed::site(number, tenant, arguments.template.as_deref(), &mut random)
        };
        write(&arguments.out.join(format!("site-specs/sites/tenant-{tenant}/site-{number}.yaml")), &text)?;
    }
    Ok(())
}

/// Makes a repository of a folder, with one commit, in one pack as a clone has it. Nobody's settings count, so none can ask for a
/// signature or ignore files, and nothing goes on in the background.
fn commit(folder: &Path) -> io::Result<()> {
    let identity = ["-c", "user.name=Generator", "-c", "user.email=generator@example.org"];
    let steps: [&[&str]; 4] = [
        &["init", "--quiet", "--initial-branch=main"],
        &["add", "--all"],
        &["commit", "--quiet", "--message=A generated fleet"],
        &["gc", "--quiet"],
    ];
    for step in steps {
        let mut git = Command::new("git");
        git.args(["-c", "gc.auto=0"]).args(identity).args(step).current_dir(folder);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            git.env_remove(name);
        }
        let status = git.status()?;
        if !status.success() {
            return Err(io::Error::other(format!("git {} failed", step[0])));
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
