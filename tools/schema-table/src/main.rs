//! Writes the table of schemas that bayplan has built in.
//!
//! Takes nothing but the lock files in `sources/`; gives `src/kubernetes/table.bin` and, beside it, `table.json` with the origin
//! of everything in it. With `--check` it writes nothing and fails where the files differ from what it would write.
//!
//! The README beside this file names the command and says what is taken from which package.

mod bindings;
mod constraints;
mod custom;
mod fetch;
mod graph;
mod kopium;
mod openapi;
mod supplement;
mod table;

use bayplan::kubernetes::Minor;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let packages = fetch::fetch(&root)?;

    let mut definitions = BTreeMap::new();
    for minor in Minor::supported() {
        definitions.insert(minor, openapi::read(&packages.wheel, minor)?);
    }
    openapi::settle_required(&mut definitions);
    let newest = definitions.get(&Minor::NEWEST).ok_or("the newest minor has no schemas")?;
    let enumerations = constraints::enumerations(&packages.node_modules, newest)?;
    for definitions in definitions.values_mut() {
        openapi::add_enumerations(definitions, &enumerations);
    }
    let resources = bindings::read(&packages.crates)?;
    let custom = custom::read(&packages)?;
    let table = table::build(definitions, &resources, custom)?;

    let target = root.join("src/kubernetes");
    let origins = serde_json::to_string_pretty(&packages.origins)? + "\n";
    let files = [("table.bin", table.bytes), ("table.json", origins.into_bytes())];
    println!("{}", table.summary);
    for (name, bytes) in files {
        let path = target.join(name);
        if std::env::args().any(|argument| argument == "--check") {
            if std::fs::read(&path)? != bytes {
                return Err(format!(
                    "{} is not what its sources give; run this command without --check",
                    path.display()
                )
                .into());
            }
        } else {
            std::fs::write(&path, &bytes)?;
            println!("wrote {} ({} bytes)", path.display(), bytes.len());
        }
    }
    Ok(())
}
