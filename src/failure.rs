//! What an edge says when it cannot go on: the world failed (disk, git, network), or what was asked for is refused.
//!
//! Findings about the text of specs and templates are diagnostics with a place ([`crate::diag`]); a failure has none. It has a
//! code, a class that becomes the exit code, and help, and turns into a diagnostic when it is shown.

use crate::diag::{Code, Diagnostic};
use std::error::Error;
use std::fmt;

/// What kind of failure it is; the command line turns it into the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The input is at fault: exit code 1.
    Input,
    /// The command was called wrongly: exit code 2.
    Usage,
    /// A gate or a guard refused: exit code 3.
    Refused,
    /// Git, disk or network failed: exit code 4.
    World,
}

/// An error of an edge. Its `Display` is one lower-case phrase without a full stop that names the path or the ref.
pub trait Failure: Error + Send + Sync + 'static {
    fn class(&self) -> Class;

    fn code(&self) -> &'static Code;

    /// What to do, one remedy a line.
    fn help(&self) -> Vec<String>;

    /// The failure as it is shown: an error without a place, with the causes below it appended.
    fn diagnostic(&self) -> Diagnostic {
        let mut message = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        let mut diagnostic = Diagnostic::error(self.code(), message);
        diagnostic.help = self.help();
        diagnostic
    }
}

/// Any failure, where code is generic over the edge that it talks to.
pub struct Failed(Box<dyn Failure>);

impl Failed {
    /// The failure as its own type, where it is of that type.
    pub fn downcast_ref<E: Failure>(&self) -> Option<&E> {
        let error: &(dyn Error + 'static) = &*self.0;
        error.downcast_ref()
    }
}

impl std::ops::Deref for Failed {
    type Target = dyn Failure;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl<E: Failure> From<E> for Failed {
    fn from(failure: E) -> Self {
        Failed(Box::new(failure))
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}
