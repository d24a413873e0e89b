//! Numbers as every reader takes them for numbers.

use serde_json::Number;
use std::io::Write;

pub(super) fn number(value: &Number, out: &mut Vec<u8>) {
    if let Some(value) = value.as_i64() {
        if value < 0 {
            out.push(b'-');
        }
        digits(value.unsigned_abs(), out);
    } else if let Some(value) = value.as_u64() {
        digits(value, out);
    } else if let Some(value) = value.as_f64() {
        float(value, out);
    }
}

fn digits(value: u64, out: &mut Vec<u8>) {
    let mut buffer = [0; 20];
    let mut at = buffer.len();
    let mut left = value;
    loop {
        at -= 1;
        buffer[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&buffer[at..]);
}

/// The shortest text that reads back as the value, with a point, and with a signed exponent where it has one: without either
/// PyYAML would read a string.
fn float(value: f64, out: &mut Vec<u8>) {
    let start = out.len();
    // Writing to a vector cannot fail.
    let _ = write!(out, "{value:?}");
    if let Some(exponent) = out[start..].iter().position(|byte| *byte == b'e').map(|at| start + at) {
        if !matches!(out.get(exponent + 1), Some(b'-')) {
            out.insert(exponent + 1, b'+');
        }
        if !out[start..exponent].contains(&b'.') {
            out.splice(exponent..exponent, *b".0");
        }
    }
}
