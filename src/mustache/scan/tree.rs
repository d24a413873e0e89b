//! Puts tags into the sections that hold them.

use super::lex::{Kind, Token};
use super::{Boundary, MAX_DEPTH, Node, Partial, Section, Variable};
use crate::diag::{Diagnostic, Diagnostics};
use crate::mustache::codes;
use crate::mustache::origin::{Bytes, Origin};
use std::collections::BTreeMap;

/// A section whose end was not met yet.
struct Open {
    name: Box<str>,
    inverted: bool,
    boundary: Boundary,
    /// What came before it in the section around it.
    before: Vec<Node>,
}

pub(super) fn build(text: &str, tokens: Vec<Token>, origin: &Origin, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let mut builder = Builder {
        text,
        origin,
        diagnostics,
        open: Vec::new(),
        nodes: Vec::new(),
        refused: Vec::new(),
        ends: ends(&tokens),
        has_renamed: false,
    };
    for token in tokens {
        builder.token(token);
    }
    while let Some(open) = builder.open.pop() {
        let end = text.len()..text.len();
        builder.unclosed(&open, &end, "the file ends here");
        builder.finish(open, Boundary { tag: end, standalone: true });
    }
    builder.nodes
}

struct Builder<'t, 'd> {
    text: &'t str,
    origin: &'t Origin,
    diagnostics: &'d mut Diagnostics,
    open: Vec<Open>,
    nodes: Vec<Node>,
    /// Names of sections that nest too deep and were left out, so that their ends are met in silence.
    refused: Vec<Box<str>>,
    /// How many ends of each name are still to come.
    ends: BTreeMap<Box<str>, usize>,
    /// Whether a misspelt end was met: after one the rest is taken as it is written.
    has_renamed: bool,
}

fn ends(tokens: &[Token]) -> BTreeMap<Box<str>, usize> {
    let mut ends = BTreeMap::new();
    for token in tokens {
        if let Kind::Close { name } = &token.kind {
            *ends.entry(name.clone()).or_default() += 1;
        }
    }
    ends
}

impl Builder<'_, '_> {
    fn token(&mut self, token: Token) {
        let Token { kind, bytes: tag, line } = token;
        let standalone = line.is_some();
        match kind {
            Kind::Text if tag.is_empty() => {}
            Kind::Text => self.nodes.push(Node::Text(tag)),
            Kind::Nothing { .. } if standalone => {}
            Kind::Nothing { .. } => self.nodes.push(Node::Nothing(tag)),
            Kind::Variable { name, escaped } => self.nodes.push(Node::Variable(Variable { name, tag, escaped })),
            Kind::Partial { name } => self.nodes.push(Node::Partial(Partial { name, tag, line })),
            Kind::Open { name, inverted } => {
                if self.open.len() >= MAX_DEPTH {
                    self.too_deep(name, &tag);
                    return;
                }
                let before = std::mem::take(&mut self.nodes);
                self.open.push(Open { name, inverted, boundary: Boundary { tag, standalone }, before });
            }
            Kind::Close { name } => self.close(&name, Boundary { tag, standalone }),
        }
    }

    fn close(&mut self, name: &str, boundary: Boundary) {
        if let Some(left) = self.ends.get_mut(name) {
            *left -= 1;
        }
        if self.refused.last().is_some_and(|refused| **refused == *name) {
            self.refused.pop();
            return;
        }
        if !self.open.iter().any(|open| *open.name == *name) {
            match self.open.pop_if(|open| !self.has_renamed && self.ends.get(&open.name).is_none_or(|left| *left == 0))
            {
                Some(open) => self.renamed(name, open, boundary),
                None => self.stray(name, &boundary.tag),
            }
            return;
        }
        while let Some(open) = self.open.pop() {
            if *open.name == *name {
                self.finish(open, boundary);
                return;
            }
            let label = format!("this closes `{name}`, which is around it");
            self.unclosed(&open, &boundary.tag, &label);
            self.finish(open, Boundary { tag: boundary.tag.start..boundary.tag.start, standalone: true });
        }
    }

    fn finish(&mut self, open: Open, close: Boundary) {
        let children = std::mem::replace(&mut self.nodes, open.before);
        let Open { name, inverted, boundary, .. } = open;
        self.nodes.push(Node::Section(Section { name, inverted, open: boundary, close, children }));
    }

    fn unclosed(&mut self, open: &Open, found: &Bytes, label: &str) {
        let tag = &self.text[open.boundary.tag.clone()];
        self.diagnostics.push(
            Diagnostic::error(&codes::UNMATCHED_SECTION, format!("section `{}` is not closed", open.name))
                .at(self.origin.span(&open.boundary.tag), "opened here")
                .also(self.origin.span(found), label)
                .help(format!("write `{{{{/{}}}}}` where the section ends that `{tag}` begins", open.name)),
        );
    }

    /// The innermost section has no end of its own, so this is it, under another name.
    fn renamed(&mut self, name: &str, open: Open, close: Boundary) {
        self.has_renamed = true;
        self.diagnostics.push(
            Diagnostic::error(&codes::UNMATCHED_SECTION, format!("section `{}` is closed as `{name}`", open.name))
                .at(self.origin.span(&close.tag), "another name")
                .also(self.origin.span(&open.boundary.tag), "opened here")
                .help(format!("write `{{{{/{}}}}}`", open.name)),
        );
        self.finish(open, close);
    }

    /// A closing tag for a section that is not open.
    fn stray(&mut self, name: &str, tag: &Bytes) {
        let error = Diagnostic::error(&codes::UNMATCHED_SECTION, format!("`{{{{/{name}}}}}` closes no open section"))
            .at(self.origin.span(tag), "no such section is open here");
        let error = match self.open.last() {
            Some(open) => error
                .also(self.origin.span(&open.boundary.tag), format!("the innermost open section is `{}`", open.name)),
            None => error.help("delete the tag, or open the section before it"),
        };
        self.diagnostics.push(error);
    }

    fn too_deep(&mut self, name: Box<str>, tag: &Bytes) {
        if self.refused.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(&codes::TEMPLATE_DEPTH, format!("sections nest more than {MAX_DEPTH} levels deep"))
                    .at(self.origin.span(tag), "one level too many"),
            );
        }
        self.refused.push(name);
    }
}
