//! `H` in a CronJob's schedule: a number from a hash of the job's identity, so that ten thousand jobs do not start at once.
//!
//! A field is `H`, `H(a-b)` or `H/n`. The number is the first eight bytes (big-endian) of SHA-256 over
//! `<cluster>/<namespace>/<name>/<field>`, with the field's name: `minute`, `hour`, `day-of-month`, `month`, `day-of-week`.

use super::hash::sha256_of_text;

/// Name, least value and greatest value of each field. Days of the month end at 28, which every month has.
const FIELDS: [(&str, u64, u64); 5] =
    [("minute", 0, 59), ("hour", 0, 23), ("day-of-month", 1, 28), ("month", 1, 12), ("day-of-week", 0, 6)];

/// A field with an `H` that is not one of the three forms.
#[derive(Debug, PartialEq, Eq)]
pub struct BadField {
    pub field: String,
    pub reason: String,
}

/// The schedule with each `H` replaced; `None` where there is none. `identity` is `<cluster>/<namespace>/<name>`.
pub fn expand(schedule: &str, identity: &str) -> Result<Option<String>, BadField> {
    // `@hourly` and the like, `TZ=Europe/Helsinki …`: an H in them is no field.
    if !schedule.contains('H') || schedule.starts_with('@') {
        return Ok(None);
    }
    let parts: Vec<&str> = schedule.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        let is_hashed = |part: &&str| *part == "H" || part.starts_with("H(") || part.starts_with("H/");
        return match parts.iter().copied().find(is_hashed) {
            None => Ok(None),
            Some(part) => {
                let reason = format!("a schedule has five fields, and this one has {}", parts.len());
                Err(BadField { field: part.to_owned(), reason })
            }
        };
    }
    let mut expanded = Vec::with_capacity(parts.len());
    for (part, (name, low, high)) in parts.into_iter().zip(FIELDS) {
        if part.starts_with('H') {
            expanded.push(field(part, name, low, high, identity)?);
        } else if part.contains('H') && !part.contains("THU") {
            let reason = "`H` stands alone in its field: H, H(a-b) or H/n".to_owned();
            return Err(BadField { field: part.to_owned(), reason });
        } else {
            expanded.push(part.to_owned());
        }
    }
    Ok(Some(expanded.join(" ")))
}

fn field(text: &str, name: &str, low: u64, high: u64, identity: &str) -> Result<String, BadField> {
    let bad = |reason: String| BadField { field: text.to_owned(), reason };
    let digest = sha256_of_text(&format!("{identity}/{name}"));
    let number = digest[..8].iter().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    let rest = &text[1..];
    if rest.is_empty() {
        return Ok((low + number % (high - low + 1)).to_string());
    }
    if let Some(step) = rest.strip_prefix('/') {
        let step: u64 = step.parse().map_err(|_| bad(format!("`{step}` is no number")))?;
        if step == 0 || step > high {
            return Err(bad(format!("a step of the field {name} is between 1 and {high}")));
        }
        let start = low + number % step.min(high - low + 1);
        return Ok(format!("{start}-{high}/{step}"));
    }
    let range = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).and_then(|range| range.split_once('-'));
    let bounds = range.and_then(|(from, to)| Some((from.parse::<u64>().ok()?, to.parse::<u64>().ok()?)));
    let Some((from, to)) = bounds else {
        return Err(bad("write H, H(a-b) or H/n".to_owned()));
    };
    // The 29th to 31st may be asked for by name.
    let greatest = if name == "day-of-month" { 31 } else { high };
    if from < low || to > greatest || from > to {
        return Err(bad(format!("the field {name} runs from {low} to {greatest}")));
    }
    Ok((from + number % (to - from + 1)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_gives_a_number_within_its_bounds_and_always_the_same_one() {
        for name in ["a", "b", "portal-cron"] {
            let identity = format!("stable/acme/{name}");
            let expanded = expand("H H(2-4) * * H", &identity).expect("is well formed").expect("has an H");
            let fields: Vec<&str> = expanded.split(' ').collect();
            assert!(fields[0].parse::<u64>().expect("number") <= 59);
            assert!((2..=4).contains(&fields[1].parse::<u64>().expect("number")));
            assert!(fields[4].parse::<u64>().expect("number") <= 6);
            assert_eq!(expand("H H(2-4) * * H", &identity), Ok(Some(expanded)));
        }
    }

    #[test]
    fn a_step_starts_at_a_hashed_minute() {
        let expanded = expand("H/15 * * * *", "c/n/x").expect("is well formed").expect("has an H");
        let (start, rest) = expanded.split_once('-').expect("a range");
        assert!(start.parse::<u64>().expect("number") < 15);
        assert_eq!(rest, "59/15 * * * *");
    }

    #[test]
    fn other_schedules_are_left_alone_and_wrong_ones_told() {
        assert_eq!(expand("*/5 * * * *", "x"), Ok(None));
        assert_eq!(expand("@hourly", "x"), Ok(None));
        assert_eq!(expand("0 0 * * THU", "x"), Ok(Some("0 0 * * THU".to_owned())));
        assert!(expand("H(5-70) * * * *", "x").is_err());
        assert!(expand("H/0 * * * *", "x").is_err());
        assert!(expand("0,H * * * *", "x").is_err());
        assert!(expand("Hx * * * *", "x").is_err());
        assert!(expand("H 3 * *", "x").is_err());
        assert!(expand("CRON_TZ=Europe/Helsinki H/5 3 * * *", "x").is_err());
        assert_eq!(expand("CRON_TZ=Europe/Helsinki 5 3 * * *", "x"), Ok(None));
    }
}
