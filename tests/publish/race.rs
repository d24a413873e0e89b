//! Several publishers at once: none loses another's commit.

use crate::support::{TestRepository, expect_published, publish, run_git};
use bayplan::publish::Outcome;
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn eight_publishers_of_one_source_make_one_commit() {
    let repository = TestRepository::with_fleet();
    let barrier = Barrier::new(8);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    repository.publish().unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(outcomes.iter().all(|outcome| *outcome != Outcome::LostRace));
    assert!(outcomes.iter().any(|outcome| matches!(outcome, Outcome::Published(_))));
    assert_eq!(repository.git(&["rev-list", "--count", "rendered"]), "1");
    repository.assert_sound();
}

#[test]
fn publishers_of_different_branches_do_not_disturb_each_other() {
    let repository = TestRepository::with_fleet();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let path = repository.path();
            scope.spawn(move || {
                publish(path, "HEAD", |options| options.branch = format!("rendered-{number}")).unwrap();
            });
        }
    });
    let tips: BTreeSet<String> = (0..8).map(|number| repository.tip(&format!("rendered-{number}"))).collect();
    assert_eq!(tips.len(), 1);
    repository.assert_sound();
}

#[test]
fn successive_sources_end_with_the_newest() {
    let repository = TestRepository::with_fleet();
    let mut sources = vec![repository.git(&["rev-parse", "HEAD"])];
    for number in 1..6 {
        repository.write("site-specs/shop.yaml", &format!("kind: Site # {number}\n"));
        sources.push(repository.commit("next"));
    }
    let barrier = Barrier::new(sources.len());
    std::thread::scope(|scope| {
        for source in &sources {
            let (barrier, path) = (&barrier, repository.path());
            scope.spawn(move || {
                barrier.wait();
                // An older source either comes in time or is refused as stale; nothing else may happen.
                match publish(path, source, |_| {}) {
                    Ok(Outcome::LostRace) => panic!("five attempts were not enough"),
                    Ok(_) | Err(bayplan::publish::GitError::StaleSource { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            });
        }
    });
    let shop = repository.git(&["show", "rendered:stable/production/shop/app/configmap-spec.yaml"]);
    assert_eq!(shop, "kind: Site # 5");
    repository.assert_sound();
}

#[test]
fn garbage_collection_at_the_same_time_takes_nothing_away() {
    let repository = TestRepository::with_fleet();
    let mut sources = Vec::new();
    for number in 0..10 {
        repository.write("site-specs/shop.yaml", &format!("kind: Site # {number}\n"));
        sources.push(repository.commit("next"));
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                // Fails where another process moves refs at the same moment, which is of no interest here.
                run_git(repository.path(), &["gc", "--quiet", "--prune=now"]);
            }
        });
        let _stop_at_the_end = Stop(&done);
        for source in &sources {
            expect_published(publish(repository.path(), source, |_| {}));
        }
    });
    assert_eq!(repository.git(&["rev-list", "--count", "rendered"]), "10");
    repository.assert_sound();
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
