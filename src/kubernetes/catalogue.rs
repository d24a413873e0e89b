//! The schema table that is built in: which kinds each Kubernetes minor serves, their scopes and schemas.
//!
//! `table.bin` is made by `tools/schema-table` (its README names the one command) from registry packages; `table.json` beside it
//! records which. The index is inflated when a kind is first asked for, each chunk of schemas when a node of it is.

use super::arena::{Arena, NodeId};
use super::encoding::{Deflated, MAGIC, Reader, TableError, decode, list, read_id};
use super::minor::Minor;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

/// Whether objects of a kind lie in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    Namespaced,
    Cluster,
}

/// One kind in one API version, over all minors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindHistory {
    /// `apps/v1`, or `v1`.
    pub api_version: Box<str>,
    pub kind: Box<str>,
    /// The name in URLs, such as `deployments`.
    pub plural: Box<str>,
    pub scope: Scope,
    /// A custom kind that clusters often have; it is there in every minor.
    pub custom: bool,
    /// The minors that serve it, in order; nearly always one range.
    pub served: Vec<RangeInclusive<Minor>>,
    /// Its schema from that minor on, in order.
    pub schemas: Vec<(Minor, NodeId)>,
}

impl KindHistory {
    pub fn is_served(&self, minor: Minor) -> bool {
        self.served.iter().any(|range| range.contains(&minor))
    }

    /// The last minor that serves it, where that is before `minor`.
    pub fn last_before(&self, minor: Minor) -> Option<Minor> {
        self.served.iter().map(|range| *range.end()).filter(|last| *last < minor).max()
    }

    /// The first minor that serves it, where that is after `minor`.
    pub fn first_after(&self, minor: Minor) -> Option<Minor> {
        self.served.iter().map(|range| *range.start()).filter(|first| *first > minor).min()
    }

    pub(super) fn schema(&self, minor: Minor) -> Option<NodeId> {
        self.schemas.iter().rev().find(|(first, _)| *first <= minor).map(|(_, id)| *id)
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        group(&self.api_version)
    }
}

/// The group of an `apiVersion`; empty for the core group.
pub fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The whole table.
#[derive(Debug)]
pub struct Catalogue {
    kinds: Vec<KindHistory>,
    object_meta: NodeId,
    chunks: Vec<Chunk>,
}

#[derive(Debug)]
struct Chunk {
    packed: Deflated<'static>,
    arena: OnceLock<Arena>,
}

static TABLE: &[u8] = include_bytes!("table.bin");
static BUILT_IN: OnceLock<Catalogue> = OnceLock::new();

impl Catalogue {
    /// The table in this program. A damaged one would serve nothing; the tests hold that it is whole.
    pub fn built_in() -> &'static Self {
        BUILT_IN.get_or_init(|| Catalogue::read(TABLE).unwrap_or_else(|_| Catalogue::empty()))
    }

    /// Whether any run of this process has read the table yet.
    pub fn is_loaded() -> bool {
        BUILT_IN.get().is_some()
    }

    fn empty() -> Self {
        Catalogue { kinds: Vec::new(), object_meta: NodeId { chunk: 0, index: 0 }, chunks: Vec::new() }
    }

    /// Reads the index of a table; the chunks stay deflated.
    pub fn read(table: &'static [u8]) -> Result<Self, TableError> {
        let mut reader = Reader::new(table);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(TableError("it is of another form"));
        }
        let index = reader.deflated()?.inflate()?;
        let chunks = list(&mut reader, |reader| Ok(Chunk { packed: reader.deflated()?, arena: OnceLock::new() }))?;
        let mut reader = Reader::new(&index);
        let object_meta = read_id(&mut reader)?;
        let kinds = list(&mut reader, read_kind)?;
        Ok(Catalogue { kinds, object_meta, chunks })
    }

    /// Every kind that any minor from 1.11 on served, in order of API version and kind.
    pub fn kinds(&self) -> &[KindHistory] {
        &self.kinds
    }

    pub fn kind(&self, api_version: &str, kind: &str) -> Option<&KindHistory> {
        let place =
            self.kinds.binary_search_by(|known| (&*known.api_version, &*known.kind).cmp(&(api_version, kind))).ok()?;
        self.kinds.get(place)
    }

    /// How many chunks were inflated up to now, and how many there are.
    pub fn inflated(&self) -> (usize, usize) {
        (self.chunks.iter().filter(|chunk| chunk.arena.get().is_some()).count(), self.chunks.len())
    }

    /// Reads every chunk, to see that the table is whole.
    pub fn verify(&self) -> Result<(), TableError> {
        for chunk in &self.chunks {
            decode(&chunk.packed.inflate()?)?;
        }
        Ok(())
    }

    /// The schema of `metadata`, which is the same in all minors.
    pub(super) fn object_meta(&self) -> NodeId {
        self.object_meta
    }

    /// A chunk; one that does not exist or is damaged is empty.
    pub(super) fn arena(&self, chunk: u8) -> &Arena {
        static EMPTY: Arena = Arena { nodes: Vec::new(), properties: Vec::new(), facets: Vec::new() };
        let Some(chunk) = self.chunks.get(usize::from(chunk)) else { return &EMPTY };
        chunk.arena.get_or_init(|| chunk.packed.inflate().and_then(|bytes| decode(&bytes)).unwrap_or_default())
    }
}

fn read_kind(reader: &mut Reader<'_>) -> Result<KindHistory, TableError> {
    let api_version = reader.text()?.into();
    let kind = reader.text()?.into();
    let plural = reader.text()?.into();
    let bits = reader.byte()?;
    let minor = |reader: &mut Reader<'_>| Ok(Minor::new(reader.number()?));
    let served = list(reader, |reader| Ok(minor(reader)?..=minor(reader)?))?;
    let schemas = list(reader, |reader| Ok((minor(reader)?, read_id(reader)?)))?;
    Ok(KindHistory {
        api_version,
        kind,
        plural,
        scope: if bits & 1 != 0 { Scope::Cluster } else { Scope::Namespaced },
        custom: bits & 2 != 0,
        served,
        schemas,
    })
}

/// Writes the index that [`Catalogue::read`] reads. `tools/schema-table` alone calls it.
pub fn encode_index(object_meta: NodeId, kinds: &[KindHistory]) -> Vec<u8> {
    let mut writer = super::encoding::Writer::default();
    super::encoding::write_id(&mut writer, object_meta);
    writer.number(kinds.len());
    for kind in kinds {
        writer.text(&kind.api_version);
        writer.text(&kind.kind);
        writer.text(&kind.plural);
        writer.bytes.push(u8::from(kind.scope == Scope::Cluster) | u8::from(kind.custom) << 1);
        writer.number(kind.served.len());
        for range in &kind.served {
            writer.number(range.start().number());
            writer.number(range.end().number());
        }
        writer.number(kind.schemas.len());
        for (first, id) in &kind.schemas {
            writer.number(first.number());
            super::encoding::write_id(&mut writer, *id);
        }
    }
    writer.bytes
}
