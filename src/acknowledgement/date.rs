//! Days of the Gregorian calendar, as `expires` names them and as commit times fall on them.

use std::fmt;

const SECONDS_PER_DAY: i64 = 86_400;

/// A day. Ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

impl Date {
    /// The day in UTC of a Unix time.
    pub fn of_unix_time(seconds: i64) -> Self {
        Date { days: seconds.div_euclid(SECONDS_PER_DAY) }
    }

    /// Reads `2026-12-31`; none where that is no day.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let mut number = |digits: usize| {
            let part = parts.next()?;
            (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| part.parse::<i64>().ok())?
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let date = Date::of_civil(year, month, day);
        (date.civil() == (year, month, day)).then_some(date)
    }

    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Date { days: self.days + days }
    }

    /// Counts from 1 March, so that the leap day is the last of its year; 146,097 days are 400 years.
    fn of_civil(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Date { days: era * 146_097 + day_of_era - 719_468 }
    }

    /// Year, month, day.
    fn civil(self) -> (i64, i64, i64) {
        let days = self.days + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        (era * 400 + year_of_era + i64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(Date::of_unix_time(0).to_string(), "1970-01-01");
        assert_eq!(Date::of_unix_time(-1).to_string(), "1969-12-31");
        assert_eq!(Date::of_unix_time(1_767_225_599).to_string(), "2025-12-31");
        assert_eq!(Date::of_unix_time(1_767_225_600).to_string(), "2026-01-01");
        assert_eq!(Date::parse("2024-02-29").map(|day| day.plus_days(1).to_string()).as_deref(), Some("2024-03-01"));
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-01x", "", "2026-04-31"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        for days in (-800_000..800_000).step_by(97) {
            let date = Date { days };
            let (year, month, day) = date.civil();
            assert_eq!(Date::of_civil(year, month, day), date);
        }
    }
}
