//! One git repository: opening it, and reading objects and refs.
//!
//! libgit2 opens the repository, reads packs and refs, and moves refs. Loose objects are read by [`super::loose`].
//! Environment variables such as `GIT_DIR` have no effect here.

use super::error::GitError;
use super::loose::{self, Loose};
use super::object::{Commit, ObjectId, ObjectKind, TreeEntry, parse_commit, parse_tag, parse_tree};
use super::pack_index;
use git2::{ErrorCode, Oid, RepositoryOpenFlags};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// An open repository.
pub struct Repository {
    git: git2::Repository,
    /// `objects` of this repository, then those of its alternates.
    object_folders: Vec<PathBuf>,
}

/// An object as read, or the news that it is larger than asked for.
pub enum Limited {
    Content(Vec<u8>),
    TooLarge,
}

impl Repository {
    /// Opens the repository that a folder lies in.
    pub fn find(dir: &Path) -> Result<Self, GitError> {
        let no_ceiling: [&OsStr; 0] = [];
        let git_dir = git2::Repository::discover_path(dir, no_ceiling).map_err(|error| open_error(dir, error))?;
        check_format(&git_dir)?;
        Repository::open(&git_dir)
    }

    fn open(git_dir: &Path) -> Result<Self, GitError> {
        let no_ceiling: [&OsStr; 0] = [];
        let git = git2::Repository::open_ext(git_dir, RepositoryOpenFlags::NO_SEARCH, no_ceiling)
            .map_err(|error| open_error(git_dir, error))?;
        let mut object_folders = vec![git.commondir().join("objects")];
        add_alternates(&mut object_folders)?;
        Ok(Repository { git, object_folders })
    }

    /// A second handle on the same repository, for another thread.
    pub fn reopen(&self) -> Result<Self, GitError> {
        Repository::open(self.git.path())
    }

    pub fn git(&self) -> &git2::Repository {
        &self.git
    }

    /// The folder that linked work trees share: refs, objects, configuration.
    pub fn common_dir(&self) -> &Path {
        self.git.commondir()
    }

    /// `objects/pack`, where new packs go.
    pub fn pack_folder(&self) -> PathBuf {
        self.common_dir().join("objects").join("pack")
    }

    /// The mode of new files among the objects: read-only, and whoever `core.sharedRepository` lets in may read. None leaves it
    /// to the umask.
    pub fn shared_mode(&self) -> Result<Option<u32>, GitError> {
        let doing = GitError::doing("reading the repository's configuration");
        let config = self.git.config().map_err(doing)?;
        let shared = config.get_string("core.sharedRepository").unwrap_or_default().to_ascii_lowercase();
        Ok(match shared.as_str() {
            "group" | "true" | "1" | "yes" | "on" => Some(0o440),
            "all" | "world" | "everybody" | "2" => Some(0o444),
            octal if octal.len() == 4 && octal.starts_with('0') => {
                u32::from_str_radix(octal, 8).ok().map(|mode| (mode & 0o444) | 0o400)
            }
            _ => None,
        })
    }

    /// Reads an object of a kind; `what` says what it is, for messages.
    pub fn read(&self, id: ObjectId, kind: ObjectKind, what: &str) -> Result<Vec<u8>, GitError> {
        match self.read_limited(id, kind, u64::MAX, what)? {
            Limited::Content(content) => Ok(content),
            Limited::TooLarge => Err(GitError::Damaged { id, what: what.to_owned(), why: "it is too large" }),
        }
    }

    /// Reads an object unless it is larger than `limit`.
    pub fn read_limited(&self, id: ObjectId, kind: ObjectKind, limit: u64, what: &str) -> Result<Limited, GitError> {
        let (found, content) = self.read_any(id, limit, what)?;
        if found != kind {
            return Err(GitError::Damaged { id, what: what.to_owned(), why: "it is of another kind" });
        }
        Ok(content)
    }

    fn read_any(&self, id: ObjectId, limit: u64, what: &str) -> Result<(ObjectKind, Limited), GitError> {
        for objects in &self.object_folders {
            let loose = loose::read(objects, id, limit).map_err(GitError::io("read", loose::path(objects, id)))?;
            match loose {
                None => {}
                Some(Loose::Object { kind, content }) => return Ok((kind, Limited::Content(content))),
                Some(Loose::TooLarge { kind }) => return Ok((kind, Limited::TooLarge)),
                // Git and libgit2 look into packs first, so a copy in a pack heals it.
                Some(Loose::Damaged(why)) if !self.is_packed(id)? => {
                    return Err(GitError::Damaged { id, what: what.to_owned(), why });
                }
                Some(Loose::Damaged(_)) => break,
            }
        }
        self.read_packed(id, limit, what)
    }

    fn read_packed(&self, id: ObjectId, limit: u64, what: &str) -> Result<(ObjectKind, Limited), GitError> {
        let fail = |error: git2::Error| match error.code() {
            ErrorCode::NotFound => {
                let is_shallow = self.shallow_commits().is_ok_and(|commits| !commits.is_empty());
                GitError::Missing { id, what: what.to_owned(), is_shallow }
            }
            _ => GitError::Git { doing: format!("reading {what} ({id})"), error },
        };
        let database = self.git.odb().map_err(fail)?;
        let oid = oid(id).map_err(fail)?;
        if limit < u64::MAX {
            let (size, kind) = database.read_header(oid).map_err(fail)?;
            if size as u64 > limit {
                return Ok((object_kind(kind, id, what)?, Limited::TooLarge));
            }
        }
        let object = database.read(oid).map_err(fail)?;
        Ok((object_kind(object.kind(), id, what)?, Limited::Content(object.data().to_vec())))
    }

    fn is_packed(&self, id: ObjectId) -> Result<bool, GitError> {
        for objects in &self.object_folders {
            let folder = objects.join("pack");
            if pack_index::folder_holds(&folder, id).map_err(GitError::io("read", &folder))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub fn commit(&self, id: ObjectId) -> Result<Commit, GitError> {
        let content = self.read(id, ObjectKind::Commit, "a commit")?;
        parse_commit(&content).ok_or_else(|| malformed(id, "a commit"))
    }

    /// Reads a tree; `what` says which, for messages.
    pub fn tree(&self, id: ObjectId, what: &str) -> Result<Vec<TreeEntry>, GitError> {
        let content = self.read(id, ObjectKind::Tree, what)?;
        parse_tree(&content).ok_or_else(|| malformed(id, what))
    }

    /// Follows annotated tags down to a commit.
    pub fn peel_to_commit(&self, mut id: ObjectId, revision: &str) -> Result<ObjectId, GitError> {
        for _ in 0..10 {
            let (kind, content) = self.read_any(id, u64::MAX, revision)?;
            match (kind, content) {
                (ObjectKind::Commit, _) => return Ok(id),
                (ObjectKind::Tag, Limited::Content(content)) => {
                    id = parse_tag(&content).ok_or_else(|| malformed(id, "a tag"))?;
                }
                (ObjectKind::Tag | ObjectKind::Tree | ObjectKind::Blob, _) => break,
            }
        }
        Err(GitError::Revision { revision: revision.to_owned(), why: "it is a file or a folder".to_owned() })
    }

    /// The commit that a ref points at, through symbolic refs; none where there is no such ref, or none behind it.
    pub fn ref_target(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        let doing = || GitError::doing(format!("reading the ref {name}"));
        match self.git.find_reference(name) {
            Ok(reference) => match reference.resolve() {
                Ok(resolved) => Ok(resolved.target().map(object_id)),
                Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
                Err(error) => Err(doing()(error)),
            },
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(doing()(error)),
        }
    }

    /// Commits at which a shallow clone was cut: their parents are not here.
    pub fn shallow_commits(&self) -> Result<Vec<ObjectId>, GitError> {
        let path = self.common_dir().join("shallow");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().filter_map(ObjectId::parse).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(GitError::Io { doing: "read", path, source }),
        }
    }
}

/// The id as libgit2 has it.
pub fn oid(id: ObjectId) -> Result<Oid, git2::Error> {
    Oid::from_bytes(id.as_bytes())
}

/// The id as we have it.
pub fn object_id(oid: Oid) -> ObjectId {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&oid.as_bytes()[..20]);
    ObjectId::from_bytes(bytes)
}

fn object_kind(kind: git2::ObjectType, id: ObjectId, what: &str) -> Result<ObjectKind, GitError> {
    ObjectKind::from_word(kind.str().as_bytes()).ok_or_else(|| malformed(id, what))
}

fn malformed(id: ObjectId, what: &str) -> GitError {
    GitError::Damaged { id, what: what.to_owned(), why: "it is malformed" }
}

fn open_error(path: &Path, error: git2::Error) -> GitError {
    match error.code() {
        ErrorCode::NotFound => GitError::NoRepository(path.to_owned()),
        ErrorCode::Owner => GitError::Owner(path.to_owned()),
        _ => GitError::Git { doing: format!("opening the repository {}", path.display()), error },
    }
}

/// Refuses forms of repository that libgit2 cannot read, before it says so in words that help nobody.
fn check_format(git_dir: &Path) -> Result<(), GitError> {
    let common = common_dir(git_dir)?;
    let path = common.join("config");
    let config = git2::Config::open(&path).map_err(GitError::doing(format!("reading {}", path.display())))?;
    let is_set = |key: &str, plain: &str| {
        config.get_string(key).is_ok_and(|value| !value.is_empty() && !value.eq_ignore_ascii_case(plain))
    };
    let unsupported = |what, help| Err(GitError::Unsupported { path: common.clone(), what, help });
    if is_set("extensions.objectformat", "sha1") {
        return unsupported("stores SHA-256 objects, which libgit2 cannot read", "use a repository with SHA-1 objects");
    }
    if is_set("extensions.refstorage", "files") {
        return unsupported(
            "keeps its refs in a reftable, which libgit2 cannot read",
            "run `git refs migrate --ref-format=files`",
        );
    }
    if is_set("extensions.partialclone", "") {
        return unsupported(
            "is a partial clone, so objects may be missing that bayplan has to read",
            "clone without --filter; in CI set the checkout's filter to none",
        );
    }
    Ok(())
}

/// The folder that holds the configuration: that of the main repository where this is a linked work tree.
fn common_dir(git_dir: &Path) -> Result<PathBuf, GitError> {
    let pointer = git_dir.join("commondir");
    match fs::read_to_string(&pointer) {
        Ok(text) => Ok(git_dir.join(text.trim_end_matches(['\n', '\r']))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(git_dir.to_owned()),
        Err(source) => Err(GitError::Io { doing: "read", path: pointer, source }),
    }
}

/// Adds the object folders that `objects/info/alternates` names, and theirs.
fn add_alternates(folders: &mut Vec<PathBuf>) -> Result<(), GitError> {
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        let list = folder.join("info").join("alternates");
        let text = match fs::read_to_string(&list) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(GitError::Io { doing: "read", path: list, source }),
        };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let alternate = folder.join(line);
            if !alternate.is_dir() {
                return Err(GitError::Unsupported {
                    path: list,
                    what: "names a folder of borrowed objects that does not exist",
                    help: "restore that folder, or run `git repack -a -d` where it does and remove the line",
                });
            }
            if !folders.contains(&alternate) {
                folders.push(alternate);
            }
        }
    }
    Ok(())
}
