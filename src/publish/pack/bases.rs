//! Which objects of a pack are stored as deltas, and against what: the first file of each shape is the base of all others.

use super::NewObject;
use crate::publish::delta;
use crate::publish::object::ObjectKind;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Files of other sizes are stored whole: deltas of smaller ones gain nothing, and larger ones are rare.
const APT_SIZES: RangeInclusive<usize> = 64..=64 * 1024;
/// Bases that are kept in memory, in bytes.
const MAX_BASES_SIZE: usize = 32 * 1024 * 1024;

/// The first file of each shape in the pack.
#[derive(Default)]
pub(super) struct Bases {
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
pub(super) struct Todo {
    pub(super) object: NewObject,
    pub(super) role: Role,
}

pub(super) enum Role {
    /// Of no shape that is kept.
    Alone,
    /// The first of its shape: the base with this number.
    Base(usize),
    /// Like a base.
    Like(usize, Arc<[u8]>),
}

impl Bases {
    /// Says how each object is stored, in order.
    pub(super) fn choose(&mut self, objects: Vec<NewObject>) -> Vec<Todo> {
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

    pub(super) fn offset(&self, number: usize) -> Option<u64> {
        self.bases.get(number)?.offset
    }

    pub(super) fn set_offset(&mut self, number: usize, offset: u64) {
        if let Some(base) = self.bases.get_mut(number) {
            base.offset = Some(offset);
        }
    }
}
