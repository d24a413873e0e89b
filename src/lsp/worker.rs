//! Checks in the background: a quick one of what an edit feeds, and one of the whole fleet when the editor rests.
//!
//! Each worker is a thread with a queue of jobs, of which only the last for each fleet counts. A job holds a snapshot, so it
//! never waits for the session and the session never for it. The whole check gives way as soon as its fleet was edited again.

use super::Event;
use super::convert::{ByPath, by_path};
use super::gates;
use crate::diag::Diagnostic;
use crate::failure::{Class, Failed, Failure};
use crate::ide::fleet::Fleet;
use crate::ide::text::Encoding;
use crate::ide::{check, locate};
use crate::spec::Kind;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// So long must an editor rest at least, and at most, before a large fleet is checked as a whole: the longer, the more a check
/// costs, so that every pause in typing does not heat the machine.
const REST: std::ops::RangeInclusive<Duration> = Duration::from_millis(400)..=Duration::from_secs(5);
/// The part of the last check's time that is rested.
const REST_PART: u32 = 8;

/// A fleet to check.
pub struct Job {
    pub root: PathBuf,
    pub fleet: Fleet,
    /// Of the snapshot; results of older ones than the newest are dropped.
    pub generation: u64,
    /// The newest generation of the fleet.
    pub newest: Arc<AtomicU64>,
    pub now: Option<i64>,
    pub encoding: Encoding,
    /// The edited file, for a quick check.
    pub path: Option<String>,
    /// Versions of open documents by path.
    pub versions: BTreeMap<String, i32>,
}

/// What a check found.
pub struct Checked {
    pub root: PathBuf,
    pub generation: u64,
    /// The file whose deployments were checked; the whole fleet, if none.
    pub path: Option<String>,
    pub found: ByPath,
    pub versions: BTreeMap<String, i32>,
}

/// Starts a worker; it ends when its queue is dropped.
pub fn start(name: &str, rests: bool, events: Sender<Event>) -> std::io::Result<Sender<Job>> {
    let (sender, jobs) = channel();
    thread::Builder::new().name(name.to_owned()).spawn(move || work(&jobs, rests, &events))?;
    Ok(sender)
}

fn work(jobs: &Receiver<Job>, rests: bool, events: &Sender<Event>) {
    // Its own threads: the other worker's batches do not stand in the way. Who works while others type takes half of the cores.
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = if rests { cores.div_ceil(2) } else { cores };
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else { return };
    let mut pause = *REST.start();
    let mut waiting: BTreeMap<PathBuf, Job> = BTreeMap::new();
    loop {
        if waiting.is_empty() {
            let Ok(job) = jobs.recv() else { return };
            waiting.insert(job.root.clone(), job);
        }
        let rest = if rests { pause } else { Duration::ZERO };
        loop {
            match jobs.recv_timeout(rest) {
                Ok(job) => {
                    waiting.insert(job.root.clone(), job);
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        let Some((_, job)) = waiting.pop_first() else { continue };
        let begun = Instant::now();
        let checked = pool.install(|| run(job));
        if checked.is_some() {
            pause = (begun.elapsed() / REST_PART).clamp(*REST.start(), *REST.end());
        }
        if checked.is_some_and(|checked| events.send(Event::Checked(checked)).is_err()) {
            return;
        }
    }
}

/// Nothing where the job was overtaken.
fn run(job: Job) -> Option<Checked> {
    let found = match &job.path {
        Some(path) => check::of_file(&job.fleet, path, job.now).map(|quick| located(&job, &quick.diagnostics)),
        None => whole(&job),
    };
    let found = match found {
        Ok(found) => found,
        Err(failed) if failed.downcast_ref::<Overtaken>().is_some() => return None,
        Err(failed) => located(&job, &[failed.diagnostic()]),
    };
    Some(Checked { root: job.root, generation: job.generation, path: job.path, found, versions: job.versions })
}

fn whole(job: &Job) -> Result<ByPath, Failed> {
    let still = Still { newest: Arc::clone(&job.newest), generation: job.generation };
    let gates::Checked { compilation, mut refusals } = gates::check(&job.fleet, &job.root, job.now, still)?;
    let mut found = located(job, &compilation.diagnostics);
    for refusal in &mut refusals {
        // The template that makes an object is seldom what was edited.
        let made = refusal.primary.take();
        refusal.related.splice(0..0, made);
    }
    let home = |refusal: &Diagnostic| gates::home(&job.fleet, &compilation.units, refusal);
    for (path, more) in by_path(&refusals, job.fleet.sources(), job.encoding, &home) {
        found.entry(path).or_default().extend(more);
    }
    Ok(found)
}

fn located(job: &Job, diagnostics: &[Diagnostic]) -> ByPath {
    // One without a place is shown at the first site that it is about.
    let home = |diagnostic: &Diagnostic| {
        let site = diagnostic.deployments.iter().find_map(|id| id.split('@').next())?;
        locate::name_of(&job.fleet, Kind::Site, site)
    };
    by_path(diagnostics, job.fleet.sources(), job.encoding, &home)
}

/// Whether a snapshot is the newest of its fleet.
pub struct Still {
    newest: Arc<AtomicU64>,
    generation: u64,
}

impl Still {
    /// Fails as soon as the fleet was edited again.
    pub fn check(&self) -> Result<(), Failed> {
        if self.newest.load(Ordering::Relaxed) == self.generation { Ok(()) } else { Err(Overtaken.into()) }
    }
}

/// The fleet was edited while it was checked.
#[derive(Debug, thiserror::Error)]
#[error("overtaken by an edit")]
struct Overtaken;

impl Failure for Overtaken {
    fn class(&self) -> Class {
        Class::World
    }

    fn code(&self) -> &'static crate::diag::Code {
        &crate::cli::exit::IO
    }

    fn help(&self) -> Vec<String> {
        Vec::new()
    }
}
