//! Lists the files that `bayplan init` writes, so that the binary holds them: the shipped templates and the starter fleet.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders and where `init` puts what they hold.
const FOLDERS: [(&str, &str); 2] = [("templates", "templates/"), ("src/cli/init/starter", "")];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut list = String::from("[\n");
    for (folder, target) in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files)?;
        files.sort();
        for file in files {
            let relative = file.strip_prefix(root.join(folder)).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let path = format!("{target}{relative}");
            let _ = writeln!(list, "    ({path:?}, include_bytes!({:?}) as &[u8]),", file.to_string_lossy());
        }
    }
    list.push_str("]\n");
    fs::write(out.join("shipped.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
