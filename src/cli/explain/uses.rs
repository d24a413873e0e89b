//! What a file, or a line of it, leads to; folded over sites and objects, with counts.

use super::ExplainArgs;
use super::fleet::with_fleet;
use super::human::{self, Paint};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open::{Opened, given_path};
use crate::cli::progress::Count;
use crate::cli::report::{Report, count};
use crate::explain::target::without_line;
use crate::explain::{Asked, FieldUse, Lost, Reach, Relation, ValueUse};
use crate::failure::Failed;
use crate::near;
use crate::pipeline::Findings;
use crate::source::{FileId, Sources};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Deployments that are named; the others are counted.
const NAMED: usize = 3;
/// Fields of one sort of object that are listed, unless more is asked for.
const LISTED: usize = 12;

pub fn run(file: &str, args: &ExplainArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    with_fleet(args.filter.to_filter(), args, global, report, |fleet, opened| {
        let (path, line) = without_line(file);
        let id = find(path, opened, global)?;
        let sources = &opened.sources;
        let Some(asked) = Asked::new(sources, id, line) else {
            let lines = sources.text(id).lines().count();
            let message = format!("{} has no line {}", sources.path(id), line.unwrap_or_default());
            return Err(CliError::Usage { message, help: Some(format!("it has {}", count(lines, "line"))) }.into());
        };
        let reach = Reach::of(fleet, &asked);
        let progress = Count::new("namespaces", reach.count(), report);
        let found = reach.uses(fleet, &asked, &|| progress.step());
        progress.end();
        let mut findings = Findings::default();
        let mut folded = Folded::default();
        for found in found {
            match found {
                Ok(uses) => {
                    uses.fields.into_iter().for_each(|used| folded.add_field(used));
                    uses.values.into_iter().for_each(|used| folded.add_value(used));
                }
                Err(more) => findings.merge(more),
            }
        }
        if findings.has_errors() {
            return Ok(Err(findings));
        }
        if report.is_json() {
            folded.json(&asked, sources, report)?;
        } else {
            let text = folded.text(&asked, &reach, sources, report);
            report.result_bytes(text.as_bytes())?;
        }
        Ok(Ok(ExitStatus::Fine))
    })
}

/// The input of that path, as it stands in the fleet or as it is seen from the current folder.
fn find(path: &str, opened: &Opened, global: &Global) -> Result<FileId, CliError> {
    let sources = &opened.sources;
    let plain = path.strip_prefix("./").unwrap_or(path);
    let from_here = || {
        let full = given_path(global, Path::new(path)).canonicalize().ok()?;
        let root = opened.root.canonicalize().ok()?;
        sources.find(full.strip_prefix(root).ok()?.to_str()?)
    };
    let in_repository = || sources.find(plain.strip_prefix(&opened.prefix)?);
    sources.find(plain).or_else(from_here).or_else(in_repository).ok_or_else(|| {
        let known = sources.iter().map(|(_, file)| file.path.as_str());
        let near = near::near_names(plain, known);
        let help = match near.as_slice() {
            [] => "inputs are bayplan.yaml, site-specs/, templates/, crds/ and the files that specs name".to_owned(),
            near => format!("did you mean {}?", near.join(" or ")),
        };
        CliError::Usage { message: format!("{path} is no input of this fleet"), help: Some(help) }
    })
}

/// Fields of objects that are alike but for the site: `Deployment {site}-web`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ObjectKey {
    kind: String,
    name: String,
    group: String,
}

#[derive(Debug, Default)]
struct FieldGroup {
    owners: BTreeSet<String>,
    /// The first of the objects.
    example: Option<String>,
    objects: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Folded {
    fields: BTreeMap<ObjectKey, BTreeMap<(Relation, String, String), FieldGroup>>,
    /// By path, and by what they lose to.
    values: BTreeMap<(String, String), (Option<Lost>, BTreeSet<String>)>,
}

impl Folded {
    fn add_field(&mut self, used: FieldUse) {
        let folded = |text: &str| match &used.site {
            Some(site) => replace_word(text, site, "{site}"),
            None => text.to_owned(),
        };
        // A Job's suffix is a hash, another one on each site.
        let name = match used.relation {
            Relation::Hashed if used.field.segments() == ["metadata", "name"] => without_suffix(&used.identity.name),
            _ => used.identity.name.clone(),
        };
        let name = if used.identity.kind == "Job" { without_suffix(&name) } else { name };
        let key =
            ObjectKey { kind: used.identity.kind.clone(), name: folded(&name), group: used.identity.group.clone() };
        let field = (used.relation, used.field.dotted(), used.field.to_string());
        let group = self.fields.entry(key).or_default().entry(field).or_default();
        group.objects.insert(format!("{} {}/{}", used.owner, used.identity.namespace, used.identity.name));
        group.owners.insert(used.owner);
        group.example.get_or_insert(used.path);
    }

    fn add_value(&mut self, used: ValueUse) {
        let to = used.lost_to.as_ref().map(|lost| format!("{:?} {}", lost.place, lost.what)).unwrap_or_default();
        let group = self.values.entry((used.path.dotted(), to)).or_default();
        group.0 = used.lost_to;
        group.1.insert(used.owner);
    }

    fn owners(&self) -> BTreeSet<&String> {
        let fed = |(relation, _, _): &(Relation, String, String)| *relation != Relation::Overridden;
        let groups = self.fields.values().flatten().filter(|(field, _)| fed(field));
        groups.flat_map(|(_, group)| &group.owners).collect()
    }

    fn counts(&self) -> (usize, usize) {
        let mut objects: BTreeSet<(&ObjectKey, &String)> = BTreeSet::new();
        let mut fields = 0;
        for (key, groups) in &self.fields {
            for (_, group) in groups.iter().filter(|((relation, _, _), _)| *relation != Relation::Overridden) {
                fields += group.objects.len();
                objects.extend(group.objects.iter().map(|object| (key, object)));
            }
        }
        (fields, objects.len())
    }

    fn json(&self, asked: &Asked, sources: &Sources, report: &Report) -> Result<(), Failed> {
        for ((path, _), (lost_to, deployments)) in &self.values {
            let mut line = json!({"type": "result", "use": "value", "value": path, "deployments": deployments});
            if let Some(lost) = lost_to {
                line["lostTo"] = super::json::lost(lost, sources);
            }
            report.result_line(&line)?;
        }
        for (key, fields) in &self.fields {
            for ((relation, field, pointer), group) in fields {
                report.result_line(&json!({
                    "type": "result", "use": "field", "relation": relation.name(),
                    "kind": key.kind, "group": key.group, "name": key.name, "field": field, "pointer": pointer,
                    "deployments": group.owners, "path": group.example,
                }))?;
            }
        }
        let (fields, objects) = self.counts();
        let summary = json!({
            "exitCode": 0, "file": sources.path(asked.file), "line": asked.line,
            "fields": fields, "objects": objects, "deployments": self.owners().len(),
        });
        report.summary("", summary)
    }

    fn text(&self, asked: &Asked, reach: &Reach<'_, '_>, sources: &Sources, report: &Report) -> String {
        let paint = report.paint();
        let line = asked.line.map(|line| format!(":{line}")).unwrap_or_default();
        let mut text = format!("{}\n", paint.strong(&format!("{}{line}", sources.path(asked.file))));
        if !asked.text.is_empty() && !sources.is_private(asked.file) {
            text.push_str(&format!("{}\n", paint.faint(&asked.text)));
        }
        let (fields, objects) = self.counts();
        let overridden = self.values.values().filter(|(lost, _)| lost.is_some()).flat_map(|(_, owners)| owners);
        let overridden: BTreeSet<&String> = overridden.collect();
        let lost = match overridden.len() {
            0 => String::new(),
            number => format!("; overridden in {}", count(number, "deployment")),
        };
        text.push_str(&match fields {
            0 => format!("feeds no field of any object{lost}{}\n", self.silence(asked, reach)),
            _ => format!(
                "feeds {} of {} in {}{lost}\n",
                count(fields, "field"),
                count(objects, "object"),
                count(self.owners().len(), "deployment")
            ),
        });
        if self.values.is_empty() && fields > 0 {
            let owners: BTreeSet<String> = self.owners().into_iter().cloned().collect();
            text.push_str(&format!("in {}\n", named(&owners)));
        }
        self.value_lines(sources, paint, &mut text);
        self.field_lines(paint, report.is_verbose(), &mut text);
        text
    }

    /// What else a line that feeds no field may be.
    fn silence(&self, asked: &Asked, reach: &Reach<'_, '_>) -> String {
        if !self.values.is_empty() {
            return String::new();
        }
        let deployments: usize = reach.units.iter().map(|unit| unit.deployments.len()).sum();
        let reached = match deployments {
            0 => "; no deployment reads this file".to_owned(),
            number => format!("; {} read this file", count(number, "deployment")),
        };
        let is_structure = asked.pointers.iter().any(|pointer| {
            let second = pointer.segments().get(1).map(String::as_str);
            let last = pointer.last();
            matches!(
                last.or(second),
                Some(
                    "tenant"
                        | "template"
                        | "state"
                        | "protect"
                        | "clusters"
                        | "cluster"
                        | "accepts"
                        | "replace"
                        | "like"
                        | "manifests"
                        | "secrets"
                )
            )
        });
        if is_structure { format!("{reached}, and this line is about which of them there are") } else { reached }
    }

    fn value_lines(&self, sources: &Sources, paint: Paint, text: &mut String) {
        if self.values.is_empty() {
            return;
        }
        text.push_str(&format!("\n{}\n", paint.strong("values")));
        let widest = self.values.keys().map(|(path, _)| path.chars().count()).max().unwrap_or(0).min(40);
        for ((path, _), (lost_to, owners)) in &self.values {
            let what = match lost_to {
                None => format!("set in {}", named(owners)),
                Some(lost) => {
                    let place = lost.place.map(|place| human::place(place, sources)).unwrap_or_default();
                    let value =
                        lost.value.as_ref().map(|value| format!(": {}", human::value(value))).unwrap_or_default();
                    format!(
                        "overridden in {}\n  {:widest$}  by {} {}{value}",
                        named(owners),
                        "",
                        paint.place(&place),
                        lost.what
                    )
                }
            };
            text.push_str(&format!("  {path:<widest$}  {what}\n"));
        }
    }

    fn field_lines(&self, paint: Paint, is_verbose: bool, text: &mut String) {
        for (key, fields) in &self.fields {
            let objects: BTreeSet<&String> = fields.values().flat_map(|group| &group.objects).collect();
            let owners: BTreeSet<String> = fields.values().flat_map(|group| group.owners.iter().cloned()).collect();
            let heading = paint.strong(&format!("{} {}", key.kind, key.name));
            let number = if objects.len() > 1 { format!("{} ", count(objects.len(), "object")) } else { String::new() };
            text.push_str(&format!("\n{heading}  {}\n", paint.faint(&format!("{number}in {}", few(&owners)))));
            let most = if is_verbose { usize::MAX } else { LISTED };
            for ((relation, field, _), group) in fields.iter().take(most) {
                let note = match relation {
                    Relation::Sets => "",
                    Relation::TakesPart => "  in part",
                    Relation::Decides => "  decides on it",
                    Relation::Hashed => "  its hash",
                    Relation::Overridden => "  overridden",
                };
                let fewer = if group.owners.len() < owners.len() {
                    format!("  in {}", few(&group.owners))
                } else {
                    String::new()
                };
                text.push_str(&format!("  {field}{}{}\n", paint.faint(note), paint.faint(&fewer)));
            }
            if fields.len() > most {
                let left = fields.len() - most;
                text.push_str(&format!("  and {left} more field{} (-v shows all)\n", if left == 1 { "" } else { "s" }));
            }
        }
    }
}

/// Their names, where they are few; else how many they are.
fn few(owners: &BTreeSet<String>) -> String {
    if owners.len() > 1 { count(owners.len(), "deployment") } else { named(owners) }
}

/// The first few, and how many more there are.
fn named(owners: &BTreeSet<String>) -> String {
    let names: Vec<&str> = owners.iter().take(NAMED).map(String::as_str).collect();
    match owners.len() {
        number if number > NAMED => {
            format!("{}: {} and {} more", count(number, "deployment"), names.join(", "), number - NAMED)
        }
        _ => names.join(", "),
    }
}

/// A text with a name replaced where it stands as a whole word.
fn replace_word(text: &str, word: &str, new: &str) -> String {
    let is_part = |character: Option<char>| character.is_some_and(|character| character.is_ascii_alphanumeric());
    let mut replaced = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (rest[..at].chars().last(), rest[at + word.len()..].chars().next());
        replaced.push_str(&rest[..at]);
        replaced.push_str(if is_part(before) || is_part(behind) { word } else { new });
        rest = &rest[at + word.len()..];
    }
    replaced.push_str(rest);
    replaced
}

fn without_suffix(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((base, suffix)) if suffix.len() == 8 && suffix.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            format!("{base}-HASH")
        }
        _ => name.to_owned(),
    }
}
