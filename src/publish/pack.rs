//! Writes new objects as one pack and its index.
//!
//! Takes objects with their ids; gives a pack on disk that no one sees until it is installed. Objects are compressed in
//! parallel, each once, and no object is read back. A file is stored as a delta against the first one of its shape in the pack,
//! so that chains are one long; all others are stored whole.

use super::delta;
use super::error::GitError;
use super::object::{ObjectId, ObjectKind};
use super::pack_index::{self, IndexEntry};
use super::temporary::{KeepFile, TemporaryFile, pack_path};
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use rayon::prelude::*;
use sha1::{Digest, Sha1};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Objects that one thread compresses in one go.
const OBJECTS_PER_TASK: usize = 256;

/// The kind of an object in a pack that is a delta against one that lies before it.
const OFFSET_DELTA: u8 = 6;
/// Files of other sizes are stored whole: deltas of smaller ones gain nothing, and larger ones are rare.
const APT_SIZES: RangeInclusive<usize> = 64..=64 * 1024;
/// Deltas up to this size are not compressed. They consist of what no two texts have in common: compression would take off a
/// tenth, and setting a compressor up costs more than making the delta did.
const LONGEST_STORED: usize = 256;
/// Bases that are kept in memory, in bytes.
const MAX_BASES_SIZE: usize = 32 * 1024 * 1024;

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

/// The first file of each shape in the pack.
#[derive(Default)]
struct Bases {
    /// Number of the base by shape. Only asked, never iterated.
    by_shape: HashMap<u64, usize>,
    bases: Vec<Base>,
    /// Sum of the bases' sizes.
    size: usize,
}

struct Base {
    text: Arc<[u8]>,
    /// Where it lies in the pack, once it does.
    offset: Option<u64>,
}

/// An object to store, and how.
struct Todo {
    object: NewObject,
    role: Role,
}

enum Role {
    /// Of no shape that is kept.
    Alone,
    /// The first of its shape: the base with this number.
    Base(usize),
    /// Like a base.
    Like(usize, Arc<[u8]>),
}

impl Bases {
    /// Says how each object is stored, in order.
    fn choose(&mut self, objects: Vec<NewObject>) -> Vec<Todo> {
        let is_apt = |object: &NewObject| object.kind == ObjectKind::Blob && APT_SIZES.contains(&object.content.len());
        let shapes: Vec<Option<u64>> =
            objects.par_iter().map(|object| is_apt(object).then(|| delta::shape(&object.content))).collect();
        let roles = objects.into_iter().zip(shapes);
        roles
            .map(|(object, shape)| {
                let role = shape.map_or(Role::Alone, |shape| self.role(shape, &object.content));
                Todo { object, role }
            })
            .collect()
    }

    fn role(&mut self, shape: u64, content: &[u8]) -> Role {
        if let Some(number) = self.by_shape.get(&shape) {
            return Role::Like(*number, Arc::clone(&self.bases[*number].text));
        }
        if self.size + content.len() > MAX_BASES_SIZE {
            return Role::Alone;
        }
        let number = self.bases.len();
        self.by_shape.insert(shape, number);
        self.bases.push(Base { text: content.into(), offset: None });
        self.size += content.len();
        Role::Base(number)
    }

    fn offset(&self, number: usize) -> Option<u64> {
        self.bases.get(number)?.offset
    }

    fn set_offset(&mut self, number: usize, offset: u64) {
        if let Some(base) = self.bases.get_mut(number) {
            base.offset = Some(offset);
        }
    }
}

/// An object as a pack holds it, but for its header.
struct Encoded {
    /// What it is a delta against, if it is one.
    base: Option<usize>,
    /// Before compression.
    size: usize,
    compressed: Vec<u8>,
}

fn encode(objects: &[Todo]) -> io::Result<Vec<Encoded>> {
    // Level 1: manifests are small, and what better levels gain is less than what a repack gains later.
    let mut compress = Compress::new(Compression::new(1), true);
    let mut encoded = Vec::with_capacity(objects.len());
    for Todo { object, role } in objects {
        let delta = match role {
            Role::Like(base, text) => delta::delta(text, &object.content).map(|delta| (*base, delta)),
            Role::Alone | Role::Base(_) => None,
        };
        let (base, content) = match &delta {
            Some((base, delta)) => (Some(*base), delta),
            None => (None, &object.content),
        };
        let mut compressed = Vec::new();
        if base.is_some() && content.len() <= LONGEST_STORED {
            store(content, &mut compressed);
        } else {
            deflate(&mut compress, content, &mut compressed)?;
        }
        encoded.push(Encoded { base, size: content.len(), compressed });
    }
    Ok(encoded)
}

/// Kind and size: four bits of size beside the kind, then seven a byte.
fn push_header(bytes: &mut Vec<u8>, kind: u8, size: usize) {
    let mut byte = kind << 4 | (size & 0x0F) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        bytes.push(byte | 0x80);
        byte = (rest & 0x7F) as u8;
        rest >>= 7;
    }
    bytes.push(byte);
}

/// How far back a base lies: seven bits a byte, highest first, each byte but the last standing for one more.
fn push_distance(bytes: &mut Vec<u8>, mut distance: u64) {
    let mut reversed = vec![(distance & 0x7F) as u8];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        reversed.push((distance & 0x7F) as u8 | 0x80);
        distance >>= 7;
    }
    bytes.extend(reversed.into_iter().rev());
}

/// Writes a zlib stream (RFC 1950) of one block that is not compressed; the content must be shorter than 64 KiB.
fn store(content: &[u8], bytes: &mut Vec<u8>) {
    let length = content.len() as u16;
    bytes.reserve_exact(content.len() + 11);
    // A window of 32 KiB and the fastest level; then the last block, of the stored kind.
    bytes.extend_from_slice(&[0x78, 0x01, 0x01]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&(!length).to_le_bytes());
    bytes.extend_from_slice(content);
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in content {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    bytes.extend_from_slice(&(high << 16 | low).to_be_bytes());
}

fn deflate(compress: &mut Compress, content: &[u8], bytes: &mut Vec<u8>) -> io::Result<()> {
    compress.reset();
    bytes.reserve(content.len() + 64);
    loop {
        let done = usize::try_from(compress.total_in()).unwrap_or(usize::MAX).min(content.len());
        match compress.compress_vec(&content[done..], bytes, FlushCompress::Finish)? {
            Status::StreamEnd => return Ok(()),
            Status::Ok | Status::BufError => bytes.reserve(content.len() / 2 + 256),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::object_id;
    use super::*;

    #[test]
    fn headers_hold_sizes_of_any_length() {
        let header = |size| {
            let mut bytes = Vec::new();
            push_header(&mut bytes, ObjectKind::Blob.pack_number(), size);
            bytes
        };
        assert_eq!(header(0), [0x30]);
        assert_eq!(header(15), [0x3F]);
        assert_eq!(header(16), [0xB0, 0x01]);
        assert_eq!(header(2048), [0xB0, 0x80, 0x01]);
    }

    #[test]
    fn distances_are_written_as_git_reads_them() {
        // As in git's unpack_entry: each byte after the first adds one before it shifts.
        let read = |bytes: &[u8]| {
            let first = u64::from(bytes[0] & 0x7F);
            bytes[1..].iter().fold(first, |distance, byte| (distance + 1) << 7 | u64::from(byte & 0x7F))
        };
        for distance in [1, 127, 128, 255, 16_511, 16_512, 2_113_663, 2_113_664, 1 << 40] {
            let mut bytes = Vec::new();
            push_distance(&mut bytes, distance);
            assert_eq!(read(&bytes), distance);
            let marks: Vec<bool> = bytes.iter().map(|byte| byte & 0x80 != 0).collect();
            assert!(marks.iter().rev().skip(1).all(|mark| *mark) && !marks[marks.len() - 1]);
        }
    }

    #[test]
    fn content_that_does_not_shrink_is_written_whole() {
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(100_000)
        .collect();
        for content in [&noise[..], b"", b"a"] {
            let mut bytes = Vec::new();
            deflate(&mut Compress::new(Compression::new(1), true), content, &mut bytes).unwrap();
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&bytes[..]).read_to_end(&mut back).unwrap();
            assert_eq!(back, content);
        }
    }

    #[test]
    fn what_is_stored_uncompressed_is_a_zlib_stream() {
        for length in [0, 1, 255, LONGEST_STORED, 60_000] {
            let content: Vec<u8> = (0..length).map(|number| (number % 251) as u8 ^ 0xA5).collect();
            let mut bytes = Vec::new();
            store(&content, &mut bytes);
            let mut back = Vec::new();
            flate2::read::ZlibDecoder::new(&bytes[..]).read_to_end(&mut back).unwrap();
            assert_eq!(back, content);
        }
    }

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
