//! Schedules of CronJobs, as the parser of the API server reads them.

/// What a schedule's fields are called, with their bounds and the names that they know.
struct Field {
    name: &'static str,
    least: u32,
    greatest: u32,
    words: &'static [&'static str],
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, greatest: 59, words: &[] },
    Field { name: "hour", least: 0, greatest: 23, words: &[] },
    Field { name: "day of the month", least: 1, greatest: 31, words: &[] },
    Field { name: "month", least: 1, greatest: 12, words: &MONTHS },
    Field { name: "day of the week", least: 0, greatest: 6, words: &DAYS },
];

const DESCRIPTORS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

/// Why a text is no schedule, with what to write; nothing if it is one.
pub fn fault(schedule: &str) -> Option<String> {
    if schedule.starts_with('@') {
        let is_known = DESCRIPTORS.contains(&schedule)
            || schedule.strip_prefix("@every ").is_some_and(crate::kubernetes::validate::formats::is_go_duration);
        return (!is_known).then(|| format!("write five fields, or one of {}", DESCRIPTORS.join(", ")));
    }
    let parts: Vec<&str> = schedule.split_whitespace().collect();
    if parts.len() != FIELDS.len() {
        return Some(format!("a schedule has five fields, and this one has {}", parts.len()));
    }
    FIELDS.iter().zip(parts).find_map(|(field, part)| part.split(',').find_map(|range| field.fault(range)))
}

impl Field {
    /// What is wrong with one range of a field: `*`, `?`, `5`, `1-5`, each perhaps with `/STEP`.
    fn fault(&self, range: &str) -> Option<String> {
        let bounds = || format!("the {} runs from {} to {}", self.name, self.least, self.greatest);
        let (extent, step) = range.split_once('/').map_or((range, None), |(extent, step)| (extent, Some(step)));
        if let Some(step) = step
            && step.parse::<u32>().is_ok_and(|step| step == 0)
        {
            return Some(format!("the step of the {} must be above 0", self.name));
        }
        if step.is_some_and(|step| !is_number(step)) {
            return Some(format!("a step of the {} is a number after one `/`", self.name));
        }
        if matches!(extent, "*" | "?") {
            return None;
        }
        let (first, last) = extent.split_once('-').map_or((extent, None), |(first, last)| (first, Some(last)));
        let Some(start) = self.number(first) else { return Some(format!("{}, or `*`", bounds())) };
        let end = match last {
            Some(last) => self.number(last),
            None if step.is_some() => Some(self.greatest),
            None => Some(start),
        };
        let Some(end) = end else { return Some(format!("{}, or `*`", bounds())) };
        if start < self.least || end > self.greatest {
            return Some(bounds());
        }
        (start > end).then(|| format!("a range of the {} goes from the lesser to the greater", self.name))
    }

    fn number(&self, text: &str) -> Option<u32> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(text));
        match word {
            Some(index) => u32::try_from(index).ok().map(|index| index + self.least),
            None if is_number(text) => text.parse().ok(),
            None => None,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_as_the_server_reads_them() {
        let good = [
            "* * * * *",
            "*/5 * * * *",
            "30 4 1-15/2,31 jan-MAR mon-fri",
            "0 0 ? * SUN",
            "5/10 * * * *",
            "@hourly",
            "@every 1h30m",
            "  0   0 * * 0 ",
        ];
        for schedule in good {
            assert_eq!(fault(schedule), None, "{schedule}");
        }
        let bad = [
            ("60 * * * *", "the minute runs from 0 to 59"),
            ("* 24 * * *", "the hour runs from 0 to 23"),
            ("* * 0 * *", "the day of the month runs from 1 to 31"),
            ("* * * 13 *", "the month runs from 1 to 12"),
            ("* * * * 7", "the day of the week runs from 0 to 6"),
            ("* * * *", "a schedule has five fields, and this one has 4"),
            ("0 * * * * *", "a schedule has five fields, and this one has 6"),
            ("*/0 * * * *", "the step of the minute must be above 0"),
            ("*/x * * * *", "a step of the minute is a number after one `/`"),
            ("1/2/3 * * * *", "a step of the minute is a number after one `/`"),
            ("9-5 * * * *", "a range of the minute goes from the lesser to the greater"),
            ("x * * * *", "the minute runs from 0 to 59, or `*`"),
            ("1-2-3 * * * *", "the minute runs from 0 to 59, or `*`"),
            ("* * * * monday", "the day of the week runs from 0 to 6, or `*`"),
        ];
        for (schedule, why) in bad {
            assert_eq!(fault(schedule).as_deref(), Some(why), "{schedule}");
        }
        assert!(fault("@reboot").is_some());
        assert!(fault("@every day").is_some());
    }
}
