//! How a session begins and ends, and what is no part of it.

use crate::client::{Client, capabilities, uri};
use crate::fleet::Fleet;
use serde_json::{Value, json};

#[test]
fn a_session_that_is_shut_down_ends_with_0() {
    let fleet = Fleet::new();
    assert_eq!(Client::start(&fleet.root).end(), 0);
}

#[test]
fn a_session_that_just_ends_ends_with_1() {
    let mut client = Client::raw();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 1);
    let fleet = Fleet::new();
    assert_eq!(Client::start(&fleet.root).hang_up(), 1);
}

#[test]
fn the_capabilities_are_those_that_are_served() {
    let mut client = Client::raw();
    let result =
        client.request("initialize", json!({"capabilities": {"general": {"positionEncodings": ["utf-32", "utf-8"]}}}));
    let capabilities = &result["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    for provider in ["hoverProvider", "definitionProvider", "referencesProvider", "documentSymbolProvider"] {
        assert_eq!(capabilities[provider], true, "{provider}");
    }
    assert_eq!(result["serverInfo"]["name"], "bayplan");
    client.notify("initialized", json!({}));
    assert_eq!(client.end(), 0);
}

#[test]
fn nothing_is_answered_before_initialize_and_after_shutdown() {
    let mut client = Client::raw();
    assert_eq!(client.refused("textDocument/hover", json!({})), -32002);
    client.notify("textDocument/didOpen", json!({}));
    let result = client.request("initialize", json!({"capabilities": {}}));
    assert_eq!(result["capabilities"]["positionEncoding"], "utf-16");
    assert_eq!(client.refused("initialize", json!({"capabilities": {}})), -32600);
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    assert_eq!(client.refused("textDocument/hover", json!({})), -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait(), 0);
}

#[test]
fn unknown_methods_and_bad_parameters_are_refused_and_harm_nothing() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    assert_eq!(client.refused("textDocument/rename", json!({})), -32601);
    assert_eq!(client.refused("$/whatever", json!(null)), -32601);
    for params in [json!(null), json!([]), json!({}), json!({"textDocument": 7, "position": "x"})] {
        assert_eq!(client.refused("textDocument/completion", params), -32602);
    }
    client.notify("$/setTrace", json!({"value": "off"}));
    client.notify("no/such/notification", json!([1, 2]));
    client.notify("textDocument/didChange", json!({"textDocument": {"uri": 3}}));
    client.notify("textDocument/didOpen", json!(null));
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": "x"}, 5]}));
    assert_eq!(client.end(), 0);
}

#[test]
fn messages_that_are_none_are_passed_over() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    client.send_bytes(b"Content-Length: 5\r\n\r\n{nope");
    client.send_bytes(b"Content-Length: 2\r\n\r\n[]");
    client.send_bytes(b"Content-Length: 4\r\n\r\nnull");
    client.send_bytes(b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 39\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"$/anything\"}");
    client.send(&json!({"jsonrpc": "2.0", "id": 9_999_999_999_i64, "method": "shutdown"}));
    client.send(&json!({"jsonrpc": "2.0", "id": 77, "result": null}));
    assert_eq!(client.end(), 0);
}

#[test]
fn a_header_without_a_length_ends_the_session() {
    let mut client = Client::raw();
    client.send_bytes(b"Nonsense\r\n\r\n");
    assert_eq!(client.wait(), 1);
}

#[test]
fn a_request_that_was_given_up_is_not_answered_late() {
    let fleet = Fleet::new();
    let mut client = Client::start(&fleet.root);
    let document = client.open(&fleet.root.join("site-specs/sites/shop.yaml"));
    // Sent in one piece, so that the cancellation waits behind the request.
    let messages = [
        json!({"jsonrpc": "2.0", "id": 500, "method": "workspace/symbol", "params": {"query": ""}}),
        json!({"jsonrpc": "2.0", "id": "text", "method": "textDocument/documentSymbol", "params": {"textDocument": {"uri": document.uri}}}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "text"}}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 123}}),
    ];
    let bytes: String = messages
        .iter()
        .map(|message| message.to_string())
        .map(|body| format!("Content-Length: {}\r\n\r\n{body}", body.len()))
        .collect();
    client.send_bytes(bytes.as_bytes());
    let response = loop {
        let message = client.next().expect("goes on");
        if message.get("id") == Some(&json!("text")) {
            break message;
        }
    };
    // Answered before the cancellation was read, or cancelled: never left without an answer.
    let is_cancelled = response["error"]["code"] == -32800;
    assert!(is_cancelled || response["result"].is_array(), "{response}");
    assert_eq!(client.end(), 0);
}

#[test]
fn several_folders_and_folders_that_come_and_go_are_served() {
    let (one, other, third) = (Fleet::new(), Fleet::new(), Fleet::committed("deep/below"));
    other.edit("site-specs/sites/wiki.yaml", "tenant: guild", "tenant: gild");
    third.edit("site-specs/sites/wiki.yaml", "tenant: guild", "tenant: gilde");
    let folder = |fleet: &Fleet| json!({"uri": uri(fleet.around()), "name": "x"});
    let mut client =
        Client::with(json!({"capabilities": capabilities(), "workspaceFolders": [folder(&one), folder(&other)]}));
    let wiki = uri(&other.root.join("site-specs/sites/wiki.yaml"));
    client.until_codes(&wiki, &["unknown-name"]);
    let added = json!({"event": {"added": [folder(&third)], "removed": [folder(&other)]}});
    client.notify("workspace/didChangeWorkspaceFolders", added);
    client.until_codes(&wiki, &[]);
    client.until_codes(&uri(&third.root.join("site-specs/sites/wiki.yaml")), &["unknown-name"]);
    assert_eq!(client.end(), 0);
}
