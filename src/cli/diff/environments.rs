//! `bayplan diff --environments A..B`: two environments of the same sites.

use super::page::{self, Gathered};
use super::range::Range;
use super::{Compared, DiffArgs, Request, withheld};
use crate::cli::exit::CliError;
use crate::cli::open::{self, Opened, Source};
use crate::diff::environments::{SiteValues, objects, values};
use crate::diff::{self, ComparedValues, Diff, SetBy, Subject};
use crate::failure::Failed;
use crate::output::OutputTree;
use crate::pipeline::resolved::{Resolved, with_values};
use crate::pipeline::{self, Filter, Options};

pub fn compare(request: &Request<'_>, args: &DiffArgs, range: &Range) -> Result<Compared, Failed> {
    let [old, new] = names(args.environments.as_deref().unwrap_or_default())?;
    if !request.filter.environments.is_empty() {
        return Err(CliError::usage("--environments names the environments: leave --environment out").into());
    }
    let source = match range {
        Range::Published => Source::WorkTree,
        Range::WorkTree(revision) => Source::Revision(revision.clone()),
        Range::Commits(..) | Range::Fork(..) => {
            return Err(CliError::usage("--environments compares within one commit: give one revision, or none").into());
        }
    };
    let opened = open::sources(request.global, &source)?;
    let filter = Filter { environments: vec![old.clone(), new.clone()], ..request.filter.clone() };
    if let Some(unknown) = pipeline::unknown_names(&opened.sources, &filter).into_iter().next() {
        let help = unknown.help.into_iter().next();
        return Err(CliError::Usage { message: unknown.message, help }.into());
    }
    let options = Options { filter, strict: request.global.strict, now: opened.now, ..Options::default() };
    let mut tree = OutputTree::new();
    let compilation = pipeline::compile(&opened.sources, &options, &mut tree)?;
    let held = withheld("the fleet", &opened, &compilation, |_| false, request.report)?;
    let has_errors = held.is_some();
    let (mut diff, mut values) = (Diff::default(), ComparedValues::default());
    let mut notes = Vec::new();
    if !has_errors {
        diff = objects(tree.files(), [&old, &new], &pipeline::api(&opened.sources));
        let pair = [old.as_str(), new.as_str()];
        values = with_values(&opened.sources, &options, |all| value_changes(all, pair, &opened, &mut notes))
            .unwrap_or_default();
    }
    let extras = request.is_page().then(|| {
        let mut gathered = Gathered::default();
        tree.files().iter().for_each(|(path, bytes)| gathered.after.look_at(path, bytes));
        let sides = [Some(&opened), Some(&opened)];
        page::extras(sides, &options.filter, &compilation, gathered, &diff, &values.changes)
    });
    // Of a part that is sound nothing is told either: the two are compared whole.
    let held = held.map(|withheld| diff::Withheld { namespaces: None, ..withheld });
    let report = diff::Report {
        sides: [old, new],
        notes,
        withheld: held.into_iter().collect(),
        diff,
        values: Some(values),
        ..diff::Report::default()
    };
    Ok(Compared { report, has_errors, extras })
}

fn names(text: &str) -> Result<[String; 2], CliError> {
    match text.split_once("..") {
        Some((old, new)) if !old.is_empty() && !new.is_empty() && !new.starts_with('.') && old != new => {
            Ok([old.to_owned(), new.to_owned()])
        }
        _ => Err(CliError::Usage {
            message: format!("--environments {text}: two environments are due"),
            help: Some("write them as staging..production".to_owned()),
        }),
    }
}

fn value_changes(
    all: &[Resolved<'_>],
    [old, new]: [&str; 2],
    opened: &Opened,
    notes: &mut Vec<String>,
) -> ComparedValues {
    let of = |environment: &str| -> Vec<&Resolved<'_>> {
        all.iter().filter(|one| one.deployment.environment.name() == environment).collect()
    };
    let (all_old, all_new) = (of(old), of(new));
    let site = |one: &Resolved<'_>| one.deployment.site.name().to_owned();
    let cluster = |one: &Resolved<'_>| one.deployment.cluster.spec.name().to_owned();
    let mut pairs: Vec<[&Resolved<'_>; 2]> = Vec::new();
    for after in all_new.iter().copied() {
        let others = || all_old.iter().copied().filter(|one| site(one) == site(after));
        let same = others().find(|one| cluster(one) == cluster(after));
        pairs.extend(same.or_else(|| others().next()).map(|before| [before, after]));
    }
    for (environment, own, others) in [(old, &all_old, &all_new), (new, &all_new, &all_old)] {
        let is_lonely = |name: &String| !others.iter().any(|one| site(one) == *name);
        let mut names: Vec<String> = own.iter().map(|one| site(one)).filter(is_lonely).collect();
        names.dedup();
        if !names.is_empty() {
            notes.push(format!("note: in {environment} alone: {}", names.join(", ")));
        }
    }
    let sites: Vec<SiteValues<'_>> = pairs
        .iter()
        .map(|[before, after]| SiteValues {
            subject: Subject {
                cluster: cluster(after),
                environment: new.to_owned(),
                site: site(after),
                tenant: after.deployment.tenant.name().to_owned(),
                ..Subject::default()
            },
            values: [before.inputs.merged(), after.inputs.merged()],
        })
        .collect();
    let changes = values(&sites, |number, side, pointer| {
        let inputs = &pairs.get(number)?[side].inputs;
        // Of a value that is not there, who removed it; nobody set it otherwise.
        let is_there = pointer.get(&serde_json::Value::Object(inputs.merged().clone())).is_some();
        let (span, who) = inputs.locate(pointer).filter(|_| is_there)?;
        let place = opened.sources.line_column(span.file, span.start);
        Some(SetBy { file: opened.sources.path(span.file).to_owned(), line: place.line, who, is_old: side == 0 })
    });
    ComparedValues { deployments: sites.len(), changes }
}
