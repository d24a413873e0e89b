//! What `A`, `A..B` and `A...B` mean.

use crate::cli::args::Global;
use crate::cli::exit::CliError;
use crate::cli::open;
use crate::failure::Failed;
use crate::publish::{Repository, merge_base};

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// The published branches with the work tree.
    Published,
    /// A commit with the work tree.
    WorkTree(String),
    Commits(String, String),
    /// The commit where the second left the first, with the second.
    Fork(String, String),
}

impl Range {
    /// As git reads them: a side that is left out is `HEAD`.
    pub fn parse(text: Option<&str>) -> Result<Self, CliError> {
        let Some(text) = text else { return Ok(Range::Published) };
        let or_head = |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        if text.is_empty() || text.starts_with('-') {
            return Err(CliError::usage(format!("`{text}` is no revision")));
        }
        if let Some((old, new)) = text.split_once("...") {
            return Ok(Range::Fork(or_head(old), or_head(new)));
        }
        Ok(match text.split_once("..") {
            Some((old, new)) => Range::Commits(or_head(old), or_head(new)),
            None => Range::WorkTree(text.to_owned()),
        })
    }
}

/// The commit where one revision left another.
pub fn fork(global: &Global, old: &str, new: &str) -> Result<String, Failed> {
    let repository = Repository::find(&open::directory(global))?;
    match merge_base(&repository, old, new)? {
        Some(base) => Ok(base.to_string()),
        None => Err(CliError::Usage {
            message: format!("{old} and {new} share no commit"),
            help: Some(format!("`bayplan diff {old}..{new}` compares them; a shallow clone wants `fetch-depth: 0`")),
        }
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_git_reads_them() {
        let commits = |old: &str, new: &str| Range::Commits(old.to_owned(), new.to_owned());
        assert_eq!(Range::parse(None).unwrap(), Range::Published);
        assert_eq!(Range::parse(Some("HEAD~2")).unwrap(), Range::WorkTree("HEAD~2".to_owned()));
        assert_eq!(Range::parse(Some("a..b")).unwrap(), commits("a", "b"));
        assert_eq!(Range::parse(Some("a..")).unwrap(), commits("a", "HEAD"));
        assert_eq!(Range::parse(Some("..b")).unwrap(), commits("HEAD", "b"));
        assert_eq!(Range::parse(Some("a...b")).unwrap(), Range::Fork("a".to_owned(), "b".to_owned()));
        assert!(Range::parse(Some("")).is_err());
    }
}
