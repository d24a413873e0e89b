//! Fetches the packages with the ordinary clients, pinned by the lock files in `sources/`, into `target/schema-table/`.
//!
//! Nothing that is fetched is ever built or run.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Packages {
    /// The folder of kubernetes-validate's schemas.
    pub wheel: PathBuf,
    pub node_modules: PathBuf,
    /// Folder of each crate, by name and version.
    pub crates: BTreeMap<(String, String), PathBuf>,
    /// Registry, package, version and hash of everything that is read.
    pub origins: Value,
}

pub fn fetch(root: &Path) -> Result<Packages, Box<dyn Error>> {
    let sources = root.join("tools/schema-table/sources");
    let target = root.join("target/schema-table");
    fs::create_dir_all(&target)?;

    let wheel = target.join("wheel");
    let _ = fs::remove_dir_all(&wheel);
    run(Command::new("pip")
        .args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile", "--require-hashes"])
        .arg("--target")
        .arg(&wheel)
        .arg("-r")
        .arg(sources.join("requirements.txt")))?;

    for file in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(file), target.join(file))?;
    }
    run(Command::new("npm")
        .args(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&target))?;

    let metadata = run(Command::new("cargo")
        .args(["metadata", "--locked", "--format-version", "1", "--manifest-path"])
        .arg(sources.join("Cargo.toml")))?;
    let crates = crates(&serde_json::from_str(&metadata)?);
    let origins = json!({
        "cargo": crate_origins(&sources, &crates)?,
        "npm": npm_origins(&sources)?,
        "pip": python_origins(&sources)?,
    });
    let wheel = wheel.join("kubernetes_validate/kubernetes-json-schema");
    Ok(Packages { wheel, node_modules: target.join("node_modules"), crates, origins })
}

fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
    if !output.status.success() {
        return Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn is_read(name: &str) -> bool {
    name.starts_with("kcr_") || name == "k8s-openapi"
}

fn crates(metadata: &Value) -> BTreeMap<(String, String), PathBuf> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        .filter_map(|package| {
            let name = package["name"].as_str().filter(|name| is_read(name))?;
            let folder = Path::new(package["manifest_path"].as_str()?).parent()?;
            Some(((name.to_owned(), package["version"].as_str()?.to_owned()), folder.to_owned()))
        })
        .collect()
}

/// Takes the checksums that cargo holds the crates to.
fn crate_origins(
    sources: &Path,
    crates: &BTreeMap<(String, String), PathBuf>,
) -> Result<Map<String, Value>, Box<dyn Error>> {
    let lock = fs::read_to_string(sources.join("Cargo.lock"))?;
    let mut origins = Map::new();
    for (name, version) in crates.keys() {
        let header = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        let entry = lock.split("[[package]]").find(|entry| entry.contains(&header));
        let checksum = entry.and_then(|entry| entry.split("checksum = \"").nth(1)?.split('"').next());
        let checksum = checksum.ok_or_else(|| format!("Cargo.lock has no checksum of {name} {version}"))?;
        origins.insert(format!("{name} {version}"), json!(format!("sha256:{checksum}")));
    }
    Ok(origins)
}

fn npm_origins(sources: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    let lock: Value = serde_json::from_str(&fs::read_to_string(sources.join("package-lock.json"))?)?;
    let packages = lock["packages"].as_object().ok_or("package-lock.json lists no packages")?;
    let entries = packages.iter().filter_map(|(path, package)| {
        let name = path.strip_prefix("node_modules/").filter(|name| name.contains("kubernetes-models"))?;
        Some((format!("{name} {}", package["version"].as_str()?), package["integrity"].clone()))
    });
    Ok(entries.collect())
}

fn python_origins(sources: &Path) -> Result<Map<String, Value>, Box<dyn Error>> {
    let requirements = fs::read_to_string(sources.join("requirements.txt"))?;
    let entries = requirements.lines().filter_map(|line| {
        let (package, hash) = line.split_once(" --hash=")?;
        Some((package.replace("==", " "), json!(hash)))
    });
    Ok(entries.collect())
}
