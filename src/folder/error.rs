//! What can go wrong when a folder is written.

use crate::diag::Code;
use crate::failure::{Class, Failure};
use crate::output::OutputError;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{} {why}", path.display())]
    Target { path: PathBuf, why: &'static str },
    #[error("{} holds files that bayplan did not write there: {}", folder.display(), shown(.paths))]
    Strange { folder: PathBuf, paths: Vec<String> },
    #[error("another bayplan is writing to {}", .0.display())]
    Busy(PathBuf),
    #[error("{} is not a list that bayplan wrote", .0.display())]
    List(PathBuf),
    #[error("cannot {doing} {}", path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl FolderError {
    pub(super) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> FolderError {
        let path = path.into();
        move |source| FolderError::Io { doing, path, source }
    }
}

/// At most five paths.
fn shown(paths: &[String]) -> String {
    let more = paths.len().saturating_sub(5);
    let list = paths.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more == 0 { list } else { format!("{list}, and {more} more") }
}

pub static OUTPUT_FOLDER: Code = Code {
    name: "output-folder",
    explanation: "Rendering replaces in a folder only what it wrote there before, as `.bayplan-files` lists it. It refuses a \
                  folder with other files in it, and one that holds the fleet or lies among its inputs.",
};

pub static FOLDER_FAILED: Code = Code {
    name: "folder-failed",
    explanation: "Writing to the folder failed: permissions, a full disk, or another run at the same time. What is there is \
                  old or new, file by file; the next run that succeeds puts it in order.",
};

/// The codes of this module.
pub static CODES: &[&Code] = &[&OUTPUT_FOLDER, &FOLDER_FAILED];

impl Failure for FolderError {
    fn class(&self) -> Class {
        match self {
            FolderError::Target { .. } | FolderError::Strange { .. } | FolderError::List(_) => Class::Usage,
            FolderError::Busy(_) | FolderError::Io { .. } => Class::World,
            FolderError::Output(error) => error.class(),
        }
    }

    fn code(&self) -> &'static Code {
        match self {
            FolderError::Target { .. } | FolderError::Strange { .. } | FolderError::List(_) => &OUTPUT_FOLDER,
            FolderError::Busy(_) | FolderError::Io { .. } => &FOLDER_FAILED,
            FolderError::Output(error) => error.code(),
        }
    }

    fn help(&self) -> Vec<String> {
        let help = match self {
            FolderError::Target { .. } => "name a folder of its own with --out",
            FolderError::Strange { .. } => "move them away, or name another folder with --out",
            FolderError::List(_) => "name another folder with --out, or delete that file and what was rendered",
            FolderError::Busy(_) => "wait for it to end",
            FolderError::Io { .. } => "check the permissions of that path and the space on the disk",
            FolderError::Output(error) => return error.help(),
        };
        vec![help.to_owned()]
    }
}
