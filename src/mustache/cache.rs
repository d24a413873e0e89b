//! Shapes by the runs that they consist of, shared by all threads.
//!
//! A shape follows from its runs alone, so it does not matter which thread made it, or whether it was found here.

use super::shape::{Fault, Shape};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A shape, or what is wrong with it: that too is the same for every site of the same shape.
pub(super) type Made = Arc<Result<Shape, Vec<Fault>>>;

/// Bytes of text whose shapes are kept, with their runs; the trees take about ten times as much. Above that, shapes are made
/// anew.
const MAX_WEIGHT: usize = 8 * 1024 * 1024;

#[derive(Debug, Default)]
pub(super) struct ShapeCache {
    shapes: RwLock<Shapes>,
}

#[derive(Debug, Default)]
struct Shapes {
    /// Only looked up, never gone through.
    by_runs: HashMap<Box<[u32]>, Made>,
    weight: usize,
}

impl ShapeCache {
    /// The shape of these runs; `make` is called where it is not known yet.
    pub fn get(&self, runs: &[u32], make: impl FnOnce() -> Result<Shape, Vec<Fault>>) -> Made {
        // No code that holds the lock can panic half way, so a poisoned lock guards a sound map.
        if let Some(made) = self.shapes.read().unwrap_or_else(PoisonError::into_inner).by_runs.get(runs) {
            return made.clone();
        }
        let made: Made = Arc::new(make());
        let mut shapes = self.shapes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = shapes.by_runs.get(runs) {
            return first.clone();
        }
        let text = made.as_ref().as_ref().map_or(0, |shape| shape.text.text.len());
        let weight = text + size_of_val(runs);
        if shapes.weight + weight <= MAX_WEIGHT {
            shapes.weight += weight;
            shapes.by_runs.insert(runs.into(), made.clone());
        }
        made
    }

    /// How many shapes are known.
    pub fn len(&self) -> usize {
        self.shapes.read().unwrap_or_else(PoisonError::into_inner).by_runs.len()
    }
}
