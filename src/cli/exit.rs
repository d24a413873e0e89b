//! Exit codes, and the failures of the command line itself.

use crate::diag::Code;
use crate::failure::{Class, Failure};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Why the process ends as it does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    #[default]
    Fine = 0,
    /// The input has errors, or a comparison found a difference.
    Input = 1,
    Usage = 2,
    /// Refused by a gate: the edit or the run is dangerous.
    Refused = 3,
    /// Git, disk or network failed.
    World = 4,
    /// A bug of ours.
    Bug = 70,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status as u8)
    }
}

/// What stops a command, other than findings about the input and failures of the edges.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("{message}")]
    Usage { message: String, help: Option<String> },
    #[error("cannot {action} {}", .path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("someone else moved {} each of {attempts} times", .branches.join(", "))]
    Race { branches: Vec<String>, attempts: usize },
    #[error("cannot write to standard output")]
    Stdout { source: io::Error },
}

pub static USAGE: Code = Code {
    name: "usage",
    explanation: "The command was called with words that it does not take; `bayplan COMMAND --help` has the ones that it does.",
};
pub static IO: Code = Code {
    name: "io",
    explanation: "A file, a folder or a stream could not be read or written. The message has the path and what the system said.",
};

pub static CODES: &[&Code] = &[&USAGE, &IO, &RACE];

pub static RACE: Code = Code {
    name: "lost-race",
    explanation: "Someone else moved the branch each time before this run could. Nothing was published; run it again.",
};

impl CliError {
    pub fn usage(message: impl Into<String>) -> Self {
        CliError::Usage { message: message.into(), help: None }
    }

    pub fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        CliError::Io { action, path: path.into(), source }
    }
}

impl Failure for CliError {
    fn class(&self) -> Class {
        match self {
            CliError::Usage { .. } => Class::Usage,
            CliError::Io { .. } | CliError::Race { .. } | CliError::Stdout { .. } => Class::World,
        }
    }

    fn code(&self) -> &'static Code {
        match self {
            CliError::Usage { .. } => &USAGE,
            CliError::Race { .. } => &RACE,
            CliError::Io { .. } | CliError::Stdout { .. } => &IO,
        }
    }

    fn help(&self) -> Vec<String> {
        match self {
            CliError::Usage { help, .. } => help.iter().cloned().collect(),
            CliError::Race { .. } => vec!["run it again when the others are done".to_owned()],
            CliError::Io { .. } | CliError::Stdout { .. } => Vec::new(),
        }
    }
}

impl From<Class> for ExitStatus {
    fn from(class: Class) -> Self {
        match class {
            Class::Input => ExitStatus::Input,
            Class::Usage => ExitStatus::Usage,
            Class::Refused => ExitStatus::Refused,
            Class::World => ExitStatus::World,
        }
    }
}

/// Turns a panic into exit code 70 and a request for a report that shows no value of the input.
pub fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        use std::io::Write;
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(
            io::stderr(),
            "error[bug]: bayplan {} stopped at {place}\n  = help: this is a bug of bayplan, not of your input; please report it with this line and what you ran",
            env!("CARGO_PKG_VERSION")
        );
        std::process::exit(i32::from(ExitStatus::Bug as u8));
    }));
}
