//! What an input file may be: a regular file with content of its own, never a link to something else.

use crate::diag::{Code, Diagnostic};
use crate::source::{EntryKind, MAX_FILE_BYTES, SourceFile, Sources, Span};

pub static NOT_A_FILE: Code = Code {
    name: "not-a-file",
    explanation: "An input that is a symbolic link, a submodule, a Git LFS pointer, a device, or too large. Links are never \
                  followed, so that what is compiled is what reviewers see in the source tree. Put a regular file there.",
};

pub static CODES: &[&Code] = &[&NOT_A_FILE];

/// How Git LFS begins the small file that stands for a large one.
const LFS_HEAD: &[u8] = b"version https://git-lfs.github.com/spec/";

pub fn check_entries(sources: &Sources, tell: &mut dyn FnMut(&SourceFile, Diagnostic)) {
    for (id, file) in sources.iter() {
        if let Some(found) = refusal(file) {
            tell(
                file,
                Diagnostic::error(&NOT_A_FILE, format!("{} {found}", file.path))
                    .at(Span::file(id), "")
                    .help("put a regular file of text in its place"),
            );
        }
    }
}

/// Whether the content of an entry may be read.
pub fn is_readable(file: &SourceFile) -> bool {
    refusal(file).is_none()
}

fn refusal(file: &SourceFile) -> Option<String> {
    match file.kind {
        EntryKind::Regular if file.bytes.starts_with(LFS_HEAD) => {
            Some("is a Git LFS pointer; its content is not in the repository".to_owned())
        }
        EntryKind::Regular => None,
        EntryKind::Symlink => Some("is a symbolic link; links are not followed".to_owned()),
        EntryKind::Submodule => Some("is a submodule; its files are not part of this repository".to_owned()),
        EntryKind::Special => Some("is not a regular file".to_owned()),
        EntryKind::TooLarge => Some(format!("is larger than the limit of {} MiB", MAX_FILE_BYTES / 1024 / 1024)),
    }
}
