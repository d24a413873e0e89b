//! Where the time went, for `--timings`.
//!
//! The steps of a command follow each other. Within a compile the steps of a namespace are taken by several threads at once, so
//! theirs are sums over all threads.

use super::report::Report;
use crate::failure::Failed;
use crate::pipeline::meter::{Meter, Step};
use serde_json::{Map, Value, json};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The steps of a command and how long each took.
pub struct Timings {
    is_wanted: bool,
    started: Instant,
    last: Instant,
    steps: Vec<(&'static str, Duration)>,
    laps: Laps,
}

/// How long all threads together took for each step of a compile, in nanoseconds.
#[derive(Default)]
struct Laps([AtomicU64; Step::ALL.len()]);

thread_local! {
    static LAST: Cell<Option<Instant>> = const { Cell::new(None) };
}

impl Meter for Laps {
    fn start(&self) {
        LAST.set(Some(Instant::now()));
    }

    fn lap(&self, step: Step) {
        let now = Instant::now();
        if let Some(last) = LAST.replace(Some(now)) {
            let took = u64::try_from((now - last).as_nanos()).unwrap_or(u64::MAX);
            self.0[step as usize].fetch_add(took, Ordering::Relaxed);
        }
    }
}

impl Timings {
    pub fn new(is_wanted: bool) -> Self {
        let now = Instant::now();
        Timings { is_wanted, started: now, last: now, steps: Vec::new(), laps: Laps::default() }
    }

    /// Who a compile tells how far it is.
    pub fn meter(&self) -> Option<&dyn Meter> {
        self.is_wanted.then_some(&self.laps as &dyn Meter)
    }

    /// Ends a step.
    pub fn step(&mut self, name: &'static str) {
        let now = Instant::now();
        self.steps.push((name, now - self.last));
        self.last = now;
    }

    /// Tells the steps: on stderr for people, as a line of type `timings` for machines, in seconds.
    pub fn tell(&self, report: &Report) -> Result<(), Failed> {
        if !self.is_wanted {
            return Ok(());
        }
        let total = self.last - self.started;
        let laps: Vec<(&'static str, Duration)> = Step::ALL
            .iter()
            .map(|step| (step.name(), Duration::from_nanos(self.laps.0[*step as usize].load(Ordering::Relaxed))))
            .filter(|(_, took)| !took.is_zero())
            .collect();
        if report.is_json() {
            let seconds = |steps: &[(&'static str, Duration)]| -> Map<String, Value> {
                steps.iter().map(|(name, took)| ((*name).to_owned(), json!(took.as_secs_f64()))).collect()
            };
            let mut line = seconds(&self.steps);
            line.insert("type".to_owned(), json!("timings"));
            line.insert("total".to_owned(), json!(total.as_secs_f64()));
            line.insert("threads".to_owned(), seconds(&laps).into());
            return report.result_line(&line.into());
        }
        let text = |steps: &[(&'static str, Duration)]| {
            let steps = steps.iter().map(|(name, took)| format!("{name} {:.1} ms", took.as_secs_f64() * 1000.0));
            steps.collect::<Vec<_>>().join(", ")
        };
        report.note(&format!("timings: {}; total {:.1} ms", text(&self.steps), total.as_secs_f64() * 1000.0));
        if !laps.is_empty() {
            report.note(&format!("of the compile, over all threads: {}", text(&laps)));
        }
        Ok(())
    }
}
