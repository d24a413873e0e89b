//! Why an object, or a field of it, is what it is.

use super::ExplainArgs;
use super::annotated::Lines;
use super::fleet::{Answer, with_fleet};
use super::{human, json as machine};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open::{Opened, given_path};
use crate::cli::report::Report;
use crate::explain::target::Place;
use crate::explain::{Fleet, Step, Subject, Unit, field};
use crate::failure::Failed;
use crate::near;
use crate::object::Object;
use crate::output::file_name_of;
use crate::pipeline::{Filter, Findings};
use crate::pointer::Pointer;
use crate::yaml::write::write_object;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

/// Explains a file of the output tree, or a line of it. `text` is what was written on the command line.
pub fn of_file(
    place: &Place,
    path: &str,
    line: Option<usize>,
    text: &str,
    args: &ExplainArgs,
    global: &Global,
    report: &Report,
) -> Result<ExitStatus, Failed> {
    if let (Some(field), Some(line)) = (&args.field, line) {
        let message = format!("both line {line} and the field `{field}` are asked for");
        return Err(CliError::Usage { message, help: Some("leave one of them out".to_owned()) }.into());
    }
    with_fleet(filter(place, args), args, global, report, |fleet, opened| {
        with_unit(fleet, place, |unit| {
            let files: Vec<(&str, &[u8], Option<usize>)> = unit.files().collect();
            let Some((_, bytes, object)) = files.iter().find(|(other, _, _)| *other == path) else {
                return Err(no_file(path, &files, unit).into());
            };
            let Some(number) = object else {
                return of_index(path, unit, report);
            };
            let Some(line) = line else {
                return answer(unit, *number, args.field.as_deref(), opened, report);
            };
            let text_here = String::from_utf8_lossy(bytes);
            let asked = asked_text(text, global).unwrap_or_else(|| text_here.to_string());
            if asked != text_here {
                report.note(&format!(
                    "{text} is not what the fleet renders to now: its line {line} is looked up as it is"
                ));
            }
            let lines = Lines::read(&asked);
            let Some(found) = lines.field(line) else {
                let message = format!("{path} has no line {line}");
                let help = Some(format!("it has {} lines", lines.count()));
                return Err(CliError::Usage { message, help }.into());
            };
            answer(unit, *number, Some(&found.to_string()), opened, report)
        })
    })
}

/// Explains an object by its identity.
pub fn of_object(
    place: &Place,
    kind: &str,
    name: &str,
    args: &ExplainArgs,
    global: &Global,
    report: &Report,
) -> Result<ExitStatus, Failed> {
    with_fleet(filter(place, args), args, global, report, |fleet, opened| {
        with_unit(fleet, place, |unit| {
            let number = find(unit, place, kind, name)?;
            answer(unit, number, args.field.as_deref(), opened, report)
        })
    })
}

fn filter(place: &Place, args: &ExplainArgs) -> Filter {
    let asked = args.filter.to_filter();
    Filter {
        clusters: vec![place.cluster().to_owned()],
        environments: place.environment().map(str::to_owned).into_iter().collect(),
        ..asked
    }
}

/// The text of a file that was named on the command line, where it is one on disk.
fn asked_text(text: &str, global: &Global) -> Option<String> {
    let (path, _) = crate::explain::target::without_line(text);
    std::fs::read_to_string(given_path(global, Path::new(path))).ok()
}

fn with_unit(
    fleet: &Fleet<'_, '_>,
    place: &Place,
    explain: impl FnOnce(&Unit<'_, '_>) -> Result<ExitStatus, Failed>,
) -> Answer {
    let mut findings = Findings::default();
    let Some(cluster) = fleet.prepared.specs.clusters.get(place.cluster()) else {
        let known = fleet.prepared.specs.clusters.keys().map(String::as_str);
        let message = format!("no cluster is called `{}`", place.cluster());
        return Err(CliError::Usage { message, help: near::hint(place.cluster(), known) }.into());
    };
    let unit = match place {
        Place::Namespace { cluster, environment, namespace } => {
            let is_it = |unit: &&crate::resolve::Unit<'_>| {
                unit.namespace == *namespace
                    && unit.cluster.spec.name() == cluster
                    && unit.environment.name() == environment
            };
            let Some(unit) = fleet.units.iter().find(is_it) else {
                let known = fleet.units.iter().map(|unit| unit.namespace.as_str());
                let message =
                    format!("environment `{environment}` has no namespace `{namespace}` on cluster `{cluster}`");
                return Err(CliError::Usage { message, help: near::hint(namespace, known) }.into());
            };
            fleet.namespace(unit, &mut findings)
        }
        Place::Cluster { .. } => fleet.cluster(cluster, &mut findings),
        Place::Delivery { .. } => fleet.delivery(cluster, &mut findings),
    };
    match unit {
        Some(unit) => explain(&unit).map(Ok),
        None => Ok(Err(findings)),
    }
}

/// The object of that kind and name; a Job's name may lack the suffix that the compiler gave it.
fn find(unit: &Unit<'_, '_>, place: &Place, kind: &str, name: &str) -> Result<usize, CliError> {
    let (kind_name, group) = kind.split_once('.').map_or((kind, None), |(kind, group)| (kind, Some(group)));
    let namespace = match place {
        Place::Cluster { namespace: Some(namespace), .. } => Some(namespace.as_str()),
        Place::Namespace { .. } | Place::Cluster { namespace: None, .. } | Place::Delivery { .. } => None,
    };
    let is_of_kind = |object: &Object<'_>| {
        object.kind().eq_ignore_ascii_case(kind_name)
            && group.is_none_or(|group| object.group() == group)
            && namespace.is_none_or(|namespace| object.namespace() == namespace)
    };
    let is_suffixed = |other: &str| {
        other.strip_prefix(name).and_then(|rest| rest.strip_prefix('-')).is_some_and(|suffix| suffix.len() == 8)
    };
    let all: Vec<(usize, &Object<'_>)> = unit.objects().iter().enumerate().collect();
    let of_kind: Vec<_> = all.iter().filter(|(_, object)| is_of_kind(object)).collect();
    let found = of_kind.iter().find(|(_, object)| object.name() == name);
    let found = found.or_else(|| of_kind.iter().find(|(_, object)| is_suffixed(object.name())));
    if let Some((number, _)) = found {
        return Ok(*number);
    }
    let what = format!("there is no {kind} `{name}` there");
    let help = if of_kind.is_empty() {
        let others = all.iter().filter(|(_, object)| object.name() == name).map(|(_, object)| object.kind());
        let others: Vec<&str> = others.collect();
        match others.as_slice() {
            [] => near::hint(kind_name, all.iter().map(|(_, object)| object.kind())),
            others => Some(format!("`{name}` is the name of a {}", others.join(" and a "))),
        }
    } else {
        near::hint(name, of_kind.iter().map(|(_, object)| object.name()))
    };
    Err(CliError::Usage { message: what, help })
}

fn no_file(path: &str, files: &[(&str, &[u8], Option<usize>)], unit: &Unit<'_, '_>) -> CliError {
    let names = files.iter().map(|(path, _, _)| file_name_of(path));
    let wanted = file_name_of(path);
    let elsewhere = files.iter().find(|(other, _, _)| file_name_of(other) == wanted);
    // The suffix of a Job changes with its spec.
    let stem = wanted.strip_suffix(".yaml").and_then(|stem| stem.rsplit_once('-')).map(|(stem, _)| format!("{stem}-"));
    let renamed = files.iter().find(|(other, _, object)| {
        let is_job = object.and_then(|number| unit.objects().get(number)).is_some_and(|object| object.run.is_some());
        is_job && stem.as_ref().is_some_and(|stem| file_name_of(other).starts_with(stem))
    });
    let help = match (elsewhere, renamed) {
        (Some((other, _, _)), _) => Some(format!("it is now {other}")),
        (None, Some((other, _, _))) => Some(format!("its name ends in a hash of its spec; it is now {other}")),
        (None, None) => near::hint(wanted, names),
    };
    CliError::Usage { message: format!("the fleet renders no {path}"), help }
}

/// An index of a layer: nothing but a list of the files beside it.
fn of_index(path: &str, unit: &Unit<'_, '_>, report: &Report) -> Result<ExitStatus, Failed> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let listed = unit.files().filter(|(other, _, object)| object.is_some() && other.starts_with(folder));
    let listed: Vec<&str> = listed.map(|(other, _, _)| other).collect();
    if report.is_json() {
        report.result_line(&json!({"type": "result", "path": path, "lists": listed}))?;
        report.summary("", json!({"exitCode": 0, "count": 1}))?;
    } else {
        let mut text = format!("{path} lists the objects of its folder, for Flux, Argo CD and kubectl:\n");
        listed.iter().for_each(|other| text.push_str(&format!("  {other}\n")));
        report.result_bytes(text.as_bytes())?;
    }
    Ok(ExitStatus::Fine)
}

fn answer(
    unit: &Unit<'_, '_>,
    number: usize,
    field: Option<&str>,
    opened: &Opened,
    report: &Report,
) -> Result<ExitStatus, Failed> {
    let Some(subject) = unit.subject(number) else { return Ok(ExitStatus::Fine) };
    let mut bytes = Vec::new();
    write_object(&subject.object.value, &mut bytes);
    let lines = Lines::read(&String::from_utf8_lossy(&bytes));
    let asked = field.map(|text| field::parse(text, &subject.object.value));
    let telling = Telling { subject: &subject, lines: &lines, opened, report };
    match asked {
        None => telling.all(&Pointer::root()),
        Some(Ok(pointer)) => match pointer.get(&subject.object.value) {
            Some(value) if is_branch(value) => telling.all(&pointer),
            Some(_) | None => telling.one(&pointer, &subject.explain(&pointer)),
        },
        Some(Err(missing)) => {
            let removed = missing.field.as_ref().and_then(|field| Some((field, subject.removed(field)?)));
            match removed {
                Some((field, step)) => telling.one(field, &step),
                None => {
                    let message = format!("{}: {}", subject.object.identity(), missing.message);
                    Err(CliError::Usage { message, help: missing.help }.into())
                }
            }
        }
    }
}

fn is_branch(value: &serde_json::Value) -> bool {
    value.as_object().is_some_and(|map| !map.is_empty()) || value.as_array().is_some_and(|items| !items.is_empty())
}

struct Telling<'t, 'a, 's> {
    subject: &'t Subject<'a, 's>,
    lines: &'t Lines,
    opened: &'t Opened,
    report: &'t Report,
}

impl Telling<'_, '_, '_> {
    fn one(&self, field: &Pointer, step: &Step) -> Result<ExitStatus, Failed> {
        if self.report.is_json() {
            self.json(field, step)?;
            self.report.summary("", json!({"exitCode": 0, "count": 1}))?;
            return Ok(ExitStatus::Fine);
        }
        let paint = self.report.paint();
        let sources = &self.opened.sources;
        let value = match (field.get(&self.subject.object.value), self.subject.value(field)) {
            (None, _) => " is not there".to_owned(),
            (Some(_), None) => " is not shown: it is a Secret's".to_owned(),
            (Some(_), Some(value)) => format!(": {}", human::value(value)),
        };
        let mut text = format!("{}{value}\n", paint.strong(&field.dotted()));
        text.push_str(&paint.faint(&self.heading(field)));
        text.push_str("\n\n");
        text.push_str(&human::step(step, sources, paint));
        self.report.result_bytes(text.as_bytes())?;
        Ok(ExitStatus::Fine)
    }

    /// All fields below a pointer.
    fn all(&self, below: &Pointer) -> Result<ExitStatus, Failed> {
        let fields: Vec<Pointer> =
            self.subject.fields().into_iter().filter(|field| field.segments().starts_with(below.segments())).collect();
        if self.report.is_json() {
            for field in &fields {
                self.json(field, &self.subject.explain(field))?;
            }
            self.report.summary("", json!({"exitCode": 0, "count": fields.len()}))?;
            return Ok(ExitStatus::Fine);
        }
        let paint = self.report.paint();
        // What is shown: the object, or the part of it that was asked for.
        let steps: BTreeMap<Pointer, Step> = fields
            .iter()
            .map(|field| {
                let shown = field.segments()[below.segments().len()..].iter().cloned();
                (Pointer::from_segments(shown), self.subject.explain(field))
            })
            .collect();
        let mut bytes = Vec::new();
        let shown = self.shown(below);
        write_object(&shown, &mut bytes);
        let lines = Lines::read(&String::from_utf8_lossy(&bytes));
        let mut text = format!("{}\n\n", paint.faint(&self.heading(below)));
        text.push_str(&lines.annotate(&steps, &self.opened.sources, paint));
        self.report.result_bytes(text.as_bytes())?;
        Ok(ExitStatus::Fine)
    }

    /// The object or a part of it, with what may be secret left out.
    fn shown(&self, below: &Pointer) -> serde_json::Value {
        let mut object = self.subject.object.value.clone();
        for field in self.subject.fields().iter().filter(|field| self.subject.is_secret(field)) {
            if let Some(slot) = object.pointer_mut(&field.to_string()) {
                *slot = json!("(a Secret's)");
            }
        }
        below.get(&object).cloned().unwrap_or_default()
    }

    fn heading(&self, field: &Pointer) -> String {
        let object = self.subject.object;
        let owner = self.subject.unit.owner(object.owner);
        let path = match (self.subject.path(), self.lines.line(field)) {
            (Some(path), Some(line)) if object.verbatim.is_none() => format!("{path}:{line}"),
            (Some(path), _) => path.to_owned(),
            (None, _) => "not written: its deployment is disabled".to_owned(),
        };
        format!("{} of {owner}\n{path}", object.identity())
    }

    fn json(&self, field: &Pointer, step: &Step) -> Result<(), Failed> {
        let object = self.subject.object;
        let identity = object.identity();
        let sources = &self.opened.sources;
        let line = self.lines.line(field).filter(|_| object.verbatim.is_none());
        let mut result = json!({
            "type": "result",
            "path": self.subject.path(), "line": line,
            "object": {
                "group": identity.group, "kind": identity.kind, "namespace": identity.namespace, "name": identity.name,
            },
            "owner": self.subject.unit.owner(object.owner),
            "layer": object.layer.name(),
            "field": field.dotted(), "pointer": field.to_string(),
            "present": field.get(&object.value).is_some(),
            "origin": machine::origin(step, sources),
            "chain": machine::step(step, sources),
        });
        if let Some(value) = self.subject.value(field) {
            result["value"] = value.clone();
        }
        self.report.result_line(&result)
    }
}
