//! Messages as they come in: headers, then as many bytes as these say.
//!
//! Takes bytes; gives messages. A body that is no message is passed over, since the next one begins where it ends; where headers
//! are wrong nothing tells where that is, and the input is over. What a header promises is not believed before it has come.

use lsp_server::Message;
use std::io::{self, BufRead, Read};

/// A header is shorter than this.
const LONGEST_HEADER: u64 = 4096;
/// A message is: sixteen times the largest file that bayplan reads.
const LONGEST_BODY: u64 = 64 << 20;

/// What was read.
#[derive(Debug)]
pub enum Frame {
    Message(Message),
    /// What was passed over.
    Unreadable(String),
    End,
}

/// Reads one message.
pub fn read(input: &mut impl BufRead) -> Frame {
    let Some(length) = length(input) else { return Frame::End };
    let mut body = input.by_ref().take(length);
    if length > LONGEST_BODY {
        return match io::copy(&mut body, &mut io::sink()) {
            Ok(found) if found == length => Frame::Unreadable(format!("a message of {length} bytes was passed over")),
            Ok(_) | Err(_) => Frame::End,
        };
    }
    let mut bytes = Vec::new();
    match body.read_to_end(&mut bytes) {
        Ok(found) if found as u64 == length => {}
        Ok(_) | Err(_) => return Frame::End,
    }
    match serde_json::from_slice(&bytes) {
        Ok(message) => Frame::Message(message),
        Err(_) => Frame::Unreadable("a message that is no JSON-RPC was passed over".to_owned()),
    }
}

/// The length that the headers of a message name.
fn length(input: &mut impl BufRead) -> Option<u64> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line).ok()?;
        let line = std::str::from_utf8(&line).ok()?.strip_suffix("\r\n")?;
        if line.is_empty() {
            return length;
        }
        let (name, value) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = Some(value.trim().parse().ok()?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut told = Vec::new();
        loop {
            match read(&mut input) {
                Frame::Message(Message::Notification(notification)) => told.push(notification.method),
                Frame::Message(_) => told.push("another".to_owned()),
                Frame::Unreadable(what) => told.push(what),
                Frame::End => return told,
            }
        }
    }

    fn framed(body: &[u8]) -> Vec<u8> {
        [format!("content-length:{}\r\nX-Odd: 1\r\n\r\n", body.len()).as_bytes(), body].concat()
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        let sound = framed(br#"{"jsonrpc":"2.0","method":"ok"}"#);
        for body in [&b"{bad}"[..], b"[]", b"", b"\xff\xfe", br#"{"method":5}"#] {
            let all = [framed(body), sound.clone()].concat();
            assert_eq!(told(&all), ["a message that is no JSON-RPC was passed over", "ok"], "{body:?}");
        }
    }

    #[test]
    fn promises_are_not_believed() {
        assert!(told(b"Content-Length: 99999999999999\r\n\r\nabc").is_empty());
        assert!(told(b"Content-Length: 50\r\n\r\nabc").is_empty());
        for headers in ["garbage\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length: 1\n\n{", "\r\n\r\n"] {
            assert!(told(headers.as_bytes()).is_empty(), "{headers}");
        }
        assert!(told(&[b'x'; 100_000]).is_empty());
        let sound = framed(br#"{"jsonrpc":"2.0","method":"ok"}"#);
        let large = vec![b' '; usize::try_from(LONGEST_BODY).unwrap() + 1];
        assert_eq!(told(&[framed(&large), sound].concat()), ["a message of 67108865 bytes was passed over", "ok"]);
    }
}
