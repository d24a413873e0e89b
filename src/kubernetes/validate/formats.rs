//! Texts of a fixed form: quantities, times, addresses and the like, each as the API server reads it.

use crate::kubernetes::arena::Format;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a text is of a format; where no format is asked for, any is.
pub fn has_format(format: Format, text: &str) -> bool {
    match format {
        Format::None | Format::Int32 | Format::Int64 => true,
        Format::Byte => is_base64(text),
        Format::DateTime => is_date_time(text),
        Format::Date => is_date(text),
        Format::Duration => is_duration(text),
        Format::GoDuration => is_go_duration(text),
        Format::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
        Format::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
        Format::Cidr => is_cidr(text),
        Format::Mac => is_mac(text),
        Format::Uri => is_uri(text),
        Format::Uuid => is_uuid(text),
        Format::Hostname => text.len() <= 253 && text.split('.').all(is_host_label),
        Format::Email => text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()),
    }
}

/// A `resource.Quantity`: a decimal number, then a binary or decimal suffix or an exponent.
pub fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let suffix = unsigned.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    let number = &unsigned[..unsigned.len() - suffix.len()];
    let is_number = number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() <= 1;
    let is_exponent = |suffix: &str| {
        let digits = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    const SUFFIXES: [&str; 16] = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    is_number && (SUFFIXES.contains(&suffix) || is_exponent(suffix))
}

/// The quantity that was probably meant by what is none: units in the wrong case or with a `B`, spaces, a decimal comma.
pub fn near_quantity(text: &str) -> Option<String> {
    let compact: String =
        text.chars().filter(|character| !character.is_whitespace()).collect::<String>().replace(',', ".");
    let digits = compact.len()
        - compact.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.').len();
    let (number, unit) = compact.split_at(digits);
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => "",
        "m" => "m",
        "k" | "kb" => "k",
        "ki" | "kib" => "Ki",
        "mb" => "M",
        "mi" | "mib" => "Mi",
        "g" | "gb" => "G",
        "gi" | "gib" => "Gi",
        "t" | "tb" => "T",
        "ti" | "tib" => "Ti",
        _ => return None,
    };
    let near = format!("{number}{unit}");
    (near != text && is_quantity(&near)).then_some(near)
}

/// A duration as Go reads it, such as `1h30m`, or `0`.
pub fn is_go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == '.').len();
        let (number, unit) = rest.split_at(number);
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        let Some(unit) =
            ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].into_iter().find(|known| unit.starts_with(known))
        else {
            return false;
        };
        rest = &rest[number.len() + unit.len()..];
    }
    true
}

/// What the `duration` format of OpenAPI takes: a Go duration, or numbers with units in words up to weeks.
fn is_duration(text: &str) -> bool {
    let units = [
        "ns", "nano", "us", "µs", "micro", "ms", "milli", "s", "sec", "m", "min", "h", "hr", "hour", "d", "day", "w",
        "wk", "week",
    ];
    let is_unit = |unit: &str| units.contains(&unit.trim().trim_end_matches('s')) || units.contains(&unit.trim());
    let (number, unit) =
        text.split_at(text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len());
    is_go_duration(text) || (!number.is_empty() && is_unit(unit))
}

/// Base64 with padding; line breaks inside are let pass, as Go does.
fn is_base64(text: &str) -> bool {
    let mut length = 0usize;
    let mut padding = 0usize;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return false,
        }
        length += 1;
    }
    length.is_multiple_of(4) && padding <= 2
}

/// RFC 3339, with a `T` and a zone.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let Some(clock) = time.get(..8) else { return false };
    let zone = match time[8..].strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|digit: char| digit.is_ascii_digit()) => {
            fraction.trim_start_matches(|digit: char| digit.is_ascii_digit())
        }
        Some(_) => return false,
        None => &time[8..],
    };
    is_date(date)
        && is_clock(clock, true)
        && (zone == "Z" || zone.strip_prefix(['+', '-']).is_some_and(|zone| is_clock(zone, false)))
}

fn is_clock(text: &str, with_seconds: bool) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let limits: &[u32] = if with_seconds { &[23, 59, 59] } else { &[23, 59] };
    parts.len() == limits.len()
        && parts.iter().zip(limits).all(|(part, limit)| two_digits(part).is_some_and(|number| number <= *limit))
}

fn two_digits(text: &str) -> Option<u32> {
    let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let (Ok(year), Some(month), Some(day)) = (year.parse::<u32>(), two_digits(month), two_digits(day)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return false,
    };
    is_year && (1..=days).contains(&day)
}

fn is_cidr(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    prefix.bytes().all(|byte| byte.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= most)
}

fn is_mac(text: &str) -> bool {
    let separator = if text.contains(':') { ':' } else { '-' };
    let parts: Vec<&str> = text.split(separator).collect();
    let is_byte = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    matches!(parts.len(), 6 | 8 | 20) && parts.iter().all(is_byte)
}

fn is_uri(text: &str) -> bool {
    let is_clean = !text.chars().any(|character| character.is_control() || character == ' ');
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let has_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_clean && (has_scheme || text.starts_with('/'))
}

fn is_uuid(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let dashes: Vec<usize> = text.match_indices('-').map(|(place, _)| place).collect();
    digits == 32 && digits + dashes.len() == text.len() && (dashes.is_empty() || dashes == [8, 13, 18, 23])
}

fn is_host_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_a_number_and_a_unit() {
        for text in ["0", "1", "-1", "+1.5", "1.", ".5", "100m", "1Ki", "5E", "1e3", "1E-3", "1.5e+6", "12n", "7Ei"] {
            assert!(is_quantity(text), "{text}");
        }
        for text in
            ["", ".", "m", "1 Gi", "1KB", "1gi", "1k i", "e3", "1e", "1.5.5", "--1", "0x10", "1,5", "Ki", "\u{661}"]
        {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn durations_are_those_of_go() {
        for text in ["0", "1h", "1h30m", "1.5h", "100ms", "-5s", "3us", "3µs", ".5s"] {
            assert!(is_go_duration(text), "{text}");
        }
        for text in ["", "1", "h", "1d", "1 h", "1h 30m", "1hour", "1..5h", "s1"] {
            assert!(!is_go_duration(text), "{text}");
        }
    }

    #[test]
    fn other_formats_take_what_the_api_server_takes() {
        let cases: [(Format, &[&str], &[&str]); 12] = [
            (Format::Byte, &["", "aGk=", "aGk=\n", "YWJj"], &["aGk", "aG=k", "a", "a b=", "aGk==="]),
            (
                Format::DateTime,
                &["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123Z", "2024-02-29T00:00:00+01:30"],
                &[
                    "2026-01-02",
                    "2026-01-02 03:04:05Z",
                    "2026-01-02T03:04:05",
                    "2026-01-02T24:00:00Z",
                    "2026-01-02T03:04:05.Z",
                    "é026-01-02T03:04:0é5Z",
                ],
            ),
            (Format::Date, &["2024-02-29"], &["2023-02-29", "2026-13-01", "26-01-01", "2026-1-1", "2026-01-00"]),
            (Format::Duration, &["1h", "3 days", "1 week", "5min"], &["", "1 fortnight", "days"]),
            (Format::Ipv4, &["192.0.2.1"], &["192.0.2", "192.0.2.256", "::1"]),
            (Format::Ipv6, &["::1", "2001:db8::1"], &["192.0.2.1", ":::"]),
            (Format::Cidr, &["10.0.0.0/8", "2001:db8::/32"], &["10.0.0.0", "10.0.0.0/33", "10.0.0.0/+8", "x/8"]),
            (Format::Mac, &["00:00:5e:00:53:01", "00-00-5E-00-53-01"], &["00:00:5e", "0:0:5e:0:53:1"]),
            (Format::Uri, &["https://example.org/", "/path", "urn:x"], &["example.org", "no uri", ""]),
            (
                Format::Uuid,
                &["123e4567-e89b-42d3-a456-426614174000"],
                &["123e4567", "123e4567-e89b-42d3-a456-42661417400g"],
            ),
            (Format::Hostname, &["a", "www.example.org"], &["", "-a", "a..b", "a_b"]),
            (Format::Email, &["a@example.org"], &["a", "@", "a@"]),
        ];
        for (format, good, bad) in cases {
            for text in good {
                assert!(has_format(format, text), "{format:?} {text}");
            }
            for text in bad {
                assert!(!has_format(format, text), "{format:?} {text}");
            }
        }
    }
}
