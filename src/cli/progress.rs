//! Progress on a terminal.
//!
//! The compiler reads no clock: what passes through the sink is counted.

use super::report::Report;
use crate::failure::Failed;
use crate::output::{ContentId, Kept, OutputPath, Sink, Unit};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Work shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// A sink that shows how many namespaces went through it, on a terminal, once the work takes more than half a second.
pub struct Progress<'s> {
    inner: &'s mut dyn Sink,
    started: Instant,
    bar: Option<ProgressBar>,
    is_wanted: bool,
    units: u64,
    files: u64,
}

impl<'s> Progress<'s> {
    pub fn new(inner: &'s mut dyn Sink, report: &Report) -> Self {
        let is_wanted = report.is_talkative() && std::io::stderr().is_terminal();
        Progress { inner, started: Instant::now(), bar: None, is_wanted, units: 0, files: 0 }
    }

    fn show(&mut self) {
        if !self.is_wanted || self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.files as f64 / seconds;
        bar.set_message(format!("{} namespaces, {} files, {rate:.0} files/s", self.units, self.files));
        bar.tick();
    }
}

impl Sink for Progress<'_> {
    fn accept(&mut self, units: Vec<Unit>) -> Result<(), Failed> {
        self.units += units.len() as u64;
        self.files += units.iter().map(|unit| unit.files().len() as u64).sum::<u64>();
        self.inner.accept(units)?;
        self.show();
        Ok(())
    }

    fn keep(&mut self, folder: &OutputPath, kept: Kept) -> Result<bool, Failed> {
        let is_kept = self.inner.keep(folder, kept)?;
        if is_kept {
            self.units += 1;
            self.files += kept.files as u64;
        }
        Ok(is_kept)
    }

    fn take_contents(&mut self) -> BTreeMap<String, ContentId> {
        self.inner.take_contents()
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How many of so many were worked on, on a terminal, once the work takes more than half a second. May be told from threads.
pub struct Count {
    bar: Option<ProgressBar>,
    started: Instant,
    noun: &'static str,
    total: usize,
    done: AtomicUsize,
}

impl Count {
    pub fn new(noun: &'static str, total: usize, report: &Report) -> Self {
        let is_wanted = report.is_talkative() && std::io::stderr().is_terminal();
        let bar = is_wanted.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Count { bar, started: Instant::now(), noun, total, done: AtomicUsize::new(0) }
    }

    /// One more is done.
    pub fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = self.bar.as_ref().filter(|_| self.started.elapsed() >= PATIENCE) {
            bar.set_message(format!("{done} of {} {}", self.total, self.noun));
            bar.tick();
        }
    }

    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
