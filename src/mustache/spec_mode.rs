//! Mustache to the letter of its specification: HTML escaping, a missing name is empty, names are looked for at run time.
//!
//! Runs on the same scanner and engine as the templates of a fleet, so that the public conformance cases judge those. No
//! manifest is rendered this way.

use super::bind::Test;
use super::compile::{self, Names};
use super::engine::Host;
use super::origin::Origin;
use super::partials::Partials;
use super::runs::{Compiled, HoleSource, Piece};
use super::scan;
use super::values::{Resolved, Turns, follow, turns};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{FileId, Span};
use ramhorns::encoding::Encoder;
use serde_json::Value;
use std::cell::RefCell;
use std::io;

/// Renders a template with data of any type. The diagnostics say why there is no text.
pub fn render(file: FileId, text: &str, partials: &Partials, data: &Value) -> Result<String, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let scanned = scan::scan(text, Origin::file(file, text), &mut diagnostics);
    let compiled = compile::compile(&scanned, partials, &mut Dynamic, &mut diagnostics);
    let Some(compiled) = compiled.filter(|_| !diagnostics.has_errors()) else { return Err(diagnostics) };
    let rendering = Rendering { compiled: &compiled, frames: RefCell::new(vec![data]), text: RefCell::default() };
    // Writing to memory does not fail.
    let _ = compiled.structure.execute(&rendering);
    Ok(String::from_utf8(rendering.text.into_inner()).unwrap_or_default())
}

/// A name as it is written, to be looked for at run time.
struct Address {
    path: Vec<Box<str>>,
    escaped: bool,
}

impl Address {
    fn new(name: &str, escaped: bool) -> Self {
        let path = if name == "." { Vec::new() } else { name.split('.').map(Into::into).collect() };
        Address { path, escaped }
    }
}

struct Dynamic;

impl Names for Dynamic {
    type Address = Address;
    const IS_STRICT: bool = false;

    fn variable(&mut self, name: &str, escaped: bool, _: Span) -> Result<Address, Box<Diagnostic>> {
        Ok(Address::new(name, escaped))
    }

    fn enter(&mut self, name: &str, _: bool, _: Span) -> Result<Address, Box<Diagnostic>> {
        Ok(Address::new(name, false))
    }

    fn leave(&mut self) {}
}

struct Rendering<'c, 'v> {
    compiled: &'c Compiled<Address>,
    frames: RefCell<Vec<&'v Value>>,
    text: RefCell<Vec<u8>>,
}

impl<'v> Rendering<'_, 'v> {
    /// The first part of a name is looked for from the innermost frame outwards, the others below it.
    fn find(&self, address: &Address) -> Option<&'v Value> {
        let frames = self.frames.borrow();
        let found = match address.path.split_first() {
            None => return frames.last().copied(),
            Some((first, rest)) => {
                let value = frames.iter().rev().find_map(|frame| frame.as_object()?.get(&**first))?;
                follow(value, rest, 1)
            }
        };
        match found {
            Resolved::Value(value) => Some(value),
            Resolved::Absent { .. } | Resolved::Blocked { .. } => None,
        }
    }
}

impl<'v> Host<'v> for Rendering<'_, 'v> {
    fn turns(&self, section: usize) -> Turns<'v> {
        turns(self.find(&self.compiled.sections[section].address), &Test::Truth)
    }

    fn enter(&self, _: usize, item: &'v Value, _: Option<usize>) {
        self.frames.borrow_mut().push(item);
    }

    fn leave(&self, _: usize) {
        self.frames.borrow_mut().pop();
    }

    fn run<E: Encoder>(&self, run: usize, encoder: &mut E) -> Result<(), E::Error> {
        for piece in &self.compiled.runs[run].pieces {
            match piece {
                Piece::Text(text) => encoder.write_unescaped(&text.text)?,
                Piece::Hole(hole) => match &hole.source {
                    HoleSource::File { text, .. } => encoder.write_unescaped(text)?,
                    HoleSource::Value { address, .. } => {
                        let text = self.find(address).map(text).unwrap_or_default();
                        if address.escaped {
                            encoder.write_escaped(&text)?;
                        } else {
                            encoder.write_unescaped(&text)?;
                        }
                    }
                },
            }
        }
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.text.borrow_mut().extend_from_slice(bytes);
        Ok(())
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
