//! `bayplan init`.

use super::args::Global;
use super::exit::{CliError, ExitStatus};
use super::open;
use super::report::{Report, count};
use crate::failure::Failed;
use clap::Args;
use serde_json::json;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Make a new fleet repository, with the shipped templates and an example that renders
///
/// Makes a git repository too, where the folder is in none. Overwrites nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  bayplan init my-fleet\n  cd my-fleet && bayplan check")]
pub struct InitArgs {
    /// The folder; the current one if left out
    pub dir: Option<PathBuf>,
}

/// Path in the new fleet and content of each file.
static SHIPPED: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// A file that may be there already, and is then left as it is.
const GITIGNORE: &str = ".gitignore";

pub fn run(args: &InitArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let target = args.dir.as_ref().map_or_else(|| open::directory(global), |dir| open::given_path(global, dir));
    let present: Vec<&str> = SHIPPED
        .iter()
        .map(|(path, _)| *path)
        .filter(|path| *path != GITIGNORE && target.join(path).symlink_metadata().is_ok())
        .collect();
    if let [first, ..] = present.as_slice() {
        let more = if present.len() > 1 { format!(" and {} more", present.len() - 1) } else { String::new() };
        return Err(CliError::Usage {
            message: format!("{} holds {first}{more} already; nothing was written", target.display()),
            help: Some("name another folder: `bayplan init DIR`".to_owned()),
        }
        .into());
    }
    let mut written = Vec::new();
    for (path, bytes) in SHIPPED {
        let file = target.join(path);
        match write_new(&file, bytes) {
            Ok(true) => written.push(file),
            Ok(false) => {}
            Err(error) => {
                // Half a fleet is worse than none; what cannot be removed is told by the next run.
                written.iter().for_each(|file| drop(fs::remove_file(file)));
                return Err(error.into());
            }
        }
    }
    let is_new_repository = git2::Repository::discover(&target).is_err();
    if is_new_repository {
        git2::Repository::init(&target).map_err(|error| {
            CliError::io("make a git repository in", &target, io::Error::other(error.message().to_owned()))
        })?;
    }
    let files = SHIPPED.len();
    let made = if is_new_repository { " and a git repository" } else { "" };
    let folder = target.display();
    let enter = if args.dir.is_some() { format!("  cd {folder}\n") } else { String::new() };
    report.summary(
        &format!(
            "made a fleet of {}{made} in {folder}\n\nnext:\n{enter}  bayplan check\n  git add -A && git commit -m 'A fleet'\n  bayplan publish",
            count(files, "file")
        ),
        json!({"exitCode": 0, "directory": folder.to_string(), "files": files, "repository": is_new_repository}),
    )?;
    Ok(ExitStatus::Fine)
}

/// Writes a file that must not be there yet; a `.gitignore` that is there stays, and false is given.
fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, CliError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| CliError::io("make the folder", parent, error))?;
    }
    let written = fs::File::create_new(path).and_then(|mut file| file.write_all(bytes));
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.ends_with(GITIGNORE) => Ok(false),
        other => other.map(|()| true).map_err(|error| CliError::io("write", path, error)),
    }
}
