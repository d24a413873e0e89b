//! What counts as input of a fleet, whichever edge reads it (work tree or commit), and how the edges fail.
//!
//! Inputs are `bayplan.yaml`, everything in `site-specs/`, `templates/` and `crds/`, and the files that specs name. Left out, by
//! file name and in both edges alike, is what editors, file managers and git leave lying about: see [`is_left_over`].
//! This module is pure: it holds rules and types and touches no file.

use crate::diag::Code;
use crate::failure::{Class, Failed, Failure};
use crate::source::{SourceFile, Sources};
use std::path::PathBuf;

/// The file that makes a folder a fleet.
pub const FLEET_FILE: &str = "bayplan.yaml";

/// The folders that are read whole, in order of name.
pub const INPUT_FOLDERS: [&str; 3] = ["crds", "site-specs", "templates"];

/// A place to read a fleet from.
pub trait Inputs {
    /// The fleet file and all files of the input folders, sorted by path.
    fn read(&self) -> Result<Sources, Failed>;

    /// The files at these paths below the fleet's folder, as far as they exist; specs name them.
    fn read_named(&self, paths: &[String]) -> Result<Vec<SourceFile>, Failed>;
}

/// Whether a file of this name is never input: `.DS_Store`, `Thumbs.db`, `desktop.ini`, `.directory`, `.gitkeep`, `.keep`,
/// `.gitignore`, `.gitattributes`, editors' backups and locks (`*~`, `#*#`, `.#*`, `.*.swp`, `.*.swo`, `.*.swx`).
///
/// Other hidden files are input, since a template may insert a `.htaccess` word for word.
pub fn is_left_over(name: &str) -> bool {
    const NAMES: [&str; 8] =
        [".DS_Store", ".directory", ".gitattributes", ".gitignore", ".gitkeep", ".keep", "Thumbs.db", "desktop.ini"];
    let vim_swap = name.starts_with('.') && [".swp", ".swo", ".swx"].iter().any(|end| name.ends_with(end));
    let emacs = name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#'));
    NAMES.contains(&name) || name.ends_with('~') || vim_swap || emacs
}

/// Checks the name of one file or folder among the inputs and gives it as text.
pub fn input_name(name: &[u8]) -> Result<&str, NameFault> {
    let text = std::str::from_utf8(name).map_err(|_| NameFault::NotUtf8)?;
    if text.chars().any(char::is_control) {
        return Err(NameFault::Control);
    }
    if text.starts_with('-') {
        return Err(NameFault::Dash);
    }
    Ok(text)
}

/// Checks a path that a spec names: relative to the fleet's folder, `/` between components, nothing that climbs.
pub fn named_path(path: &str) -> Result<&str, NameFault> {
    if path.is_empty() {
        return Err(NameFault::Empty);
    }
    if path.starts_with('/') {
        return Err(NameFault::Absolute);
    }
    for component in path.split('/') {
        match component {
            "" => return Err(NameFault::Empty),
            "." | ".." => return Err(NameFault::Dots),
            _ if component.eq_ignore_ascii_case(".git") => return Err(NameFault::Git),
            _ if component.contains('\\') => return Err(NameFault::Backslash),
            _ => input_name(component.as_bytes())?,
        };
    }
    Ok(path)
}

/// Why a name cannot be that of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NameFault {
    #[error("not UTF-8")]
    NotUtf8,
    #[error("a control character")]
    Control,
    #[error("a leading dash")]
    Dash,
    #[error("an empty component")]
    Empty,
    #[error("an absolute path")]
    Absolute,
    #[error("`.` or `..` as a component")]
    Dots,
    #[error("a component `.git`")]
    Git,
    #[error("a backslash")]
    Backslash,
}

/// A name that is refused: shown with everything odd escaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OddName {
    pub path: String,
    pub fault: NameFault,
}

/// A path for messages: bytes that are no UTF-8 as `\xHH`, control characters as `\u{HH}`.
pub fn printable(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                text.extend(character.escape_unicode());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// Why inputs could not be read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    #[error("no `{FLEET_FILE}` in {} or any folder above it", .0.display())]
    NoFleet(PathBuf),
    #[error("cannot read {path}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path} changed while it was read")]
    Changed { path: String },
    #[error("{} cannot be used as input: {}", count(.0.len()), list(.0))]
    OddNames(Vec<OddName>),
}

fn count(names: usize) -> String {
    if names == 1 { "a file name".to_owned() } else { format!("{names} file names") }
}

fn list(names: &[OddName]) -> String {
    let shown: Vec<String> = names.iter().take(10).map(|odd| format!("{} ({})", odd.path, odd.fault)).collect();
    let more = names.len().saturating_sub(shown.len());
    if more == 0 { shown.join(", ") } else { format!("{}, and {more} more", shown.join(", ")) }
}

pub static NO_FLEET: Code = Code {
    name: "no-fleet",
    explanation: "A fleet is a folder with a `bayplan.yaml` that holds one document of kind Fleet. Commands look for it in the \
                  current folder, or the one given with -C, and then in each folder above. `bayplan init` makes a new one.",
};

pub static UNREADABLE_INPUT: Code = Code {
    name: "unreadable-input",
    explanation: "An input file could not be read: permissions, a failing disk, or another program that wrote to it at the \
                  same time. Nothing was written.",
};

pub static ODD_INPUT_NAME: Code = Code {
    name: "odd-input-name",
    explanation: "Names of input files are UTF-8 without control characters and do not begin with a dash, so that every \
                  message, tool and operating system shows and takes them alike. Paths that specs name are relative to the \
                  fleet's folder and do not climb out of it.",
};

/// The codes of this module.
pub static CODES: &[&Code] = &[&NO_FLEET, &UNREADABLE_INPUT, &ODD_INPUT_NAME];

impl Failure for InputError {
    fn class(&self) -> Class {
        match self {
            InputError::NoFleet(_) => Class::Usage,
            InputError::OddNames(_) => Class::Input,
            InputError::Unreadable { .. } | InputError::Changed { .. } => Class::World,
        }
    }

    fn code(&self) -> &'static Code {
        match self {
            InputError::NoFleet(_) => &NO_FLEET,
            InputError::OddNames(_) => &ODD_INPUT_NAME,
            InputError::Unreadable { .. } | InputError::Changed { .. } => &UNREADABLE_INPUT,
        }
    }

    fn help(&self) -> Vec<String> {
        let help = match self {
            InputError::NoFleet(_) => "name a folder of a fleet with -C, or make a fleet with `bayplan init`",
            InputError::OddNames(_) => "rename it",
            InputError::Unreadable { .. } => "check the permissions of the file and of the folders above it",
            InputError::Changed { .. } => "run the command again when nothing else writes to it",
        };
        vec![help.to_owned()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn droppings_of_editors_are_no_input_and_hidden_files_are() {
        for name in [".DS_Store", "a.yaml~", ".a.yaml.swp", ".#a.yaml", "#a.yaml#", ".gitkeep"] {
            assert!(is_left_over(name), "{name}");
        }
        for name in [".htaccess", "a.yaml", "swp", "a#b.yaml", ".sops.yaml", "~a"] {
            assert!(!is_left_over(name), "{name}");
        }
    }

    #[test]
    fn named_paths_stay_below_the_fleet() {
        let fault = |path| named_path(path).err();
        assert_eq!(fault("terraform/unstable.json"), None);
        assert_eq!(fault("../x"), Some(NameFault::Dots));
        assert_eq!(fault("a/./x"), Some(NameFault::Dots));
        assert_eq!(fault("/etc/passwd"), Some(NameFault::Absolute));
        assert_eq!(fault("a//b"), Some(NameFault::Empty));
        assert_eq!(fault("a/"), Some(NameFault::Empty));
        assert_eq!(fault(""), Some(NameFault::Empty));
        assert_eq!(fault(".GIT/config"), Some(NameFault::Git));
        assert_eq!(fault("a\\b"), Some(NameFault::Backslash));
        assert_eq!(fault("-rf"), Some(NameFault::Dash));
        assert_eq!(fault("a\nb"), Some(NameFault::Control));
    }

    #[test]
    fn odd_names_are_shown_escaped() {
        assert_eq!(printable(b"a\n\xFFb\xC3\xA9"), "a\\u{a}\\xFFb\u{e9}");
    }
}
