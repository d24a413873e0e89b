//! Which environment lags behind another: versions of one image, compared along the way to production.

use super::{Deployment, Inventory, PRODUCTION};
use crate::validate::view::image::ImageName;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// An environment on the way to production that runs another version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lag {
    pub environment: String,
    /// Its tag, or the digest where tags are equal.
    pub version: String,
    /// Whether it is known to be newer, and not just another one.
    pub is_newer: bool,
}

/// Tells each main image of production-like environments what the environments before it run of the same repository.
pub(super) fn compare(inventory: &mut Inventory) {
    let order: Vec<(String, u8)> = inventory
        .environments
        .iter()
        .map(|environment| (environment.name.clone(), super::tier_order(&environment.tier)))
        .collect();
    for site in inventory.sites.values_mut() {
        let mut seen: Vec<(&str, u8, BTreeMap<String, String>)> = Vec::new();
        for (environment, tier) in &order {
            let Some(deployments) = site.deployments.get_mut(environment) else { continue };
            for image in deployments.iter_mut().flat_map(|deployment| &mut deployment.images) {
                if !image.is_main {
                    continue;
                }
                let earlier = || seen.iter().filter(|(_, other, _)| other < tier);
                let nearest = earlier().map(|(_, other, _)| *other).max();
                image.lags = earlier()
                    .filter_map(|(name, other, versions)| {
                        let lag = lag(name, &image.name, versions.get(repository(&image.name))?)?;
                        // Names that no rule orders are worth a word just before the last step.
                        let is_last_step = *tier == PRODUCTION && Some(*other) == nearest;
                        (lag.is_newer || is_last_step).then_some(lag)
                    })
                    .collect();
            }
            seen.push((environment, *tier, newest(deployments)));
        }
    }
}

/// The newest main image of each repository that the deployments of one environment run.
fn newest(deployments: &[Deployment]) -> BTreeMap<String, String> {
    let mut newest: BTreeMap<String, String> = BTreeMap::new();
    for image in deployments.iter().flat_map(|deployment| &deployment.images).filter(|image| image.is_main) {
        let slot = newest.entry(repository(&image.name).to_owned()).or_insert_with(|| image.name.clone());
        if order(tag(slot), tag(&image.name)) == Some(Ordering::Less) {
            slot.clone_from(&image.name);
        }
    }
    newest
}

fn lag(environment: &str, own: &str, other: &str) -> Option<Lag> {
    if own == other {
        return None;
    }
    let (own_name, other_name) = (ImageName::of(own), ImageName::of(other));
    let is_newer = match order(tag(own), tag(other)) {
        Some(Ordering::Less) => true,
        // An older one in an earlier environment, as after a rollback there, is no lag.
        Some(Ordering::Greater) => return None,
        Some(Ordering::Equal) | None => false,
    };
    // A tag with a digest and the same tag without one are taken as the same image.
    let version = match (own_name.tag == other_name.tag, own_name.digest, other_name.digest) {
        (true, Some(own), Some(other)) if own != other => short_digest(other),
        (true, _, _) => return None,
        (false, _, _) => tag(other).to_owned(),
    };
    Some(Lag { environment: environment.to_owned(), version, is_newer })
}

/// An image's name without tag and digest.
pub fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    name.get(last..).and_then(|end| end.find(':')).and_then(|colon| name.get(..last + colon)).unwrap_or(name)
}

/// What tells versions apart: the tag, else a short digest; `latest` where there is neither.
pub fn shown(image: &str) -> String {
    let name = ImageName::of(image);
    match (name.tag, name.digest) {
        (Some(tag), _) => tag.to_owned(),
        (None, Some(digest)) => short_digest(digest),
        (None, None) => "latest".to_owned(),
    }
}

fn tag(image: &str) -> &str {
    ImageName::of(image).tag.unwrap_or_default()
}

/// The first 12 digits, as container tools show them.
fn short_digest(digest: &str) -> String {
    let digits = digest.rsplit(':').next().unwrap_or(digest);
    digits.get(..12).unwrap_or(digits).to_owned()
}

/// Orders two tags that are versions: numbers with dots, with an optional `v` before and a pre-release behind a `-`, which
/// comes before the version itself (Semantic Versioning 2.0.0, section 11). None where one is no version.
fn order(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (Version::of(one)?, Version::of(other)?);
    let length = one.numbers.len().max(other.numbers.len());
    let padded = |version: &Version<'_>| {
        (0..length).map(|index| version.numbers.get(index).copied().unwrap_or(0)).collect::<Vec<u64>>()
    };
    Some(padded(&one).cmp(&padded(&other)).then_with(|| match (one.pre, other.pre) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => pre_release(one, other),
    }))
}

struct Version<'t> {
    numbers: Vec<u64>,
    pre: Option<&'t str>,
}

impl<'t> Version<'t> {
    fn of(tag: &'t str) -> Option<Self> {
        let tag = tag.strip_prefix('v').unwrap_or(tag);
        let tag = tag.split('+').next().unwrap_or(tag);
        let (numbers, pre) = tag.split_once('-').map_or((tag, None), |(numbers, pre)| (numbers, Some(pre)));
        let numbers = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>()?;
        Some(Version { numbers, pre })
    }
}

/// Identifiers with dots: numbers by value and before words, words by their bytes, fewer before more.
fn pre_release(one: &str, other: &str) -> Ordering {
    let identifier = |text: &str| match text.parse::<u64>() {
        Ok(number) => (false, number, String::new()),
        Err(_) => (true, 0, text.to_owned()),
    };
    let identifiers = |text: &str| text.split('.').map(identifier).collect::<Vec<_>>();
    identifiers(one).cmp(&identifiers(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_people_count() {
        let rows = [
            ("1.4.0", "1.10.0", Some(Ordering::Less)),
            ("v1.4", "1.4.0", Some(Ordering::Equal)),
            ("1.4.0-rc.2", "1.4.0", Some(Ordering::Less)),
            ("1.4.0-rc.2", "1.4.0-rc.10", Some(Ordering::Less)),
            ("1.4.0-alpha", "1.4.0-alpha.1", Some(Ordering::Less)),
            ("1.4.0-1", "1.4.0-rc", Some(Ordering::Less)),
            ("2026.11.3", "2026.2.7", Some(Ordering::Greater)),
            ("main", "1.4.0", None),
            ("", "1.4.0", None),
        ];
        for (one, other, expected) in rows {
            assert_eq!(order(one, other), expected, "{one} and {other}");
        }
    }

    #[test]
    fn a_registry_with_a_port_is_no_tag() {
        assert_eq!(
            repository("registry.example.org:5000/team/app:1.4@sha256:ab"),
            "registry.example.org:5000/team/app"
        );
        assert_eq!(repository("localhost:5000/app"), "localhost:5000/app");
        assert_eq!(repository("nginx"), "nginx");
        assert_eq!(shown("nginx@sha256:0123456789abcdef"), "0123456789ab");
    }

    #[test]
    fn a_lag_is_a_newer_version_or_another_digest() {
        let lag = |own, other| lag("staging", own, other).map(|lag| (lag.version, lag.is_newer));
        assert_eq!(lag("app:1.3", "app:1.4"), Some(("1.4".to_owned(), true)));
        assert_eq!(lag("app:1.4", "app:1.3"), None);
        assert_eq!(lag("app:main", "app:feature"), Some(("feature".to_owned(), false)));
        assert_eq!(lag("app:1.4@sha256:aa", "app:1.4@sha256:bb"), Some(("bb".to_owned(), false)));
        assert_eq!(lag("app:1.4@sha256:aa", "app:1.4"), None);
    }
}
