//! Amounts, as far as comparing them asks for.

use serde_json::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Compares two quantities; none where one cannot be read.
pub fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    Some(thousandths(one)?.cmp(&thousandths(other)?))
}

/// Whether a quantity is below zero.
pub fn is_negative(value: &Value) -> bool {
    // Nearly none is: only of one with a sign need it be known how much it is.
    let has_sign = value.as_str().is_none_or(|text| text.starts_with('-'));
    has_sign && thousandths(value).is_some_and(|amount| amount < 0)
}

/// Whether a quantity is a whole number.
pub fn is_whole(value: &Value) -> bool {
    thousandths(value).is_none_or(|amount| amount % 1000 == 0)
}

/// A quantity in thousandths. One beyond 10^35 cannot be read.
pub fn thousandths(value: &Value) -> Option<i128> {
    let text = match value {
        Value::String(text) => Cow::from(text),
        Value::Number(number) => Cow::from(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let end = unsigned.find(|character: char| !character.is_ascii_digit() && character != '.');
    let (number, suffix) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !number.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes()).try_fold(0u128, |amount, digit| {
        let digit = char::from(digit).to_digit(10)?;
        amount.checked_mul(10)?.checked_add(digit.into())
    })?;
    let (factor, divisor) = factor(suffix)?;
    let scale = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let amount = digits.checked_mul(factor)?.checked_mul(1000)?.checked_div(scale.checked_mul(divisor)?)?;
    let amount = i128::try_from(amount).ok()?;
    Some(if text.starts_with('-') { -amount } else { amount })
}

/// An amount in thousandths as people write it, with a binary suffix if that of `like` is one.
pub fn written(amount: i128, like: &Value) -> String {
    let is_binary = like.as_str().is_some_and(|text| text.ends_with('i'));
    let units: &[(&str, i128)] = if is_binary {
        &[("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)]
    } else {
        &[("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000)]
    };
    if amount % 1000 != 0 {
        return format!("{amount}m");
    }
    let whole = amount / 1000;
    match units.iter().find(|(_, unit)| whole != 0 && whole % unit == 0) {
        Some((suffix, unit)) => format!("{}{suffix}", whole / unit),
        None => whole.to_string(),
    }
}

/// What a suffix multiplies by, and divides by.
fn factor(suffix: &str) -> Option<(u128, u128)> {
    Some(match suffix {
        "" => (1, 1),
        "m" => (1, 1_000),
        "u" => (1, 1_000_000),
        "n" => (1, 1_000_000_000),
        "Ki" => (1 << 10, 1),
        "Mi" => (1 << 20, 1),
        "Gi" => (1 << 30, 1),
        "Ti" => (1 << 40, 1),
        "Pi" => (1 << 50, 1),
        "Ei" => (1 << 60, 1),
        "k" => (1_000, 1),
        "M" => (1_000_000, 1),
        "G" => (1_000_000_000, 1),
        "T" => (1_000_000_000_000, 1),
        "P" => (1_000_000_000_000_000, 1),
        "E" => (1_000_000_000_000_000_000, 1),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10u128.checked_pow(exponent.unsigned_abs())?;
            if exponent < 0 { (1, power) } else { (power, 1) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_compare_whatever_their_suffix() {
        let rows = [
            (json!("10Gi"), json!("10Gi"), Some(Ordering::Equal)),
            (json!("10Gi"), json!("10240Mi"), Some(Ordering::Equal)),
            (json!("10G"), json!("10Gi"), Some(Ordering::Less)),
            (json!("1.5Gi"), json!("1536Mi"), Some(Ordering::Equal)),
            (json!("1e9"), json!("1G"), Some(Ordering::Equal)),
            (json!("1E"), json!("1e18"), Some(Ordering::Equal)),
            (json!("2Ti"), json!("1999Gi"), Some(Ordering::Greater)),
            (json!(1073741824), json!("1Gi"), Some(Ordering::Equal)),
            (json!("500m"), json!(1), Some(Ordering::Less)),
            (json!("-1"), json!("1m"), Some(Ordering::Less)),
            (json!("ten"), json!("1Gi"), None),
            (json!("1Gx"), json!("1Gi"), None),
        ];
        for (one, other, due) in rows {
            assert_eq!(compare(&one, &other), due, "{one} {other}");
        }
    }
}
