//! The bytes of a pack's entries: headers, and content that is compressed or stored.

use super::bases::{Role, Todo};
use crate::publish::delta;
use flate2::{Compress, Compression, FlushCompress, Status};
use std::io;

/// The kind of an object in a pack that is a delta against one that lies before it.
pub(super) const OFFSET_DELTA: u8 = 6;
/// Deltas up to this size are not compressed. They consist of what no two texts have in common: compression would take off a
/// tenth, and setting a compressor up costs more than making the delta did.
const LONGEST_STORED: usize = 256;

/// An object as a pack holds it, but for its header.
pub(super) struct Encoded {
    /// What it is a delta against, if it is one.
    pub(super) base: Option<usize>,
    /// Before compression.
    pub(super) size: usize,
    pub(super) compressed: Vec<u8>,
}

/// Compresses objects, in order.
pub(super) fn encode(objects: &[Todo]) -> io::Result<Vec<Encoded>> {
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
pub(super) fn push_header(bytes: &mut Vec<u8>, kind: u8, size: usize) {
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
pub(super) fn push_distance(bytes: &mut Vec<u8>, mut distance: u64) {
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
    use super::*;
    use crate::publish::object::ObjectKind;
    use std::io::Read;

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
}
