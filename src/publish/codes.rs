//! The codes of failures at the git edge.

use crate::diag::Code;
pub use crate::pipeline::branches::BRANCH_NAME;

pub static GIT_REPOSITORY: Code = Code {
    name: "git-repository",
    explanation: "The repository cannot be used: there is none, it belongs to another user, or it is of a form that \
                  libgit2 does not read (SHA-256 objects, reftable, partial clone). The message says which, the help \
                  what to do.",
};

pub static GIT_FAILED: Code = Code {
    name: "git-failed",
    explanation: "Reading or writing the repository failed: a damaged or missing object, a disk that is full or \
                  read-only, a lock that another program left. The branch still is where it was.",
};

pub static GIT_REVISION: Code = Code {
    name: "git-revision",
    explanation: "`--source` takes what names a commit: a branch, a tag, an id, `HEAD~1`.",
};

pub static DIRTY_INPUTS: Code = Code {
    name: "dirty-inputs",
    explanation: "`publish` compiles a commit, so that everyone can recompute its result. Inputs that are changed, \
                  staged or untracked in the work tree would be left out in silence; ignored files count as not there.",
};

pub static BRANCH_IN_USE: Code = Code {
    name: "branch-in-use",
    explanation: "Publishing moves a branch without a checkout. A work tree that has it checked out would seem to undo \
                  every change, and a branch that the source comes from would lose its source.",
};

pub static BRANCH_BEHIND: Code = Code {
    name: "branch-behind",
    explanation: "The state that gates compare with is the branch's tip, so it must be the newest one. The local \
                  branch and a remote one differ, or several remotes have the branch, and bayplan does not guess.",
};

pub static FOREIGN_BRANCH: Code = Code {
    name: "foreign-branch",
    explanation: "The branch's tip and the thousand commits before it were not made by bayplan: its files would all be \
                  replaced. If that is what you want, `--adopt` takes the tip as the previous state.",
};

pub static EDITED_BRANCH: Code = Code {
    name: "edited-branch",
    explanation: "Someone committed to the rendered branch by hand; publishing would undo that. Move the change to the \
                  specs or templates, then publish with `--adopt`.",
};

pub static STALE_SOURCE: Code = Code {
    name: "stale-source",
    explanation: "The branch was made from a source that is not an ancestor of the one to publish, so publishing would \
                  take newer changes back. `--rollback` does so on purpose, with all other gates on.",
};

pub static PUSH_FAILED: Code = Code {
    name: "push-failed",
    explanation: "The `git` program could not fetch or push. Its message is shown. The local branch did not move.",
};

/// The codes of this module.
pub static CODES: &[&Code] = &[
    &GIT_REPOSITORY,
    &GIT_FAILED,
    &GIT_REVISION,
    &DIRTY_INPUTS,
    &BRANCH_IN_USE,
    &BRANCH_BEHIND,
    &FOREIGN_BRANCH,
    &EDITED_BRANCH,
    &STALE_SOURCE,
    &PUSH_FAILED,
];
