//! Pack index files (`.idx`, version 2): writing ours, and asking any whether it holds an object.

use super::object::ObjectId;
use sha1::{Digest, Sha1};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

const SIGNATURE: [u8; 8] = [0xFF, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT_END: u64 = 8 + 256 * 4;
/// Offsets from here on go to a table of their own.
const LARGE_OFFSET: u64 = 1 << 31;

/// One object of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexEntry {
    pub id: ObjectId,
    /// CRC-32 of the object's bytes in the pack, header and all.
    pub crc: u32,
    pub offset: u64,
}

/// The bytes of the index of a pack with these entries. Sorts them.
pub fn write(entries: &mut [IndexEntry], pack_checksum: ObjectId) -> Vec<u8> {
    entries.sort_unstable_by_key(|entry| entry.id);
    let mut index = Vec::with_capacity(1100 + entries.len() * 28);
    index.extend_from_slice(&SIGNATURE);
    let mut count = 0_u32;
    let mut rest = entries.iter().peekable();
    for first_byte in 0..=u8::MAX {
        while rest.next_if(|entry| entry.id.as_bytes()[0] == first_byte).is_some() {
            count += 1;
        }
        index.extend_from_slice(&count.to_be_bytes());
    }
    for entry in entries.iter() {
        index.extend_from_slice(entry.id.as_bytes());
    }
    for entry in entries.iter() {
        index.extend_from_slice(&entry.crc.to_be_bytes());
    }
    let mut large: Vec<u64> = Vec::new();
    for entry in entries.iter() {
        let offset = match u32::try_from(entry.offset) {
            Ok(offset) if entry.offset < LARGE_OFFSET => offset,
            _ => {
                large.push(entry.offset);
                // The high bit says that the rest is a place in the table of large offsets.
                0x8000_0000 | u32::try_from(large.len() - 1).unwrap_or(u32::MAX)
            }
        };
        index.extend_from_slice(&offset.to_be_bytes());
    }
    for offset in large {
        index.extend_from_slice(&offset.to_be_bytes());
    }
    index.extend_from_slice(pack_checksum.as_bytes());
    let checksum: [u8; 20] = Sha1::digest(&index).into();
    index.extend_from_slice(&checksum);
    index
}

/// The checksum of the pack that an index file is for; none where the file is too short for one.
pub fn pack_checksum(index: &Path) -> io::Result<Option<ObjectId>> {
    let mut file = File::open(index)?;
    if file.metadata()?.len() < FANOUT_END + 40 {
        return Ok(None);
    }
    let mut checksum = [0; 20];
    file.seek(SeekFrom::End(-40))?;
    file.read_exact(&mut checksum)?;
    Ok(Some(ObjectId::from_bytes(checksum)))
}

/// Whether any complete pack in a folder holds the object. Reads a few bytes of each index.
pub fn folder_holds(folder: &Path, id: ObjectId) -> io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let is_index = path.extension().is_some_and(|extension| extension == "idx");
        if is_index && path.with_extension("pack").exists() && holds(&path, id)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A binary search in the file. Indexes of another version, which git no longer writes, hold nothing.
fn holds(index: &Path, id: ObjectId) -> io::Result<bool> {
    let mut file = File::open(index)?;
    let mut head = [0; 8];
    if file.read_exact(&mut head).is_err() || head != SIGNATURE {
        return Ok(false);
    }
    let mut number = |place: u64| -> io::Result<u64> {
        let mut bytes = [0; 4];
        file.seek(SeekFrom::Start(place))?;
        file.read_exact(&mut bytes)?;
        Ok(u64::from(u32::from_be_bytes(bytes)))
    };
    let first_byte = u64::from(id.as_bytes()[0]);
    let mut low = if first_byte == 0 { 0 } else { number(8 + (first_byte - 1) * 4)? };
    let mut high = number(8 + first_byte * 4)?;
    while low < high {
        let middle = low + (high - low) / 2;
        let mut found = [0; 20];
        file.seek(SeekFrom::Start(FANOUT_END + middle * 20))?;
        file.read_exact(&mut found)?;
        match found.cmp(id.as_bytes()) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::super::object::{ObjectKind, object_id};
    use super::*;

    #[test]
    fn an_index_finds_what_it_holds_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let id = |number: u32| object_id(ObjectKind::Blob, &number.to_be_bytes());
        let mut entries: Vec<IndexEntry> =
            (0..500).map(|number| IndexEntry { id: id(number), crc: number, offset: 12 + u64::from(number) }).collect();
        let checksum = id(1000);
        std::fs::write(folder.path().join("pack-a.idx"), write(&mut entries, checksum)).unwrap();
        assert!(!folder_holds(folder.path(), id(0)).unwrap(), "an index without its pack counts for nothing");
        std::fs::write(folder.path().join("pack-a.pack"), b"").unwrap();
        for number in 0..500 {
            assert!(folder_holds(folder.path(), id(number)).unwrap());
            assert!(!folder_holds(folder.path(), id(number + 500)).unwrap());
        }
        assert_eq!(pack_checksum(&folder.path().join("pack-a.idx")).unwrap(), Some(checksum));
    }

    #[test]
    fn offsets_over_two_gigabytes_go_to_the_large_table() {
        let id = |byte: u8| ObjectId::from_bytes([byte; 20]);
        let mut entries = [
            IndexEntry { id: id(2), crc: 0, offset: 5 << 30 },
            IndexEntry { id: id(1), crc: 0, offset: (1 << 31) - 1 },
            IndexEntry { id: id(3), crc: 0, offset: 1 << 31 },
        ];
        let index = write(&mut entries, id(9));
        let offsets = &index[8 + 1024 + 3 * 24..index.len() - 40];
        let expected = [
            &[0x7F, 0xFF, 0xFF, 0xFF][..],
            &[0x80, 0, 0, 0],
            &[0x80, 0, 0, 1],
            &(5_u64 << 30).to_be_bytes(),
            &(1_u64 << 31).to_be_bytes(),
        ];
        assert_eq!(offsets, expected.concat());
    }
}
