//! Writes new objects as one pack and its index.
//!
//! Takes objects with their ids; gives a pack on disk that no one sees until it is installed. Objects are compressed in
//! parallel, each once, and no object is read back. A file is stored as a delta against the first one of its shape in the pack,
//! so that chains are one long; all others are stored whole.

mod bases;
mod encode;

use super::error::GitError;
use super::object::{ObjectId, ObjectKind};
use super::pack_index::{self, IndexEntry};
use super::temporary::{KeepFile, TemporaryFile, pack_path};
use bases::{Bases, Role};
use encode::{Encoded, OFFSET_DELTA, encode, push_distance, push_header};
use flate2::Crc;
use rayon::prelude::*;
use sha1::{Digest, Sha1};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Objects that one thread compresses in one go.
const OBJECTS_PER_TASK: usize = 256;

/// An object to store. Its id must be that of its content.
#[derive(Debug)]
pub struct NewObject {
    pub id: ObjectId,
    pub kind: ObjectKind,
    pub content: Vec<u8>,
}

/// A pack that is being written under a temporary name.
pub struct PackWriter {
    folder: PathBuf,
    /// The mode of pack and index; none leaves it to the umask.
    mode: Option<u32>,
    temporary: TemporaryFile,
    offset: u64,
    entries: Vec<IndexEntry>,
    /// Ids in this pack: no object may be in a pack twice. Only asked, never iterated.
    written: HashSet<ObjectId>,
    bases: Bases,
}

impl PackWriter {
    /// Opens a pack in a folder `objects/pack`, which says at once whether it can be written to.
    pub fn create(folder: &Path, mode: Option<u32>) -> Result<Self, GitError> {
        fs::create_dir_all(folder).map_err(GitError::io("make the folder", folder))?;
        let mut temporary = TemporaryFile::create(folder, "pack")?;
        // The number of objects is filled in at the end.
        let header = [b"PACK".as_slice(), &2_u32.to_be_bytes(), &0_u32.to_be_bytes()].concat();
        temporary.file().write_all(&header).map_err(GitError::io("write to", folder))?;
        Ok(PackWriter {
            folder: folder.to_owned(),
            mode,
            temporary,
            offset: header.len() as u64,
            entries: Vec::new(),
            written: HashSet::new(),
            bases: Bases::default(),
        })
    }

    /// Compresses and appends objects, but for those that the pack already holds.
    pub fn append(&mut self, mut objects: Vec<NewObject>) -> Result<(), GitError> {
        objects.retain(|object| self.written.insert(object.id));
        let todo = self.bases.choose(objects);
        let encoded: io::Result<Vec<Vec<Encoded>>> = todo.par_chunks(OBJECTS_PER_TASK).map(encode).collect();
        let encoded = encoded.map_err(GitError::io("compress objects for", self.temporary.path()))?;
        let mut bytes = Vec::new();
        for (todo, encoded) in todo.iter().zip(encoded.into_iter().flatten()) {
            let offset = self.offset + bytes.len() as u64;
            let start = bytes.len();
            match encoded.base.and_then(|base| self.bases.offset(base)) {
                Some(base) => {
                    push_header(&mut bytes, OFFSET_DELTA, encoded.size);
                    push_distance(&mut bytes, offset - base);
                }
                None => push_header(&mut bytes, todo.object.kind.pack_number(), encoded.size),
            }
            bytes.extend_from_slice(&encoded.compressed);
            if let Role::Base(number) = todo.role {
                self.bases.set_offset(number, offset);
            }
            let mut crc = Crc::new();
            crc.update(&bytes[start..]);
            self.entries.push(IndexEntry { id: todo.object.id, crc: crc.sum(), offset });
        }
        self.temporary.file().write_all(&bytes).map_err(GitError::io("write to", &self.folder))?;
        self.offset += bytes.len() as u64;
        Ok(())
    }

    /// Completes pack and index and brings both to disk, still under temporary names.
    pub fn finish(mut self) -> Result<SealedPack, GitError> {
        let checksum = self.seal().map_err(GitError::io("write to", &self.folder))?;
        self.temporary.sync()?;
        let mut index = TemporaryFile::create(&self.folder, "idx")?;
        let bytes = pack_index::write(&mut self.entries, checksum);
        index.file().write_all(&bytes).map_err(GitError::io("write to", &self.folder))?;
        index.sync()?;
        if let Some(mode) = self.mode {
            self.temporary.set_mode(mode)?;
            index.set_mode(mode)?;
        }
        Ok(SealedPack { folder: self.folder, pack: self.temporary, index, checksum })
    }

    /// Fills in the number of objects and appends the checksum over the whole pack, which covers that number: hence one
    /// reading pass, from the page cache.
    fn seal(&mut self) -> io::Result<ObjectId> {
        let count = u32::try_from(self.entries.len())
            .map_err(|_| io::Error::new(io::ErrorKind::FileTooLarge, "too many objects for one pack"))?;
        let file = self.temporary.file();
        file.seek(SeekFrom::Start(8))?;
        file.write_all(&count.to_be_bytes())?;
        file.seek(SeekFrom::Start(0))?;
        let mut hasher = Sha1::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                length => hasher.update(&buffer[..length]),
            }
        }
        let checksum: [u8; 20] = hasher.finalize().into();
        file.write_all(&checksum)?;
        Ok(ObjectId::from_bytes(checksum))
    }
}

/// A complete pack with its index, on disk under temporary names; dropping it removes both.
#[derive(Debug)]
pub struct SealedPack {
    folder: PathBuf,
    pack: TemporaryFile,
    index: TemporaryFile,
    checksum: ObjectId,
}

/// A pack that everyone sees and that `git gc` leaves alone until this is dropped.
#[derive(Debug)]
pub struct InstalledPack {
    _keep: KeepFile,
}

impl SealedPack {
    /// Gives both files their names, the pack first since git takes an index as the sign of a complete pack. None where
    /// someone swept the temporary files away.
    ///
    /// Once installed a pack is never removed again: another publisher of the same source may have made the very same one and
    /// rely on it.
    pub fn install(self) -> Result<Option<InstalledPack>, GitError> {
        if !self.pack.is_there() || !self.index.is_there() {
            return Ok(None);
        }
        let pack = pack_path(&self.folder, self.checksum);
        let keep = KeepFile::create(&self.folder, &pack)?;
        self.pack.rename(&pack)?;
        self.index.rename(&pack.with_extension("idx"))?;
        sync_folder(&self.folder)?;
        Ok(Some(InstalledPack { _keep: keep }))
    }
}

/// Brings the names in a folder to disk.
pub fn sync_folder(folder: &Path) -> Result<(), GitError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(GitError::io("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::super::object::object_id;
    use super::*;

    #[test]
    fn an_object_given_twice_is_stored_once_and_a_dropped_pack_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let object = |text: &str| NewObject {
            id: object_id(ObjectKind::Blob, text.as_bytes()),
            kind: ObjectKind::Blob,
            content: text.as_bytes().to_vec(),
        };
        let mut pack = PackWriter::create(folder.path(), None).unwrap();
        pack.append(vec![object("a"), object("a")]).unwrap();
        pack.append(vec![object("a"), object("b")]).unwrap();
        assert_eq!(pack.entries.len(), 2);
        drop(pack.finish().unwrap());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
