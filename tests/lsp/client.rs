//! A small client: it speaks the protocol to the program, and keeps the diagnostics that it is told.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    next_id: i64,
    /// By URI, the newest.
    pub diagnostics: BTreeMap<String, Vec<Value>>,
    /// Every other notification and request of the server.
    pub others: Vec<Value>,
}

/// A document that is open.
pub struct Document {
    pub uri: String,
    pub text: String,
    version: i64,
}

impl Client {
    /// Starts the program and initializes it for a folder.
    pub fn start(folder: &Path) -> Self {
        Client::with(json!({"rootUri": uri(folder), "capabilities": capabilities()}))
    }

    /// As [`Client::start`], with parameters of its own.
    pub fn with(params: Value) -> Self {
        let mut client = Client::raw();
        let result = client.request("initialize", params);
        assert!(result.get("capabilities").is_some(), "{result}");
        client.notify("initialized", json!({}));
        client
    }

    /// Starts the program and says nothing.
    pub fn raw() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bayplan"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bayplan starts");
        let output = child.stdout.take().expect("is piped");
        let input = child.stdin.take();
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client { child, input, messages, next_id: 0, diagnostics: BTreeMap::new(), others: Vec::new() }
    }

    pub fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the program reads");
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and gives its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}));
        self.next_id
    }

    /// The whole response to a request.
    pub fn response(&mut self, id: i64) -> Value {
        loop {
            let message = self.next().expect("the program answers");
            if message.get("id") == Some(&json!(id)) && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// The result of a request that must succeed.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let response = self.response(id);
        response.get("result").unwrap_or_else(|| panic!("{method}: {response}")).clone()
    }

    /// The error code of a request that must fail.
    pub fn refused(&mut self, method: &str, params: Value) -> i64 {
        let id = self.ask(method, params);
        let response = self.response(id);
        response["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method}: {response}"))
    }

    /// The next message; diagnostics are kept on the way. Nothing where the program has ended.
    pub fn next(&mut self) -> Option<Value> {
        let message = match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => panic!("the program says nothing"),
        };
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let uri = params["uri"].as_str().expect("a URI").to_owned();
            self.diagnostics.insert(uri, params["diagnostics"].as_array().expect("a list").clone());
        } else if message.get("method").is_some() {
            self.others.push(message.clone());
        }
        Some(message)
    }

    /// Waits until what was told of a document is as wanted.
    pub fn until(&mut self, uri: &str, is_wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let end = Instant::now() + PATIENCE;
        loop {
            let told = self.diagnostics.get(uri).cloned().unwrap_or_default();
            if is_wanted(&told) && self.diagnostics.contains_key(uri) {
                return told;
            }
            assert!(Instant::now() < end, "never told: {told:#?}");
            self.next().expect("the program goes on");
        }
    }

    /// Waits for the diagnostics of a document to have exactly these codes.
    pub fn until_codes(&mut self, uri: &str, codes: &[&str]) -> Vec<Value> {
        self.until(uri, |told| told.iter().map(|one| one["code"].as_str().unwrap()).eq(codes.iter().copied()))
    }

    /// Opens a file with the text that it has on disk.
    pub fn open(&mut self, path: &Path) -> Document {
        let text = std::fs::read_to_string(path).expect("can be read");
        self.open_text(&uri(path), &text)
    }

    pub fn open_text(&mut self, uri: &str, text: &str) -> Document {
        let item = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": item}));
        Document { uri: uri.to_owned(), text: text.to_owned(), version: 1 }
    }

    /// Gives a document another text.
    pub fn change(&mut self, document: &mut Document, text: &str) {
        self.edit(document, json!([{"text": text}]), text);
    }

    /// Sends changes after which the document has this text.
    pub fn edit(&mut self, document: &mut Document, changes: Value, text: &str) {
        document.version += 1;
        document.text = text.to_owned();
        let identifier = json!({"uri": document.uri, "version": document.version});
        self.notify("textDocument/didChange", json!({"textDocument": identifier, "contentChanges": changes}));
    }

    /// A request about a place of a document.
    pub fn at(&mut self, method: &str, document: &Document, position: Value) -> Value {
        let params = json!({"textDocument": {"uri": document.uri}, "position": position,
            "context": {"includeDeclaration": true}});
        self.request(&format!("textDocument/{method}"), params)
    }

    /// The labels of what could be written at the `¦` of a text, which the document is given first.
    pub fn completions(&mut self, document: &mut Document, marked: &str) -> Vec<String> {
        self.items(document, marked).iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// The completion items at the `¦` of a text.
    pub fn items(&mut self, document: &mut Document, marked: &str) -> Vec<Value> {
        let offset = marked.find('¦').expect("a mark");
        let text = marked.replacen('¦', "", 1);
        self.change(document, &text);
        let result = self.at("completion", document, position(&text, offset));
        result["items"].as_array().cloned().unwrap_or_default()
    }

    /// The text of a document after the named completion was taken at the `¦`.
    pub fn completed(&mut self, document: &mut Document, marked: &str, label: &str) -> String {
        let items = self.items(document, marked);
        let item = items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("{label} in {items:#?}"));
        applied(&document.text, &item["textEdit"])
    }

    /// Shuts the program down as the protocol asks and gives its exit code.
    pub fn end(mut self) -> i32 {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.wait()
    }

    /// Closes the input of the program and gives its exit code.
    pub fn hang_up(mut self) -> i32 {
        self.input = None;
        self.wait()
    }

    pub fn wait(mut self) -> i32 {
        while self.next().is_some() {}
        self.child.wait().expect("ends").code().expect("ends by itself")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("JSON"))
}

/// What a modern editor can do. Columns are UTF-16, as they are where nothing is said.
pub fn capabilities() -> Value {
    json!({
        "workspace": {
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create", "rename"]},
        },
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true},
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
        },
    })
}

pub fn uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for byte in path.to_str().expect("UTF-8").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// A position in UTF-16 code units.
pub fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |found| found + 1);
    json!({"line": line, "character": before[start..].encode_utf16().count()})
}

/// The position of the first `needle`, and of one `inside` of it.
pub fn position_of(text: &str, needle: &str, inside: usize) -> Value {
    position(text, text.find(needle).unwrap_or_else(|| panic!("{needle:?} in {text}")) + inside)
}

fn offset(text: &str, position: &Value) -> usize {
    let (line, column) = (position["line"].as_u64().unwrap(), position["character"].as_u64().unwrap());
    let start: usize = text.split_inclusive('\n').take(line as usize).map(str::len).sum();
    let mut units = 0;
    for (index, character) in text[start..].char_indices() {
        if units >= column {
            return start + index;
        }
        units += character.len_utf16() as u64;
    }
    text.len()
}

/// The text after one edit.
pub fn applied(text: &str, edit: &Value) -> String {
    let range = &edit["range"];
    let (start, end) = (offset(text, &range["start"]), offset(text, &range["end"]));
    format!("{}{}{}", &text[..start], edit["newText"].as_str().unwrap(), &text[end..])
}

/// What a range of a text holds.
pub fn slice<'t>(text: &'t str, range: &Value) -> &'t str {
    &text[offset(text, &range["start"])..offset(text, &range["end"])]
}

/// Locations as `path: text`, the path below `folder`, in order.
pub fn places(locations: &Value, folder: &Path) -> Vec<String> {
    let list = locations.as_array().cloned().unwrap_or_default();
    let base = format!("{}/", uri(folder));
    list.iter()
        .map(|location| {
            let path = location["uri"].as_str().unwrap().strip_prefix(&base).expect("in the fleet");
            let text = std::fs::read_to_string(PathBuf::from(folder).join(path)).unwrap_or_default();
            format!("{path}: {}", slice(&text, &location["range"]))
        })
        .collect()
}

impl Document {
    /// One that was never opened.
    pub fn closed(uri: &str) -> Self {
        Document { uri: uri.to_owned(), text: String::new(), version: 0 }
    }
}
