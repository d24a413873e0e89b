//! Why the values of a deployment are what they are.

use super::ExplainArgs;
use super::annotated::Lines;
use super::fleet::with_fleet;
use super::{human, json as machine};
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open::Opened;
use crate::cli::report::Report;
use crate::explain::fleet::{home, inner};
use crate::explain::values::ValueStory;
use crate::explain::{Step, field};
use crate::failure::Failed;
use crate::near;
use crate::pipeline::{Filter, Findings, unit};
use crate::pointer::Pointer;
use crate::yaml::write::write_value;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The deployments that are asked about.
pub struct Asked<'a> {
    pub site: &'a str,
    pub environment: &'a str,
    pub cluster: Option<&'a str>,
}

pub fn run(asked: &Asked<'_>, args: &ExplainArgs, global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let mut filter: Filter = args.filter.to_filter();
    filter.sites = vec![asked.site.to_owned()];
    filter.environments = vec![asked.environment.to_owned()];
    if let Some(cluster) = asked.cluster {
        filter.clusters = vec![cluster.to_owned()];
    }
    let selected = filter.clone();
    with_fleet(filter, args, global, report, |fleet, opened| {
        let found = fleet.deployments(asked.site, asked.environment);
        let found: Vec<_> = found.into_iter().filter(|(_, deployment)| selected.selects(deployment)).collect();
        if found.is_empty() {
            let site = fleet.prepared.specs.sites.get(asked.site);
            let known = site.into_iter().flat_map(|site| site.spec.environments.keys().map(String::as_str));
            let on = asked.cluster.map(|cluster| format!(" on cluster `{cluster}`")).unwrap_or_default();
            let message = format!("site `{}` is not deployed in environment `{}`{on}", asked.site, asked.environment);
            return Err(CliError::Usage { message, help: near::hint(asked.environment, known) }.into());
        }
        let mut count = 0;
        for (unit, deployment) in found {
            let mut findings = Findings::default();
            let number = unit.deployments.iter().position(|other| other.id() == deployment.id()).unwrap_or_default();
            let found = unit::inputs(fleet.prepared, unit, &mut findings);
            let Some(inputs) = found.and_then(|(_, deployments)| deployments.get(number).cloned()) else {
                return Ok(Err(findings));
            };
            let home = home(fleet.prepared, unit.cluster, Some(inner(unit, deployment)));
            let story = ValueStory { trace: inputs.retrace(), home };
            let telling = Telling { story: &story, deployment: deployment.id(), opened, report };
            count += telling.answer(args.field.as_deref())?;
        }
        report.summary("", json!({"exitCode": 0, "count": count}))?;
        Ok(Ok(ExitStatus::Fine))
    })
}

struct Telling<'t> {
    story: &'t ValueStory<'t, 't>,
    deployment: String,
    opened: &'t Opened,
    report: &'t Report,
}

impl Telling<'_> {
    fn answer(&self, text: Option<&str>) -> Result<usize, Failed> {
        let inputs = self.story.trace.inputs();
        let Some(text) = text else {
            return self.all(&Value::Object(inputs.merged().clone()), &Pointer::root());
        };
        let mut all = Value::Object(inputs.merged().clone());
        for name in crate::resolve::roots::RESERVED {
            if let Some(root) = inputs.top(name) {
                all[name] = root.clone();
            }
        }
        match field::parse(text, &all) {
            Ok(path) => match path.get(&all) {
                Some(value @ (Value::Object(_) | Value::Array(_))) if !path.is_root() && has_parts(value) => {
                    self.all(value, &path)
                }
                Some(_) | None => self.one(&path, &self.story.explain(&path)),
            },
            Err(missing) => {
                let asked = missing.field.filter(|field| self.story.trace.find(field).is_some());
                match asked {
                    Some(path) => self.one(&path, &self.story.explain(&path)),
                    None => {
                        let message =
                            format!("{}: {}", self.deployment, missing.message.replace("the object", "the template"));
                        Err(CliError::Usage { message, help: missing.help }.into())
                    }
                }
            }
        }
    }

    fn one(&self, path: &Pointer, step: &Step) -> Result<usize, Failed> {
        if self.report.is_json() {
            self.json(path, step)?;
            return Ok(1);
        }
        let paint = self.report.paint();
        let value = match self.story.get(path) {
            Some(value) => format!(": {}", human::value(value)),
            None => " is not set".to_owned(),
        };
        let heading = format!("a value of {}", self.deployment);
        let mut text = format!("{}{value}\n{}\n\n", paint.strong(&path.dotted()), paint.faint(&heading));
        text.push_str(&human::step(step, &self.opened.sources, paint));
        self.report.result_bytes(text.as_bytes())?;
        Ok(1)
    }

    /// All values at and below a path.
    fn all(&self, value: &Value, below: &Pointer) -> Result<usize, Failed> {
        let mut bytes = Vec::new();
        write_value(value, &mut bytes);
        let lines = Lines::read(&String::from_utf8_lossy(&bytes));
        let paths = lines.all().map(|(_, path)| below.join(path)).collect::<Vec<Pointer>>();
        if self.report.is_json() {
            for path in &paths {
                self.json(path, &self.story.explain(path))?;
            }
            return Ok(paths.len());
        }
        let steps: BTreeMap<Pointer, Step> =
            lines.all().map(|(_, path)| (path.clone(), self.story.explain(&below.join(path)))).collect();
        let paint = self.report.paint();
        let heading = if below.is_root() {
            format!("the values of {}", self.deployment)
        } else {
            format!("{} of {}", below.dotted(), self.deployment)
        };
        let mut text = format!("{}\n\n", paint.faint(&heading));
        text.push_str(&lines.annotate(&steps, &self.opened.sources, paint));
        self.report.result_bytes(text.as_bytes())?;
        Ok(paths.len())
    }

    fn json(&self, path: &Pointer, step: &Step) -> Result<(), Failed> {
        let sources = &self.opened.sources;
        let value = self.story.get(path);
        let mut result = json!({
            "type": "result", "deployment": self.deployment, "field": path.dotted(), "pointer": path.to_string(),
            "present": value.is_some(),
            "origin": machine::origin(step, sources), "chain": machine::step(step, sources),
        });
        if let Some(value) = value {
            result["value"] = value.clone();
        }
        self.report.result_line(&result)
    }
}

fn has_parts(value: &Value) -> bool {
    value.as_object().is_some_and(|map| !map.is_empty()) || value.as_array().is_some_and(|items| !items.is_empty())
}
