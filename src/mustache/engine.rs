//! The `ramhorns` engine, which executes the structure of a template: sections, inverted sections, iteration.
//!
//! It is given a text of numbered tags and nothing else, so what it would trim, misread or leave unplaced never reaches it.
//! `{{&3}}` is run 3 (text and variables without a section between them), `{{#5}}...{{/5}}` and `{{^5}}...{{/5}}` are
//! section 5. A [`Host`] says what they mean. The engine nests 16 sections; a deeper one is `{{&s5}}`, or `{{&i5}}` where it
//! is inverted, and its inside a text of its own.

use super::values::Turns;
use ramhorns::encoding::Encoder;
use ramhorns::traits::ContentSequence;
use ramhorns::{Content, Section, Template};
use serde_json::Value;
use std::io;

/// Sections that the engine nests in one text.
const ENGINE_DEPTH: usize = 16;

/// A template's structure, compiled for the engine.
#[derive(Debug)]
pub(super) struct Structure {
    /// The whole template first, then the insides of sections that nest too deep for the engine.
    texts: Vec<Template<'static>>,
    /// For each section, the text of its inside where that is one of its own.
    insides: Vec<Option<usize>>,
}

/// What runs and sections stand for. The engine calls it in order of the text.
pub(super) trait Host<'v> {
    fn turns(&self, section: usize) -> Turns<'v>;
    /// Puts an item in front; `index` is its place in a list.
    fn enter(&self, section: usize, item: &'v Value, index: Option<usize>);
    fn leave(&self, section: usize);
    /// Renders a run.
    fn run<E: Encoder>(&self, run: usize, encoder: &mut E) -> Result<(), E::Error>;
    /// Takes what encoders write. An error ends the rendering.
    fn write(&self, bytes: &[u8]) -> io::Result<()>;
}

impl Structure {
    /// Executes the template. An error is one that the host's `write` gave.
    pub fn execute<'v, H: Host<'v>>(&self, host: &H) -> io::Result<()> {
        let driver = Driver { structure: self, host, lifetime: std::marker::PhantomData };
        driver.text(0)
    }
}

/// Writes the engine's text of a structure.
#[derive(Debug)]
pub(super) struct Builder {
    open: Vec<Level>,
    texts: Vec<String>,
    insides: Vec<Option<usize>>,
}

/// One of the engine's texts while it is written.
#[derive(Debug)]
struct Level {
    text: String,
    number: usize,
    depth: usize,
}

impl Builder {
    pub fn new() -> Self {
        let first = Level { text: String::new(), number: 0, depth: 0 };
        Builder { open: vec![first], texts: vec![String::new()], insides: Vec::new() }
    }

    pub fn run(&mut self, number: usize) {
        self.write(&format!("{{{{&{number}}}}}"));
    }

    /// Opens the next section; gives its number.
    pub fn open(&mut self, inverted: bool) -> usize {
        let number = self.insides.len();
        let is_too_deep = self.open.last().is_some_and(|level| level.depth >= ENGINE_DEPTH);
        if is_too_deep {
            self.write(&format!("{{{{&{}{number}}}}}", if inverted { 'i' } else { 's' }));
            let text = self.texts.len();
            self.texts.push(String::new());
            self.insides.push(Some(text));
            self.open.push(Level { text: String::new(), number: text, depth: 0 });
        } else {
            self.write(&format!("{{{{{}{number}}}}}", if inverted { '^' } else { '#' }));
            self.insides.push(None);
            if let Some(level) = self.open.last_mut() {
                level.depth += 1;
            }
        }
        number
    }

    pub fn close(&mut self, section: usize) {
        if self.insides[section].is_some() {
            if let Some(level) = self.open.pop() {
                self.texts[level.number] = level.text;
            }
            return;
        }
        self.write(&format!("{{{{/{section}}}}}"));
        if let Some(level) = self.open.last_mut() {
            level.depth -= 1;
        }
    }

    /// Compiles the texts. The engine refuses none that this builder writes; if it does, that is a bug.
    pub fn finish(mut self) -> Result<Structure, ramhorns::Error> {
        while let Some(level) = self.open.pop() {
            self.texts[level.number] = level.text;
        }
        let texts = self.texts.into_iter().map(Template::new).collect::<Result<_, _>>()?;
        Ok(Structure { texts, insides: self.insides })
    }

    fn write(&mut self, tag: &str) {
        if let Some(level) = self.open.last_mut() {
            level.text.push_str(tag);
        }
    }
}

/// What the engine sees as its one and only content: scopes are the host's affair, so the engine's own stack of four
/// contexts is never used.
struct Driver<'r, 'v, H> {
    structure: &'r Structure,
    host: &'r H,
    lifetime: std::marker::PhantomData<&'v Value>,
}

impl<'v, H: Host<'v>> Driver<'_, 'v, H> {
    fn text(&self, number: usize) -> io::Result<()> {
        match self.structure.texts.get(number) {
            Some(text) => text.render_to_writer(&mut Writer(self.host, std::marker::PhantomData), self),
            None => Ok(()),
        }
    }

    fn each<Error>(&self, section: usize, mut render: impl FnMut() -> Result<(), Error>) -> Result<(), Error> {
        match self.host.turns(section) {
            Turns::None => Ok(()),
            Turns::Asked => render(),
            Turns::Once(value) => {
                self.host.enter(section, value, None);
                let result = render();
                self.host.leave(section);
                result
            }
            Turns::Each(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                self.host.enter(section, item, Some(index));
                let result = render();
                self.host.leave(section);
                result
            }),
        }
    }
}

impl<'v, H: Host<'v>> Content for Driver<'_, 'v, H> {
    fn render_field_unescaped<E: Encoder>(&self, _: u64, name: &str, encoder: &mut E) -> Result<bool, E::Error> {
        let (is_inverted, section) = match (name.strip_prefix('s'), name.strip_prefix('i')) {
            (Some(section), _) => (false, number(section)),
            (None, Some(section)) => (true, number(section)),
            (None, None) => {
                self.host.run(number(name), encoder)?;
                return Ok(true);
            }
        };
        let Some(inside) = self.structure.insides.get(section).copied().flatten() else { return Ok(true) };
        // The failure of an inner text lasts: the empty write meets it again, with this encoder's own error.
        let mut render = || if self.text(inside).is_err() { encoder.write_unescaped("") } else { Ok(()) };
        if !is_inverted {
            self.each(section, render)?;
        } else if self.host.turns(section).is_none() {
            render()?;
        }
        Ok(true)
    }

    fn render_field_section<C, E>(
        &self,
        _: u64,
        name: &str,
        section: Section<C>,
        encoder: &mut E,
    ) -> Result<bool, E::Error>
    where
        C: ContentSequence,
        E: Encoder,
    {
        self.each(number(name), || section.render(encoder))?;
        Ok(true)
    }

    fn render_field_inverse<C, E>(
        &self,
        _: u64,
        name: &str,
        section: Section<C>,
        encoder: &mut E,
    ) -> Result<bool, E::Error>
    where
        C: ContentSequence,
        E: Encoder,
    {
        if self.host.turns(number(name)).is_none() {
            section.render(encoder)?;
        }
        Ok(true)
    }
}

/// Hands what encoders write to the host.
struct Writer<'r, 'v, H>(&'r H, std::marker::PhantomData<&'v Value>);

impl<'v, H: Host<'v>> io::Write for Writer<'_, 'v, H> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map(|()| bytes.len())
    }

    /// The engine writes an empty text before each tag; passing it on lets the host end the rendering there.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn number(name: &str) -> usize {
    name.bytes().fold(0, |number, digit| number * 10 + usize::from(digit.wrapping_sub(b'0')))
}
