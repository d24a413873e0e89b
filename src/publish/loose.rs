//! Reads loose objects without libgit2.
//!
//! libgit2 1.9.7 never comes back from a loose object that was cut short, which is what a power cut leaves behind. So no loose
//! object is read through it: this module inflates the file itself and checks header, length and hash.

use super::object::{ObjectId, ObjectKind};
use flate2::bufread::ZlibDecoder;
use sha1::{Digest, Sha1};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// What a loose object file holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Loose {
    Object {
        kind: ObjectKind,
        content: Vec<u8>,
    },
    /// The object is larger than was asked for; its content was neither read nor checked.
    TooLarge {
        kind: ObjectKind,
    },
    Damaged(&'static str),
}

/// The file of a loose object below a folder `objects`.
pub fn path(objects: &Path, id: ObjectId) -> PathBuf {
    let name = id.to_string();
    objects.join(&name[..2]).join(&name[2..])
}

/// Reads the loose object, if there is one, up to a size.
pub fn read(objects: &Path, id: ObjectId, limit: u64) -> io::Result<Option<Loose>> {
    let file = match File::open(path(objects, id)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match inflate(BufReader::new(file), id, limit) {
        Ok(loose) => Ok(Some(loose)),
        Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof) => {
            Ok(Some(Loose::Damaged("it ends too early")))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            Ok(Some(Loose::Damaged("it is not compressed as it should be")))
        }
        Err(error) => Err(error),
    }
}

fn inflate(file: BufReader<File>, id: ObjectId, limit: u64) -> io::Result<Loose> {
    let mut inflated = BufReader::new(ZlibDecoder::new(file));
    let header = match read_header(&mut inflated)? {
        Some(header) => header,
        None => return Ok(Loose::Damaged("its header cannot be read")),
    };
    let Some((kind, size)) = parse_header(&header) else {
        return Ok(Loose::Damaged("its header cannot be read"));
    };
    if size > limit {
        return Ok(Loose::TooLarge { kind });
    }
    let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    inflated.take(size + 1).read_to_end(&mut content)?;
    if content.len() as u64 != size {
        return Ok(Loose::Damaged("its length is not the one in its header"));
    }
    let mut hasher = Sha1::new();
    hasher.update(&header);
    hasher.update([0]);
    hasher.update(&content);
    if ObjectId::from_bytes(hasher.finalize().into()) != id {
        return Ok(Loose::Damaged("its content is not the one that it is named for"));
    }
    Ok(Loose::Object { kind, content })
}

/// The bytes before the first NUL; none where there is none near.
fn read_header(inflated: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut header = Vec::with_capacity(16);
    let mut byte = [0];
    while header.len() < 32 {
        inflated.read_exact(&mut byte)?;
        if byte == [0] {
            return Ok(Some(header));
        }
        header.push(byte[0]);
    }
    Ok(None)
}

fn parse_header(header: &[u8]) -> Option<(ObjectKind, u64)> {
    let (kind, size) = std::str::from_utf8(header).ok()?.split_once(' ')?;
    Some((ObjectKind::from_word(kind.as_bytes())?, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::object::object_id;
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    fn store(objects: &Path, id: ObjectId, plain: &[u8], change: impl FnOnce(&mut Vec<u8>)) {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        let mut bytes = encoder.finish().unwrap();
        change(&mut bytes);
        let file = path(objects, id);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }

    #[test]
    fn damage_of_every_kind_is_seen_and_never_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let content: Vec<u8> =
            (0..5000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let id = object_id(ObjectKind::Blob, &content);
        let plain = [b"blob 20000\0".as_slice(), &content].concat();
        let read = |limit| read(folder.path(), id, limit).unwrap();

        assert_eq!(read(u64::MAX), None);
        store(folder.path(), id, &plain, |_| {});
        assert_eq!(read(20000), Some(Loose::Object { kind: ObjectKind::Blob, content: content.clone() }));
        assert_eq!(read(19999), Some(Loose::TooLarge { kind: ObjectKind::Blob }));

        for length in [0, 1, 5, 100, 10_000, 20_000] {
            store(folder.path(), id, &plain, |bytes| bytes.truncate(length));
            assert!(matches!(read(u64::MAX), Some(Loose::Damaged(_))), "cut to {length}");
        }
        for place in [0, 3, 40, 9_000] {
            store(folder.path(), id, &plain, |bytes| bytes[place] ^= 0x10);
            assert!(matches!(read(u64::MAX), Some(Loose::Damaged(_))), "flipped at {place}");
        }
        store(folder.path(), id, b"blob 3\0abcd", |_| {});
        assert_eq!(read(9), Some(Loose::Damaged("its length is not the one in its header")));
        store(folder.path(), id, b"blob 4\0abcd", |_| {});
        assert_eq!(read(9), Some(Loose::Damaged("its content is not the one that it is named for")));
        store(folder.path(), id, b"slug 4\0abcd", |_| {});
        assert_eq!(read(9), Some(Loose::Damaged("its header cannot be read")));
    }
}
