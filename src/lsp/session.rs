//! What is open: documents and fleets, and what becomes of edits.

use super::client::{self, Client};
use super::convert::{ByPath, Found};
use super::worker::{self, Checked, Job};
use super::workspace::{OpenFleet, root_of, roots_of};
use super::{Event, protocol, uri};
use crate::ide::text::{Position, replaced};
use crate::inputs::FLEET_FILE;
use lsp_server::Message;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;

/// Fleets with up to so many spec files are checked as a whole at each edit; in larger ones what the edit feeds comes first.
const SMALL: usize = 150;
/// Changed files of which each is read anew; where more change (a checkout), everything is.
const MANY: usize = 200;

/// Everything that the server knows.
pub struct Session {
    pub client: Client,
    /// By URI, as the client writes it.
    pub documents: BTreeMap<String, Document>,
    /// By folder.
    pub fleets: BTreeMap<PathBuf, OpenFleet>,
    /// Failures that were told, so that each is told once.
    told: BTreeSet<String>,
    quick: Sender<Job>,
    whole: Sender<Job>,
    prompt: Sender<Job>,
}

/// An open document.
pub struct Document {
    pub text: String,
    pub version: Option<i32>,
    /// The fleet that it lies in, and its path there.
    pub place: Option<(PathBuf, String)>,
}

impl Session {
    pub fn new(client: Client, events: &Sender<Event>) -> std::io::Result<Self> {
        Ok(Session {
            client,
            documents: BTreeMap::new(),
            fleets: BTreeMap::new(),
            told: BTreeSet::new(),
            quick: worker::start("check-edit", false, events.clone())?,
            whole: worker::start("check-fleet", true, events.clone())?,
            prompt: worker::start("check-small-fleet", false, events.clone())?,
        })
    }

    /// Takes in what the client tells; gives what is to be told back. What cannot be understood is passed over, as the
    /// protocol says.
    pub fn notification(&mut self, method: &str, params: Value) -> Vec<Message> {
        let mut out = Vec::new();
        match method {
            "initialized" => self.initialized(&mut out),
            "textDocument/didOpen" => self.opened(&params, &mut out),
            "textDocument/didChange" => self.changed(&params),
            "textDocument/didClose" => self.closed(&params, &mut out),
            "textDocument/didSave" => self.saved(&params),
            "workspace/didChangeWatchedFiles" => self.watched(&params, &mut out),
            "workspace/didChangeWorkspaceFolders" => self.folders(&params, &mut out),
            _ => {}
        }
        out
    }

    fn initialized(&mut self, out: &mut Vec<Message>) {
        if self.client.can_watch {
            out.push(protocol::register(client::watchers()));
        }
        for folder in self.client.folders.clone() {
            for root in roots_of(&folder) {
                self.open_fleet(&root, out);
            }
        }
    }

    fn open_fleet(&mut self, root: &Path, out: &mut Vec<Message>) -> bool {
        if self.fleets.contains_key(root) {
            return true;
        }
        match OpenFleet::read(root) {
            Ok(fleet) => {
                self.fleets.insert(root.to_owned(), fleet);
                true
            }
            Err(failed) => {
                self.tell_once(failed.diagnostic().message, out);
                false
            }
        }
    }

    fn tell_once(&mut self, text: String, out: &mut Vec<Message>) {
        if self.told.insert(text.clone()) {
            out.push(protocol::show(&text));
        }
    }

    /// The fleet that a URI lies in, opened if need be, and the path there.
    fn place(&mut self, uri: &str, out: &mut Vec<Message>) -> Option<(PathBuf, String)> {
        let path = uri::to_path(uri)?;
        let root = root_of(&path)?;
        let below = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
        self.open_fleet(&root, out).then_some((root, below))
    }

    fn opened(&mut self, params: &Value, out: &mut Vec<Message>) {
        let Some(document) = params.get("textDocument") else { return };
        let (Some(uri), Some(text)) = (text_at(document, "uri"), text_at(document, "text")) else { return };
        let place = self.place(uri, out);
        let document = Document { text: text.to_owned(), version: version_of(document), place };
        self.documents.insert(uri.to_owned(), document);
        self.overlay(uri);
    }

    /// Puts a document over its file.
    fn overlay(&mut self, uri: &str) {
        let Some(document) = self.documents.get(uri) else { return };
        if let Some((root, path)) = &document.place
            && let Some(fleet) = self.fleets.get_mut(root)
        {
            fleet.overlay(path, &document.text);
        }
    }

    fn changed(&mut self, params: &Value) {
        let Some(identifier) = params.get("textDocument") else { return };
        let Some(uri) = text_at(identifier, "uri") else { return };
        let Some(document) = self.documents.get_mut(uri) else { return };
        let changes = params.get("contentChanges").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for change in changes {
            let Some(text) = text_at(change, "text") else { continue };
            document.text = match change.get("range") {
                None | Some(Value::Null) => text.to_owned(),
                Some(range) => {
                    let (Some(start), Some(end)) = (position_at(range, "start"), position_at(range, "end")) else {
                        continue;
                    };
                    replaced(&document.text, start, end, text, self.client.encoding)
                }
            };
        }
        document.version = version_of(identifier).or(document.version);
        self.overlay(uri);
    }

    fn closed(&mut self, params: &Value, out: &mut Vec<Message>) {
        let Some(uri) = params.get("textDocument").and_then(|document| text_at(document, "uri")) else { return };
        let Some(document) = self.documents.remove(uri) else { return };
        let Some((root, path)) = document.place else { return };
        if let Some(fleet) = self.fleets.get_mut(&root) {
            fleet.uncover(&path);
            // The client may know the file by another URI from now on.
            if fleet.published.remove(&path) {
                out.push(protocol::publish(uri.to_owned(), None, Vec::new()));
            }
            out.extend(self.publish(&root, &BTreeSet::from([path]), &BTreeMap::new()));
        }
    }

    /// What other programs wrote in the meantime is taken in where the client tells of no changes.
    fn saved(&mut self, params: &Value) {
        let uri = params.get("textDocument").and_then(|document| text_at(document, "uri"));
        let place = uri.and_then(|uri| self.documents.get(uri)).and_then(|document| document.place.as_ref());
        if let Some(fleet) = place.and_then(|(root, _)| self.fleets.get_mut(root)) {
            fleet.is_stale = true;
        }
    }

    fn watched(&mut self, params: &Value, out: &mut Vec<Message>) {
        let changes = params.get("changes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let paths: BTreeSet<PathBuf> =
            changes.iter().filter_map(|change| uri::to_path(text_at(change, "uri")?)).collect();
        let mut by_fleet: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
        for path in &paths {
            if path.file_name().is_some_and(|name| name == FLEET_FILE) {
                self.fleet_came_or_went(path, out);
            }
            let root = self.fleets.keys().rev().find(|root| path.starts_with(root));
            let below = root.and_then(|root| Some((root.clone(), path.strip_prefix(root).ok()?.to_str()?.to_owned())));
            if let Some((root, below)) = below {
                by_fleet.entry(root).or_default().insert(below);
            }
        }
        for (root, paths) in by_fleet {
            let Some(fleet) = self.fleets.get_mut(&root) else { continue };
            let is_large = paths.len() > MANY || paths.iter().any(|path| fleet.is_folder(path));
            if is_large {
                if let Err(failed) = fleet.reload() {
                    self.tell_once(failed.diagnostic().message, out);
                }
            } else {
                paths.iter().for_each(|path| fleet.reread(path));
            }
        }
    }

    /// A bayplan.yaml that comes or goes moves documents from one fleet to another.
    fn fleet_came_or_went(&mut self, file: &Path, out: &mut Vec<Message>) {
        let Some(root) = file.parent().map(Path::to_owned) else { return };
        let is_there = std::fs::symlink_metadata(file).is_ok();
        if is_there == self.fleets.contains_key(&root) {
            return;
        }
        if is_there {
            self.open_fleet(&root, out);
        } else {
            self.forget(&root, out);
        }
        for uri in self.documents.keys().cloned().collect::<Vec<_>>() {
            let place = self.place(&uri, out);
            let Some(document) = self.documents.get_mut(&uri) else { continue };
            let old = std::mem::replace(&mut document.place, place);
            if let Some((old_root, path)) = old.filter(|old| Some(old) != document.place.as_ref())
                && let Some(fleet) = self.fleets.get_mut(&old_root)
            {
                fleet.uncover(&path);
            }
            self.overlay(&uri);
        }
    }

    fn forget(&mut self, root: &Path, out: &mut Vec<Message>) {
        let Some(fleet) = self.fleets.remove(root) else { return };
        for path in &fleet.published {
            out.push(protocol::publish(self.uri_of(&fleet.root, path), None, Vec::new()));
        }
    }

    fn folders(&mut self, params: &Value, out: &mut Vec<Message>) {
        let folders = |key: &str| -> Vec<PathBuf> {
            let listed = params.get("event").and_then(|event| event.get(key)).and_then(Value::as_array);
            listed.into_iter().flatten().filter_map(|folder| uri::to_path(text_at(folder, "uri")?)).collect()
        };
        for folder in folders("added") {
            for root in roots_of(&folder) {
                self.open_fleet(&root, out);
            }
        }
        for folder in folders("removed") {
            let is_open = |root: &PathBuf| {
                self.documents.values().any(|document| document.place.as_ref().is_some_and(|(place, _)| place == root))
            };
            let gone: Vec<PathBuf> =
                self.fleets.keys().filter(|root| root.starts_with(&folder) && !is_open(root)).cloned().collect();
            gone.iter().for_each(|root| self.forget(root, out));
        }
    }

    /// The URI of a file: the client's own for an open document.
    pub fn uri_of(&self, root: &Path, path: &str) -> String {
        let is_it =
            |document: &Document| document.place.as_ref().is_some_and(|(place, below)| place == root && below == path);
        let open = self.documents.iter().find(|(_, document)| is_it(document));
        open.map_or_else(|| uri::of_path(&root.join(path)), |(uri, _)| uri.clone())
    }

    /// Hands what was edited to the workers.
    pub fn check_edited(&mut self) {
        let mut versions: BTreeMap<&Path, BTreeMap<String, i32>> = BTreeMap::new();
        for document in self.documents.values() {
            if let (Some((root, path)), Some(version)) = (&document.place, document.version) {
                versions.entry(root).or_default().insert(path.clone(), version);
            }
        }
        for fleet in self.fleets.values_mut().filter(|fleet| fleet.is_stale) {
            let job = |path: Option<String>| Job {
                root: fleet.root.clone(),
                fleet: fleet.fleet.clone(),
                generation: fleet.generation,
                newest: fleet.newest.clone(),
                now: fleet.now,
                encoding: self.client.encoding,
                path,
                versions: versions.get(fleet.root.as_path()).cloned().unwrap_or_default(),
            };
            let is_small = fleet.fleet.index().len() <= SMALL;
            if let Some(path) = fleet.edited.iter().next_back().filter(|_| !is_small) {
                let _ = self.quick.send(job(Some(path.clone())));
            }
            let queue = if is_small { &self.prompt } else { &self.whole };
            let _ = queue.send(job(None));
            fleet.edited.clear();
            fleet.is_stale = false;
        }
    }

    /// Takes in what a worker found.
    pub fn checked(&mut self, checked: Checked) -> Vec<Message> {
        let Checked { root, generation, path, found, versions } = checked;
        let Some(fleet) = self.fleets.get_mut(&root) else { return Vec::new() };
        let mut paths: BTreeSet<String> = found.keys().cloned().collect();
        // Whoever has a file open hears of each check, so that silence means that one is under way.
        let open = self.documents.values().filter_map(|document| document.place.as_ref());
        let open: BTreeSet<String> = open.filter(|(place, _)| *place == root).map(|(_, path)| path.clone()).collect();
        match path {
            Some(path) => {
                paths.insert(path.clone());
                if let Some(old) = fleet.quick.insert(path, found) {
                    paths.extend(old.into_keys());
                }
            }
            None if generation == fleet.generation => {
                paths.extend(fleet.published.iter().cloned());
                paths.extend(open);
                fleet.whole = found;
                fleet.quick.clear();
            }
            // An edit came in between; another check is on its way.
            None => return Vec::new(),
        }
        self.publish(&root, &paths, &versions)
    }

    /// Tells the client what is wrong in these files, as of these versions of open documents.
    fn publish(&mut self, root: &Path, paths: &BTreeSet<String>, versions: &BTreeMap<String, i32>) -> Vec<Message> {
        let mut told = Vec::new();
        for path in paths {
            let Some(fleet) = self.fleets.get(root) else { return told };
            let found = found_in(fleet, path);
            let is_open = versions.contains_key(path);
            if found.is_empty() && !fleet.published.contains(path) && !is_open {
                continue;
            }
            let uri = |path: &str| self.uri_of(root, path);
            let diagnostics =
                found.iter().map(|found| protocol::diagnostic(found, self.client.has_related, &uri)).collect();
            told.push(protocol::publish(uri(path), versions.get(path).copied(), diagnostics));
            let is_empty = found.is_empty();
            if let Some(fleet) = self.fleets.get_mut(root) {
                if is_empty {
                    fleet.published.remove(path);
                } else {
                    fleet.published.insert(path.clone());
                }
            }
        }
        told
    }
}

/// What is known of a file: of an edited one what its own quick check found; of others what the last check of the whole
/// fleet found, and what quick checks of other files found beside.
pub fn found_in(fleet: &OpenFleet, path: &str) -> Vec<Found> {
    if let Some(own) = fleet.quick.get(path) {
        return own.get(path).cloned().unwrap_or_default();
    }
    let mut found: Vec<Found> = fleet.whole.get(path).cloned().unwrap_or_default();
    let of_path = |by_path: &ByPath| by_path.get(path).cloned().unwrap_or_default();
    for more in fleet.quick.values().flat_map(of_path) {
        let is_known = found.iter().any(|known| known.code == more.code && known.start == more.start);
        if !is_known {
            found.push(more);
        }
    }
    found
}

fn text_at<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn version_of(document: &Value) -> Option<i32> {
    i32::try_from(document.get("version")?.as_i64()?).ok()
}

fn position_at(range: &Value, key: &str) -> Option<Position> {
    let position = range.get(key)?;
    // What is too large for a line is behind the last one.
    let number = |key: &str| Some(u32::try_from(position.get(key)?.as_u64()?).unwrap_or(u32::MAX));
    Some(Position { line: number("line")?, column: number("character")? })
}
