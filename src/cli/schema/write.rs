//! `bayplan schema --write`: schemas, and the settings by which editors find them.
//!
//! Writes below the fleet's folder. Files of its own are written anew; settings of the user get one entry, and keep every other
//! byte. Where that entry cannot be added safely it is printed instead.

use super::jsonc;
use crate::cli::args::Global;
use crate::cli::exit::{CliError, ExitStatus};
use crate::cli::open::{self, Source};
use crate::cli::report::{self, Report};
use crate::diag::Diagnostics;
use crate::failure::Failed;
use crate::inputs::FLEET_FILE;
use crate::load;
use crate::spec::{Kind, editor};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The folder of what is written for editors; it is no input, and git passes it over.
const FOLDER: &str = ".bayplan";
/// The schema for all documents.
const ANY: &str = ".bayplan/schemas/spec.json";
/// The files that it is for, as globs.
const FILES: [&str; 4] = [FLEET_FILE, "site-specs/**/*.yaml", "site-specs/**/*.yml", "templates/*/template.yaml"];

/// What came of one file.
enum Outcome {
    Written,
    Unchanged,
    /// What to paste, since the file has something else there or cannot be understood.
    Paste(String),
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Outcome::Written => "written",
            Outcome::Unchanged => "unchanged",
            Outcome::Paste(_) => "paste",
        }
    }
}

pub fn run(global: &Global, report: &Report) -> Result<ExitStatus, Failed> {
    let opened = open::sources(global, &Source::WorkTree)?;
    let mut ignored = Diagnostics::new();
    let templates =
        load::templates::load(&opened.sources, &mut Default::default(), &mut Default::default(), &mut ignored);
    let root = &opened.root;
    let mut outcomes: Vec<(String, Outcome)> = Vec::new();
    let mut own = |path: String, text: String| -> Result<(), Failed> {
        outcomes.push((path.clone(), put(root, &path, &text)?));
        Ok(())
    };
    own(format!("{FOLDER}/.gitignore"), "*\n".to_owned())?;
    own(ANY.to_owned(), pretty(&editor::of_any(&templates)))?;
    for kind in Kind::ALL {
        let path = format!("{FOLDER}/schemas/{}.json", kind.name().to_lowercase());
        own(path, pretty(&editor::of_kind(kind, &templates)))?;
    }
    for (name, template) in &templates {
        own(format!("{FOLDER}/schemas/values-of-{name}.json"), pretty(&editor::of_template(template)))?;
    }
    for path in [".vscode/settings.json", ".vim/coc-settings.json"] {
        outcomes.push((path.to_owned(), merge(root, path, &add_to_settings, settings_to_paste)?));
    }
    let path = ".idea/jsonSchemas.xml";
    outcomes.push((path.to_owned(), merge(root, path, &add_to_mappings, || entry_of_mappings(8))?));
    tell(&outcomes, report)?;
    Ok(ExitStatus::Fine)
}

fn tell(outcomes: &[(String, Outcome)], to: &Report) -> Result<(), Failed> {
    for (path, outcome) in outcomes {
        if to.is_json() {
            let paste = match outcome {
                Outcome::Paste(text) => Some(text),
                Outcome::Written | Outcome::Unchanged => None,
            };
            to.result_line(&json!({"type": "result", "path": path, "outcome": outcome.word(), "paste": paste}))?;
            continue;
        }
        match outcome {
            Outcome::Written => to.result_bytes(format!("wrote {path}\n").as_bytes())?,
            Outcome::Unchanged => {}
            Outcome::Paste(text) => {
                let text =
                    format!("{path} has something else there and was left as it is; paste this into it:\n{text}\n");
                to.result_bytes(text.as_bytes())?;
            }
        }
    }
    let count = |word: &str| outcomes.iter().filter(|(_, outcome)| outcome.word() == word).count();
    let (written, pasted) = (count("written"), count("paste"));
    let text = match (written, pasted) {
        (0, 0) => "everything is as it should be".to_owned(),
        (written, 0) => format!("{} written", report::count(written, "file")),
        (written, pasted) => format!("{} written, {pasted} left to you", report::count(written, "file")),
    };
    to.summary(&text, json!({"exitCode": ExitStatus::Fine as u8, "written": written, "paste": pasted}))
}

fn pretty(schema: &Value) -> String {
    let mut text = serde_json::to_string_pretty(schema).unwrap_or_else(|_| schema.to_string());
    text.push('\n');
    text
}

/// The entry for settings of yaml-language-server: the schema's path, and the files that it is for.
fn settings_entry() -> (String, String) {
    (format!("./{ANY}"), json!(FILES).to_string())
}

fn add_to_settings(text: &str) -> Option<String> {
    let (key, value) = settings_entry();
    jsonc::with_member(text, &["yaml.schemas"], &key, &value)
}

fn settings_to_paste() -> String {
    let (key, value) = settings_entry();
    format!("\"yaml.schemas\": {{ {}: {value} }}", Value::from(key))
}

/// IntelliJ keeps its mappings as XML.
fn add_to_mappings(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        let entry = entry_of_mappings(8);
        return Some(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project version=\"4\">\n  \
             <component name=\"JsonSchemaMappingsProjectConfiguration\">\n    <state>\n      <map>\n{entry}      </map>\n    \
             </state>\n  </component>\n</project>\n"
        ));
    }
    if text.contains(ANY) {
        return Some(text.to_owned());
    }
    let is_ours = text.matches("JsonSchemaMappingsProjectConfiguration").count() == 1;
    // Of other people's entries none holds a map at this depth.
    let end = text.rfind("</map>").filter(|_| is_ours && text.matches("</state>").count() == 1)?;
    let line = text[..end].rfind('\n').map_or(end, |line_break| line_break + 1);
    Some(format!("{}{}{}", &text[..line], entry_of_mappings(8), &text[line..]))
}

fn entry_of_mappings(indent: usize) -> String {
    let item = |path: &str, sort: &str| {
        let flag = sort.to_lowercase();
        let more = if sort.is_empty() {
            String::new()
        } else {
            format!("<option name=\"{flag}\" value=\"true\" /><option name=\"mappingKind\" value=\"{sort}\" />")
        };
        format!("          <Item><option name=\"path\" value=\"{path}\" />{more}</Item>")
    };
    let items = [item(FLEET_FILE, ""), item("site-specs", "Directory"), item("templates/*/template.yaml", "Pattern")];
    let entry = format!(
        "<entry key=\"bayplan\">\n  <value>\n    <SchemaInfo>\n      <option name=\"name\" value=\"bayplan\" />\n      \
         <option name=\"relativePathToSchema\" value=\"{ANY}\" />\n      <option name=\"patterns\">\n        <list>\n{}\n        \
         </list>\n      </option>\n    </SchemaInfo>\n  </value>\n</entry>",
        items.join("\n")
    );
    entry.lines().map(|line| format!("{}{line}\n", " ".repeat(indent))).collect()
}

/// Adds to a file of the user, which may not exist yet. A link, or what is no text, is none of ours.
fn merge(
    root: &Path,
    path: &str,
    add: &dyn Fn(&str) -> Option<String>,
    paste: impl FnOnce() -> String,
) -> Result<Outcome, Failed> {
    let target = root.join(path);
    let text = match fs::symlink_metadata(&target) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(source) => return Err(CliError::io("read", target, source).into()),
        Ok(metadata) if !metadata.is_file() => return Ok(Outcome::Paste(paste())),
        Ok(_) => match fs::read_to_string(&target) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::InvalidData => return Ok(Outcome::Paste(paste())),
            Err(source) => return Err(CliError::io("read", target, source).into()),
        },
    };
    match add(&text) {
        Some(new) => put(root, path, &new),
        None => Ok(Outcome::Paste(paste())),
    }
}

/// Writes a file by way of a rename, where it does not hold that text already.
fn put(root: &Path, path: &str, text: &str) -> Result<Outcome, Failed> {
    let target = root.join(path);
    if fs::read(&target).is_ok_and(|bytes| bytes == text.as_bytes()) {
        return Ok(Outcome::Unchanged);
    }
    let failed = |source: io::Error| Failed::from(CliError::io("write", target.clone(), source));
    let folder = target.parent().unwrap_or(root);
    fs::create_dir_all(folder).map_err(failed)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.bayplan-{}", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| {
        if let Ok(old) = fs::metadata(&target) {
            fs::set_permissions(&beside, old.permissions())?;
        }
        fs::rename(&beside, &target)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })?;
    Ok(Outcome::Written)
}
