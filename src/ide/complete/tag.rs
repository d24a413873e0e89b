//! Names in tags: values in scope, reserved roots, questions, partials, and the section that is to be closed.

use super::{Completion, Sort, description_of, type_of};
use crate::ide::contexts;
use crate::ide::fleet::Fleet;
use crate::ide::tags::{TagCursor, TagSort};
use crate::ide::text::Bytes;
use crate::mustache::CandidateSort;
use crate::resolve::roots::RESERVED;

pub(super) fn complete(fleet: &Fleet, path: &str, cursor: &TagCursor) -> Vec<Completion> {
    let tag = &cursor.tag;
    let end = if tag.is_closed { "" } else { "}}" };
    let whole = |label: String, sort: Sort, detail: Option<String>| Completion {
        insert: format!("{label}{end}"),
        label,
        sort,
        detail,
        documentation: None,
        replaces: tag.name_at.clone(),
    };
    match tag.sort {
        TagSort::Nothing => Vec::new(),
        TagSort::Partial => {
            let partials = contexts::partials(fleet, path);
            partials.into_iter().map(|(name, file)| whole(name, Sort::File, Some(file))).collect()
        }
        TagSort::Close => {
            let open = cursor.open.iter().rev();
            open.map(|section| whole(section.name.clone(), Sort::Section, None)).collect()
        }
        TagSort::Variable | TagSort::Section | TagSort::Inverted => names(fleet, path, cursor, end),
    }
}

/// Only the part behind the last dot is completed.
fn names(fleet: &Fleet, path: &str, cursor: &TagCursor, end: &str) -> Vec<Completion> {
    let tag = &cursor.tag;
    let (holder, part_at) = match tag.name.rfind('.') {
        Some(dot) => (&tag.name[..dot], tag.name_at.start + dot + 1),
        None => ("", tag.name_at.start),
    };
    let replaces: Bytes = part_at..tag.name_at.end;
    let asks = matches!(tag.sort, TagSort::Section | TagSort::Inverted);
    // Innermost names first.
    let mut found: Vec<Completion> = Vec::new();
    contexts::with_scopes(fleet, path, cursor, |_, scope| {
        for candidate in scope.candidates(holder) {
            let is_question = candidate.sort == CandidateSort::Question;
            if is_question && !asks {
                continue;
            }
            let detail = match candidate.sort {
                CandidateSort::Question if candidate.name == "any" => Some("whether it has items".to_owned()),
                CandidateSort::Question => Some("whether it is this word".to_owned()),
                CandidateSort::Value | CandidateSort::List | CandidateSort::Map => type_of(&candidate.schemas)
                    .or_else(|| RESERVED.contains(&candidate.name.as_str()).then(|| "reserved root".to_owned())),
            };
            let sort = match candidate.sort {
                CandidateSort::List | CandidateSort::Map => Sort::Section,
                CandidateSort::Value | CandidateSort::Question => Sort::Tag,
            };
            // More of the name may follow, so a map's is not closed; a section over it may well be.
            let is_open = candidate.sort == CandidateSort::Map && !asks;
            let insert = if is_open { candidate.name.clone() } else { format!("{}{end}", candidate.name) };
            if found.iter().any(|known| known.label == candidate.name) {
                continue;
            }
            found.push(Completion {
                label: candidate.name,
                sort,
                detail,
                documentation: description_of(&candidate.schemas),
                insert,
                replaces: replaces.clone(),
            });
        }
    });
    let facts = if holder == "facts" { facts(fleet) } else { Vec::new() };
    for (name, file) in facts {
        found.push(Completion {
            insert: format!("{name}{end}"),
            label: name,
            sort: Sort::Tag,
            detail: Some(format!("from {file}")),
            documentation: None,
            replaces: replaces.clone(),
        });
    }
    // Reserved roots are known to all; what this template declares comes first.
    found.sort_by_key(|completion| holder.is_empty() && RESERVED.contains(&completion.label.as_str()));
    found
}

/// The names in the files of facts, each with its file. Their values are not looked at.
fn facts(fleet: &Fleet) -> Vec<(String, String)> {
    use crate::ide::names::Named;
    use crate::spec::Kind;
    let clusters = fleet.index().of_kind(Kind::Cluster).map(|(_, entry)| entry);
    let files: std::collections::BTreeSet<&str> = clusters.flat_map(|entry| entry.mentioned(Named::File)).collect();
    let mut names = Vec::new();
    for file in files {
        let Some(text) = fleet.text(file) else { continue };
        let outline = crate::ide::outline::Outline::of(text);
        let keys = outline.documents.iter().flat_map(|part| part.keys(super::spec::root()));
        names.extend(keys.map(|key| (key.text.clone(), file.to_owned())));
    }
    names
}
