//! Reads scopes and served kinds out of the k8s-openapi crates: each resource type there says its group, version, kind, plural
//! and scope in constants of a fixed form.

use bayplan::kubernetes::{Minor, Scope};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// One kind in one API version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub plural: String,
    pub scope: Scope,
}

/// By minor, then by API version and kind.
pub type Resources = BTreeMap<Minor, BTreeMap<(String, String), Resource>>;

/// The oldest minor whose kinds are told: whoever still writes an older one gets "unknown".
const OLDEST: u8 = 11;

/// Reads every minor from the newest release of the crate that has it.
pub fn read(crates: &BTreeMap<(String, String), PathBuf>) -> Result<Resources, Box<dyn Error>> {
    let mut releases: Vec<(Vec<u64>, &PathBuf)> = crates
        .iter()
        .filter(|((name, _), _)| name == "k8s-openapi")
        .map(|((_, version), folder)| (version.split('.').filter_map(|part| part.parse().ok()).collect(), folder))
        .collect();
    releases.sort();
    let mut resources = Resources::new();
    for number in OLDEST..=Minor::NEWEST.number() {
        let folders = releases.iter().rev().map(|(_, folder)| folder.join(format!("src/v1_{number}")));
        let folder = folders.into_iter().find(|folder| folder.is_dir());
        let folder = folder.ok_or_else(|| format!("no release of k8s-openapi has 1.{number}"))?;
        let mut found = BTreeMap::new();
        read_folder(&folder, &mut found)?;
        resources.insert(Minor::new(number), found);
    }
    Ok(resources)
}

fn read_folder(folder: &Path, found: &mut BTreeMap<(String, String), Resource>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            // What apimachinery has are answers of the API server, not objects.
            if !path.ends_with("apimachinery") {
                read_folder(&path, found)?;
            }
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for block in text.split("\nimpl crate::Resource for ").skip(1) {
            let block = block.split("\n}").next().unwrap_or_default();
            let constant =
                |name: &str| block.split(&format!("const {name}: &'static str = \"")).nth(1)?.split('"').next();
            let scope = match block.split("type Scope = crate::").nth(1).and_then(|rest| rest.split(';').next()) {
                Some("NamespaceResourceScope") => Scope::Namespaced,
                Some("ClusterResourceScope") => Scope::Cluster,
                // Part of another resource: nobody applies one.
                Some("SubResourceScope") => continue,
                other => return Err(format!("{}: unknown scope {other:?}", path.display()).into()),
            };
            let (Some(version), Some(kind), Some(plural)) =
                (constant("API_VERSION"), constant("KIND"), constant("URL_PATH_SEGMENT"))
            else {
                return Err(format!("{}: a resource without its constants", path.display()).into());
            };
            found.insert((version.to_owned(), kind.to_owned()), Resource { plural: plural.to_owned(), scope });
        }
    }
    Ok(())
}
