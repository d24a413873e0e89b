//! The bytes of the schema table: written by `tools/schema-table`, read here.
//!
//! All numbers are LEB128. A text is its length and its bytes. The file is a magic line, the index, the number of chunks, and
//! the chunks; the index and each chunk are deflated on their own, so that a run inflates only what it needs.

use super::arena::{Arena, Facets, Format, Kind, Node, NodeId, PropertyNode, required};
use flate2::Compression;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use std::collections::BTreeMap;
use std::io::Read;

/// First bytes of the table; the number counts the changes of its form.
pub const MAGIC: &[u8] = b"bayplan schema table 1\n";

/// What is wrong with a table: a bug of the tool that wrote it, or a damaged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the schema table is damaged: {0}")]
pub struct TableError(pub &'static str);

/// Writes numbers and texts.
#[derive(Debug, Default)]
pub struct Writer {
    pub bytes: Vec<u8>,
}

impl Writer {
    pub fn number(&mut self, number: impl TryInto<u64>) {
        let mut rest = number.try_into().unwrap_or(u64::MAX);
        while rest >= 0x80 {
            self.bytes.push((rest & 0x7F) as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    pub fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Deflates `bytes` and writes the result after both lengths.
    pub fn deflated(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let mut packed = Vec::new();
        DeflateEncoder::new(bytes, Compression::best()).read_to_end(&mut packed)?;
        self.number(bytes.len());
        self.number(packed.len());
        self.bytes.extend(packed);
        Ok(())
    }
}

/// Reads what [`Writer`] wrote.
#[derive(Debug, Clone)]
pub struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Reader { bytes }
    }

    pub fn byte(&mut self) -> Result<u8, TableError> {
        let (first, rest) = self.bytes.split_first().ok_or(TableError("it ends too early"))?;
        self.bytes = rest;
        Ok(*first)
    }

    pub fn take(&mut self, length: usize) -> Result<&'b [u8], TableError> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(TableError("it ends too early"))?;
        self.bytes = rest;
        Ok(taken)
    }

    pub fn number<N: TryFrom<u64>>(&mut self) -> Result<N, TableError> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return N::try_from(number).map_err(|_| TableError("a number is too large"));
            }
        }
        Err(TableError("a number does not end"))
    }

    pub fn text(&mut self) -> Result<&'b str, TableError> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| TableError("a text is no UTF-8"))
    }

    /// The bytes that [`Writer::deflated`] wrote, still deflated.
    pub fn deflated(&mut self) -> Result<Deflated<'b>, TableError> {
        let length = self.number()?;
        let packed_length = self.number()?;
        Ok(Deflated { length, packed: self.take(packed_length)? })
    }
}

/// A part of the table that was not looked at yet.
#[derive(Debug, Clone, Copy)]
pub struct Deflated<'b> {
    length: usize,
    packed: &'b [u8],
}

impl Deflated<'_> {
    pub fn inflate(&self) -> Result<Vec<u8>, TableError> {
        // A damaged length may not take all memory.
        let mut bytes = Vec::with_capacity(self.length.min(1 << 20));
        DeflateDecoder::new(self.packed)
            .take(self.length as u64)
            .read_to_end(&mut bytes)
            .map_err(|_| TableError("a part cannot be inflated"))?;
        if bytes.len() == self.length { Ok(bytes) } else { Err(TableError("a part is too short")) }
    }
}

/// Writes a chunk.
pub fn encode(arena: &Arena) -> serde_json::Result<Vec<u8>> {
    let mut writer = Writer::default();
    let names: BTreeMap<&str, usize> = {
        let mut names: Vec<&str> = arena.properties.iter().map(|property| &*property.name).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().zip(0..).collect()
    };
    writer.number(names.len());
    for name in names.keys() {
        writer.text(name);
    }
    writer.number(arena.properties.len());
    for property in &arena.properties {
        let name = names.get(&*property.name).copied().unwrap_or(usize::MAX);
        writer.number(name * 2 + usize::from(property.required));
        write_id(&mut writer, property.schema);
    }
    writer.number(arena.facets.len());
    for facets in &arena.facets {
        writer.text(&serde_json::to_string(facets)?);
    }
    writer.number(arena.nodes.len());
    for node in &arena.nodes {
        write_node(&mut writer, node);
    }
    Ok(writer.bytes)
}

/// Reads a chunk.
pub fn decode(bytes: &[u8]) -> Result<Arena, TableError> {
    let mut reader = Reader::new(bytes);
    let names: Vec<&str> = list(&mut reader, Reader::text)?;
    let properties = list(&mut reader, |reader| {
        let number: usize = reader.number()?;
        let name = names.get(number / 2).ok_or(TableError("a field has no name"))?;
        Ok(PropertyNode::new(name, number % 2 == 1, read_id(reader)?))
    })?;
    let facets = list(&mut reader, |reader| {
        serde_json::from_str::<Facets>(reader.text()?).map_err(|_| TableError("facets are no JSON"))
    })?;
    let nodes = list(&mut reader, |reader| read_node(reader, &properties))?;
    Ok(Arena { nodes, properties, facets })
}

/// Reads a count and that many items.
pub fn list<'b, T>(
    reader: &mut Reader<'b>,
    mut item: impl FnMut(&mut Reader<'b>) -> Result<T, TableError>,
) -> Result<Vec<T>, TableError> {
    let count: usize = reader.number()?;
    (0..count).map(|_| item(reader)).collect()
}

pub fn write_id(writer: &mut Writer, id: NodeId) {
    writer.number(id.chunk);
    writer.number(id.index);
}

pub fn read_id(reader: &mut Reader<'_>) -> Result<NodeId, TableError> {
    Ok(NodeId { chunk: reader.number()?, index: reader.number()? })
}

const HAS_ITEMS: u8 = 1 << 4;
const HAS_FACETS: u8 = 1 << 5;

fn write_node(writer: &mut Writer, node: &Node) {
    let position = |found: Option<usize>| found.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
    writer.bytes.push(position(Kind::ALL.iter().position(|kind| *kind == node.kind)));
    writer.bytes.push(position(Format::ALL.iter().position(|(format, _)| *format == node.format)));
    let flags = [node.nullable, node.open, node.embedded_resource, node.object_meta];
    let mut bits = flags.iter().rev().fold(0, |bits, flag| bits << 1 | u8::from(*flag));
    bits |= if node.items.is_some() { HAS_ITEMS } else { 0 };
    bits |= if node.facets.is_some() { HAS_FACETS } else { 0 };
    writer.bytes.push(bits);
    writer.number(node.properties.start);
    writer.number(node.properties.len());
    if let Some(items) = node.items {
        write_id(writer, items);
    }
    if let Some(facets) = node.facets {
        writer.number(facets);
    }
}

fn read_node(reader: &mut Reader<'_>, properties: &[PropertyNode]) -> Result<Node, TableError> {
    let kind = Kind::ALL.get(usize::from(reader.byte()?)).ok_or(TableError("a kind is unknown"))?;
    let (format, _) = Format::ALL.get(usize::from(reader.byte()?)).ok_or(TableError("a format is unknown"))?;
    let bits = reader.byte()?;
    let start: u32 = reader.number()?;
    let length: u32 = reader.number()?;
    let own = start..start.saturating_add(length);
    let fields = properties.get(own.start as usize..own.end as usize).unwrap_or_default();
    Ok(Node {
        kind: *kind,
        format: *format,
        nullable: bits & 1 != 0,
        open: bits & 2 != 0,
        embedded_resource: bits & 4 != 0,
        object_meta: bits & 8 != 0,
        properties: own,
        required: required(fields),
        items: if bits & HAS_ITEMS != 0 { Some(read_id(reader)?) } else { None },
        facets: if bits & HAS_FACETS != 0 { Some(reader.number()?) } else { None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::build::Builder;
    use proptest::prelude::*;
    use serde_json::json;

    fn sample() -> Arena {
        let mut builder = Builder::new(3, |name| (name == "other").then_some(NodeId { chunk: 9, index: 300 }));
        builder.reserve(1);
        builder.define(
            0,
            &json!({"type": "object", "required": ["b"], "properties": {
                "a": {"type": "string", "enum": ["x", "y"], "pattern": "^[a-z]+$", "nullable": true},
                "b": {"$ref": "other"},
                "c": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
                      "items": {"type": "object", "properties": {"k": {"type": "integer", "format": "int32", "default": 1}}}},
                "d": {"type": "object", "additionalProperties": {"type": "quantity"}},
            }}),
        );
        builder.finish()
    }

    fn shown(arena: &Arena) -> String {
        let facets: Vec<String> = arena.facets.iter().filter_map(|facets| serde_json::to_string(facets).ok()).collect();
        format!("{:?} {:?} {facets:?}", arena.nodes, arena.properties)
    }

    #[test]
    fn what_is_written_is_read() {
        let arena = sample();
        let bytes = encode(&arena).unwrap();
        assert_eq!(shown(&decode(&bytes).unwrap()), shown(&arena));
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "{length} bytes");
        }
        let mut writer = Writer::default();
        writer.deflated(&bytes).unwrap();
        assert_eq!(Reader::new(&writer.bytes).deflated().unwrap().inflate().unwrap(), bytes);
    }

    proptest! {
        #[test]
        fn numbers_round_trip(number: u64) {
            let mut writer = Writer::default();
            writer.number(number);
            prop_assert_eq!(Reader::new(&writer.bytes).number::<u64>(), Ok(number));
        }

        #[test]
        fn damaged_chunks_are_refused_or_read_but_nothing_worse(place: usize, byte: u8) {
            let mut bytes = encode(&sample()).unwrap();
            let place = place % bytes.len();
            bytes[place] = byte;
            if let Ok(arena) = decode(&bytes) {
                for node in &arena.nodes {
                    arena.properties(node);
                    arena.facets(node);
                }
            }
        }
    }
}
